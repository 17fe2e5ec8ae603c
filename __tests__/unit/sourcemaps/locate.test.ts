import { truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { discover } from '../../../src/sourcemaps/discover.ts'
import { createFiles } from '../../../src/sourcemaps/files.ts'
import { prepare } from '../../../src/sourcemaps/prepare.ts'
import { testFolder } from './folder.ts'

const files = createFiles(tmpdir())
const folder = testFolder()

/** A map with one segment, at a column of the first line. */
function mapAt(column: number, source = 'a.ts'): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const mappings = `${column < 16 ? '' : digits[32 + ((column * 2) & 31)]}${digits[(column * 2) >> (column < 16 ? 0 : 5)]}AAA`
  return JSON.stringify({ version: 3, sources: [source], sourcesContent: ['a'], names: [], mappings })
}
const names = (map: string): string => `\n//# sourceMappingURL=${map}`

/** By script: the map that it gets, or why it gets none. */
async function maps(roots = ['out']): Promise<Record<string, string | undefined>> {
  const found = await discover(
    roots.map((path) => ({ path, prefix: '~' })),
    folder.path,
    files,
  )
  const { scripts } = await prepare(found, 'true', files)
  return Object.fromEntries(
    scripts.map(({ file, map, reason }) => [
      file.shown.slice(4),
      reason ?? (map?.kind === 'file' ? map.path.slice(found.workspace.length + 5) : map?.kind),
    ]),
  )
}

describe('the map of a script', () => {
  it('that the script names is not taken by a guess of another script', async () => {
    await folder.write({
      'out/app.js': 'app()\n\n\n',
      'out/app.min.js': `app()${names('app.min.js.map')}`,
      'out/app.min.js.map': mapAt(0),
    })
    expect(await maps()).toEqual({ 'app.js': 'no source map found', 'app.min.js': 'app.min.js.map' })
  })

  it('is the one with its own name before any other', async () => {
    await folder.write({
      'out/app.js': 'app()',
      'out/app.min.js': 'app(1)',
      'out/app.js.map': mapAt(0),
    })
    expect(await maps()).toEqual({ 'app.js': 'app.js.map', 'app.min.js': 'no source map found' })
  })

  it('belongs to the script with its name when two scripts name it', async () => {
    await folder.write({
      'out/a.js': `first()${names('b.js.map')}`,
      'out/b.js': `second()${names('b.js.map')}`,
      'out/b.js.map': mapAt(0),
    })
    expect(await maps()).toEqual({
      'a.js': 'shares its source map with out/b.js, which is another script',
      'b.js': 'b.js.map',
    })
  })

  it('belongs to the script that it fits when another one names it, too', async () => {
    await folder.write({
      'out/a.js': `short()${names('all.map')}`,
      'out/b.js': `the(longer, one, of, them)${names('all.map')}`,
      'out/all.map': mapAt(20),
    })
    expect(await maps()).toEqual({
      'a.js': expect.stringContaining('belongs to another build'),
      'b.js': 'all.map',
    })
  })

  it('is shared by scripts that are equal', async () => {
    await folder.write({
      'out/a.js': `same()${names('all.map')}`,
      'out/b/a.js': `same()${names('../all.map')}`,
      'out/c.js': `same()${names('all.map')}`,
      'out/all.map': mapAt(0),
    })
    expect(await maps()).toEqual({
      'a.js': 'all.map',
      'b/a.js': 'shares its source map with out/a.js, which is another script',
      'c.js': 'all.map',
    })
  })

  it('is searched by its name in other directories, unless another script has it', async () => {
    await folder.write({
      'out/js/app.js': `app()${names('https://cdn.test/app.js.map')}`,
      'out/maps/app.js.map': mapAt(0),
      'out/js/other.js': `other()${names('gone/app.js.map')}`,
      'out/js/lib.js': `lib()${names('gone/lib.js.map')}`,
      'out/b/lib.js': `lib(2)${names('lib.js.map')}`,
      'out/b/lib.js.map': mapAt(0),
    })
    expect(await maps()).toEqual({
      'js/app.js': 'maps/app.js.map',
      'js/other.js': 'shares its source map with out/js/app.js, which is another script',
      'js/lib.js': 'source map gone/lib.js.map not found',
      'b/lib.js': 'b/lib.js.map',
    })
  })

  it('with an id does not give it to a script that it does not fit', async () => {
    const id = 'd5a2f155-940d-51e0-bd5c-84c549a8be44'
    const map = JSON.stringify({ ...(JSON.parse(mapAt(20)) as object), debugId: id })
    await folder.write({
      'out/a.js': `short()${names('all.map')}`,
      'out/b.js': `the(longer, one, of, them)${names('all.map')}`,
      'out/all.map': map,
    })
    expect((await maps())['b.js']).toBe('all.map')
  })

  it('is not read when it is too large, and neither is a script', async () => {
    await folder.write({
      'out/a.js': `a()${names('a.js.map')}`,
      'out/a.js.map': '',
      'out/b.js': '',
    })
    await truncate(join(folder.path, 'out/a.js.map'), 6 * 1024 ** 3)
    await truncate(join(folder.path, 'out/b.js'), 6 * 1024 ** 3)
    expect(await maps()).toEqual({
      'a.js': 'the map is larger than 256 MiB',
      'b.js': 'the script is larger than 256 MiB',
    })
  })

  it('is missing in a development build of webpack', async () => {
    await folder.write({ 'out/a.js': 'eval("a()\\n//# sourceURL=webpack://a/a.js");\n' })
    expect((await maps())['a.js']).toContain('development build of webpack')
  })
})
