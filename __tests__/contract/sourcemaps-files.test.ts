import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failure, startSentry } from './helpers.ts'
import { build, contentsOf, json, upload, workspaceWith } from './sourcemaps.ts'

describe.concurrent('source maps', () => {
  it.each([
    ['nowhere', 'no such file or directory'],
    ['dist/**/*.js', 'patterns are not supported: give a directory'],
    ['./dist ./public', 'give one path per line'],
    ['empty', 'hold no scripts'],
  ])('fail when nothing is found: %s', async (sourcemaps, message) => {
    const sentry = await startSentry()
    const workspace = await workspaceWith({ 'empty/readme.txt': 'nothing' })
    const result = await upload(sentry, workspace, { sourcemaps })
    expect(failure(result)).toContain(message)
    expect(result.outputs).toMatchObject({ 'sourcemap-state': 'skipped', 'sourcemap-files': '0' })
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

  it('are deleted after the upload, used or not, and those inside of scripts are reported', async () => {
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

  it('warn of compressed copies that keep the script without its id', async () => {
    const sentry = await startSentry()
    const workspace = await workspaceWith({ ...build('app'), 'dist/app.js.gz': 'x', 'dist/app.js.br': 'x' })
    const { annotations, code } = await upload(sentry, workspace)
    expect([code, annotations.map(({ level }) => level)]).toEqual([0, ['warning']])
    expect(annotations[0]?.message).toContain('dist/app.js.gz is a copy of dist/app.js without its debug id.')
  })
})
