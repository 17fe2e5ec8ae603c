import type { AbfInputs } from '../inputs/abf.ts'
import type { AbfDeps } from './session.ts'
import { createAbfApi } from './client/api.ts'
import { cancelBuilds, cancelPending } from './cancel.ts'
import { settleWork, unfinishedWork } from './submitted-builds.ts'

/** The post step is not killed at once, but nobody likes to wait for it. */
const LIMIT_MS = 30_000

/**
 * The post step's part: cancels what a main step has submitted that was killed before it could do so. Never throws.
 * @param inputs the ABF inputs of the step, which the runner gives to its post step as well
 * @returns true when there was something to do
 */
export async function cleanUpAbf(
  inputs: Pick<AbfInputs, 'baseUrl' | 'credentials' | 'credentialsSource'>,
  deps: Pick<AbfDeps, 'connect' | 'clock' | 'logger' | 'state' | 'userAgent'>,
): Promise<boolean> {
  const { connect, clock, logger, state, userAgent } = deps
  const work = unfinishedWork(state)
  if (!work) return false
  const signal = clock.timeout(LIMIT_MS)
  const api = createAbfApi({
    http: connect({ signal }),
    clock,
    signal,
    userAgent,
    account: { base: inputs.baseUrl, source: inputs.credentialsSource },
    credentials: inputs.credentials,
    patienceMs: 0,
  })
  logger.info(
    'The step ended before it could cancel the builds that it had submitted; they are cancelled now.',
  )
  const cancelDeps = { api, clock, logger, base: inputs.baseUrl }
  await cancelBuilds(work.ids, cancelDeps)
  if (work.pending) await cancelPending(work.pending, work.ids, cancelDeps)
  settleWork(state)
  return true
}
