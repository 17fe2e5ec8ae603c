import { symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { discover } from '../../../src/sourcemaps/discover.ts'
import { createFiles } from '../../../src/sourcemaps/files.ts'
import { testFolder } from './folder.ts'

const files = createFiles(tmpdir())
const folder = testFolder()
const roots = [{ path: 'out', prefix: '~' }]
const found = (list = roots): ReturnType<typeof discover> => discover(list, folder.path, files)

describe('discovery', () => {
  it('finds scripts below the roots, without packages and hidden files', async () => {
    await folder.write({
      'out/a.js': 'a',
      'out/b/c.mjs': 'c',
      'out/node_modules/d.js': 'd',
      'out/.e/f.js': 'f',
      'g.js': 'g',
    })
    expect((await found()).scripts.map(({ url }) => url)).toEqual(['~/a.js', '~/b/c.mjs'])
  })

  it('takes a hidden root, a file, and a prefix', async () => {
    await folder.write({ '.next/a.js': 'a', 'x/b.cjs': 'b' })
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
    await folder.write({ 'out/a.js': 'a', 'other/a.js': 'b' })
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
      await folder.write({ 'out/a.js': 'a', 'lib/b.js': 'b' })
      await symlink(join(folder.path, 'lib'), join(folder.path, 'out/lib'))
      await symlink(join(folder.path, 'out/a.js'), join(folder.path, 'out/z.js'))
      await symlink(folder.path, join(folder.path, 'out/loop'))
      await symlink(tmpdir(), join(folder.path, 'out/away'))
      const { scripts, notices } = await found()
      expect(scripts.map(({ url }) => url)).toEqual(['~/a.js', '~/lib/b.js'])
      expect(notices).toEqual([expect.stringContaining('out/away: the link leads out')])
    },
  )

  it('takes a file that is named whatever its extension, unless it cannot be a script', async () => {
    await folder.write({
      'out/main': 'a',
      'out/index.bundle': 'b',
      'out/style.css': 'c',
      'out/x.js.map': '{}',
    })
    const list = ['out/main', 'out/index.bundle', 'out/style.css', 'out/x.js.map']
    const { scripts, maps, problems } = await found(list.map((path) => ({ path, prefix: '~' })))
    expect(scripts.map(({ url }) => url)).toEqual(['~/index.bundle', '~/main'])
    expect(maps).toHaveLength(1)
    expect(problems).toEqual(['out/style.css: not a script (.js, .cjs, .mjs)'])
  })

  it('explains paths that other tools accept', async () => {
    const list = ['dist/**/*.js', 'dist public', 'dist,public', 'dist']
    const { problems } = await found(list.map((path) => ({ path, prefix: '~' })))
    expect(problems.map((text) => /\((.*)\)/.exec(text)?.[1])).toEqual([
      'patterns are not supported: give a directory',
      'give one path per line',
      'give one path per line',
      undefined,
    ])
  })

  it('gives the files of a directory inside of another one the prefix that was given for it', async () => {
    await folder.write({ 'out/a.js': 'a', 'out/admin/a.js': 'b', 'out/admin/x/a.js': 'c' })
    const urls = async (...list: readonly (readonly [string, string])[]): Promise<string[]> =>
      (await found(list.map(([path, prefix]) => ({ path, prefix })))).scripts.map(({ url }) => url)
    const expected = ['~/a.js', '~/admin/a.js', '~/x/a.js']
    expect(await urls(['out', '~'], ['out/admin/x', '~/x'])).toEqual(expected)
    expect(await urls(['out/admin/x', '~/x'], ['out', '~'])).toEqual(expected)
    expect(await urls(['out', '~'], ['out/admin', '~'])).toEqual(['~/a.js', '~/admin/a.js', '~/admin/x/a.js'])
  })

  it('notes compressed copies, and what a run left that was killed', async () => {
    const leftover = '.debug-ids-00000000-0000-4000-8000-000000000000.json'
    await folder.write({ 'out/a.js': 'a', 'out/a.js.gz': 'x', [`out/${leftover}`]: '[]' })
    for (const path of ['out', 'out/a.js']) {
      const { compressed, leftovers, scripts } = await found([{ path, prefix: '~' }])
      expect([...compressed].map((one) => basename(one))).toEqual(['a.js.gz'])
      expect(leftovers.map((one) => basename(one))).toEqual([leftover])
      expect(scripts).toHaveLength(1)
    }
  })
})
