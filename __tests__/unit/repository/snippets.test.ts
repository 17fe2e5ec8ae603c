import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { yamlBlocks } from '../../runner/workflow.ts'

// The README's length, and the YAML that people copy from the README, docs/ and examples/.

const root = new URL('../../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const list = (folder: string, extension: string): string[] =>
  readdirSync(fileURLToPath(new URL(folder, root))).flatMap((name) =>
    name.endsWith(extension) ? [`${folder}${name}`] : [],
  )

const action = parse(read('action.yml')) as Readonly<Record<'inputs' | 'outputs', object>>
const inputs = new Set(Object.keys(action.inputs))
const outputs = new Set(Object.keys(action.outputs))

const snippets = [
  ...['README.md', ...list('docs/', '.md')].flatMap((page) =>
    yamlBlocks(read(page)).map(({ line, text }) => ({ place: `${page}:${line}`, text })),
  ),
  ...list('examples/', '.yml').map((place) => ({ place, text: read(place) })),
]

interface Step {
  readonly id?: string
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

/** All steps of a workflow, or of a part of one. */
function stepsOf(value: unknown): Step[] {
  if (typeof value !== 'object' || value === null) return []
  if ('uses' in value || 'run' in value) return [value as Step]
  return Object.values(value).flatMap(stepsOf)
}

const isGate = ({ uses }: Step): boolean => uses?.startsWith('release-gate/release-gate@') === true

/** The jobs of a workflow, or the part of one that a snippet is. */
function jobsOf(text: string): unknown[] {
  const value = parse(text) as object
  return 'jobs' in value ? Object.values(value.jobs as object) : [value]
}

it('README.md has at most 1,200 words outside of tables', () => {
  const text = read('README.md')
    .replaceAll(/<!--.*?-->/gs, '')
    .replaceAll(/^\|.*$/gm, '')
  expect(text.split(/\s+/).filter((word) => word !== '').length).toBeLessThanOrEqual(1200)
})

/** Outputs of steps that the job does not have, or that this action does not have. */
function unknownOutputs(job: unknown): string[] {
  const steps = new Map(stepsOf(job).map((step) => [step.id, step]))
  const used = JSON.stringify(job).matchAll(/\bsteps\.([\w-]+)\.outputs\.([\w-]+)/g)
  return [...used].flatMap(([text, id, name = '']) => {
    const step = steps.get(id)
    return step && (!isGate(step) || outputs.has(name)) ? [] : [text]
  })
}

/** Steps that run files of the repository before it is checked out. */
function withoutCheckout(job: unknown): Step[] {
  const steps = stepsOf(job)
  const checkout = steps.findIndex(({ uses = '' }) => uses.startsWith('actions/checkout@'))
  const before = checkout < 0 ? steps : steps.slice(0, checkout)
  return before.filter(({ run = '' }) => /(^|\s)(\.\/|npm |make\b)/.test(run))
}

/** Whether a list of another job makes the jobs: each then needs a name, and the list may be empty. */
const isFromList = (job: unknown): boolean => /"matrix":\{[^}]*fromJSON/.test(JSON.stringify(job))

describe.each(snippets)('the YAML of $place', ({ text }) => {
  const gates = stepsOf(parse(text)).filter(isGate)

  it('uses only inputs of action.yml', () => {
    const names = gates.flatMap((step) => Object.keys(step.with ?? {}))
    expect(names.filter((name) => !inputs.has(name))).toEqual([])
  })

  it('uses only outputs of steps that exist', () => {
    expect(jobsOf(text).flatMap(unknownOutputs)).toEqual([])
  })

  it('checks out the repository before it runs files of it', () => {
    expect(jobsOf(text).flatMap(withoutCheckout)).toEqual([])
  })

  it('names abf-operation where ids of builds come from another step', () => {
    const given = gates.map((step) => step.with ?? {})
    const handed = given.filter((values) =>
      JSON.stringify(values['abf-build-list-ids'] ?? '').includes('${{'),
    )
    expect(handed.filter((values) => values['abf-operation'] === undefined)).toEqual([])
  })

  it('names the jobs of a matrix from a list, and skips them when the list is empty', () => {
    const jobs = jobsOf(text).filter(isFromList) as Readonly<Record<string, unknown>>[]
    expect(jobs.filter(({ name, if: condition }) => !name || !condition)).toEqual([])
  })
})

it('snippets are found', () => {
  expect(snippets.length).toBeGreaterThan(25)
  expect(snippets.filter(({ place }) => place.startsWith('README.md')).length).toBeGreaterThan(4)
})
