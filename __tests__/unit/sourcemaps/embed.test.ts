import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { embedSources } from '../../../src/sourcemaps/embed.ts'
import { createFiles } from '../../../src/sourcemaps/files.ts'

const systemFiles = createFiles(tmpdir())
let base = ''
let workspace = ''
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'embed-'))
  workspace = join(base, 'workspace')
  await write({ 'src/a.ts': 'a()', 'src/é b.ts': 'b()' })
})
afterEach(() => rm(base, { recursive: true }))

async function write(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(workspace, name)), { recursive: true })
    await writeFile(join(workspace, name), content)
  }
}

async function embed(map: object): Promise<{ sourcesContent?: unknown }> {
  const reader = { files: systemFiles, workspace, directory: join(workspace, 'dist') }
  return JSON.parse((await embedSources(Buffer.from(JSON.stringify(map)), reader)).toString()) as never
}
const contentOf = async (source: string | null, more: object = {}): Promise<unknown> =>
  (await embed({ version: 3, sources: [source], mappings: '', ...more })).sourcesContent

describe('a map without the contents of its sources', () => {
  it('gets them from where its sources are', async () => {
    expect(await contentOf('../src/a.ts')).toEqual(['a()'])
    expect(await contentOf('../src/é b.ts')).toEqual(['b()'])
    expect(await contentOf('a.ts', { sourceRoot: '../src/' })).toEqual(['a()'])
    expect(await contentOf('a.ts', { sourceRoot: '../src' })).toEqual(['a()'])
    expect(await contentOf(join(workspace, 'src/a.ts'))).toEqual(['a()'])
  })

  it('keeps those that it has, and all else', async () => {
    const map = {
      version: 3,
      x: [1],
      sources: ['../src/a.ts', 'gone.ts', '../src/a.ts'],
      sourcesContent: ['old', null],
    }
    expect(await embed(map)).toEqual({ ...map, sourcesContent: ['old', null, 'a()'] })
    const without = { version: 3, sources: ['gone.ts'], mappings: '' }
    expect(await embed(without)).toEqual(without)
  })

  it('gets no more than a build can have, however often it names a file', async () => {
    await write({ 'src/b.ts': 'b'.repeat(2 * 1024 * 1024) })
    const sources = Array.from({ length: 1000 }, () => '../src/b.ts')
    const { sourcesContent } = await embed({ version: 3, sources, mappings: '' })
    expect((sourcesContent as unknown[]).filter((content) => content !== null)).toHaveLength(32)
  })

  it('gets them in every section of an index map', async () => {
    const map = {
      version: 3,
      sections: [{ offset: { line: 0, column: 0 }, map: { sources: ['../src/a.ts'] } }],
    }
    expect(await embed(map)).toMatchObject({ sections: [{ map: { sourcesContent: ['a()'] } }] })
  })

  it.each([
    '/etc/passwd',
    'file:///etc/passwd',
    '../../outside.txt',
    '../../../../../../../../etc/passwd',
    '../.git/config',
    '../node_modules/x/index.js',
    '../src/link.ts',
    '../src/binary.ts',
    '../src/large.ts',
    '../src',
    'webpack://app/src/a.ts',
    'http://localhost/a.ts',
    'a\0b',
    '',
    null,
  ])('gets nothing for %j', async (source) => {
    await writeFile(join(base, 'outside.txt'), 'secret')
    await write({
      '.git/config': 'token',
      'node_modules/x/index.js': 'x',
      'src/binary.ts': Buffer.from([0xff, 0xfe]),
      'src/large.ts': 'x'.repeat(2 * 1024 * 1024 + 1),
    })
    if (process.platform !== 'win32') await symlink(join(base, 'outside.txt'), join(workspace, 'src/link.ts'))
    expect(await contentOf(source)).toBeUndefined()
    expect(await contentOf(source, { sourceRoot: '../src' })).toBeUndefined()
  })
})
