import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { discover } from '../../../src/sourcemaps/discover.ts'
import { createFiles } from '../../../src/sourcemaps/files.ts'
import { findCopies, findHashes } from '../../../src/sourcemaps/integrity.ts'
import { prepare } from '../../../src/sourcemaps/prepare.ts'
import { testFolder } from './folder.ts'

const files = createFiles(tmpdir())
const folder = testFolder()
const SCRIPT = 'a();\n//# sourceMappingURL=a.js.map\n'
const MAP = '{"version":3,"sources":["a"],"sourcesContent":["a"],"names":[],"mappings":"AAAA"}'
const hash = (algorithm: string, encoding: 'hex' | 'base64', text = SCRIPT): string =>
  createHash(algorithm).update(text).digest(encoding)

async function warnings(contents: Readonly<Record<string, string>>): Promise<string[]> {
  await folder.write({ 'out/a.js': SCRIPT, 'out/a.js.map': MAP, ...contents })
  const found = await discover([{ path: 'out', prefix: '~' }], folder.path, files)
  const { scripts } = await prepare(found, 'true', files)
  return [...(await findHashes(found, scripts, files)), ...findCopies(found, scripts)]
}

describe('a hash of a script that changes', () => {
  it.each([
    ['out/index.html', `<script src=a.js integrity="sha384-${hash('sha384', 'base64')}">`],
    ['out/importmap.json', JSON.stringify({ integrity: { '/a.js': `sha512-${hash('sha512', 'base64')}` } })],
    ['out/ngsw.json', JSON.stringify({ hashTable: { '/a.js': hash('sha1', 'hex') } })],
    ['out/sw.js', `precache([{url:"a.js",revision:"${hash('md5', 'hex')}"}])`],
    ['out/runtime.js', `r.sriHashes={1:"sha256-${hash('sha256', 'base64')}"}`],
  ])('is found in %s', async (page, text) => {
    expect(await warnings({ [page]: text })).toEqual([
      `${page} holds a hash of out/a.js, which is not valid any more.`,
    ])
  })

  it('is found for a source map, too', async () => {
    expect(await warnings({ 'out/list.json': `["${hash('sha256', 'hex', MAP)}"]` })).toEqual([
      'out/list.json holds a hash of out/a.js.map, which is not valid any more.',
    ])
  })

  it('is not found in what only looks like one', async () => {
    const other = hash('sha256', 'hex', 'other')
    expect(
      await warnings({
        'out/a.json': `["${other}","${hash('md5', 'hex')}0","sha256-"]`,
        'out/notes.txt': hash('md5', 'hex'),
        'out/b.js': `b("${hash('md5', 'hex')}")`,
      }),
    ).toEqual([])
  })

  it('does not matter for a script that keeps its bytes', async () => {
    const id = 'd5a2f155-940d-51e0-bd5c-84c549a8be44'
    const text = `${SCRIPT}//# debugId=${id}\n`
    expect(
      await warnings({
        'out/a.js': text,
        'out/a.js.gz': 'x',
        'out/index.html': `sha256-${hash('sha256', 'base64', text)}`,
      }),
    ).toEqual([])
  })
})

describe('a compressed copy of a script that changes', () => {
  it('is found beside it', async () => {
    expect(await warnings({ 'out/a.js.gz': 'x', 'out/a.js.br': 'x', 'out/b.js.br': 'x' })).toEqual([
      'out/a.js.gz is a copy of out/a.js without its debug id.',
      'out/a.js.br is a copy of out/a.js without its debug id.',
    ])
  })
})
