import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { failure, requests, startSentry } from './helpers.ts'
import { build, contentsOf, json, upload, workspaceWith } from './sourcemaps.ts'

const CREATES = ['GET releases/SHA/ 404', 'POST releases/ 201', 'GET releases/ 200']
const OPTIONS = 'GET chunk-upload/ 200'
const CHUNK = 'POST chunk-upload/ 200'
const ASSEMBLE = 'POST artifactbundle/assemble/ 200'

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
