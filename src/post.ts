import { unfinishedWork } from './abf/submitted-builds.ts'
import { asActionError } from './errors.ts'
import { createHttp } from './http/client.ts'
import { httpDeps, type World } from './step.ts'
import { unsettledWork } from './state.ts'

/**
 * The post step: cancels the builds that a killed main step submitted, and warns of everything else that may be
 * unfinished. It never throws and never fails the job.
 */
export async function cleanUp(world: World): Promise<void> {
  const { logger, state } = world.actions
  try {
    await cancelBuilds(world)
  } catch (thrown) {
    logger.warning(`Builds of this run may still be running: ${asActionError(thrown).message}`)
  }
  const work = unsettledWork(state)
  if (work === undefined) return
  logger.warning(
    `The step was killed while it worked on ${work}. Re-run the job: it finds what was done and completes the rest.`,
    'Release gate was interrupted',
  )
}

async function cancelBuilds(world: World): Promise<void> {
  const { actions, clock, start } = world
  if (!unfinishedWork(actions.state)) return
  const { inputs, userAgent } = start
  if (inputs instanceof Error) throw inputs
  if ('off' in inputs.abf) return
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
