// Holds the action against a real Sentry server: README.md in this folder.
import { parseArgs } from 'node:util'
import { checks } from './checks/index.ts'
import { Place } from './place.ts'
import { externalServers, findTools, Unavailable } from './requirements.ts'
import { RealSentry, VERSION } from './server.ts'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    list: { type: 'boolean', default: false },
    'skip-if-unavailable': { type: 'boolean', default: false },
  },
})

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const stops: (() => void | Promise<void>)[] = []

/** Ends all that was started, the last first; one that fails does not keep the others running. */
async function stopAll(): Promise<void> {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) {
    try {
      await stop()
    } catch (error) {
      say(`Stopping failed: ${String(error)}`)
      process.exitCode = 1
    }
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void stopAll().finally(() => process.exit(130))
  })
}

async function main(): Promise<void> {
  const pattern = new RegExp(options.only ?? '', 'i')
  const chosen = checks.filter(({ name }) => pattern.test(name))
  if (options.list) {
    for (const { name } of chosen) say(name)
    return
  }
  if (chosen.length === 0) throw new Error(`no check has a name that matches ${String(pattern)}`)
  const external = externalServers(process.env)
  const tools = findTools(external)
  const sentry = await RealSentry.start({
    tools,
    external,
    say,
    onStart: (stop) => stops.push(stop),
  })
  say(`Sentry ${VERSION} is running at ${sentry.url}`)
  let failed = 0
  for (const { name, run } of chosen) {
    try {
      await run(new Place(sentry, name))
      say(`ok    ${name}`)
    } catch (error) {
      failed += 1
      say(`FAIL  ${name}`)
      say(String(error instanceof Error ? error.message : error).replaceAll(/^/gm, '      '))
    }
  }
  await stopAll()
  if (failed > 0) process.exitCode = 1
  say(`${chosen.length - failed} passed, ${failed} failed`)
}

try {
  await main()
} catch (error) {
  await stopAll()
  const skip = error instanceof Unavailable && options['skip-if-unavailable']
  const reason =
    error instanceof Unavailable ? `A real Sentry cannot run here: ${error.message}` : String(error)
  say(`${reason}\n${skip ? 'skipped' : 'not run'}`)
  process.exitCode = skip ? 0 : 1
}
