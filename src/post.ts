import { unfinishedWork } from './abf/submitted-builds.ts'
import { asActionError } from './errors.ts'
import { createHttp } from './http/client.ts'
import { httpDeps, type World } from './step.ts'
import { unsettledWork } from './state.ts'

/**
 * The post step: finishes what the main step left when it was killed. Builds that it submitted are cancelled; all else
 * is said. It never throws and never fails the job.
 */
export async function cleanUp(world: World): Promise<void> {
  const { logger, state } = world.actions
  try {
    await cancelBuilds(world)
  } catch (thrown) {
    logger.warning(`Builds of this run may be left running: ${asActionError(thrown).message}`)
  }
  const work = unsettledWork(state)
  if (work === undefined) return
  logger.warning(
    `The step was killed while it worked on ${work}. Run it again: it finds what was done and does the rest.`,
    'Release gate was interrupted',
  )
}

async function cancelBuilds(world: World): Promise<void> {
  const { actions, clock, start } = world
  if (!unfinishedWork(actions.state)) return
  const { inputs, userAgent } = start
  if (inputs instanceof Error) throw inputs
  if (inputs.abf.off) return
  // Late, because most runs have nothing to build.
  const { cleanUpAbf } = await import('./abf/index.ts')
  await cleanUpAbf(inputs.abf, {
    clock,
    logger: actions.logger,
    state: actions.state,
    userAgent,
    connect: (options) => createHttp({ ...httpDeps(inputs, world), ...options }),
  })
}
