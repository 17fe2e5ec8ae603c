import { describe, expect, it } from 'vitest'
import { readMap } from '../../../src/sourcemaps/map.ts'
import { verifyMap } from '../../../src/sourcemaps/verify.ts'

const SCRIPT = 'aaaaaaaaaa\nbbbbbbbbbb'
const base = {
  version: 3,
  sources: ['a.ts'],
  names: ['n'],
  sourcesContent: ['a'],
  mappings: 'AAAAA,IAAI;AAAA',
}

function verify(change: object, script = SCRIPT): unknown {
  const facts = readMap(Buffer.from(JSON.stringify({ ...base, ...change })))
  return 'problem' in facts ? facts.problem : verifyMap(facts, script)
}

describe('a source map', () => {
  it('is usable when every segment resolves', () => {
    expect(verify({})).toEqual({ usable: true, segments: 3 })
    expect(verify({ mappings: '' })).toEqual({ usable: true, segments: 0 })
    expect(verify({ mappings: 'A;;;;;;;' })).toEqual({ usable: true, segments: 1 })
    expect(verify({ mappings: 'UAAA' })).toEqual({ usable: true, segments: 1 })
  })

  it.each([
    [{ mappings: 'A!' }, 'not base64'],
    [{ mappings: 'Aé' }, 'not base64'],
    [{ mappings: 'AA' }, 'has 2 numbers'],
    [{ mappings: 'AAA' }, 'has 3 numbers'],
    [{ mappings: 'AAAAAA' }, 'more than 5'],
    [{ mappings: 'AAAg' }, 'middle of a number'],
    [{ mappings: 'ggggggggggggggA' }, 'too large'],
    [{ mappings: 'D' }, 'negative column'],
    [{ mappings: 'ACAA' }, 'names a source'],
    [{ mappings: 'ADAA' }, 'names a source'],
    [{ mappings: 'AADA' }, 'before the start'],
    [{ mappings: 'AAAAC' }, 'uses a name'],
    [{ mappings: 'AAAA', sources: [] }, 'names a source'],
    [{ mappings: ';;AAAA' }, 'another build'],
    [{ mappings: 'WAAA' }, 'another build'],
  ])('is not usable: %j', (change, reason) => {
    expect(verify(change)).toMatchObject({ usable: false, reason: expect.stringContaining(reason) })
  })

  it.each([
    [{ version: 2 }, 'no version 3'],
    [{ version: '3' }, 'no version 3'],
    [{ sourceRoot: 7 }, 'sourceRoot'],
    [{ sourcesContent: [7] }, 'not a list of texts'],
    [{ mappings: 7 }, 'no mappings'],
    [{ mappings: undefined }, 'no mappings'],
    [{ sources: [7] }, 'not a list of texts'],
    [{ sources: 'a' }, 'not a list of texts'],
    [{ names: {} }, 'not a list'],
    [{ sourcesContent: 'a' }, 'not a list'],
    [{ sections: 7 }, 'cannot be read'],
    [{ sections: [{}] }, 'no offset or no map'],
    [{ sections: [{ offset: { line: -1, column: 0 }, map: base }] }, 'no offset or no map'],
    [{ sections: [{ offset: { line: 0, column: 0 }, map: { version: 1 } }] }, 'no version 3'],
  ])('is not read: %j', (change, problem) => {
    expect(verify(change)).toContain(problem)
  })

  it.each([
    ['', 'not valid JSON'],
    ['[]', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['{"version":3', 'not valid JSON'],
    ['['.repeat(200_000), 'not valid JSON'],
  ])('may be anything else: %#', (text, problem) => {
    expect(readMap(Buffer.from(text))).toEqual({ problem: expect.stringContaining(problem) })
  })

  it('that is not UTF-8 is not read', () => {
    expect(readMap(Buffer.from([0x7b, 0xff, 0x7d]))).toEqual({ problem: 'the map is not UTF-8' })
  })

  it('is read as an index map, with the place of each section', () => {
    const section = (line: number, column: number): object => ({ offset: { line, column }, map: base })
    expect(verify({ sections: [section(0, 2)] })).toEqual({ usable: true, segments: 3 })
    expect(verify({ sections: [section(0, 0), section(0, 5)] })).toEqual({ usable: true, segments: 6 })
    expect(verify({ sections: [section(1, 0)] })).toMatchObject({ usable: false })
    const deep = (depth: number): object =>
      depth === 0
        ? base
        : { version: 3, sections: [{ offset: { line: 0, column: 0 }, map: deep(depth - 1) }] }
    expect(verify(deep(8))).toMatchObject({ usable: true })
    expect(verify(deep(9))).toContain('cannot be read')
  })

  it('counts sources without content and reports its id', () => {
    const id = 'd5a2f155-940d-51e0-bd5c-84c549a8be44'
    const read = (change: object): unknown => readMap(Buffer.from(JSON.stringify({ ...base, ...change })))
    expect(read({ sourcesContent: [null], debug_id: id })).toMatchObject({
      withoutContent: 1,
      sources: 1,
      debugId: id,
    })
    expect(read({ sourcesContent: null, debugId: id.toUpperCase() })).toMatchObject({
      withoutContent: 1,
      debugId: id,
    })
  })

  it('counts columns in UTF-16 and lines by every line break', () => {
    expect(verify({ mappings: 'EAAA' }, '😀')).toMatchObject({ usable: true })
    expect(verify({ mappings: 'GAAA' }, '😀')).toMatchObject({ usable: false })
    expect(verify({ mappings: ';;;;AAAA' }, 'a\r\nb\rc\u2028d\u2029e')).toMatchObject({ usable: true })
    expect(verify({ mappings: 'GAAA' }, 'a\u2028b\rc')).toMatchObject({ usable: true })
    expect(verify({ mappings: 'OAAA' }, 'a\u2028b\rc')).toMatchObject({ usable: false })
  })
})
