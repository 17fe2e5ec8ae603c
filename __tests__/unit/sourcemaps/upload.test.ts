import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { uploadUrl } from '../../../src/sourcemaps/api.ts'
import { discover } from '../../../src/sourcemaps/discover.ts'
import { createFiles } from '../../../src/sourcemaps/files.ts'
import { prepare } from '../../../src/sourcemaps/prepare.ts'
import { commonDirectory, stripSources } from '../../../src/sourcemaps/rewrite.ts'
import { writeIds } from '../../../src/sourcemaps/write.ts'

const MAP = JSON.stringify({
  version: 3,
  sources: ['a.ts'],
  sourcesContent: ['a'],
  names: [],
  mappings: 'AAAA',
})
const SCRIPT = 'a();\n//# sourceMappingURL=app.js.map\n'
const roots = [{ path: 'out', prefix: '~' }]
const { signal } = new AbortController()

const systemFiles = createFiles(tmpdir())
let workspace = ''
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'maps-'))
})
afterEach(() => rm(workspace, { recursive: true }))

async function write(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(workspace, name)), { recursive: true })
    await writeFile(join(workspace, name), text)
  }
}
const read = (name: string): Promise<string> => readFile(join(workspace, name), 'utf8')
const found = (list = roots): ReturnType<typeof discover> => discover(list, workspace, systemFiles)
const prepared = async (): ReturnType<typeof prepare> => prepare(await found(), 'true', systemFiles)

describe('discovery', () => {
  it('finds scripts below the roots, without packages and hidden files', async () => {
    await write({
      'out/a.js': 'a',
      'out/b/c.mjs': 'c',
      'out/node_modules/d.js': 'd',
      'out/.e/f.js': 'f',
      'g.js': 'g',
    })
    expect((await found()).scripts.map(({ url }) => url)).toEqual(['~/a.js', '~/b/c.mjs'])
  })

  it('takes a hidden root, a file, and a prefix', async () => {
    await write({ '.next/a.js': 'a', 'x/b.cjs': 'b' })
    const { scripts } = await found([
      { path: '.next', prefix: '~/_next' },
      { path: 'x/b.cjs', prefix: 'https://cdn.test' },
    ])
    expect(scripts.map(({ url, shown }) => [url, shown])).toEqual([
      ['https://cdn.test/b.cjs', 'x/b.cjs'],
      ['~/_next/a.js', '.next/a.js'],
    ])
  })

  it('refuses what is missing, outside of the workspace, or twice under one URL', async () => {
    await write({ 'out/a.js': 'a', 'other/a.js': 'b' })
    const list = ['missing', '..', 'out', 'other'].map((path) => ({ path, prefix: '~' }))
    expect((await found(list)).problems).toEqual([
      expect.stringContaining('missing: no such file'),
      expect.stringContaining('..: the path is outside'),
      expect.stringContaining('out/a.js and other/a.js would both be ~/a.js'),
    ])
  })

  it.skipIf(process.platform === 'win32')(
    'follows links inside of the workspace only, each file once',
    async () => {
      await write({ 'out/a.js': 'a', 'lib/b.js': 'b' })
      await symlink(join(workspace, 'lib'), join(workspace, 'out/lib'))
      await symlink(join(workspace, 'out/a.js'), join(workspace, 'out/z.js'))
      await symlink(workspace, join(workspace, 'out/loop'))
      await symlink(tmpdir(), join(workspace, 'out/away'))
      const { scripts, notices } = await found()
      expect(scripts.map(({ url }) => url)).toEqual(['~/a.js', '~/lib/b.js'])
      expect(notices).toEqual([expect.stringContaining('out/away: the link leads out')])
    },
  )
})

describe('a build', () => {
  it('gets ids once: the second run changes no byte', async () => {
    await write({ 'out/app.js': SCRIPT, 'out/app.js.map': MAP })
    const [first] = await writeIds((await prepared()).scripts, systemFiles, signal)
    const [script, map] = [await read('out/app.js'), await read('out/app.js.map')]
    expect(script).toContain(`debugId=${first?.id}`)
    expect(JSON.parse(map)).toMatchObject({ debugId: first?.id, mappings: ';AAAA' })
    const again = await prepared()
    expect(again.scripts).toMatchObject([{ id: first?.id, inject: false, reason: undefined }])
    await writeIds(again.scripts, systemFiles, signal)
    expect([await read('out/app.js'), await read('out/app.js.map')]).toEqual([script, map])
  })

  it('is left alone when a file changed since it was looked at', async () => {
    await write({ 'out/app.js': SCRIPT, 'out/app.js.map': MAP, 'out/b.js': 'b()' })
    const { scripts } = await prepared()
    await write({ 'out/b.js': 'b(2)' })
    await expect(writeIds(scripts, systemFiles, signal)).rejects.toThrow('changed by another process')
    expect(await read('out/app.js')).toBe(SCRIPT)
    expect(await read('out/app.js.map')).toBe(MAP)
  })

  it('tells why a script will not be resolved', async () => {
    await write({
      'out/a.js': 'a()',
      'out/b.js': 'b()\n//# sourceMappingURL=gone.map',
      'out/c.js': Buffer.from([0x61, 0xff]),
      'out/d.js': Buffer.from([0x1f, 0x8b, 0]),
      'out/e.js': 'e()\n//# sourceMappingURL=e.map',
      'out/e.map': '{"version":3',
      'out/f.js': 'f()\n//# sourceMappingURL=shared.map',
      'out/g.js': 'gg()\n//# sourceMappingURL=shared.map',
      'out/shared.map': MAP,
      'out/h.js': '',
    })
    const { scripts, notices } = await prepared()
    expect(scripts.map(({ file, reason }) => [file.shown.slice(4), reason])).toEqual([
      ['a.js', 'no source map found'],
      ['b.js', 'source map gone.map not found'],
      ['c.js', 'the script is not UTF-8'],
      ['d.js', expect.stringContaining('gzip')],
      ['e.js', 'the map is not valid JSON'],
      ['f.js', undefined],
      ['g.js', expect.stringContaining('shares its source map with out/f.js')],
    ])
    expect(notices).toEqual([expect.stringContaining('out/h.js: the script is empty')])
  })

  it('takes no map from outside of the workspace', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'outside-'))
    await writeFile(join(outside, 'app.js.map'), MAP)
    const relative = `../../${outside.split('/').at(-1)}/app.js.map`
    await write({ 'out/app.js': `a();\n//# sourceMappingURL=${relative}\n` })
    expect((await prepared()).scripts).toMatchObject([
      { map: undefined, reason: expect.stringContaining('not found') },
    ])
    await rm(outside, { recursive: true })
  })
})

describe('the address for chunks', () => {
  const own = 'https://sentry.test/base/api/0/organizations/acme/chunk-upload/'
  it.each([
    [own, own, undefined],
    ['https://us.sentry.test/api/0/x/', 'https://us.sentry.test/api/0/x/', undefined],
    ['/api/0/x/', 'https://sentry.test/api/0/x/', undefined],
    ['http://us.sentry.test/x/', own, 'http://us.sentry.test/x/'],
    ['https://us.sentry.test:8443/x/', own, 'https://us.sentry.test:8443/x/'],
    ['https://evilsentry.test/x/', own, 'https://evilsentry.test/x/'],
    ['https://user:pass@sentry.test/x/', own, 'https://sentry.test/x/'],
    ['http://localhost:9000/x/', own, 'http://localhost:9000/x/'],
    ['http://[', own, 'http://['],
  ])('%s becomes %s', (text, url, refusedUrl) => {
    const result = uploadUrl(text, new URL(own))
    expect([result.url.href, result.refusedUrl]).toEqual([url, refusedUrl])
  })

  it('may be another region of sentry.io', () => {
    const saas = new URL('https://acme.sentry.io/api/0/organizations/acme/chunk-upload/')
    const region = 'https://us.sentry.io/api/0/organizations/acme/chunk-upload/'
    expect(uploadUrl(region, saas).url.href).toBe(region)
    expect(uploadUrl('https://sentry.io.test/x/', saas).url).toBe(saas)
  })
})

describe('sources inside of a map', () => {
  it('lose a prefix, or the directory that absolute ones have in common', () => {
    const map = Buffer.from('{"sources":["/home/a/x.ts","/home/a/b/y.ts","z.ts",null],"mappings":""}')
    expect(stripSources(map, 'auto').toString()).toBe(
      '{"sources":["x.ts","b/y.ts","z.ts",null],"mappings":""}',
    )
    expect(stripSources(map, '/home/').toString()).toContain('["a/x.ts","a/b/y.ts","z.ts",null]')
    expect(stripSources(map, 'none')).toEqual(map)
    expect(commonDirectory(['C:\\a\\b.ts', 'C:\\a\\c.ts'])).toBe('C:\\a\\')
  })
})
