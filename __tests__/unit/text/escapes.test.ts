import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asBytes, unescape } from '../../../src/text/escapes.ts'

const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0')
const NAMES: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }
const SHORT: Readonly<Record<string, string>> = {
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '"': '"',
  '\\': '\\',
  '/': '/',
}

/** Every way in which one character can be escaped. */
function waysOf(char: string): string[] {
  const code = char.codePointAt(0) ?? 0
  const name = NAMES[char]
  const short = SHORT[char]
  return [
    `&#${code};`,
    `&#x${hex(code, 1)};`,
    `&#X${hex(code, 6).toUpperCase()};`,
    ...(code < 0x80 ? [`%${hex(code, 2)}`, `%${hex(code, 2).toUpperCase()}`] : []),
    ...(code <= 0xffff ? [`\\u${hex(code, 4)}`, `\\u${hex(code, 4).toUpperCase()}`] : []),
    ...(name === undefined ? [] : [`&${name};`, `&${name.toUpperCase()};`]),
    ...(short === undefined ? [] : [`\\${short}`]),
  ]
}

/** A character and how it is written: as it is where that cannot begin an escape, or in any other way. */
const written = fc
  .tuple(
    fc.oneof(
      fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }),
      fc.constantFrom('é', '😀', '\n', ';'),
    ),
    fc.nat(),
  )
  .map(([char, choice]) => {
    const ways = [...('%\\&'.includes(char) ? [] : [char]), ...waysOf(char)]
    return { char, way: ways[choice % ways.length] ?? char }
  })

describe('a text with escapes', () => {
  it('is resolved, and each place in it leads back to where it was written', () => {
    fc.assert(
      fc.property(fc.array(written), (parts) => {
        const text = parts.map(({ way }) => way).join('')
        const plain = parts.map(({ char }) => char).join('')
        const unescaped = unescape(text) ?? { text, origin: (position: number) => position }
        expect(unescaped.text).toBe(plain)
        let [at, from] = [0, 0]
        for (const { char, way } of parts) {
          expect(unescaped.origin(at)).toBe(from)
          at += char.length
          from += way.length
        }
        expect(unescaped.origin(at)).toBe(text.length)
      }),
    )
  })

  it.each([
    ['%2F', '/'],
    ['%e2%82%ac', 'â\u0082¬'],
    ['\\u002f', '/'],
    ['\\/', '/'],
    ['\\"', '"'],
    ['\\\\', '\\'],
    ['\\n\\r\\t', '\n\r\t'],
    ['&#47;', '/'],
    ['&#0047;', '/'],
    ['&#x2f;', '/'],
    ['&amp;&lt;&gt;&quot;&apos;', '&<>"\''],
    ['&#x10FFFF;', '\u{10FFFF}'],
    ['&#x110000;&#9999999;', '\uFFFD\uFFFD'],
    ['a%2Fb\\u002fc&#47;d', 'a/b/c/d'],
  ])('%s is %s', (text, plain) => {
    expect(unescape(text)?.text).toBe(plain)
  })

  it('is resolved once', () => {
    for (const [text, plain] of [
      ['%2525', '%25'],
      ['&amp;amp;', '&amp;'],
      ['\\\\u002f', '\\u002f'],
    ] as const) {
      expect(unescape(text)?.text).toBe(plain)
    }
  })

  it.each([
    '',
    'plain',
    '100 %',
    '%2',
    '%g0',
    'a \\ b',
    '\\x41',
    '\\u12',
    'a & b',
    '&nbsp;',
    '&amp',
    '&#;',
    '&#xg;',
    '&#12345678;',
  ])('is none when there is nothing to resolve: %j', (text) => {
    expect(unescape(text)).toBeUndefined()
  })

  it('has one character for each percent-encoded byte, as asBytes gives them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const encoded = encodeURIComponent(text)
        expect(unescape(encoded)?.text ?? encoded).toBe(asBytes(text))
      }),
    )
    expect(asBytes('é')).toBe('Ã©')
  })
})
