// Runs each workflow of examples/ by `act`, another implementation of the GitHub runner, against the stand-ins:
// `npm run act`, or `npm run act -- --only monorepo`. Needs `act`, `git` and `npm`; no containers.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { parse, stringify } from 'yaml'
import { Stage } from '../../__tests__/runner/stage.ts'
import { type Expected, expected } from './expected.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** The version that the expected outcomes were seen with. */
const ACT = 'v0.2.89'
const ACTION = 'release-gate/release-gate@v1'
const REPOSITORY = 'acme/storefront'
const LIMIT_MS = 300_000

interface Workflow {
  readonly jobs: Record<string, { steps: { uses?: string; with?: Record<string, unknown> }[] }>
}

/** The example with the addresses of the stand-ins; nothing else is changed. */
function adapt(text: string, { env }: Stage): string {
  const workflow = parse(text) as Workflow
  for (const step of Object.values(workflow.jobs).flatMap(({ steps }) => steps)) {
    if (step.uses !== ACTION || step.with === undefined) continue
    const abf = { 'abf-url': env['STAND_IN_ABF_URL'], 'abf-poll-interval': '1s' }
    const addresses = { 'sentry-url': env['STAND_IN_SENTRY_URL'], ...('abf-token' in step.with ? abf : {}) }
    step.with = { ...addresses, ...step.with }
  }
  return stringify(workflow)
}

/** What a runner has of the action. */
function copyAction(folder: string): void {
  for (const path of ['action.yml', 'dist']) cpSync(join(ROOT, path), join(folder, path), { recursive: true })
}

/** A repository with one commit. Gives the commit. */
function makeRepository(folder: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(join(folder, '.github/workflows'), { recursive: true })
  writeFileSync(join(folder, 'README.md'), '# Storefront\n')
  for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content)
  const git = (...args: string[]): string => {
    const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@acme.example']
    const { status, stdout, stderr } = spawnSync('git', [...identity, ...args], {
      cwd: folder,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`git ${args[0]} failed: ${stderr}`)
    return stdout.trim()
  }
  git('init', '-q', '-b', 'main')
  git('remote', 'add', 'origin', `https://github.com/${REPOSITORY}`)
  git('add', '-A')
  git('commit', '-q', '-m', 'Sell more')
  return git('rev-parse', 'HEAD')
}

/** A line of `act --json`, with what is used here. */
interface Message {
  readonly msg: string
  readonly jobID?: string
  readonly jobResult?: string
}

/** Runs act to its end; gives the result of each job, by its id, and all that it printed. */
async function runAct(
  folder: string,
  cache: string,
  args: readonly string[],
): Promise<{ readonly jobs: Record<string, string[]>; readonly log: string }> {
  const child = spawn('act', args, {
    cwd: folder,
    env: { ...process.env, XDG_CACHE_HOME: cache },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text
    })
  }
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => {
      resolve()
    })
  })
  const jobs: Record<string, string[]> = {}
  const lines = log.split('\n').filter((text) => text.startsWith('{'))
  const messages = lines.map((line) => JSON.parse(line) as Message)
  for (const { jobID, jobResult } of messages) {
    if (jobID !== undefined && jobResult !== undefined) jobs[jobID] = [...(jobs[jobID] ?? []), jobResult]
  }
  return { jobs, log: messages.map(({ msg }) => msg.trimEnd()).join('\n') }
}

/** What the servers have afterwards, in the terms of the table of expected outcomes. */
function stateOf({ sentry, abf, commit }: Stage): Expected['state'] {
  return {
    releases: sentry.releases
      .map(({ version, dateReleased }) => {
        const name = version.replace(commit, 'SHA')
        return dateReleased === null ? `${name} without a date` : name
      })
      .toSorted(),
    deploys: sentry.deploys.map(({ environment }) => environment),
    builds: abf.builds.map(({ status }) => status),
    bundles: sentry.artifacts.bundles.length,
  }
}

/** Gives nothing when the example ended as expected, else what differs. */
async function play(example: string, wanted: Expected): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'act-'))
  try {
    const [repository, action, event] = ['repository', 'action', 'event.json'].map((name) =>
      join(folder, name),
    ) as [string, string, string]
    const commit = makeRepository(repository, wanted.files ?? {})
    copyAction(action)
    await using stage = await Stage.start({ commit, repository: REPOSITORY })
    const { id: bot } = stage.abf.world.user('ci_bot')
    stage.abf.addProject({ name: 'storefront', writers: [bot], commits: [commit] })
    wanted.prepare?.(stage)
    const { env } = stage
    const text = readFileSync(join(ROOT, 'examples', example), 'utf8')
    writeFileSync(join(repository, '.github/workflows/example.yml'), adapt(text, stage))
    writeFileSync(event, JSON.stringify(wanted.payload?.(commit) ?? {}))
    const secrets = {
      SENTRY_AUTH_TOKEN: env['STAND_IN_SENTRY_TOKEN'],
      ABF_TOKEN: env['STAND_IN_ABF_TOKEN'],
      GITHUB_TOKEN: env['STAND_IN_GITHUB_TOKEN'],
    }
    const platforms = ['ubuntu-latest', 'self-hosted'].flatMap((label) => ['-P', `${label}=-self-hosted`])
    const { jobs, log } = await runAct(repository, join(folder, 'cache'), [
      wanted.event ?? 'push',
      '--json',
      '--eventpath',
      event,
      '--local-repository',
      `${ACTION}=${action}`,
      '--var',
      `SENTRY_URL=${env['STAND_IN_SENTRY_URL']}`,
      ...platforms,
      ...Object.entries(secrets).flatMap(([name, value]) => ['-s', `${name}=${value}`]),
    ])
    const found = { jobs, state: stateOf(stage) }
    if (isDeepStrictEqual(found, { jobs: wanted.jobs, state: wanted.state })) return undefined
    const lines = log.trimEnd().split('\n').slice(-40).join('\n')
    return `expected ${JSON.stringify({ jobs: wanted.jobs, state: wanted.state })}\nfound    ${JSON.stringify(found)}\n${lines}`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const { values: options } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

if (spawnSync('act', ['--version']).status !== 0) {
  throw new Error(`act is not in PATH. Install it: go install github.com/nektos/act@${ACT}`)
}
const examples = readdirSync(join(ROOT, 'examples'))
const missing = examples.filter((name) => !(name in expected))
if (missing.length > 0) throw new Error(`scripts/act/expected.ts has no row for ${missing.join(', ')}`)
const count = { passed: 0, failed: 0 }
for (const example of examples.filter((name) => name.includes(options.only))) {
  for (const wanted of expected[example] ?? []) {
    const problem = await play(example, wanted)
    count[problem === undefined ? 'passed' : 'failed'] += 1
    say(`${problem === undefined ? 'ok  ' : 'FAIL'}  ${example}: ${wanted.outcome}`)
    if (problem !== undefined) say(problem)
  }
}
say(`${count.passed} passed, ${count.failed} failed`)
if (count.failed > 0 || count.passed === 0) process.exitCode = 1
