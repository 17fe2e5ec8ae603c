import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type Dialect, FileStoreStandIn } from '../servers/abf/index.ts'
import { type ActionResult, actionFile, SHA } from '../runner/runner.ts'
import { build, DIALECTS, on, seed, startAbf, step } from './abf-helpers.ts'
import { ensure, gate, serve, startSentry } from './helpers.ts'
import { build as scripts, upload, workspaceWith } from './sourcemaps.ts'

// docs/schemas against what the built action writes, by zod's reading of JSON Schema.

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0]
type Json = Readonly<Record<string, unknown>>

const folder = new URL('../../docs/schemas/', import.meta.url)
const files = readdirSync(folder)
const read = (file: string): JsonSchema =>
  JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as JsonSchema

/** The same schema without room for fields that it does not name: outputs may gain some, but not behind its back. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const inner = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, closed(item)]))
  return 'properties' in value ? { ...inner, additionalProperties: false } : inner
}

const open = Object.fromEntries(files.map((file) => [file, z.fromJSONSchema(read(file))]))
const exact = Object.fromEntries(
  files.map((file) => [file, z.fromJSONSchema(closed(read(file)) as JsonSchema)]),
)

/** What is wrong with a value; empty when it is as the file says. */
function complaints(schemas: typeof open, file: string, value: unknown): string[] {
  const schema = schemas[file]
  if (!schema) throw new Error(`there is no ${file}`)
  const { error } = schema.safeParse(value)
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []
}

/** The outputs that are JSON, by the name of their schema. */
const JSON_OUTPUTS = [
  'sourcemap-bundle-ids',
  'sourcemap-unresolved',
  'build-list-ids',
  'build-lists',
  'packages',
]

function judge({ outputs }: ActionResult): string[] {
  const inner = JSON_OUTPUTS.flatMap((name) =>
    outputs[name] === undefined ? [] : complaints(exact, `${name}.json`, JSON.parse(outputs[name])),
  )
  return [...complaints(exact, 'outputs.json', outputs), ...inner]
}

function rows(result: ActionResult, name: string): Json[] {
  return JSON.parse(result.outputs[name] ?? '') as Json[]
}

describe('docs/schemas', () => {
  it('has a file for each output that is JSON, and one for all', () => {
    const told = Object.entries(actionFile.outputs as Readonly<Record<string, { description: string }>>)
    const json = told.flatMap(([name, { description }]) => (description.includes('JSON') ? name : []))
    expect(json.toSorted()).toEqual(JSON_OUTPUTS.toSorted())
    expect(files.toSorted()).toEqual([...JSON_OUTPUTS, 'outputs'].map((name) => `${name}.json`).toSorted())
  })

  it('knows every output of action.yml, and which of them hold JSON', () => {
    const { properties = {} } = read('outputs.json') as { properties?: Readonly<Record<string, Json>> }
    expect(Object.keys(properties).toSorted()).toEqual(Object.keys(actionFile.outputs).toSorted())
    const held = Object.entries(properties).filter(([, { contentSchema }]) => contentSchema !== undefined)
    expect(held.map(([name, { contentSchema }]) => [name, contentSchema])).toEqual(
      JSON_OUTPUTS.map((name) => [name, { $ref: `${name}.json` }]),
    )
  })

  it.each(['sourcemap-unresolved', 'build-lists', 'packages'])(
    'requires every field of %s that it names',
    (name) => {
      const { $defs = {} } = read(`${name}.json`) as {
        $defs?: Readonly<Record<string, { properties: Json; required: string[] }>>
      }
      for (const { properties, required } of Object.values($defs)) {
        expect(required).toEqual(Object.keys(properties))
      }
    },
  )
})

/** Runs with every kind of ending, each with what it has to come to, so that none is compared by mistake. */
const RUNS: readonly (readonly [
  name: string,
  conclusion: string,
  run: (dialect: Dialect) => Promise<ActionResult>,
])[] = [
  [
    'builds that are published',
    'success',
    async (dialect) => {
      const abf = await startAbf(dialect, { fileStore: await serve(new FileStoreStandIn()) })
      return await build(abf, { 'abf-arches': 'x86_64 znver1', 'abf-auto-publish': 'default' })
    },
  ],
  [
    'a build that is used again',
    'success',
    async (dialect) => {
      const abf = await startAbf(dialect)
      seed(abf, 0, { autoPublishStatus: 'none' })
      return await build(abf)
    },
  ],
  [
    'a build that fails beside a good one',
    'failure',
    async (dialect) => {
      const abf = await startAbf(dialect, { fileStore: await serve(new FileStoreStandIn()) })
      abf.plan({ arch: 'znver1' }, [3000, 666])
      return await build(abf, { 'abf-arches': 'x86_64 znver1' })
    },
  ],
  [
    'a build that timed out',
    'timed_out',
    async (dialect) => {
      const abf = await startAbf(dialect)
      abf.plan({}, [3000])
      return await build(abf, { 'abf-timeout': '1s' })
    },
  ],
  [
    'a build for an architecture that the package excludes',
    'neutral',
    async (dialect) => {
      const abf = await startAbf(dialect)
      abf.plan({}, [3000, 15000])
      return await build(abf)
    },
  ],
  [
    'builds that are not waited for',
    'in_progress',
    async (dialect) => build(await startAbf(dialect), { 'abf-wait': 'false' }),
  ],
  ['a build that is not there', 'failure', async (dialect) => on(await startAbf(dialect), [{ id: 99 }])],
  [
    'publishing',
    'success',
    async (dialect) => {
      const abf = await startAbf(dialect)
      return await on(abf, [seed(abf, 0)], { 'abf-operation': 'publish' })
    },
  ],
  [
    'cancelling',
    'cancelled',
    async (dialect) => {
      const abf = await startAbf(dialect)
      return await on(abf, [seed(abf, 3000)], { 'abf-operation': 'cancel' })
    },
  ],
  [
    'a search',
    'success',
    async (dialect) => {
      const abf = await startAbf(dialect)
      seed(abf, 666)
      seed(abf, 6000)
      return await step(abf, { 'abf-filter': 'ownership=everything' })
    },
  ],
]

describe.concurrent.each(DIALECTS)('the outputs on %s are as docs/schemas says after', (dialect) => {
  it.each(RUNS)('%s', async (_, conclusion, run) => {
    const result = await run(dialect)
    expect(result.outputs['build-conclusion']).toBe(conclusion)
    expect(rows(result, 'build-lists').length).toBeGreaterThan(0)
    expect(judge(result)).toEqual([])
  })
})

describe.concurrent('the outputs without ABF are as docs/schemas says after', () => {
  it('a release with a deploy', async () => {
    const result = await gate(await startSentry(), { environment: 'production' })
    expect(result.outputs['deploy-id']).toMatch(/./)
    expect(judge(result)).toEqual([])
  })

  it('source maps, of which one is missing', async () => {
    const workspace = await workspaceWith({ ...scripts('app'), 'dist/vendor.js': 'vendor()' })
    const result = await upload(await startSentry(), workspace, { 'sourcemaps-missing': 'ignore' })
    expect([rows(result, 'sourcemap-bundle-ids'), rows(result, 'sourcemap-unresolved')]).toEqual([
      [expect.any(String)],
      [expect.any(Object)],
    ])
    expect(judge(result)).toEqual([])
  })

  it('a failure before the release is there', async () => {
    const result = await ensure(await startSentry(), { projects: 'none' })
    expect([result.code, result.outputs, judge(result)]).toEqual([1, { 'release-version': SHA }, []])
  })
})

describe('a mistake in the outputs is seen', async () => {
  const abf = await startAbf('omv', { fileStore: await serve(new FileStoreStandIn()) })
  const good = await build(abf)

  it.each(['build-lists', 'packages'])('in %s', (name) => {
    const [first] = rows(good, name)
    expect(complaints(open, `${name}.json`, [first])).toEqual([])
    expect(complaints(open, `${name}.json`, first)).not.toEqual([])
    expect(complaints(exact, `${name}.json`, [{ ...first, extra: 1 }])).not.toEqual([])
    for (const field of Object.keys(first ?? {})) {
      const { [field]: _, ...without } = first ?? {}
      expect.soft(complaints(open, `${name}.json`, [without]), `without ${field}`).not.toEqual([])
      expect
        .soft(complaints(open, `${name}.json`, [{ ...first, [field]: {} }]), `${field}: {}`)
        .not.toEqual([])
    }
  })

  it.each([
    ['build-lists', 'conclusion', 'good'],
    ['build-lists', 'status', '6000'],
    ['build-lists', 'status', 0.5],
    ['build-lists', 'status-name', ''],
    ['build-lists', 'url', 'build_lists/1'],
    ['build-lists', 'url', null],
    ['build-lists', 'duration', '1 s'],
    ['build-lists', 'reused', null],
    ['build-lists', 'packages', -1],
    ['packages', 'name', ''],
    ['packages', 'version', null],
    ['packages', 'url', 'javascript:alert(1)'],
    ['packages', 'build-list-id', 0],
  ])('in %s: %s %j', (name, field, value) => {
    const [first] = rows(good, name)
    expect(complaints(open, `${name}.json`, [{ ...first, [field]: value }])).not.toEqual([])
  })

  it.each([[['1']], [[0]], [[1, 1]], [[2 ** 31]], [{ 0: 1 }]])('in build-list-ids: %j', (value) => {
    expect(complaints(open, 'build-list-ids.json', value)).not.toEqual([])
  })

  it.each([
    ['release-created', 'yes'],
    ['release-finalized', 'True'],
    ['release-id', '12a'],
    ['release-url', 'sentry.io'],
    ['commit-count', '-1'],
    ['build-status', 'published'],
    ['build-conclusion', 'ok'],
    ['sourcemap-state', 'done'],
    ['sourcemap-files', '-1'],
    ['sourcemap-unresolved', '{}'],
    ['build-lists', '{}'],
    ['packages', 'null'],
  ])('in the texts: %s %j', (name, value) => {
    expect(complaints(open, 'outputs.json', { ...good.outputs, [name]: value })).not.toEqual([])
  })

  it.each(Object.keys(actionFile.outputs))('in the texts: %s is none', (name) => {
    for (const value of [{}, [], 1, true, null]) {
      expect(complaints(open, 'outputs.json', { [name]: value })).not.toEqual([])
    }
    expect(complaints(open, 'outputs.json', { [name]: '' })).toEqual([])
  })
})
