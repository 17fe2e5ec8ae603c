import { describe, expect, it } from 'vitest'
import { parseSha } from '../../../src/text/sha.ts'

const HEAD_SHA = 'a1'.repeat(20)

describe('parseSha', () => {
  it('reads SHA-1 and SHA-256 in any case, as lower case', () => {
    expect(parseSha('AB'.repeat(20))).toBe('ab'.repeat(20))
    expect(parseSha('AB'.repeat(32))).toBe('ab'.repeat(32))
  })

  it.each([
    '',
    'abc1234',
    'g'.repeat(40),
    'a'.repeat(41),
    `${HEAD_SHA}\n`,
    5,
    null,
    [HEAD_SHA],
    '0'.repeat(40),
    '0'.repeat(64),
  ])('refuses %j', (text) => {
    expect(parseSha(text)).toBeUndefined()
  })
})
