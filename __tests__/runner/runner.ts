import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { EOL, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Set by `npm run coverage` only: where V8 writes what it saw. */
const COVERAGE = process.env['RELEASE_GATE_COVERAGE']

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>
  readonly outputs: Readonly<Record<string, unknown>>
  readonly runs: { readonly main: string; readonly post: string }
}

/** What action.yml says, read as the runner reads it. */
export const actionFile = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as ActionFile

export interface ActionRun {
  /** Inputs by name; the defaults of action.yml are added, as the runner does. */
  readonly inputs?: Readonly<Record<string, string>>
  /** Added to, or replacing, the variables that the runner sets; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly event?: { readonly name: string; readonly payload: unknown }
  /** Called with the running process: tests cancel or kill it. */
  readonly onStart?: (child: ChildProcess) => void
  /** Called with every piece of output as it comes. */
  readonly onOutput?: (text: string) => void
}

export interface ActionResult {
  /** Null when a signal ended the process. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** The last value of each output. */
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  /** The files of outputs and state as they were left. */
  readonly files: { readonly output: string; readonly state: string }
  readonly summary: string
  readonly annotations: readonly Annotation[]
  /** Output without the runner's commands: what a person reads. */
  readonly log: readonly string[]
  /** Milliseconds from start to exit. */
  readonly duration: number
}

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly title: string
  readonly message: string
}

/** The commit of the push event that runs have by default. */
export const SHA = '7c1e5a0b93d84f26a8e0d4419b5f37c2e6a1908d'

/**
 * Runs the built action as the runner does: a child process in an empty workspace with a clean environment, inputs as
 * INPUT_*, and files for outputs, state and summary.
 */
export async function runAction(run: ActionRun = {}): Promise<ActionResult> {
  return await start(actionFile.runs.main, run, {})
}

/** Runs the post step with the state that the main step left. */
export async function runPost(main: Pick<ActionResult, 'state'>, run: ActionRun = {}): Promise<ActionResult> {
  const state = Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value])
  return await start(actionFile.runs.post, run, Object.fromEntries(state) as Record<string, string>)
}

/** Where a script of action.yml lies: in `dist`, or in another build of it, relative to the repository. */
export function pathOf(script: string): string {
  return join(ROOT, script.replace(/^dist/, process.env['RELEASE_GATE_DIST'] ?? 'dist'))
}

/** What the runner lays out for one step before it starts it. */
export interface Layout {
  /** Holds all the rest, and is the caller's to remove. */
  readonly folder: string
  readonly workspace: string
  readonly env: Readonly<Record<string, string>>
  readonly files: { readonly output: string; readonly state: string; readonly summary: string }
}

/** The files, the workspace and the whole environment of one step. */
export function layOut(run: ActionRun, state: Readonly<Record<string, string>> = {}): Layout {
  const folder = mkdtempSync(join(tmpdir(), 'release-gate-'))
  const file = (name: string, content = ''): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  const files = { output: file('output'), state: file('state'), summary: file('summary') }
  const workspace = mkdtempSync(join(folder, 'workspace-'))
  const defaults = Object.entries(actionFile.inputs).map(([name, { default: text = '' }]) => [
    name,
    text.includes('${{') ? '' : text,
  ])
  const inputs = { ...Object.fromEntries(defaults), ...run.inputs } as Record<string, string>
  const event = run.event ?? { name: 'push', payload: { after: SHA } }
  const env = {
    PATH: process.env['PATH'] ?? '',
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: event.name,
    GITHUB_EVENT_PATH: file('event.json', JSON.stringify(event.payload)),
    GITHUB_OUTPUT: files.output,
    GITHUB_REF_NAME: 'main',
    GITHUB_REPOSITORY: 'acme/storefront',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '9812345678',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: SHA,
    GITHUB_STATE: files.state,
    GITHUB_STEP_SUMMARY: files.summary,
    GITHUB_WORKSPACE: workspace,
    ...(COVERAGE === undefined ? {} : { NODE_V8_COVERAGE: join(ROOT, COVERAGE) }),
    ...Object.fromEntries(
      Object.entries(inputs).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text]),
    ),
    ...state,
    ...run.env,
  }
  return { folder, workspace, env, files }
}

async function start(script: string, run: ActionRun, state: Record<string, string>): Promise<ActionResult> {
  const { folder, workspace, env, files } = layOut(run, state)
  const begun = performance.now()
  const child = spawn(process.execPath, [pathOf(script)], { cwd: workspace, env })
  run.onStart?.(child)
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
    let text = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      run.onOutput?.(chunk)
    })
    return () => text
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const printed = lines(stdout?.() ?? '')
  const result: ActionResult = {
    code,
    stdout: printed,
    stderr: stderr?.() ?? '',
    outputs: readFileCommands(files.output),
    state: readFileCommands(files.state),
    files: { output: readFileSync(files.output, 'utf8'), state: readFileSync(files.state, 'utf8') },
    summary: lines(readFileSync(files.summary, 'utf8')),
    annotations: readAnnotations(printed),
    log: printed.split('\n').filter((line) => !line.startsWith('::') && line !== ''),
    duration: performance.now() - begun,
  }
  rmSync(folder, { recursive: true, force: true })
  return result
}

/** With the line ends of Linux: the runner's own commands end as lines do on the machine. */
function lines(text: string): string {
  return text.replaceAll(EOL, '\n')
}

/** `name<<delimiter`, lines, delimiter: the runner's format for outputs and state. */
function readFileCommands(path: string): Record<string, string> {
  const values: Record<string, string> = {}
  const all = lines(readFileSync(path, 'utf8')).split('\n')
  for (let at = 0; at < all.length; at += 1) {
    const [, name, delimiter] = /^(.+?)<<(.+)$/.exec(all[at] ?? '') ?? []
    if (name === undefined || delimiter === undefined) continue
    const end = all.indexOf(delimiter, at + 1)
    values[name] = all.slice(at + 1, end).join('\n')
    at = end
  }
  return values
}

function readAnnotations(stdout: string): Annotation[] {
  return stdout.split('\n').flatMap((line) => {
    const [, level, properties = '', message = ''] =
      /^::(error|warning|notice)( [^:]*)?::(.*)$/.exec(line) ?? []
    if (level === undefined) return []
    const title = /title=([^,]*)/.exec(properties)?.[1] ?? ''
    return [{ level: level as Annotation['level'], title: decode(title), message: decode(message) }]
  })
}

function decode(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')
}
