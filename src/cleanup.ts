import type { Logger, State } from './ports.ts'
import { unsettledWork } from './state.ts'

/** The post step: says what was cut off when the main step was killed. It never fails the job. */
export function cleanUp(state: State, logger: Logger): void {
  const work = unsettledWork(state)
  if (work === undefined) return
  logger.warning(
    `The step was killed while it worked on ${work}. Run it again: it finds what was done and does the rest.`,
    'Release gate was interrupted',
  )
}
