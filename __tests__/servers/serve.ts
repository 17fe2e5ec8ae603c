// Starts stand-ins for Sentry, GitHub, ABF and its file store in the state of a scenario, and leaves them up until
// SIGTERM or SIGINT: the background step of a workflow that uses the action itself. The `--` in `npm run sandbox` keeps
// Node from taking `--env-file` for its own option. npm does not hand a signal on: stop it by STAND_IN_PID.
import { appendFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Scenario, scenarioOf, scenarios } from './scenarios.ts'
import type { Exchange } from './server.ts'
import { Stage, type StageOptions } from '../runner/stage.ts'
import { untilStopped } from './stop.ts'

const USAGE = `usage: npm run sandbox -- --scenario NAME [options]

  --scenario NAME          ${Object.keys(scenarios).join(', ')}
  --env-file PATH          append NAME=value lines there: GITHUB_ENV of a workflow
  --journal PATH           write each request there, as a line of JSON
  --commit SHA             the commit that the servers know
  --repository OWNER/NAME  the repository that the servers know
  --port-base N            listen on N (Sentry), N+1 (GitHub), N+2 (ABF), N+3 (file store); else on any that are free`

const options = {
  scenario: { type: 'string' },
  'env-file': { type: 'string' },
  journal: { type: 'string' },
  commit: { type: 'string' },
  repository: { type: 'string' },
  'port-base': { type: 'string' },
  help: { type: 'boolean' },
} as const

interface CommandLine {
  readonly name: string
  readonly scenario: Scenario
  readonly stage: StageOptions
  readonly envFile: string | undefined
  readonly journal: string | undefined
}

/** What the command line asks for, or undefined for the help; throws for one that makes no sense. */
function readCommandLine(): CommandLine | undefined {
  const { values } = parseArgs({ options })
  if (values.help) return undefined
  const { scenario: name = '', commit, repository, journal } = values
  const scenario = scenarioOf(name)
  if (commit !== undefined && !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) {
    throw new Error(`--commit takes a full SHA in lower case, not "${commit}".`)
  }
  if (repository !== undefined && !/^[^/\s]+\/[^/\s]+$/.test(repository)) {
    throw new Error(`--repository takes owner/name, not "${repository}".`)
  }
  const base = values['port-base']
  if (base !== undefined && !(/^\d+$/.test(base) && Number(base) > 0 && Number(base) <= 65_532)) {
    throw new Error(`--port-base takes a number from 1 to 65532, not "${base}".`)
  }
  const stage: StageOptions = {
    ...(commit === undefined ? {} : { commit }),
    ...(repository === undefined ? {} : { repository }),
    ...(base === undefined ? {} : { portBase: Number(base) }),
  }
  return { name, scenario, stage, envFile: values['env-file'], journal }
}

/** A line of the journal. Of the credentials it has only the kind. */
function journalLine(server: string, { method, path, query, status, at, headers, json }: Exchange): string {
  const authorization = headers.authorization?.split(' ', 1)[0] ?? null
  const time = new Date(at).toISOString()
  return `${JSON.stringify({ server, method, path, query, status, at: time, authorization, body: json ?? null })}\n`
}

/** Appended, because GITHUB_ENV belongs to all steps. */
function writeEnv(path: string, env: Readonly<Record<string, string>>): void {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`)
  appendFileSync(path, lines.join(''))
}

async function serve({ name, scenario, stage: given, envFile, journal }: CommandLine): Promise<void> {
  const stopped = untilStopped()
  await using stage = await Stage.start(given)
  scenario.prepare?.(stage)
  if (journal !== undefined) {
    writeFileSync(journal, '')
    stage.onExchange((server, exchange) => {
      appendFileSync(journal, journalLine(server, exchange))
    })
  }
  if (envFile !== undefined) {
    writeEnv(envFile, { ...stage.env, STAND_IN_SCENARIO: name, STAND_IN_PID: String(process.pid) })
  }
  const where = Object.entries(stage.servers).map(([server, { url }]) => `${server} ${url}`)
  process.stdout.write(`ready: scenario ${name}, ${where.join(', ')}\n`)
  await stopped
}

try {
  const commandLine = readCommandLine()
  if (commandLine) await serve(commandLine)
  else process.stdout.write(`${USAGE}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
