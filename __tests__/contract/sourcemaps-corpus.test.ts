import { execFile } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { originalPositionFor, sourceContentFor, TraceMap } from '@jridgewell/trace-mapping'
import { describe, expect, it } from 'vitest'
import type { StoredBundle } from '../servers/sentry/artifacts.ts'
import { startSentry } from './helpers.ts'
import { BUILDERS, writeSources } from './sourcemaps-builders.ts'
import { contentsOf, upload, workspaceWith } from './sourcemaps.ts'

// An error of a deployed script must lead to its original line by nothing but the
// uploaded bundle and the id that the script registered, read with a library of others.

interface Failed {
  readonly stack: string
  readonly ids: Readonly<Record<string, string>>
}

const RUN = `
const [, , file] = process.argv
try { await import(file) } catch (error) {
  process.stdout.write(JSON.stringify({ stack: error.stack, ids: globalThis._sentryDebugIds ?? {} }))
}
`

/** Runs a script that throws, in a Node of its own. */
async function run(workspace: string, name: string): Promise<Failed> {
  const runner = join(workspace, 'run.mjs')
  await writeFile(runner, RUN)
  const file = pathToFileURL(join(workspace, 'dist', name)).href
  const { stdout } = await promisify(execFile)(process.execPath, [runner, file])
  return JSON.parse(stdout) as Failed
}

// On Windows paths begin with a letter and a colon.
const FRAME = /((?:file:\/\/)?[^()]*[\\/]dist[\\/]([^()\\/:]+)):(\d+):(\d+)\)?$/

/** The marks of the original lines, innermost first; what a bundler has added of its own has none. */
function resolve({ stack }: Failed, mapOf: (name: string) => TraceMap): (string | undefined)[] {
  return stack.split('\n').flatMap((line) => {
    const [, , name, row, column] = FRAME.exec(line) ?? []
    if (name === undefined) return []
    const map = mapOf(name)
    const found = originalPositionFor(map, { line: Number(row), column: Number(column) - 1 })
    const source = found.source === null ? null : sourceContentFor(map, found.source)
    const text = source?.split('\n')[(found.line ?? 0) - 1]
    return [/\/\/ frame: (\w+)/.exec(text ?? '')?.[1]]
  })
}

/** The maps of a bundle, by nothing but the ids that the scripts registered. */
function fromBundle({ ids }: Failed, bundle: StoredBundle): (name: string) => TraceMap {
  const idOf = new Map(
    Object.entries(ids).map(([text, id]) => {
      const frames = text.split('\n').flatMap((line) => FRAME.exec(line)?.[2] ?? [])
      return [frames[0], id]
    }),
  )
  return (name) => {
    const id = idOf.get(name)
    const entries = Object.entries(bundle.manifest.files).filter(
      ([, { headers }]) => headers?.['debug-id'] === id,
    )
    expect(entries.map(([, { type }]) => type).toSorted()).toEqual(['minified_source', 'source_map'])
    const [path = ''] = entries.find(([, { type }]) => type === 'source_map') ?? []
    return new TraceMap(bundle.files.get(path)?.toString() ?? '')
  }
}

/** The maps as the build made them. */
function fromBuild(files: ReadonlyMap<string, string>): (name: string) => TraceMap {
  return (name) => {
    const inline = /sourceMappingURL=data:[^,]*;base64,(\S+)/.exec(files.get(name) ?? '')?.[1]
    return new TraceMap(
      inline === undefined ? (files.get(`${name}.map`) ?? '') : Buffer.from(inline, 'base64').toString(),
    )
  }
}

describe('an error in a script that was built by', () => {
  it.each(Object.entries(BUILDERS))(
    '%s leads to its source',
    async (_, build) => {
      const sentry = await startSentry()
      const workspace = await workspaceWith({})
      await writeSources(workspace)
      await build(workspace)
      const names = await readdir(join(workspace, 'dist'))
      const texts = await contentsOf(
        workspace,
        names.map((name) => `dist/${name}`),
      )
      const files = new Map(names.map((name, index) => [name, texts[index] ?? '']))
      const main = names.find((name) => /^main\.[cm]?js$/.test(name)) ?? ''
      const plain = await run(workspace, main)
      const expected = resolve(plain, fromBuild(files))
      expect(expected[0]).toBe('inner')
      const result = await upload(sentry, workspace)
      expect([result.code, result.outputs['sourcemap-unresolved']]).toEqual([0, '[]'])
      const failed = await run(workspace, main)
      expect(failed.stack.split('\n')[0]).toBe(plain.stack.split('\n')[0])
      const [bundle] = sentry.artifacts.bundles
      expect(bundle && resolve(failed, fromBundle(failed, bundle))).toEqual(expected)
    },
    120_000,
  )
})
