import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HttpError } from '../../../src/http/failure.ts'
import { decideRetry, RETRY_POLICY } from '../../../src/http/retry.ts'
import { retryUntil } from '../../../src/wait/backoff.ts'
import { type PollAttempt, poll, type PollOutcome } from '../../../src/wait/poll.ts'
import { ManualClock } from '../doubles.ts'

const MINUTE = 60_000
const never = new AbortController().signal

/** A clock that somebody sets while others sleep: by so many milliseconds after each pause, over and over. */
class JumpyClock extends ManualClock {
  slept = 0
  #at = 0
  #offset = 0
  readonly #jumps: readonly number[]

  constructor(jumps: readonly number[]) {
    super()
    this.#jumps = jumps
  }

  override now(): number {
    return super.now() + this.#offset
  }

  override async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (ms < 0) throw new RangeError('a pause that is negative')
    this.slept += ms
    await super.sleep(ms, signal)
    this.#offset += this.#jumps[this.#at] ?? 0
    this.#at += 1
  }
}

const trouble = new HttpError({ kind: 'reset', message: 'broke', method: 'GET', url: 'https://abf.example/' })

type Sight = 'done' | 'again' | 'broken'
const sights = fc.array(fc.constantFrom<Sight>('again', 'broken'), { maxLength: 60 })
const pauses = fc.integer({ min: 10_000, max: 10 * MINUTE })
const jump = fc.integer({ min: 0, max: 60 * MINUTE })

interface Walk {
  readonly outcome: PollOutcome<string>
  readonly looks: number
  readonly done: boolean
}

/** Polls over these sights, then over the last one for ever. */
async function walk(
  seen: readonly Sight[],
  timeout: number,
  interval: number,
  clock: JumpyClock,
): Promise<Walk> {
  let looks = 0
  let done = false
  const outcome = await poll(
    async (): Promise<PollAttempt<string>> => {
      const sight = seen[Math.min(looks, seen.length - 1)] ?? 'again'
      looks += 1
      if (looks > 5000) throw new Error('it does not end')
      await Promise.resolve()
      if (sight === 'broken') throw trouble
      if (sight !== 'done') return { kind: 'again' }
      done = true
      return { kind: 'done', value: 'seen' }
    },
    {
      deadline: clock.now() + timeout,
      schedule: () => interval,
      onError: (error, consecutiveFailures) =>
        error === trouble
          ? { kind: 'pause', ms: interval * Math.min(consecutiveFailures, 5) }
          : { kind: 'fatal' },
      clock,
      signal: never,
    },
  )
  return { outcome, looks, done }
}

const timeouts = fc.integer({ min: 0, max: 30 * MINUTE })

describe('poll', () => {
  it('ends at its deadline, with a last look, whatever it sees', async () => {
    await fc.assert(
      fc.asyncProperty(sights, timeouts, pauses, async (seen, timeout, interval) => {
        const clock = new JumpyClock([])
        const { outcome, looks } = await walk(seen, timeout, interval, clock)
        expect([outcome.kind, clock.slept]).toEqual(['deadline', timeout])
        expect(looks).toBeLessThanOrEqual(Math.ceil(timeout / interval) + 2)
      }),
      { numRuns: 60 },
    )
  })

  it('is done exactly when a look was, and not one look later', async () => {
    await fc.assert(
      fc.asyncProperty(sights, timeouts, pauses, async (before, timeout, interval) => {
        const { outcome, looks, done } = await walk(
          [...before, 'done'],
          timeout,
          interval,
          new JumpyClock([]),
        )
        expect(outcome.kind === 'done').toBe(done)
        expect(done ? [outcome, looks] : []).toEqual(
          done ? [{ kind: 'done', value: 'seen' }, before.length + 1] : [],
        )
      }),
      { numRuns: 60 },
    )
  })

  it('never sleeps longer than asked when the clock is set forward, and still looks once more', async () => {
    await fc.assert(
      fc.asyncProperty(sights, fc.array(jump), timeouts, pauses, async (seen, jumps, timeout, interval) => {
        const clock = new JumpyClock(jumps)
        const { outcome, looks } = await walk(seen, timeout, interval, clock)
        expect(outcome.kind).toBe('deadline')
        expect(clock.slept).toBeLessThanOrEqual(timeout)
        expect(looks).toBeGreaterThanOrEqual(timeout > 0 ? 2 : 1)
      }),
      { numRuns: 100 },
    )
  })

  it('ends, and claims no success, when the clock is set back: later by no more than that', async () => {
    await fc.assert(
      fc.asyncProperty(sights, fc.array(jump, { maxLength: 5 }), async (seen, jumps) => {
        const clock = new JumpyClock(jumps.map((ms) => -ms))
        const { outcome, done } = await walk(seen, 60 * MINUTE, MINUTE, clock)
        expect([outcome.kind, done]).toEqual(['deadline', false])
        const back = jumps.reduce((sum, ms) => sum + ms, 0)
        expect(clock.slept).toBeLessThanOrEqual(60 * MINUTE + back)
      }),
      { numRuns: 30 },
    )
  })

  it('tells what was wrong at the end only when the last look failed', async () => {
    await fc.assert(
      fc.asyncProperty(sights, async (seen) => {
        const { outcome, looks } = await walk(seen, 30 * MINUTE, MINUTE, new JumpyClock([]))
        const last = seen[Math.min(looks, seen.length) - 1] ?? 'again'
        expect(outcome).toEqual({ kind: 'deadline', failure: last === 'broken' ? trouble : undefined })
      }),
      { numRuns: 60 },
    )
  })
})

describe('retryUntil', () => {
  it('tries once more at its deadline and sleeps no longer, also when the clock is set forward', async () => {
    await fc.assert(
      fc.asyncProperty(timeouts, fc.array(jump), pauses, async (timeout, jumps, first) => {
        const clock = new JumpyClock(jumps)
        let tries = 0
        const result = await retryUntil<string>(
          async () => {
            tries += 1
            return Promise.resolve(undefined)
          },
          clock.now() + timeout,
          { first, longest: first * 4 },
          { clock, signal: never },
        )
        expect(result).toBeUndefined()
        expect(clock.slept).toBeLessThanOrEqual(timeout)
        expect(tries).toBeGreaterThanOrEqual(timeout > 0 ? 2 : 1)
      }),
      { numRuns: 100 },
    )
  })
})

describe('decideRetry', () => {
  it('lets a request wait no longer than its budget in all, when the clock only goes forward', () => {
    const hint = fc.option(fc.integer({ min: 0, max: 10 * MINUTE }), { nil: undefined })
    const status = fc.constantFrom(403, 408, 429, 500, 502, 503)
    const attempts = fc.array(fc.tuple(status, hint, fc.nat(30_000)), { minLength: 12, maxLength: 12 })
    fc.assert(
      fc.property(
        attempts,
        fc.nat(10),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (list, retries, random) => {
          let elapsedMs = 0
          let slept = 0
          let tried = 0
          for (const [code, hintMs, took] of list) {
            tried += 1
            elapsedMs += took
            const attempt = { kind: 'response', status: code, hintMs } as const
            const policy = { ...RETRY_POLICY, retries }
            const decision = decideRetry(attempt, 'idempotent', { tried, elapsedMs }, policy, random)
            if (decision.kind !== 'retry') break
            expect(decision.afterMs).toBeGreaterThanOrEqual(0)
            slept += decision.afterMs
            elapsedMs += decision.afterMs
          }
          expect(slept).toBeLessThanOrEqual(RETRY_POLICY.budgetMs)
          expect(tried).toBeLessThanOrEqual(retries + 1)
        },
      ),
    )
  })
})
