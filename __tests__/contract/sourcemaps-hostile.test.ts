import { createHash } from 'node:crypto'
import { chmod, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failure, startSentry } from './helpers.ts'
import { build, contentsOf, json, noise, upload, workspaceWith } from './sourcemaps.ts'

// Scripts and maps that no build makes on purpose.

const SCRIPT = (name: string): string => `call();\n//# sourceMappingURL=${name}.js.map\n`
const map = (change: object): string =>
  JSON.stringify({
    version: 3,
    sources: ['a'],
    sourcesContent: ['a'],
    names: [],
    mappings: 'AAAA',
    ...change,
  })

const MAPS: readonly (readonly [name: string, content: string | Buffer, reason: string | undefined])[] = [
  ['deep', `${'['.repeat(500_000)}${']'.repeat(500_000)}`, 'not a JSON object'],
  [
    'deep-value',
    `{"version":3,"x":${'['.repeat(500_000)}${']'.repeat(500_000)},"sources":[],"mappings":""}`,
    undefined,
  ],
  ['open', '{"version":3,"sources":["a","mappings":"AAAA"', 'not valid JSON'],
  ['many-segments', map({ mappings: `${'AAAA,'.repeat(4_000_000)}AAAA` }), undefined],
  [
    'many-sources',
    map({ sources: Array.from({ length: 200_000 }, (_, index) => `${index}.ts`), sourcesContent: [] }),
    undefined,
  ],
  ['sections', map({ sections: [{ offset: { line: 1e99, column: 0 }, map: {} }] }), 'no offset or no map'],
  [
    'prototype',
    '{"__proto__":{"version":3},"version":3,"sources":["a"],"names":[],"mappings":"AAAA"}',
    undefined,
  ],
  ['twice', '{"version":3,"mappings":"!","sources":["a"],"names":[],"mappings":"AAAA"}', undefined],
  ['binary', Buffer.from([0xff, 0xfe, 0x00]), 'not UTF-8'],
  ['empty', '', 'not valid JSON'],
  ['number', '7', 'not a JSON object'],
]

describe('hostile scripts and maps', () => {
  it('are refused or read, and end the step within its limits', async () => {
    const sentry = await startSentry()
    const workspace = await workspaceWith(
      Object.fromEntries(
        MAPS.flatMap(([name, content]) => [
          [`dist/${name}.js`, SCRIPT(name)],
          [`dist/${name}.js.map`, content],
        ]),
      ),
    )
    const result = await upload(sentry, workspace, { 'sourcemaps-missing': 'ignore' })
    expect([result.code, result.outputs['sourcemap-state']]).toEqual([0, 'ok'])
    const unresolved = json(result.outputs['sourcemap-unresolved']) as { path: string; reason: string }[]
    const reasons = new Map(unresolved.map(({ path, reason }) => [path, reason]))
    const wrong = MAPS.filter(([name, , expected]) => {
      const reason = reasons.get(`dist/${name}.js`)
      return expected === undefined ? reason !== undefined : !reason?.includes(expected)
    })
    expect(wrong.map(([name]) => [name, reasons.get(`dist/${name}.js`)])).toEqual([])
    const written = JSON.parse((await contentsOf(workspace, ['dist/twice.js.map']))[0] ?? '') as object
    expect(written).toMatchObject({ mappings: ';AAAA' })
  }, 120_000)

  it.each(['line\nbreak', 'back\\slash', 'sp ace', 'per%20cent', 'ha#sh', 'que?ry', "quo'te", 'é😀', '-rf'])(
    'may have any name: %j',
    async (name) => {
      if (process.platform === 'win32') return
      const sentry = await startSentry()
      const workspace = await workspaceWith({
        [`dist/${name}.js`]: `call();\n//# sourceMappingURL=${encodeURIComponent(name)}.js.map\n`,
        [`dist/${name}.js.map`]: map({}),
      })
      const result = await upload(sentry, workspace)
      expect([result.code, result.outputs['sourcemap-unresolved']]).toEqual([0, '[]'])
      const urls = Object.values(sentry.artifacts.bundles[0]?.manifest.files ?? {}).map(({ url }) => url)
      expect(urls).toEqual([`~/${name}.js`, `~/${name}.js.map`])
    },
  )

  it('too large for one bundle are spread over several', async () => {
    const sentry = await startSentry({ artifacts: { maxFileSize: 200_000 } })
    const names = ['a', 'b', 'c', 'd', 'e']
    const files = names.flatMap((name, index) => Object.entries(build(name, noise(index + 1, 60_000))))
    const result = await upload(sentry, await workspaceWith(Object.fromEntries(files)))
    expect([result.code, result.outputs['sourcemap-files']]).toEqual([0, '5'])
    const { bundles } = sentry.artifacts
    expect(json(result.outputs['sourcemap-bundle-ids'])).toEqual(bundles.map(({ id }) => id))
    expect(bundles.length).toBeGreaterThan(1)
    for (const { bytes, manifest } of bundles) {
      expect(bytes.length).toBeLessThanOrEqual(200_000)
      expect(Object.keys(manifest.files).length % 2).toBe(0)
    }
    const urls = bundles.flatMap(({ manifest }) => Object.values(manifest.files).map(({ url }) => url))
    expect(urls).toEqual(names.flatMap((name) => [`~/${name}.js`, `~/${name}.js.map`]))
  })

  it('too large for any bundle are an error that names them', async () => {
    const sentry = await startSentry({ artifacts: { maxFileSize: 70_000 } })
    const result = await upload(sentry, await workspaceWith(build('a', noise(1, 90_000))))
    expect(failure(result)).toContain('dist/a.js and its source map do not fit into one bundle')
  })

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'in a directory that cannot be written are left as they are',
    async () => {
      const sentry = await startSentry()
      const workspace = await workspaceWith(build('app'))
      const before = await contentsOf(workspace, ['dist/app.js', 'dist/app.js.map'])
      await chmod(join(workspace, 'dist'), 0o555)
      expect(failure(await upload(sentry, workspace))).toContain('EACCES')
      await chmod(join(workspace, 'dist'), 0o755)
      expect(await contentsOf(workspace, ['dist/app.js', 'dist/app.js.map'])).toEqual(before)
    },
  )

  it('of which a killed run has changed a part are as the build made them before they get ids', async () => {
    const sentry = await startSentry()
    const workspace = await workspaceWith({ ...build('app'), ...build('b') })
    const fresh = JSON.stringify({ ...(json(build('app')['dist/app.js.map']) as object), mappings: ';AAAA' })
    const old = '.debug-ids-00000000-0000-4000-8000-000000000000.old'
    await rename(join(workspace, 'dist/app.js.map'), join(workspace, 'dist', old))
    await writeFile(join(workspace, 'dist/app.js.map'), fresh)
    const digest = createHash('sha1').update(fresh).digest('hex')
    const journal = '.debug-ids-00000000-0000-4000-8000-000000000001.json'
    await writeFile(join(workspace, 'dist', journal), JSON.stringify([{ path: 'app.js.map', old, digest }]))
    const checked = await upload(sentry, workspace, { 'sourcemaps-inject': 'check' })
    expect(failure(checked)).toContain('An earlier run was ended while it wrote debug ids')
    expect(await contentsOf(workspace, ['dist/app.js.map'])).toEqual([fresh])
    const result = await upload(sentry, workspace)
    expect([result.code, result.outputs['sourcemap-unresolved']]).toEqual([0, '[]'])
    const [map] = await contentsOf(workspace, ['dist/app.js.map'])
    expect(json(map)).toMatchObject({ mappings: ';AAAA', debugId: expect.any(String) })
    expect(await readdir(join(workspace, 'dist'))).toEqual(['app.js', 'app.js.map', 'b.js', 'b.js.map'])
  })

  it('are not uploaded or changed when none of them has a map that can be used', async () => {
    const sentry = await startSentry()
    const workspace = await workspaceWith({
      'dist/a.js': 'a()',
      'dist/b.js': SCRIPT('b'),
      'dist/b.js.map': '7',
    })
    const result = await upload(sentry, workspace, { 'sourcemaps-missing': 'warn' })
    expect([result.code, result.outputs['sourcemap-state'], sentry.artifacts.bundles]).toEqual([
      0,
      'skipped',
      [],
    ])
    expect(await contentsOf(workspace, ['dist/a.js', 'dist/b.js.map'])).toEqual(['a()', '7'])
  })
})
