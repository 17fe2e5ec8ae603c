import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseFilter, parseOptions } from '../../../src/inputs/abf-keys.ts'
import { Refusals } from '../../../src/inputs/field.ts'
import {
  parseArches,
  parseBuildIds,
  parseMode,
  parsePair,
  parsePairs,
  parsePlatform,
  parseTime,
} from '../../../src/inputs/parsers.ts'
import { hostileText } from '../doubles.ts'

const id = fc.integer({ min: 1, max: 2_147_483_647 })
const separator = fc.constantFrom(' ', ',', '\n', ', ', '\r\n\t', ',,')
const word = fc.stringMatching(/^[a-z0-9]{1,10}$/)
const anything = fc.oneof(hostileText, fc.string({ unit: 'binary', maxLength: 40 }), fc.json())

describe('parsers of ABF inputs', () => {
  it('read every list of ids back, from a list or from the JSON of the output', () => {
    const noGap = separator.filter((text) => !/,\s*,/.test(text))
    fc.assert(
      fc.property(fc.array(id, { minLength: 1, maxLength: 30 }), noGap, (ids, between) => {
        const once = [...new Set(ids)]
        expect(parseBuildIds(ids.join(between))).toEqual(once)
        expect(parseBuildIds(JSON.stringify(ids, undefined, 1))).toEqual(once)
      }),
    )
  })

  it('return ids of 32 bits or undefined for any text', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.stringMatching(/^[[\]0-9, -]{1,20}$/)), (text) => {
        const ids = parseBuildIds(text) ?? [1]
        expect(ids.every((one) => Number.isSafeInteger(one) && one >= 1 && one <= 2_147_483_647)).toBe(true)
        expect(new Set(ids).size).toBe(ids.length)
      }),
    )
  })

  it('refuse names that could change the path or the query of a request', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(parsePair(text) ?? 'a/b').not.toMatch(/[\s?#%]|^\/|\/$|\/.*\//)
        expect(parsePlatform(text) ?? 'x').toMatch(/^[\w.-]+$/)
        expect(parseArches(text) ?? []).toSatisfy((list: string[]) =>
          list.every((one) => /^[\w-]+$/.test(one)),
        )
        expect(parsePairs(text) ?? []).toSatisfy((list: string[]) =>
          list.every((one) => parsePair(one) === one),
        )
        expect([undefined, 'none', 'default', 'testing']).toContain(parseMode(text))
      }),
    )
  })

  it('read every filter back, in any order and with any space around', () => {
    const keys = fc.uniqueArray(fc.constantFrom('status', 'arch_id', 'id', 'save_to_platform_id'), {
      minLength: 1,
    })
    fc.assert(
      fc.property(keys, fc.nat(99_999), fc.constantFrom('', ' ', '\t'), (names, number, space) => {
        const text = names.map((key) => `${space}${key}${space}=${space}${number}${space}`).join('\r\n')
        expect(parseFilter(text)).toEqual(Object.fromEntries(names.map((key) => [key, String(number)])))
      }),
    )
  })

  it('never throw, and explain every refusal', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const results = [parseFilter(text), parseOptions(text)]
        const refused = results.flatMap((result) => (result instanceof Refusals ? result.list : []))
        expect(refused.every(({ expected }) => expected !== '')).toBe(true)
      }),
    )
  })

  it('keep every build option as it was written', () => {
    const option = fc.dictionary(fc.stringMatching(/^use_[a-z]{1,8}$/), fc.jsonValue())
    fc.assert(
      fc.property(option, (options) => {
        const json = JSON.stringify(options)
        expect(JSON.stringify(parseOptions(json))).toBe(json)
      }),
    )
  })
})

describe('parseTime', () => {
  it('returns an ISO 8601 time in UTC or undefined for any text', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.stringMatching(/^[0-9TZ:+. -]{1,30}$/)), (text) => {
        const time = parseTime(text) ?? '2026-01-01T00:00:00.000Z'
        expect(new Date(time).toISOString()).toBe(time)
      }),
    )
  })
})

it('parseArches reads words from a list with any separators', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), separator, (words, between) => {
      expect(parseArches(words.join(between))).toEqual([...new Set(words)])
    }),
  )
})
