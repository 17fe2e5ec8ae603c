import { readFileSync } from 'node:fs'
import { createActions } from './actions.ts'
import { cleanUp } from './cleanup.ts'
import { AnnouncedError, asActionError } from './errors.ts'
import { createTransport } from './http/transport.ts'
import { readSecrets } from './inputs/load.ts'
import { run } from './run.ts'
import { isPost, markStarted } from './state.ts'
import type { World } from './step.ts'
import { systemClock } from './wait/clock.ts'
import { cancellation } from './wait/signals.ts'

const actions = createActions()
for (const secret of readSecrets(process.env)) actions.mask(secret)

process.on('uncaughtException', fail)

const world: World = {
  env: process.env,
  event: readEvent(process.env['GITHUB_EVENT_PATH']),
  actions,
  clock: systemClock,
  transport: createTransport(),
  signal: cancellation(process),
}
if (isPost(actions.state)) {
  await cleanUp(world)
} else {
  markStarted(actions.state)
  await run(world).catch(fail)
}

/** One red annotation with cause and cure; what helps to dig follows as plain log lines. */
function fail(thrown: unknown): void {
  process.exitCode = 1
  const error = asActionError(thrown)
  if (error instanceof AnnouncedError) {
    actions.logger.info(error.message)
    return
  }
  actions.logger.error([error.message, error.advice].filter(Boolean).join('\n'), error.title)
  for (const line of error.detail) actions.logger.info(`  ${line}`)
}

/** An event that cannot be read is no reason to fail: what is then missing is asked for by name. */
function readEvent(path: string | undefined): unknown {
  if (!path) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')) as unknown
  } catch {
    return undefined
  }
}
