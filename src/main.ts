import { readFileSync } from 'node:fs'
import { createActions } from './actions.ts'
import { ReportedError, asActionError } from './errors.ts'
import { createTransport } from './http/transport.ts'
import { readSecrets } from './inputs/load.ts'
import type { Logger } from './ports.ts'
import { cleanUp } from './post.ts'
import { run } from './run.ts'
import { saveForPost, readStart } from './start.ts'
import { isPost } from './state.ts'
import type { World } from './step.ts'
import { Redactor } from './text/redact.ts'
import { systemClock } from './wait/clock.ts'
import { cancellation } from './wait/signals.ts'

/** Runs the main step, or the post step when the saved state shows that the main step ran. Never rejects. */
export async function start({ env }: NodeJS.Process): Promise<void> {
  const redactor = new Redactor()
  for (const secret of readSecrets(env)) redactor.add(secret)
  // Masks the secrets, so nothing is logged before it.
  const actions = createActions(redactor)
  const world: World = {
    env,
    actions,
    clock: systemClock,
    signal: cancellation(process),
    start: readStart(env, readEvent(env['GITHUB_EVENT_PATH']), systemClock, actions.redact),
    transport: createTransport(env),
  }
  await (isPost(actions.state) ? post : main)(world)
}

/** The main step: every failure becomes one red annotation and exit code 1. */
export async function main(world: World): Promise<void> {
  const { logger, state } = world.actions
  const fail = (thrown: unknown): void => {
    process.exitCode = 1
    logFailure(thrown, logger)
  }
  process.on('uncaughtException', fail)
  saveForPost(world.start, state)
  await run(world).catch(fail)
}

/** The post step: whatever happens, it only warns, because the job has its result by then. */
export async function post(world: World): Promise<void> {
  const { logger } = world.actions
  const warn = (thrown: unknown): void => {
    logger.warning(`The post step could not finish: ${asActionError(thrown).message}`)
  }
  // Also where Node would end with a code of its own.
  process.exitCode = 0
  process.on('uncaughtException', warn)
  await cleanUp(world).catch(warn)
}

/** An unreadable event is treated as an empty one: what is then missing is reported by the name of its input. */
function readEvent(path: string | undefined): unknown {
  if (!path) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')) as unknown
  } catch {
    return undefined
  }
}

/** One red annotation with cause and advice; the details follow as plain log lines. */
function logFailure(thrown: unknown, logger: Logger): void {
  const error = asActionError(thrown)
  if (error instanceof ReportedError) {
    logger.info(error.message)
    return
  }
  logger.error([error.message, error.advice].filter(Boolean).join('\n'), error.title)
  for (const line of error.detail) logger.info(`  ${line}`)
}
