import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import { evaluate, holds, interpolate, known, plain, type Scope } from './expression.ts'
import { actionFile, type ActionResult, runAction, runPost, SHA } from './runner.ts'

type Texts = Readonly<Record<string, string>>

export interface WorkflowOptions {
  /** Default: the first trigger of the file. Filters of branches and paths are not looked at. */
  readonly event?: { readonly name: string; readonly payload: unknown }
  readonly secrets?: Texts
  readonly vars?: Texts
  readonly inputs?: Texts
  /** Replaces values of the `github` context. */
  readonly github?: Texts
  /** Inputs of every step with this action that win over the file: the addresses of stand-ins. */
  readonly with?: Texts
  /** Executable files by name: they are in the folder where scripts run, and stand in for programs of that name. */
  readonly files?: Texts
  /** Where scripts run instead of an empty folder. */
  readonly workspace?: string
  /** Actions of others that have nothing to do here, such as `actions/checkout`. */
  readonly without?: readonly string[]
}

type Outcome = 'success' | 'failure' | 'skipped'

export interface StepRun {
  readonly id: string | undefined
  readonly outcome: Outcome
  /** The outcome after `continue-on-error`. */
  readonly conclusion: Outcome
  readonly outputs: Texts
  /** What the step printed. */
  readonly log: string
  /** Of a step with this action. */
  readonly action?: ActionResult
}

export interface JobRun {
  readonly result: Outcome
  readonly outputs: Texts
  /** Of all legs of a matrix, one leg after the other. */
  readonly steps: readonly StepRun[]
}

export interface WorkflowRun {
  readonly result: Outcome
  readonly jobs: Readonly<Record<string, JobRun>>
}

/** This action, by its name or by its place. */
const OURS = /^(release-gate\/release-gate@|\.\/$)/

const Scalar = z.union([z.string(), z.number(), z.boolean()])
const Values = z.optional(z.record(z.string(), Scalar))
const Condition = z.optional(z.union([z.string(), z.boolean()]))
/** What GitHub needs and a run here does not: who may do what, on which machine, for how long, under which name. */
const inert = z.optional(z.unknown())

/** The part of the workflow syntax that is understood. Every other key is an error. */
const StepFile = z.strictObject({
  id: z.optional(z.string()),
  name: inert,
  if: Condition,
  env: Values,
  uses: z.optional(z.string()),
  with: Values,
  run: z.optional(z.string()),
  shell: z.optional(z.literal('bash')),
  'continue-on-error': Condition,
  'timeout-minutes': inert,
})
const JobFile = z.strictObject({
  name: inert,
  'runs-on': z.string(),
  permissions: inert,
  environment: inert,
  'timeout-minutes': inert,
  concurrency: inert,
  needs: z.optional(z.union([z.string(), z.array(z.string())])),
  if: Condition,
  env: Values,
  outputs: Values,
  strategy: z.optional(z.strictObject({ 'fail-fast': inert, 'max-parallel': inert, matrix: z.unknown() })),
  steps: z.array(StepFile),
})
const WorkflowFile = z.strictObject({
  name: inert,
  on: z.union([z.string(), z.array(z.string()), z.record(z.string(), z.unknown())]),
  permissions: inert,
  concurrency: inert,
  env: Values,
  jobs: z.record(z.string(), JobFile),
})
type Step = z.infer<typeof StepFile>
type Job = z.infer<typeof JobFile>
type Values = z.infer<typeof Values>

/**
 * Runs a workflow file: jobs in the order of `needs`, the built action for its own steps, bash for scripts. A job that
 * fails does not stop the other legs of its matrix. Nothing is skipped silently: what is not understood throws.
 */
export async function runWorkflow(source: string, options: WorkflowOptions = {}): Promise<WorkflowRun> {
  const file = WorkflowFile.parse(parse(source))
  const triggers =
    typeof file.on === 'object' && !Array.isArray(file.on) ? Object.keys(file.on) : [file.on].flat()
  const [name = ''] = triggers
  const event = options.event ?? { name, payload: name === 'push' ? { after: SHA } : {} }
  if (!triggers.includes(event.name)) throw new Error(`no trigger for ${event.name}`)
  const runner = { ...options, event, env: file.env, github: githubContext(event, options.github) }

  const waiting = new Map(Object.entries(file.jobs))
  const done = new Map<string, JobRun>()
  while (waiting.size > 0) {
    const ready = [...waiting].filter(([, job]) => needsOf(job).every((id) => done.has(id)))
    if (ready.length === 0) throw new Error(`needs of ${[...waiting.keys()].join(', ')} that never come`)
    await Promise.all(
      ready.map(async ([id, job]) => {
        waiting.delete(id)
        done.set(id, await runJob(job, file.jobs, done, runner))
      }),
    )
  }
  return { result: worst([...done.values()].map(({ result }) => result)), jobs: Object.fromEntries(done) }
}

/** The YAML examples of a Markdown text, each with the number of its first line. */
export function yamlBlocks(markdown: string): { readonly line: number; readonly text: string }[] {
  return [...markdown.matchAll(/^```ya?ml\n(.*?)^```$/gms)].map(({ index, 1: text = '' }) => ({
    line: markdown.slice(0, index).split('\n').length + 1,
    text,
  }))
}

/** What all jobs of one run share. */
type Runner = Omit<WorkflowOptions, 'event' | 'github'> & {
  readonly event: NonNullable<WorkflowOptions['event']>
  readonly github: Readonly<Record<string, unknown>>
  readonly env: Values
}

async function runJob(
  job: Job,
  all: Readonly<Record<string, Job>>,
  done: ReadonlyMap<string, JobRun>,
  runner: Runner,
): Promise<JobRun> {
  const needs = new Map(needsOf(job).map((id) => [id, done.get(id)]))
  // For the status functions those count, too, that the needed jobs need.
  const before = new Set(needs.keys())
  for (const id of before) for (const earlier of needsOf(all[id])) before.add(earlier)
  const results = [...before].map((id) => done.get(id)?.result)
  const scope: Scope = {
    contexts: {
      github: known(runner.github),
      secrets: known({ GITHUB_TOKEN: runner.github['token'], ...runner.secrets }),
      vars: known(runner.vars),
      inputs: known(runner.inputs),
      needs: new Map(
        [...needs].map(([id, need]) => [id, { result: need?.result, outputs: known(need?.outputs) }]),
      ),
    },
    succeeded: results.every((result) => result === 'success'),
    failed: results.includes('failure'),
  }
  const silent = Object.fromEntries(Object.keys(job.outputs ?? {}).map((name) => [name, '']))
  if (!holds(job.if, scope)) return { result: 'skipped', outputs: silent, steps: [] }

  const legs = await Promise.all(
    matrixLegs(job.strategy?.matrix, scope).map((matrix) =>
      runLeg(job, { ...scope.contexts, matrix: known(matrix) }, runner),
    ),
  )
  return {
    result: worst(legs.map(({ result }) => result)),
    outputs: Object.assign({}, ...legs.map(({ outputs }) => outputs)) as Texts,
    steps: legs.flatMap(({ steps }) => steps),
  }
}

async function runLeg(job: Job, contexts: Scope['contexts'], runner: Runner): Promise<JobRun> {
  const folder = mkdtempSync(join(tmpdir(), 'workflow-'))
  try {
    for (const [name, text] of Object.entries(runner.files ?? {})) {
      writeFileSync(join(folder, name), text, { mode: 0o755 })
    }
    return await runSteps(job, { runner, folder, contexts })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runSteps(
  job: Job,
  { runner, folder, contexts }: { runner: Runner; folder: string; contexts: Scope['contexts'] },
): Promise<JobRun> {
  const steps: StepRun[] = []
  const readable = new Map<string, unknown>()
  const posts: (() => Promise<ActionResult>)[] = []
  let env: Texts = {}
  let result: 'success' | 'failure' = 'success'
  const scopeWith = (visible: Texts): Scope => ({
    contexts: {
      ...contexts,
      env: known(visible),
      steps: readable,
      job: known({ status: result }),
      runner: known({ os: 'Linux', arch: 'X64', temp: folder }),
    },
    succeeded: result === 'success',
    failed: result === 'failure',
  })
  for (const values of [runner.env, job.env]) env = { ...env, ...texts(values, scopeWith(env)) }

  for (const step of job.steps) {
    // Before the condition, as GitHub does: an expression in the environment of a step that is skipped must be good, too.
    const stepEnv = { ...env, ...texts(step.env, scopeWith(env)) }
    const scope = scopeWith(stepEnv)
    const processEnv = { ...variables(runner.github), RUNNER_TEMP: folder, ...stepEnv }
    const start = (): Promise<Ran> =>
      step.uses === undefined
        ? runScript(step, { folder, workspace: runner.workspace ?? folder, env: processEnv, scope })
        : runUses(step, { runner, workspace: runner.workspace ?? folder, env: processEnv, scope })
    const ran = holds(step.if, scope) ? await start() : undefined
    env = { ...env, ...ran?.env }
    if (ran?.post) posts.unshift(ran.post)

    const outcome = ran ? (ran.ok ? 'success' : 'failure') : 'skipped'
    const forgiven = outcome === 'failure' && evaluate(step['continue-on-error'] ?? false, scope)
    const conclusion = forgiven ? 'success' : outcome
    if (conclusion === 'failure') result = 'failure'
    const { outputs = {}, log = '', action } = ran ?? {}
    steps.push({ id: step.id, outcome, conclusion, outputs, log, ...(action && { action }) })
    const visible = step.uses === undefined ? outputs : known({ ...NO_OUTPUTS, ...outputs })
    if (step.id !== undefined) readable.set(step.id, { outcome, conclusion, outputs: visible })
  }
  const outputs = texts(job.outputs, scopeWith(env))
  for (const post of posts) {
    const { code, stdout, stderr } = await post()
    if (code !== 0) throw new Error(`a post step failed:\n${stdout}${stderr}`)
  }
  return { result, outputs, steps }
}

/** What came of one step that ran. */
interface Ran {
  readonly ok: boolean
  readonly outputs: Texts
  readonly log: string
  /** Variables for the steps after it. */
  readonly env?: Texts
  readonly action?: ActionResult
  readonly post?: () => Promise<ActionResult>
}

async function runUses(
  step: Step,
  { runner, workspace, env, scope }: { runner: Runner; workspace: string; env: Texts; scope: Scope },
): Promise<Ran> {
  const { uses = '' } = step
  if (runner.without?.includes(uses.replace(/@.*/, ''))) return { ok: true, outputs: {}, log: '' }
  if (!OURS.test(uses)) throw new Error(`a step uses ${uses}, which is another action`)
  const unknown = Object.keys(step.with ?? {}).filter((name) => !(name in actionFile.inputs))
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`)
  const defaults = Object.entries(actionFile.inputs).map(([name, { default: text = '' }]) => [name, text])
  const inputs = { ...Object.fromEntries(defaults), ...step.with } as Texts
  const run = {
    inputs: { ...texts(inputs, scope), ...addressesFor(step, runner) },
    env: { ...env, GITHUB_WORKSPACE: workspace },
    event: runner.event,
  }
  const action = await runAction(run)
  const { code, outputs, stdout, stderr } = action
  return { ok: code === 0, outputs, log: stdout + stderr, action, post: () => runPost(action, run) }
}

/** A step that has nothing to do with ABF gets nothing of it: the action takes a lonely input for a loss. */
function addressesFor(step: Step, runner: Runner): Texts {
  const builds = Object.keys(step.with ?? {}).some((name) => name.startsWith('abf-'))
  return Object.fromEntries(
    Object.entries(runner.with ?? {}).filter(([name]) => builds || !name.startsWith('abf-')),
  )
}

async function runScript(
  step: Step,
  { folder, workspace, env, scope }: { folder: string; workspace: string; env: Texts; scope: Scope },
): Promise<Ran> {
  if (step.run === undefined) throw new Error('a step without uses and run')
  const file = (name: string, content = ''): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const files = { GITHUB_OUTPUT: file('.output'), GITHUB_ENV: file('.env'), GITHUB_STEP_SUMMARY: file('.md') }
  const flags = step.shell === undefined ? ['-e'] : ['--noprofile', '--norc', '-eo', 'pipefail']
  const child = spawn('bash', [...flags, file('.script', interpolate(step.run, scope))], {
    cwd: workspace,
    env: { PATH: [folder, process.env['PATH']].join(delimiter), HOME: folder, ...env, ...files },
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (log += text))
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const { GITHUB_OUTPUT, GITHUB_ENV } = files
  return { ok: code === 0, log, outputs: fileCommands(GITHUB_OUTPUT), env: fileCommands(GITHUB_ENV) }
}

/** `name=value`, or `name<<delimiter`, lines, delimiter. */
function fileCommands(path: string): Texts {
  const values: Record<string, string> = {}
  const lines = readFileSync(path, 'utf8').split('\n')
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    if (line === '') continue
    const [, name, sign, rest = ''] = /^(.+?)(=|<<)(.*)$/.exec(line) ?? []
    if (name === undefined) throw new Error(`neither name=value nor name<<delimiter: ${line}`)
    values[name] = sign === '=' ? rest : lines.splice(0, lines.indexOf(rest)).join('\n')
    if (sign !== '=') lines.shift()
  }
  return values
}

function needsOf(job: Job | undefined): readonly string[] {
  return [job?.needs ?? []].flat()
}

function worst(results: readonly Outcome[]): Outcome {
  if (results.includes('failure')) return 'failure'
  return results.includes('success') ? 'success' : 'skipped'
}

/** Every combination of the lists of a matrix; one without values where there is no matrix. */
function matrixLegs(matrix: unknown, scope: Scope): Record<string, unknown>[] {
  const whole = matrix === undefined ? {} : plain(matrix, scope)
  return Object.entries(z.record(z.string(), z.array(z.unknown())).parse(whole)).reduce<
    Record<string, unknown>[]
  >(
    (legs, [name, values]) => {
      if (name === 'include' || name === 'exclude') throw new Error(`matrix.${name} is not understood`)
      return legs.flatMap((leg) => values.map((value) => ({ ...leg, [name]: value })))
    },
    [{}],
  )
}

function githubContext(
  event: NonNullable<WorkflowOptions['event']>,
  given: Texts = {},
): Readonly<Record<string, unknown>> {
  return {
    token: 'token-of-the-job',
    event_name: event.name,
    event: event.payload,
    sha: SHA,
    ref: 'refs/heads/main',
    ref_name: 'main',
    repository: 'acme/storefront',
    workflow: 'workflow',
    actor: 'rowan',
    run_id: '9812345678',
    run_attempt: '1',
    server_url: 'https://github.com',
    // Nobody listens there: a run that reads from GitHub has to bring one.
    api_url: 'http://127.0.0.1:9',
    ...given,
  }
}

/** The same for processes. */
function variables(github: Readonly<Record<string, unknown>>): Texts {
  const { token: _token, event: _event, ...rest } = github
  return Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, String(value)]),
  )
}

const NO_OUTPUTS = Object.fromEntries(Object.keys(actionFile.outputs).map((name) => [name, '']))

function texts(values: Values, scope: Scope): Texts {
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([name, value]) => [name, interpolate(String(value), scope)]),
  )
}
