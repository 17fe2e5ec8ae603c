import { createActions } from './actions.ts'
import { cleanUp } from './post.ts'
import { AnnouncedError, asActionError } from './errors.ts'
import type { Logger } from './ports.ts'
import { run } from './run.ts'
import type { Redactor } from './text/redact.ts'
import { leaveForPost } from './start.ts'
import type { World } from './step.ts'

/** What is there before the runner's side is loaded. */
export type Begun = Omit<World, 'actions'> & { readonly redactor: Redactor }

/**
 * The main step. Never rejects: the one red annotation and the exit code say that it failed.
 * @param saved what the post step needs to know is in the state already
 */
export async function main(begun: Begun, saved = false): Promise<void> {
  const world = enter(begun)
  if (!saved) leaveForPost(begun.start, world.actions.state)
  await run(world).catch((thrown: unknown) => {
    fail(thrown, world.actions.logger)
  })
}

/** The post step. */
export async function post(begun: Begun): Promise<void> {
  await cleanUp(enter(begun))
}

/** Secrets are masked before anything is logged. */
function enter({ redactor, ...rest }: Begun): World {
  const actions = createActions(redactor)
  process.on('uncaughtException', (thrown) => {
    fail(thrown, actions.logger)
  })
  return { ...rest, actions }
}

/** One red annotation with cause and cure; what helps to dig follows as plain log lines. */
function fail(thrown: unknown, logger: Logger): void {
  process.exitCode = 1
  const error = asActionError(thrown)
  if (error instanceof AnnouncedError) {
    logger.info(error.message)
    return
  }
  logger.error([error.message, error.advice].filter(Boolean).join('\n'), error.title)
  for (const line of error.detail) logger.info(`  ${line}`)
}
