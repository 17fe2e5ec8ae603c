import { describe, expect, it } from 'vitest'
import { describeOddity, isLostValue } from '../../../src/text/oddities.ts'

describe('isLostValue', () => {
  it.each(['Array', 'Object', '[object Object]', '***', 'null', 'undefined', 'v${{ github.sha }}'])(
    'is true for %s, which has a description',
    (text) => {
      expect([isLostValue(text), describeOddity(text)]).toEqual([true, expect.stringMatching(/^ \(.+\)$/)])
    },
  )

  it.each(['array', 'nullable', 'undefined-1', 'x [object Object]', '**', '{{ x }}', '$ {{ x }}', ''])(
    'is false for %s',
    (text) => {
      expect([isLostValue(text), describeOddity(text)]).toEqual([false, ''])
    },
  )
})

describe('describeOddity', () => {
  it.each([
    ['- web', 'this is a list in YAML'],
    ['"web"', 'the quotes are part of the value'],
    ['`a\nb`', 'the quotes are part of the value'],
    ['web\u200b', 'U+200B'],
    ['web\u00a0api', 'U+00A0'],
    ['\uff15', 'U+FF15'],
    ['a\u0007', 'U+0007'],
    ['a\u{e0061}', 'U+E0061'],
    ['a\ufeff', 'U+FEFF'],
  ])('of %j', (text, description) => {
    expect(describeOddity(text)).toContain(description)
  })

  it.each(['web api', 'a\r\n\tb', 'é', '日本', '"a', 'a-b'])('is empty for %j', (text) => {
    expect(describeOddity(text)).toBe('')
  })
})
