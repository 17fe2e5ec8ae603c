import { describe, expect, it } from 'vitest'
import { parseJson } from '../../../src/http/json.ts'

describe('parseJson', () => {
  it.each([
    ['{"a":[1,2.5,-3e2,true,null,"x"]}', { a: [1, 2.5, -300, true, null, 'x'] }],
    ['\uFEFF{"a":1}', { a: 1 }],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', '9007199254740992'],
    ['{"id":-12345678901234567890}', { id: '-12345678901234567890' }],
    ['[12345678901234567890,1]', ['12345678901234567890', 1]],
    ['[1.2345678901234567890,1e300]', [1.2345678901234567, 1e300]],
    // A string that holds such digits, with quotes and backslashes around them, stays as it is.
    [
      String.raw`{"12345678901234567890":"\" 12345678901234567890\\","n":12345678901234567891}`,
      { '12345678901234567890': '" 12345678901234567890\\', n: '12345678901234567891' },
    ],
  ])('reads %s', (text, value) => {
    expect(parseJson(text)).toEqual(value)
  })

  it.each([
    '',
    '\uFEFF',
    '{',
    '{"a":12345678901234567890',
    '[12345678901234567890 1]',
    '01234567890123456789',
    'x',
  ])('gives undefined for %j', (text) => {
    expect(parseJson(text)).toBeUndefined()
  })

  it('cleans each string, also beside a long integer, and leaves JSON intact', () => {
    const hide = (text: string): string => text.replaceAll('back\\', '***')
    expect(parseJson(String.raw`{"a":"x back\\","b":12345678901234567890}`, hide)).toEqual({
      a: 'x ***',
      b: '12345678901234567890',
    })
  })
})
