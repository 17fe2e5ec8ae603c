// Holds the action against a real Sentry server: README.md in this folder.
import { parseArgs } from 'node:util'
import { checks } from './checks/index.ts'
import { compareWithStandIn, record } from './compare.ts'
import { type Check, Place } from './place.ts'
import { runPlants } from './plants.ts'
import { loadRequests } from './requests.ts'
import { externalServers, findTools, Unavailable } from './requirements.ts'
import { RealSentry, VERSION } from './server.ts'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    record: { type: 'boolean', default: false },
    plants: { type: 'boolean', default: false },
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
  const files = [...loadRequests()].filter(([file]) => pattern.test(`requests ${file}`))
  if (options.list) {
    for (const { name } of chosen) say(name)
    for (const [file, { length }] of files) say(`requests ${file}: ${length} requests`)
    return
  }
  if (!options.plants && chosen.length + files.length === 0)
    throw new Error(`no check has a name that matches ${String(pattern)}`)
  const external = externalServers(process.env)
  const tools = findTools(external)
  const sentry = await RealSentry.start({
    tools,
    external,
    say,
    onStart: (stop) => stops.push(stop),
  })
  say(`Sentry ${VERSION} is running at ${sentry.url}`)
  const count = { passed: 0, failed: 0 }
  const report = (name: string, problem: string | undefined): void => {
    count[problem === undefined ? 'passed' : 'failed'] += 1
    say(`${problem === undefined ? 'ok  ' : 'FAIL'}  ${name}`)
    if (problem !== undefined) say(problem.replaceAll(/^/gm, '      '))
  }
  if (options.plants) await runPlants(sentry, pattern, report)
  else await runChecks(sentry, { pattern, chosen, report })
  await stopAll()
  if (count.failed > 0) process.exitCode = 1
  say(`${count.passed} passed, ${count.failed} failed`)
}

async function runChecks(
  sentry: RealSentry,
  {
    pattern,
    chosen,
    report,
  }: {
    readonly pattern: RegExp
    readonly chosen: readonly Check[]
    readonly report: (name: string, problem: string | undefined) => void
  },
): Promise<void> {
  // First, while nothing else is in the organization: some of them list all that is there.
  const comparisons = await compareWithStandIn(sentry, pattern)
  if (options.record) record(comparisons)
  for (const { name, problems } of comparisons) {
    report(name, problems.length === 0 ? undefined : problems.join('\n'))
  }
  for (const { name, run } of chosen) {
    const problem = await run(new Place(sentry, name)).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    report(name, problem)
  }
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
