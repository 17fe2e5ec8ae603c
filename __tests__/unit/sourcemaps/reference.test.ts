import { describe, expect, it } from 'vitest'
import {
  decodeInline,
  guessedMaps,
  mapNames,
  namedMaps,
  readTrailer,
} from '../../../src/sourcemaps/reference.ts'

const read = (text: string): unknown => {
  const { reference, debugId } = readTrailer(Buffer.from(text))
  return { reference, debugId }
}
const ID = 'd5a2f155-940d-51e0-bd5c-84c549a8be44'

describe('the trailing comments of a script', () => {
  it.each([
    ['on a line of its own', 'a()\n//# sourceMappingURL=app.js.map\n', 'app.js.map'],
    ['behind the last code', 'a();//# sourceMappingURL=app.js.map', 'app.js.map'],
    ['with the old mark', 'a()\n//@ sourceMappingURL=app.js.map', 'app.js.map'],
    ['in a block comment', 'a()\n/*# sourceMappingURL=app.js.map */\n', 'app.js.map'],
    [
      'before other comments',
      'a()\n//# sourceMappingURL=app.js.map\n/* licence\n */\n// end\n\n',
      'app.js.map',
    ],
    ['with CRLF', 'a()\r\n//# sourceMappingURL=app.js.map\r\n', 'app.js.map'],
    ['behind a line separator', 'a()\u2028//# sourceMappingURL=app.js.map\u2029', 'app.js.map'],
    ['indented', 'a()\n  //# sourceMappingURL=a%20b.map', 'a%20b.map'],
    ['with letters beyond ASCII', 'a()\n//# sourceMappingURL=é😀.map', 'é😀.map'],
    ['the last of several', 'a()\n//# sourceMappingURL=old.map\n//# sourceMappingURL=new.map', 'new.map'],
  ])('name the map %s', (_, text, reference) => {
    expect(read(text)).toMatchObject({ reference })
  })

  it.each([
    ['in a string', 'a("//# sourceMappingURL=bogus.map")'],
    ['at the end of a string', "a('\\\n//# sourceMappingURL=bogus.map')"],
    ['in a template', 'a(`\n//# sourceMappingURL=bogus.map\n`)'],
    ['before code', '//# sourceMappingURL=bogus.map\na()'],
    ['in a block comment of several lines', 'a()\n/*\n//# sourceMappingURL=bogus.map\n*/'],
    ['with white space', 'a()\n//# sourceMappingURL=not a map'],
    ['empty', 'a()\n//# sourceMappingURL=\n'],
    ['without the mark', 'a()\n// sourceMappingURL=bogus.map'],
  ])('ignore a text that looks like a reference %s', (_, text) => {
    expect(read(text)).toMatchObject({ reference: undefined })
  })

  it('hold a debug id, before or behind the reference', () => {
    expect(read(`a()\n//# sourceMappingURL=m\n//# debugId=${ID}\n`)).toEqual({ reference: 'm', debugId: ID })
    expect(read(`a()\n//# debugId=${ID.toUpperCase()}\n//# sourceMappingURL=m`)).toEqual({
      reference: 'm',
      debugId: ID,
    })
    expect(read(`a()\n//# debugId=${ID.replaceAll('-', '')}`)).toMatchObject({ debugId: ID })
  })

  it.each([`a(\`\n//# debugId=${ID}\n\`)`, 'a()\n//# debugId=no-id', `a()\n//@ debugId=${ID}`])(
    'ignore a text that is no debug id: %j',
    (text) => {
      expect(read(text)).toMatchObject({ debugId: undefined })
    },
  )

  it('give the place of the reference in bytes', () => {
    const script = Buffer.from('é("😀")\n//# sourceMappingURL=app.js.map\n')
    const { referenceAt } = readTrailer(script)
    expect(script.subarray(referenceAt).toString()).toBe('app.js.map\n')
  })

  it('are found in a long line that repeats the words, without trying every place of them', () => {
    const line = '//# sourceMappingURL=a '.repeat(200_000)
    expect(read(`${line}\n//# sourceMappingURL=b`)).toMatchObject({ reference: 'b' })
  })

  it.each([
    ['lines of comments', '//\n'],
    ['comments in one line', '/**/'],
    ['empty lines', '\n'],
  ])('are read in a time that grows with the length of %s', (_, text) => {
    expect(read(`${text.repeat(1_000_000)}//# sourceMappingURL=b`)).toMatchObject({ reference: 'b' })
    expect(read(`//# sourceMappingURL=b\n${text.repeat(1_000_000)}`)).toMatchObject({ reference: 'b' })
  })

  it.each(['', '\n', '/*', '*/', '//', '/**/', '*/ */'])('may be missing: %j', (text) => {
    expect(read(text)).toEqual({ reference: undefined, debugId: undefined })
  })
})

describe('an inline map', () => {
  const json = '{"version":3,"sources":["é"]}'
  it.each([
    ['base64', `data:application/json;base64,${Buffer.from(json).toString('base64')}`],
    [
      'base64 with a charset',
      `data:application/json;charset=utf-8;base64,${Buffer.from(json).toString('base64')}`,
    ],
    ['percent encoding', `data:application/json,${encodeURIComponent(json)}`],
    ['no media type', `data:;base64,${Buffer.from(json).toString('base64')}`],
  ])('is decoded from %s', (_, reference) => {
    expect(decodeInline(reference)?.toString()).toBe(json)
  })

  it('is not a reference to a file', () => {
    expect(decodeInline('data.map')).toBeUndefined()
    expect(decodeInline('https://cdn.test/app.js.map')).toBeUndefined()
  })
})

describe('the places where a map may be', () => {
  it('begin with the one that the script names, then its name beside the script', () => {
    expect(namedMaps('out/js/app.js', '../maps/app.js.map?v=1#x')).toEqual([
      'out/maps/app.js.map',
      'out/maps/app.js.map?v=1#x',
      'out/js/app.js.map',
      'out/js/app.js.map?v=1#x',
    ])
  })

  it('take a reference as written and decoded', () => {
    expect(namedMaps('a.js', 'my%20app.js.map')).toEqual(['my%20app.js.map', 'my app.js.map'])
  })

  it.each(['https://cdn.test/assets/app.js.map', '/assets/app.js.map'])(
    'are beside the script for a place on a server: %s',
    (reference) => {
      expect(namedMaps('out/main.js', reference)).toEqual(['out/app.js.map'])
    },
  )

  it('are guessed for a hidden source map', () => {
    expect(guessedMaps('out/app.min.js')).toEqual([
      'out/app.map',
      'out/app.min.js.map',
      'out/app.js.map',
      'out/app.min.map',
    ])
  })

  it('have a name to look for in other directories', () => {
    expect(mapNames('out/app.js', '../maps/a.map')).toEqual(['a.map', 'app.js.map'])
    expect(mapNames('out/app.js', undefined)).toEqual([
      'app.map',
      'app.min.js.map',
      'app.js.map',
      'app.min.map',
    ])
  })
})
