import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { discover } from '../../../src/sourcemaps/discover.ts'
import { createFiles } from '../../../src/sourcemaps/files.ts'
import { prepare } from '../../../src/sourcemaps/prepare.ts'
import { writeIds } from '../../../src/sourcemaps/write.ts'
import { testFolder } from './folder.ts'

const MAP = JSON.stringify({
  version: 3,
  sources: ['a.ts'],
  sourcesContent: ['a'],
  names: [],
  mappings: 'AAAA',
})
const SCRIPT = 'a();\n//# sourceMappingURL=app.js.map\n'
const NAMES = ['out/app.js', 'out/app.js.map', 'out/b.js', 'out/b.js.map']
const { signal } = new AbortController()
const files = createFiles(tmpdir())
const folder = testFolder()
const prepared = async (): ReturnType<typeof prepare> =>
  prepare(await discover([{ path: 'out', prefix: '~' }], folder.path, files), 'true', files)

describe('a build', () => {
  it('gets ids once: the second run changes no byte', async () => {
    await folder.write({ 'out/app.js': SCRIPT, 'out/app.js.map': MAP })
    const [first] = await writeIds((await prepared()).scripts, files, signal)
    const [script, map] = [await folder.read('out/app.js'), await folder.read('out/app.js.map')]
    expect(script).toContain(`debugId=${first?.id}`)
    expect(JSON.parse(map)).toMatchObject({ debugId: first?.id, mappings: ';AAAA' })
    const again = await prepared()
    expect(again.scripts).toMatchObject([{ id: first?.id, inject: false, reason: undefined }])
    await writeIds(again.scripts, files, signal)
    expect([await folder.read('out/app.js'), await folder.read('out/app.js.map')]).toEqual([script, map])
  })

  it('is left alone when a file changed since it was looked at', async () => {
    await folder.write({ 'out/app.js': SCRIPT, 'out/app.js.map': MAP, 'out/b.js': 'b()' })
    const { scripts } = await prepared()
    await folder.write({ 'out/b.js': 'b(2)' })
    await expect(writeIds(scripts, files, signal)).rejects.toThrow('changed by another process')
    expect(await folder.read('out/app.js')).toBe(SCRIPT)
    expect(await folder.read('out/app.js.map')).toBe(MAP)
  })

  it('is left alone when the disk is full before everything is written', async () => {
    await folder.write({
      'out/app.js': SCRIPT,
      'out/app.js.map': MAP,
      'out/b.js': SCRIPT.replace('app', 'b'),
      'out/b.js.map': MAP,
    })
    const before = await Promise.all(NAMES.map((name) => folder.read(name)))
    let staged = 0
    const full = {
      ...files,
      replace: () => {
        const replacement = files.replace()
        return {
          ...replacement,
          stage: async (path: string, bytes: Buffer) => {
            staged += 1
            if (staged === 4) throw new Error('ENOSPC: no space left on device')
            await replacement.stage(path, bytes)
          },
        }
      },
    }
    await expect(writeIds((await prepared()).scripts, full, signal)).rejects.toThrow('ENOSPC')
    expect(await Promise.all(NAMES.map((name) => folder.read(name)))).toEqual(before)
    expect((await files.list(join(folder.path, 'out'))).map(({ name }) => `out/${name}`)).toEqual(NAMES)
  })

  it('is left alone when the job is cancelled before everything is written', async () => {
    await folder.write({ 'out/app.js': SCRIPT, 'out/app.js.map': MAP })
    const { scripts } = await prepared()
    await expect(writeIds(scripts, files, AbortSignal.abort(new Error('cancelled')))).rejects.toThrow(
      'cancelled',
    )
    expect(await folder.read('out/app.js')).toBe(SCRIPT)
  })

  it('reports why a script will not be resolved', async () => {
    await folder.write({
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
    await folder.write({ 'out/app.js': `a();\n//# sourceMappingURL=${relative}\n` })
    expect((await prepared()).scripts).toMatchObject([
      { map: undefined, reason: expect.stringContaining('not found') },
    ])
    await rm(outside, { recursive: true })
  })
})
