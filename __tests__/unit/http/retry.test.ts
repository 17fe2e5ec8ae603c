import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Attempt,
  decideRetry,
  type Effect,
  RETRY_POLICY,
  retryHint,
  type RetryPolicy,
} from '../../../src/http/retry.ts'

const POLICY: RetryPolicy = { ...RETRY_POLICY, retries: 5 }
const FIRST = { tried: 1, elapsedMs: 0 }

function answered(status: number, hintMs?: number): Attempt {
  return { kind: 'response', status, hintMs }
}

function failed(maybeDelivered: boolean, transient: boolean): Attempt {
  return { kind: 'failure', maybeDelivered, transient }
}

describe('decideRetry', () => {
  it.each([
    // attempt, repeated when idempotent, repeated when it creates
    [answered(200), false, false],
    [answered(201), false, false],
    [answered(208), false, false],
    [answered(302), false, false],
    [answered(400), false, false],
    [answered(401), false, false],
    [answered(403), false, false],
    [answered(404), false, false],
    [answered(408), true, false],
    [answered(409), false, false],
    [answered(413), false, false],
    [answered(422), false, false],
    [answered(429), true, true],
    [answered(500), true, false],
    [answered(501), false, false],
    [answered(502), true, false],
    [answered(503), true, false],
    [answered(504), true, false],
    [answered(505), false, false],
    [answered(507), true, false],
    [answered(524), true, false],
    [failed(false, false), false, false],
    [failed(false, true), true, true],
    [failed(true, false), false, false],
    [failed(true, true), true, false],
  ])('after %j', (attempt, idempotent, creates) => {
    expect(decideRetry(attempt, 'idempotent', FIRST, POLICY, 0).kind).toBe(idempotent ? 'retry' : 'stop')
    expect(decideRetry(attempt, 'creates', FIRST, POLICY, 0).kind).toBe(creates ? 'retry' : 'stop')
  })

  const attempt: fc.Arbitrary<Attempt> = fc.oneof(
    fc.record({
      kind: fc.constant('response' as const),
      status: fc.constantFrom(200, 404, 408, 429, 500, 502, 503, 504),
      hintMs: fc.oneof(
        fc.constant(undefined),
        fc.nat({ max: 90_000 }),
        fc.integer({ min: 58_000, max: 60_000 }),
      ),
    }),
    fc.record({
      kind: fc.constant('failure' as const),
      maybeDelivered: fc.boolean(),
      transient: fc.boolean(),
    }),
  )
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  const effect = fc.constantFrom<Effect>('idempotent', 'creates')

  it('starts no attempt after the budget, and no more attempts than allowed', () => {
    const story = fc.array(
      fc.record({ attempt, random, takesMs: fc.oneof(fc.constant(0), fc.nat({ max: 40_000 })) }),
      {
        maxLength: 20,
      },
    )
    fc.assert(
      fc.property(story, effect, fc.nat({ max: 10 }), (events, what, retries) => {
        let elapsedMs = 0
        let tried = 0
        for (const event of events) {
          tried += 1
          elapsedMs += event.takesMs
          const decision = decideRetry(
            event.attempt,
            what,
            { tried, elapsedMs },
            { ...POLICY, retries },
            event.random,
          )
          if (decision.kind !== 'retry') break
          expect(decision.afterMs).toBeGreaterThanOrEqual(0)
          elapsedMs += decision.afterMs
          expect(elapsedMs).toBeLessThanOrEqual(60_000)
        }
        expect(tried).toBeLessThanOrEqual(retries + 1)
      }),
    )
  })

  it('never repeats a call that creates when the first one may have had its effect', () => {
    fc.assert(
      fc.property(attempt, random, (last, chance) => {
        const decision = decideRetry(last, 'creates', FIRST, POLICY, chance)
        fc.pre(last.kind === 'response' ? last.status !== 429 : last.maybeDelivered)
        expect(decision).toEqual({ kind: 'stop' })
      }),
    )
  })

  it('waits at least as long as the server asks, and at least a second', () => {
    fc.assert(
      fc.property(fc.nat({ max: 58_000 }), random, (hintMs, chance) => {
        const decision = decideRetry(answered(429, hintMs), 'idempotent', FIRST, POLICY, chance)
        if (decision.kind !== 'retry') throw new Error(decision.kind)
        expect(decision.afterMs).toBeGreaterThanOrEqual(Math.max(hintMs, 1000))
        expect(decision.afterMs).toBeLessThanOrEqual(Math.max(hintMs, 1000) + 1000)
      }),
    )
  })

  it('waits out every pause that fits into the budget, however the dice fall', () => {
    expect(decideRetry(answered(429, 59_500), 'idempotent', FIRST, POLICY, 0.99).kind).toBe('retry')
  })

  it('says when to come back when the server asks for more than is left', () => {
    expect(decideRetry(answered(503, 60_001), 'idempotent', FIRST, POLICY, 0)).toEqual({
      kind: 'retry-later',
      afterMs: 60_001,
    })
    const late = { tried: 2, elapsedMs: 50_000 }
    expect(decideRetry(answered(429, 20_000), 'creates', late, POLICY, 0).kind).toBe('retry-later')
    const noRetries = { ...POLICY, retries: 0 }
    expect(decideRetry(answered(429, 90_000), 'idempotent', FIRST, noRetries, 0).kind).toBe('retry-later')
  })

  it('waits out a pause that fits exactly, and no longer one', () => {
    const fits = decideRetry(answered(429, 60_000), 'idempotent', FIRST, POLICY, 0)
    expect(fits).toEqual({ kind: 'retry', afterMs: 60_000 })
    const last = { ...POLICY, budgetMs: 500 }
    expect(decideRetry(failed(true, true), 'idempotent', FIRST, last, 1)).toEqual({
      kind: 'retry',
      afterMs: 500,
    })
    expect(decideRetry(failed(true, true), 'idempotent', FIRST, { ...last, budgetMs: 499 }, 1)).toEqual({
      kind: 'stop',
    })
  })

  it('does not repeat after the last attempt', () => {
    const done = { tried: 6, elapsedMs: 0 }
    expect(decideRetry(failed(true, true), 'idempotent', done, POLICY, 0)).toEqual({ kind: 'stop' })
    expect(decideRetry(answered(429, 1000), 'idempotent', done, POLICY, 0)).toEqual({ kind: 'stop' })
  })

  it('repeats after a 403 only when the server says when its limit is lifted', () => {
    expect(decideRetry(answered(403, 2000), 'creates', FIRST, POLICY, 0).kind).toBe('retry')
    expect(decideRetry(answered(404, 2000), 'idempotent', FIRST, POLICY, 0).kind).toBe('stop')
  })

  it('spreads the pauses of many jobs over half their length, and those asked for over a second', () => {
    const after = (attempt: Attempt, random: number): unknown =>
      decideRetry(attempt, 'idempotent', { tried: 2, elapsedMs: 0 }, POLICY, random)
    expect(after(failed(true, true), 0)).toEqual({ kind: 'retry', afterMs: 625 })
    expect(after(failed(true, true), 1)).toEqual({ kind: 'retry', afterMs: 1250 })
    expect(after(answered(503, 5000), 0.5)).toEqual({ kind: 'retry', afterMs: 5500 })
  })

  it('never pauses longer than the longest pause', () => {
    expect(
      decideRetry(
        failed(true, true),
        'idempotent',
        { tried: 9, elapsedMs: 0 },
        { ...POLICY, retries: 10 },
        1,
      ),
    ).toEqual({ kind: 'retry', afterMs: 20_000 })
  })

  it('has growing pauses that five retries can afford', () => {
    const pauses = [1, 2, 3, 4, 5].map((tried) => {
      const decision = decideRetry(failed(true, true), 'idempotent', { tried, elapsedMs: 0 }, POLICY, 0.99)
      return decision.kind === 'retry' ? decision.afterMs : 0
    })
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b))
    expect(pauses.every((pause) => pause > 0)).toBe(true)
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThan(60_000)
  })
})

describe('retryHint', () => {
  const NOW = Date.UTC(2026, 0, 1, 12)

  function hint(status: number, headers: Readonly<Record<string, string>>): number | undefined {
    return retryHint(status, (name) => headers[name], NOW)
  }

  function httpDate(ms: number): string {
    return new Date(ms).toUTCString()
  }

  it('reads seconds', () => {
    expect(hint(503, { 'retry-after': '7' })).toBe(7000)
    expect(hint(429, { 'retry-after': ' 0 ' })).toBe(0)
  })

  it('reads a date relative to the clock of the server', () => {
    fc.assert(
      fc.property(fc.nat({ max: 3600 }), fc.integer({ min: -86_400, max: 86_400 }), (seconds, skew) => {
        const server = NOW + skew * 1000
        const headers = { date: httpDate(server), 'retry-after': httpDate(server + seconds * 1000) }
        expect(hint(503, headers)).toBe(seconds * 1000)
      }),
    )
  })

  it('reads a date relative to our clock when the server gives none', () => {
    expect(hint(503, { 'retry-after': httpDate(NOW + 5000) })).toBe(5000)
    expect(hint(503, { date: 'nonsense', 'retry-after': httpDate(NOW + 5000) })).toBe(5000)
  })

  it('is never negative', () => {
    expect(hint(503, { 'retry-after': httpDate(NOW - 5000) })).toBe(0)
    expect(hint(429, { 'x-sentry-rate-limit-reset': String(NOW / 1000 - 5) })).toBe(0)
  })

  it("reads Sentry's reset time of a 429, relative to the server's clock", () => {
    const reset = String(NOW / 1000 + 90)
    expect(hint(429, { 'x-sentry-rate-limit-reset': reset })).toBe(90_000)
    expect(hint(429, { 'x-sentry-rate-limit-reset': reset, date: httpDate(NOW + 60_000) })).toBe(30_000)
  })

  it('prefers Retry-After, and knows the reset time of a 429 only', () => {
    const reset = String(NOW / 1000 + 90)
    expect(hint(429, { 'x-sentry-rate-limit-reset': reset, 'retry-after': '3' })).toBe(3000)
    expect(hint(200, { 'x-sentry-rate-limit-reset': reset })).toBeUndefined()
    expect(hint(503, { 'x-sentry-rate-limit-reset': reset })).toBeUndefined()
  })

  it.each(['', 'soon', '-5', 'soon 5', '5 minutes', '1,5', 'NaN'])('ignores Retry-After: %s', (value) => {
    expect(hint(503, { 'retry-after': value })).toBeUndefined()
    expect(hint(429, { 'retry-after': value, 'x-sentry-rate-limit-reset': String(NOW / 1000 + 4) })).toBe(
      4000,
    )
  })

  it.each([403, 429])("reads the reset time of GitHub's used up limit from a %i", (status) => {
    const used = { 'x-ratelimit-remaining': ' 0 ', 'x-ratelimit-reset': String(NOW / 1000 + 30) }
    expect(hint(status, used)).toBe(30_000)
    expect(hint(status, { ...used, 'x-ratelimit-remaining': '17' })).toBeUndefined()
    expect(hint(status, { 'x-ratelimit-reset': used['x-ratelimit-reset'] })).toBeUndefined()
  })

  it('leaves the reset times of other answers alone', () => {
    const used = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 30) }
    expect(hint(200, used)).toBeUndefined()
    expect(hint(503, used)).toBeUndefined()
    expect(hint(403, { 'x-sentry-rate-limit-reset': String(NOW / 1000 + 30) })).toBeUndefined()
  })

  it('reads fractions of a second', () => {
    expect(hint(503, { 'retry-after': '1.25' })).toBe(1250)
  })

  it('reads the date of the response, and no other date', () => {
    expect(hint(503, { 'retry-after': `in ${httpDate(NOW + 5000)}` })).toBeUndefined()
    expect(hint(503, { 'retry-after': '' })).toBeUndefined()
  })

  it.each(['', 'soon', '-1', 'Infinity', 'NaN'])('ignores a reset time of %j', (value) => {
    expect(hint(429, { 'x-sentry-rate-limit-reset': value })).toBeUndefined()
  })
})
