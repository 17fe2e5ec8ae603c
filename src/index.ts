import { appendFileSync, closeSync, constants, openSync, readFileSync } from 'node:fs'
import { createTransport } from './http/transport.ts'
import { readSecrets } from './inputs/load.ts'
import { Redactor } from './text/redact.ts'
import { headStart, leaveForPost, readStart } from './start.ts'
import { isPost } from './state.ts'
import { systemClock } from './wait/clock.ts'
import { cancellation } from './wait/signals.ts'

/*
 * Imported above is what the first request needs, and no more. The rest, @actions/core first of all, takes longer to
 * load, so it is loaded while that request is under way.
 */
const { env } = process
const redactor = new Redactor()
for (const secret of readSecrets(env)) redactor.add(secret)
// As @actions/core reads it, which is not loaded yet.
const inPost = isPost({ read: (name) => env[`STATE_${name}`] ?? '' })
const event = readEvent(env['GITHUB_EVENT_PATH'])
const world = {
  env,
  redactor,
  clock: systemClock,
  signal: cancellation(process),
  start: readStart(env, event, systemClock, (text) => redactor.redact(text)),
}
const saved = inPost || saveState(env['GITHUB_STATE'])
const transport = createTransport(env)
const ahead = inPost ? transport : headStart(world, transport)
// Loading blocks the event loop, so the request gets a turn of it to leave first.
await new Promise((resolve) => {
  setImmediate(resolve)
})
const { main, post } = await import('./main.ts')
await (inPost ? post : main)({ ...world, transport: ahead }, saved)

/** An event that cannot be read is no reason to fail: what is then missing is asked for by name. */
function readEvent(path: string | undefined): unknown {
  if (!path) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')) as unknown
  } catch {
    return undefined
  }
}

/**
 * What a killed step leaves has to be there before its first request, and what writes it otherwise is not loaded yet.
 * @returns false when the runner's file cannot be written
 */
function saveState(file: string | undefined): boolean {
  if (!file) return false
  try {
    const descriptor = openSync(file, constants.O_WRONLY | constants.O_APPEND)
    leaveForPost(world.start, {
      save: (name, value) => {
        // Both values are single lines, so no line of them can be the delimiter.
        appendFileSync(descriptor, `${name}<<end-of-${name}\n${redactor.redact(value)}\nend-of-${name}\n`)
      },
    })
    closeSync(descriptor)
    return true
  } catch {
    return false
  }
}
