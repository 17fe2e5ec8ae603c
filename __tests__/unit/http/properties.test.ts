import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retryHint } from '../../../src/http/retry.ts'
import { Redactor } from '../../../src/text/redact.ts'
import { hostileText, incoming, responseOf } from '../doubles.ts'

const anything = fc.oneof(hostileText, fc.string({ unit: 'binary', maxLength: 40 }), fc.json())

describe('retryHint', () => {
  const headers = fc.dictionary(
    fc.constantFrom(
      'date',
      'retry-after',
      'x-ratelimit-reset',
      'x-ratelimit-remaining',
      'x-sentry-rate-limit-reset',
    ),
    fc.oneof(
      anything,
      fc.nat().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      fc.constantFrom('0', '-0', '1e9', '0x10', 'Infinity', '9'.repeat(400), ' 5 ', '+5'),
    ),
  )

  it('is undefined or not negative for any headers and status', () => {
    fc.assert(
      fc.property(headers, fc.integer({ min: 100, max: 599 }), (given, status) => {
        const hint = retryHint(status, (name) => given[name], Date.UTC(2026, 0, 1)) ?? 0
        expect(hint).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('is the same for both forms of Retry-After', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(4_000_000_000), (seconds, at) => {
        const date = new Date(at * 1000).toUTCString()
        const then = new Date((at + seconds) * 1000).toUTCString()
        const hint = (after: string) =>
          retryHint(503, (name) => ({ date, 'retry-after': after })[name], Date.UTC(2026, 0, 1))
        expect([hint(String(seconds)), hint(then)]).toEqual([seconds * 1000, seconds * 1000])
      }),
    )
  })
})

it('the body of a response is read as JSON.parse reads it, with secrets hidden in every text', () => {
  const redactor = new Redactor()
  redactor.add('s3cret/"token"')
  const redact = (text: string): string => redactor.redact(text)
  const read = (json: string): unknown => responseOf(incoming(200, json), redact).json
  // An integer that a number cannot hold exactly is read as the text of its digits.
  const exact = (_: string, value: unknown): unknown =>
    typeof value === 'number' && /^-?\d+$/.test(String(value)) && !Number.isSafeInteger(value)
      ? String(value)
      : value
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.stringify(read(JSON.stringify(value)))).toBe(JSON.stringify(value, exact))
    }),
  )
  const escaped = (text: string): string =>
    Array.from(text, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
  fc.assert(
    fc.property(fc.string({ maxLength: 5 }), fc.boolean(), (before, hidden) => {
      const text = JSON.stringify(`${before} s3cret/"token" after`)
      const json = hidden ? `"${escaped(`${before} s3cret/"token" after`)}"` : text
      expect(read(`{"a":[${json}]}`)).toEqual({ a: [`${before} *** after`] })
    }),
  )
  expect(read('['.repeat(1_000_000))).toBeUndefined()
  expect(Array.isArray(read(`${'['.repeat(100_000)}${']'.repeat(100_000)}`))).toBe(true)
})
