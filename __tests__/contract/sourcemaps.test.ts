import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { failure, requests, startSentry } from './helpers.ts'
import { build, contentsOf, json, noise, upload, workspaceWith } from './sourcemaps.ts'

const CREATES = ['GET releases/SHA/ 404', 'POST releases/ 201', 'GET releases/ 200']
const OPTIONS = 'GET chunk-upload/ 200'
const CHUNK = 'POST chunk-upload/ 200'
const ASSEMBLE = 'POST artifactbundle/assemble/ 200'
const small = { chunkSize: 64 * 1024 }

describe.concurrent('source maps', () => {
  it('get ids, and are uploaded with their scripts', async () => {
    const sentry = await startSentry()
    const workspace = await workspaceWith({ ...build('app'), ...build('lib/other') })
    const result = await upload(sentry, workspace)
    expect(result.code).toBe(0)
    expect(requests(sentry)).toEqual([...CREATES, OPTIONS, ASSEMBLE, CHUNK, ASSEMBLE, ASSEMBLE])
    const [bundle] = sentry.artifacts.bundles
    expect(result.outputs).toMatchObject({
      'sourcemap-bundle-ids': JSON.stringify([bundle?.id]),
      'sourcemap-files': '2',
      'sourcemap-unresolved': '[]',
      'sourcemap-bytes-sent': String(bundle?.bytes.length),
      'sourcemap-state': 'ok',
    })
    expect(Object.values(bundle?.manifest.files ?? {}).map(({ url }) => url)).toEqual([
      '~/app.js',
      '~/app.js.map',
      '~/lib/other.js',
      '~/lib/other.js.map',
    ])
    const [script = '', map] = await contentsOf(workspace, ['dist/app.js', 'dist/app.js.map'])
    const id = /debugId=(.*)\n$/.exec(script)?.[1]
    expect(bundle?.files.get('files/_/_/app.js')?.toString()).toBe(script)
    expect(bundle?.files.get('files/_/_/app.js.map')?.toString()).toBe(map)
    expect(bundle?.manifest.files['files/_/_/app.js']?.headers).toEqual({
      'debug-id': id,
      sourcemap: 'app.js.map',
    })
    expect(bundle?.manifest.files['files/_/_/app.js.map']?.headers).toEqual({ 'debug-id': id })
    expect(result.summary).toContain('2 scripts, 2 with a usable source map: uploaded')
  })

  it('are sent once: a second run changes no file and sends no byte', async () => {
    const sentry = await startSentry()
    const workspace = await workspaceWith(build('app'))
    const names = ['dist/app.js', 'dist/app.js.map']
    const first = await upload(sentry, workspace)
    const before = await contentsOf(workspace, names)
    const second = await upload(sentry, workspace)
    expect(await contentsOf(workspace, names)).toEqual(before)
    expect(second.outputs).toMatchObject({
      'sourcemap-bytes-sent': '0',
      'sourcemap-state': 'ok',
      'sourcemap-bundle-ids': first.outputs['sourcemap-bundle-ids'],
    })
    expect(sentry.artifacts.bundles).toHaveLength(1)
  })

  it('reach every project in one request, also those that are added later', async () => {
    const sentry = await startSentry()
    const workspace = await workspaceWith(build('app'))
    await upload(sentry, workspace, { projects: 'web' })
    await upload(sentry, workspace, { projects: 'web,api' })
    expect(sentry.artifacts.bundles.map(({ projects }) => [...projects])).toEqual([['web', 'api']])
    await upload(sentry, workspace, { projects: 'web,worker' })
    expect(sentry.artifacts.bundles.map(({ projects }) => [...projects])).toEqual([['web', 'api', 'worker']])
  })

  it('are sent in chunks, of which only the missing ones', async () => {
    const sentry = await startSentry({ artifacts: small })
    const workspace = await workspaceWith({
      ...build('a', noise(1, 200_000)),
      ...build('b', noise(2, 200_000)),
    })
    const first = await upload(sentry, workspace)
    expect(requests(sentry).filter((line) => line === CHUNK).length).toBeGreaterThan(3)
    const second = await upload(sentry, workspace, { version: 'next' })
    const [sent, again] = [first, second].map(({ outputs }) => Number(outputs['sourcemap-bytes-sent']))
    expect(again).toBeLessThan((sent ?? 0) / 3)
    expect(again).toBeGreaterThan(0)
    expect([...(sentry.artifacts.bundles[0]?.releases ?? [])]).toHaveLength(2)
  })

  it('go to a server that never tells missing chunks', async () => {
    const sentry = await startSentry({ artifacts: { accept: 'v1' } })
    const workspace = await workspaceWith(build('app'))
    const result = await upload(sentry, workspace, { dist: '7' })
    expect(result.outputs).toMatchObject({ 'sourcemap-state': 'ok' })
    const list = `GET /api/0/projects/acme/web/files/artifact-bundles/ 200`
    expect(requests(sentry).slice(3)).toEqual([OPTIONS, list, CHUNK, ASSEMBLE, ASSEMBLE])
    expect([...(sentry.artifacts.bundles[0]?.releases ?? [])]).toEqual([
      `${result.outputs['release-version']} 7`,
    ])
    const again = await upload(sentry, workspace, { dist: '7' })
    expect(again.outputs).toMatchObject({ 'sourcemap-state': 'ok', 'sourcemap-bytes-sent': '0' })
    const other = await upload(sentry, workspace, { dist: '8' })
    expect(Number(other.outputs['sourcemap-bytes-sent'])).toBeGreaterThan(0)
  })

  it('need a server that takes artifact bundles', async () => {
    const sentry = await startSentry({ artifacts: { accept: 'none' } })
    const result = await upload(sentry, await workspaceWith(build('app')))
    expect(failure(result)).toContain('does not accept artifact bundles')
  })

  it('wait for the server, and tell its reason when it fails', async () => {
    const sentry = await startSentry({
      artifacts: { pendingPolls: 2, workerFails: () => 'failed to extract bundle' },
    })
    const result = await upload(sentry, await workspaceWith(build('app')), { environment: 'production' })
    expect(failure(result)).toContain('failed to extract bundle')
    expect(sentry.deploys).toEqual([])
  })

  it('are tried once more with other bytes, because the server remembers a failure', async () => {
    let failures = 0
    const sentry = await startSentry({
      artifacts: { workerFails: () => (failures++ === 0 ? 'internal server error' : undefined) },
    })
    const result = await upload(sentry, await workspaceWith(build('app')))
    expect([result.code, result.outputs['sourcemap-state']]).toEqual([0, 'ok'])
    expect(sentry.artifacts.bundles[0]?.manifest['note']).toBe('attempt 2')
  })

  it('may be pending when the wait ends, which is no failure', async () => {
    const sentry = await startSentry({ artifacts: { pendingPolls: 1000 } })
    const result = await upload(sentry, await workspaceWith(build('app')), { 'sourcemaps-wait': '0s' })
    expect([result.code, result.outputs['sourcemap-state']]).toEqual([0, 'pending'])
    expect(result.summary).toContain('Sentry is still processing them')
    expect(result.annotations).toEqual([expect.objectContaining({ level: 'notice' })])
  })

  it('fail before anything is changed or sent when a script has none', async () => {
    const sentry = await startSentry()
    const workspace = await workspaceWith({ ...build('app'), 'dist/vendor.js': 'vendor()' })
    const [before] = await contentsOf(workspace, ['dist/app.js'])
    const result = await upload(sentry, workspace)
    expect(failure(result)).toContain('dist/vendor.js: no source map found')
    expect(json(result.outputs['sourcemap-unresolved'])).toEqual([
      { path: 'dist/vendor.js', reason: 'no source map found' },
    ])
    expect(result.outputs).toMatchObject({ 'sourcemap-state': 'skipped', 'sourcemap-files': '0' })
    expect(await contentsOf(workspace, ['dist/app.js'])).toEqual([before])
    expect(requests(sentry)).toEqual(CREATES)
  })

  it.each(['warn', 'ignore'])('may be missing with sourcemaps-missing: %s', async (missing) => {
    const sentry = await startSentry()
    const workspace = await workspaceWith({ ...build('app'), 'dist/vendor.js': 'vendor()' })
    const result = await upload(sentry, workspace, { 'sourcemaps-missing': missing })
    expect([result.code, result.outputs['sourcemap-files']]).toEqual([0, '1'])
    expect(result.annotations.map(({ level }) => level)).toEqual(missing === 'warn' ? ['warning'] : [])
  })

  it.each([
    ['nowhere', 'no such file or directory'],
    ['empty', 'hold no scripts'],
  ])('fail when nothing is found: %s', async (sourcemaps, message) => {
    const sentry = await startSentry()
    const workspace = await workspaceWith({ 'empty/readme.txt': 'nothing' })
    expect(failure(await upload(sentry, workspace, { sourcemaps }))).toContain(message)
  })

  it('outside of the workspace are refused before any request', async () => {
    const sentry = await startSentry()
    const result = await upload(sentry, await workspaceWith({}), {
      sourcemaps: '../elsewhere\ndist => not a prefix',
      'sourcemaps-inject': 'maybe',
    })
    const message = failure(result)
    for (const part of ['"../elsewhere"', '"dist => not a prefix"', 'input sourcemaps-inject']) {
      expect(message).toContain(part)
    }
    expect(sentry.journal).toEqual([])
  })

  it('change no file with sourcemaps-inject: false', async () => {
    const sentry = await startSentry()
    const workspace = await workspaceWith(build('app'))
    const [before] = await contentsOf(workspace, ['dist/app.js'])
    const result = await upload(sentry, workspace, { 'sourcemaps-inject': 'false' })
    expect(result.outputs).toMatchObject({ 'sourcemap-state': 'ok', 'sourcemap-files': '1' })
    expect(await contentsOf(workspace, ['dist/app.js'])).toEqual([before])
  })

  it('can be checked for ids', async () => {
    const sentry = await startSentry()
    const workspace = await workspaceWith(build('app'))
    expect(failure(await upload(sentry, workspace, { 'sourcemaps-inject': 'check' }))).toContain(
      '1 of 1 scripts have no debug id',
    )
    await upload(sentry, workspace)
    expect((await upload(sentry, workspace, { 'sourcemaps-inject': 'check' })).code).toBe(0)
  })

  it('are deleted after the upload, used or not, and those inside of scripts are told', async () => {
    const sentry = await startSentry()
    const [inline = '', map = ''] = Object.values(build('inline'))
    const workspace = await workspaceWith({
      ...build('app'),
      'dist/style.css.map': '{}',
      'dist/inline.js': inline.replace(
        'inline.js.map',
        `data:application/json;base64,${Buffer.from(map).toString('base64')}`,
      ),
    })
    const result = await upload(sentry, workspace, { 'sourcemaps-delete': 'true' })
    expect(result.code).toBe(0)
    expect(await readdir(join(workspace, 'dist'))).toEqual(['app.js', 'inline.js'])
    expect(result.annotations).toEqual([
      expect.objectContaining({ level: 'warning', message: expect.stringContaining('dist/inline.js') }),
    ])
    expect(result.outputs['sourcemap-files']).toBe('2')
  })

  it('are uploaded without a byte order mark, which the reader of Sentry does not know', async () => {
    const sentry = await startSentry()
    const files = build('app')
    const workspace = await workspaceWith({
      ...files,
      'dist/app.js.map': `\ufeff${files['dist/app.js.map']}`,
    })
    await upload(sentry, workspace)
    const uploaded = sentry.artifacts.bundles[0]?.files.get('files/_/_/app.js.map')
    expect(uploaded?.toString().charAt(0)).toBe('{')
    expect((await contentsOf(workspace, ['dist/app.js.map']))[0]?.charAt(0)).toBe('\ufeff')
  })

  it('have the prefixes of the inputs', async () => {
    const sentry = await startSentry()
    const workspace = await workspaceWith({
      ...build('app'),
      'admin/a.js': build('a')['dist/a.js'] ?? '',
      'admin/a.js.map': build('a')['dist/a.js.map'] ?? '',
    })
    await upload(sentry, workspace, {
      sourcemaps: 'dist\nadmin => https://cdn.test/admin/',
      'sourcemaps-url-prefix': '~/static/',
      'sourcemaps-strip-prefix': '../',
    })
    const [bundle] = sentry.artifacts.bundles
    expect(Object.entries(bundle?.manifest.files ?? {}).map(([path, { url }]) => [path, url])).toEqual([
      ['files/https/cdn.test/admin/a.js', 'https://cdn.test/admin/a.js'],
      ['files/https/cdn.test/admin/a.js.map', 'https://cdn.test/admin/a.js.map'],
      ['files/_/_/static/app.js', '~/static/app.js'],
      ['files/_/_/static/app.js.map', '~/static/app.js.map'],
    ])
    expect(json(bundle?.files.get('files/_/_/static/app.js.map')?.toString())).toMatchObject({
      sources: ['src/app.ts'],
    })
  })

  it('survive a server in trouble, and send nothing but chunks again', async () => {
    const sentry = await startSentry()
    sentry.fault({ method: 'POST', path: /chunk-upload/, action: { kind: 'reset', when: 'after' } })
    sentry.fault({ path: /assemble/, action: { kind: 'answer', answer: { status: 503, raw: '' } } })
    const result = await upload(sentry, await workspaceWith(build('app')))
    expect([result.code, result.outputs['sourcemap-state']]).toEqual([0, 'ok'])
  })

  it('are sent in smaller chunks where a proxy refuses the size that the server names', async () => {
    const sentry = await startSentry({ maxUploadBytes: 300_000 })
    const workspace = await workspaceWith(build('app', noise(1, 1_000_000)))
    const result = await upload(sentry, workspace)
    expect([result.code, result.outputs['sourcemap-state']]).toEqual([0, 'ok'])
    const size = sentry.artifacts.bundles[0]?.bytes.length
    expect(result.outputs['sourcemap-bytes-sent']).toBe(String(size))
    const refused = sentry.journal.filter(({ status }) => status === 413).length
    expect([refused > 0, refused < 12]).toEqual([true, true])
  })

  it('that a proxy refuses in any size end with the size in the message', async () => {
    const sentry = await startSentry({ maxUploadBytes: 100 })
    expect(failure(await upload(sentry, await workspaceWith(build('app'))))).toContain('responded with 413')
  })

  it('send the token to no other host', async () => {
    const other = await startSentry()
    const sentry = await startSentry({
      artifacts: { uploadUrl: `${other.url}/api/0/organizations/acme/chunk-upload/` },
    })
    const result = await upload(sentry, await workspaceWith(build('app')))
    expect([result.code, other.journal]).toEqual([0, []])
    expect(result.annotations).toEqual([
      expect.objectContaining({
        level: 'warning',
        message: expect.stringContaining('is not a host of sentry-url'),
      }),
    ])
  })

  it('cannot put commands into the log or HTML into the summary', async () => {
    // Windows has no such names.
    if (process.platform === 'win32') return
    const sentry = await startSentry()
    const name = '<img src=x>::error::x'
    const workspace = await workspaceWith({ [`dist/${name}.js`]: 'a()' })
    const result = await upload(sentry, workspace)
    expect(failure(result)).toContain('img src=x')
    expect(result.summary).not.toContain('<img')
  })

  it('get the contents of their sources from the workspace, and nothing from outside of it', async () => {
    const sentry = await startSentry()
    const map = {
      version: 3,
      sources: ['../src/app.ts', '/etc/hostname', '../.git/config'],
      names: [],
      mappings: 'AAAA',
    }
    const workspace = await workspaceWith({
      ...build('app'),
      'dist/app.js.map': JSON.stringify(map),
      'src/app.ts': 'call()',
      '.git/config': 'token',
    })
    await upload(sentry, workspace)
    const uploaded = sentry.artifacts.bundles[0]?.files.get('files/_/_/app.js.map')?.toString()
    expect(json(uploaded)).toMatchObject({ sourcesContent: ['call()', null, null] })
    const [written] = await contentsOf(workspace, ['dist/app.js.map'])
    expect(json(written)).not.toHaveProperty('sourcesContent')
  })

  it('warn where a page holds the hash of a script that changes', async () => {
    const sentry = await startSentry()
    const scripts = { ...build('a'), ...build('b'), ...build('c') }
    const hash = (name: string, algorithm: string, encoding: 'base64' | 'hex'): string =>
      createHash(algorithm)
        .update(scripts[`dist/${name}.js`] ?? '')
        .digest(encoding)
    const workspace = await workspaceWith({
      ...scripts,
      'dist/index.html': `<script src="a.js" integrity="sha384-${hash('a', 'sha384', 'base64')}"></script>`,
      'dist/ngsw.json': JSON.stringify({
        hashTable: { '/b.js': hash('b', 'sha1', 'hex'), '/d.js': 'f'.repeat(40) },
      }),
    })
    const { annotations } = await upload(sentry, workspace)
    expect(annotations.map(({ level, message }) => [level, message.split('\n').slice(0, 2)])).toEqual([
      [
        'warning',
        [
          'dist/index.html holds a hash of dist/a.js, which is not valid any more.',
          'dist/ngsw.json holds a hash of dist/b.js, which is not valid any more.',
        ],
      ],
    ])
    expect((await upload(sentry, workspace)).annotations).toEqual([])
  })

  it('are in files of dist that a step without them does not load', () => {
    const folder = fileURLToPath(new URL('../../dist/', import.meta.url))
    const holds = readdirSync(folder).filter((name) =>
      readFileSync(join(folder, name), 'utf8').includes('artifactbundle/assemble/'),
    )
    expect([holds.length, holds.includes('index.js')]).toEqual([1, false])
  })

  it('leave inputs without effect to a notice', async () => {
    const sentry = await startSentry()
    const result = await upload(sentry, await workspaceWith({}), { sourcemaps: '', dist: '7' })
    expect(result.annotations).toEqual([
      expect.objectContaining({ level: 'notice', message: expect.stringContaining('dist has no effect') }),
    ])
    expect(result.outputs).not.toHaveProperty('sourcemap-state')
  })
})
