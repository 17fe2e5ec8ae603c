import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  afterRequest,
  afterPoll,
  conclude,
  decide,
  type Goal,
  type BuildOutcome,
  outcome,
  type Policy,
  type Reading,
  startTrack,
  type Track,
  type BuildVerdict,
} from '../../../src/abf/outcome.ts'
import { KNOWN_CODES, type Mode } from '../../../src/abf/status.ts'
import { type PollAttempt, poll } from '../../../src/wait/poll.ts'
import { ManualClock } from '../doubles.ts'

const INTERVAL = 30_000

function policy(goal: Goal = 'build'): Policy {
  return { goal, testsFailed: 'fail', unpermittedArch: 'skip', graceMs: 4 * INTERVAL }
}

type Step = number | 'missing'

function sighting(step: Step): Reading {
  return step === 'missing' ? { kind: 'missing' } : { kind: 'status', code: step }
}

/** The outcome of polls in a row, one interval apart. */
function walk(
  steps: readonly Step[],
  goal: Goal = 'build',
  mode: Mode = 'default',
  from?: Track,
): BuildOutcome | undefined {
  let track = from ?? startTrack(0)
  for (const [index, step] of steps.entries()) {
    const now = index * INTERVAL
    track = afterPoll(track, sighting(step), now)
    const result = decide(track, mode, policy(goal), now)
    if (result) return result
  }
  return undefined
}

describe('A build that the server does not find', () => {
  it('fails at once when it was never read before', () => {
    expect(walk(['missing'])?.verdict).toBe('failure')
  })

  it('fails after three consecutive polls when it was read before', () => {
    expect(walk([3000, 'missing', 'missing'])).toBeUndefined()
    expect(walk([3000, 'missing', 'missing', 3000, 'missing', 'missing'])).toBeUndefined()
    expect(walk([3000, 'missing', 'missing', 'missing'])?.verdict).toBe('failure')
  })

  it('is cancelled when it was being cancelled', () => {
    expect(walk([2000, 10000, 'missing'])?.verdict).toBe('cancelled')
  })
})

describe('The grace period of status 0', () => {
  it('starts again when publishing has started meanwhile', () => {
    expect(walk([0, 0, 0, 0])).toBeUndefined()
    expect(walk([0, 0, 0, 0, 0])?.verdict).toBe('neutral')
    expect(walk([0, 0, 0, 7000, 0, 0, 0, 0])).toBeUndefined()
  })

  it('does not apply when nothing should be published', () => {
    expect(walk([0], 'build', 'none')?.verdict).toBe('success')
  })
})

it('A step waits for a build that returns to the queue', () => {
  expect(walk([2000, 3000, 2000, 3000, 0, 7000])).toBeUndefined()
  expect(walk([2000, 3000, 2000, 3000, 0, 7000, 6000])?.verdict).toBe('success')
})

describe('An operation', () => {
  const after = (before: number, stopping = false): Track =>
    afterRequest(startTrack(0, before), before, 0, stopping)

  it('ignores the status that the build had before the request', () => {
    const long = Array.from({ length: 50 }, () => 0)
    expect(walk(long, 'publish', 'none', after(0))).toBeUndefined()
    expect(walk([...long, 7000, 6000], 'publish', 'none', after(0))?.verdict).toBe('success')
  })

  it('fails when a failure from before the request lasts for the grace period', () => {
    expect(walk([8000, 8000, 8000, 8000], 'publish', 'none', after(8000))).toBeUndefined()
    expect(walk([8000, 8000, 8000, 8000, 8000], 'publish', 'none', after(8000))?.verdict).toBe('failure')
    expect(walk([8000, 7000, 8000], 'publish', 'none', after(8000))?.verdict).toBe('failure')
  })

  it('counts a queued build as cancelled after four polls at 10000', () => {
    expect(walk([10000, 10000, 10000], 'cancel', 'none', after(2000, true))).toBeUndefined()
    expect(walk([10000, 10000, 10000, 10000], 'cancel', 'none', after(2000, true))?.verdict).toBe('cancelled')
    expect(walk([10000, 'missing'], 'cancel', 'none', after(2000, true))?.verdict).toBe('cancelled')
  })

  it.each([0, 666, 6000, 7000, 11000])('fails a cancel when the build reaches %i first', (code) => {
    expect(walk([10000, code], 'cancel', 'none', after(3000, true))?.verdict).toBe('failure')
  })

  it.each([
    ['publish', 6000, 'success'],
    ['publish', 8000, 'failure'],
    ['publish', 777, 'failure'],
    ['publish-into-testing', 12000, 'success'],
    ['publish-into-testing', 6000, 'success'],
    ['publish-into-testing', 14000, 'failure'],
    ['reject', 9000, 'success'],
    ['reject', 6000, 'failure'],
    ['cancel', 5000, 'cancelled'],
  ] as const)('decides %s at %i as %s', (goal, code, verdict) => {
    expect(walk([code], goal, 'none', after(0))?.verdict).toBe(verdict)
  })
})

const anyGoal = fc.constantFrom<Goal>('build', 'publish', 'publish-into-testing', 'reject', 'cancel')
const anyMode = fc.constantFrom<Mode>('none', 'default', 'testing')
const anyStep = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<Step>(...KNOWN_CODES) },
  { weight: 1, arbitrary: fc.constant<Step>('missing') },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
)

/** The statuses after which a build may be called a success. */
const GOOD: Readonly<Record<Mode, readonly Step[]>> = {
  none: [0, 777, 6000, 7000, 8000, 9000, 12000, 13000, 14000],
  default: [6000],
  testing: [6000, 12000],
}
const REACHED: Readonly<Record<Exclude<Goal, 'build'>, readonly Step[]>> = {
  publish: [6000],
  'publish-into-testing': [6000, 12000],
  reject: [9000],
  cancel: [],
}

it('A wait ends in time, and only with a success whose status was read', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(anyStep, fc.constant('trouble' as const)), { minLength: 1, maxLength: 60 }),
      anyGoal,
      anyMode,
      fc.integer({ min: 0, max: 3_600_000 }),
      async (steps, goal, mode, timeout) => {
        const clock = new ManualClock()
        const begun = clock.now()
        const seen: Step[] = []
        let track = startTrack(begun)
        let index = 0
        const attempt = async (): Promise<PollAttempt<BuildOutcome>> => {
          await Promise.resolve()
          expect(clock.now()).toBeLessThanOrEqual(begun + timeout)
          // The last step stays for ever.
          const step = steps[Math.min(index, steps.length - 1)] ?? 'missing'
          index += 1
          if (step === 'trouble') throw new Error('trouble')
          seen.push(step)
          track = afterPoll(track, sighting(step), clock.now())
          const result = decide(track, mode, policy(goal), clock.now())
          return result ? { kind: 'done', value: result } : { kind: 'again' }
        }
        const result = await poll(attempt, {
          deadline: begun + timeout,
          schedule: () => INTERVAL,
          onError: (_error, consecutiveFailures) => ({ kind: 'pause', ms: INTERVAL * consecutiveFailures }),
          clock,
          signal: new AbortController().signal,
        })
        expect(clock.now() - begun).toBeLessThanOrEqual(timeout)
        const claimed = result.kind === 'done' && result.value.verdict === 'success' ? seen.at(-1) : undefined
        expect([undefined, ...(goal === 'build' ? GOOD[mode] : REACHED[goal])]).toContain(claimed)
      },
    ),
  )
})

describe('Polling', () => {
  const signal = new AbortController().signal

  it('starts at once, and polls one last time at the deadline', async () => {
    const clock = new ManualClock()
    const begun = clock.now()
    const looks: number[] = []
    const result = await poll(
      () => {
        looks.push(clock.now() - begun)
        return Promise.resolve({ kind: 'again' })
      },
      { deadline: begun + 2500, schedule: () => 1000, onError: () => ({ kind: 'fatal' }), clock, signal },
    )
    expect(result.kind).toBe('deadline')
    expect(looks).toEqual([0, 1000, 2000, 2500])
  })

  it('counts consecutive failures, and starts again after a success', async () => {
    const clock = new ManualClock()
    const counts: number[] = []
    let looks = 0
    await poll(
      () => {
        looks += 1
        return looks === 3 ? Promise.resolve({ kind: 'again' }) : Promise.reject(new Error('x'))
      },
      {
        deadline: clock.now() + 5000,
        schedule: () => 1000,
        onError: (_error, consecutiveFailures) => {
          counts.push(consecutiveFailures)
          return { kind: 'pause', ms: 1000 }
        },
        clock,
        signal,
      },
    )
    expect(counts).toEqual([1, 2, 1, 2, 3])
  })

  it('stops at once after a fatal error', async () => {
    const clock = new ManualClock()
    const polling = poll(() => Promise.reject(new Error('no right')), {
      deadline: clock.now() + 5000,
      schedule: () => 1000,
      onError: () => ({ kind: 'fatal' }),
      clock,
      signal,
    })
    await expect(polling).rejects.toThrow('no right')
    expect(clock.pauses).toEqual([])
  })
})

describe('The conclusion of several builds', () => {
  const all = (...verdicts: (BuildVerdict | undefined)[]): (BuildOutcome | undefined)[] =>
    verdicts.map((verdict) => verdict && outcome(verdict, ''))

  it.each([
    [['success', 'failure', 'cancelled'], 'failure', 1],
    [['timed_out', 'cancelled', 'cancelled'], 'cancelled', 1],
    [['neutral', 'timed_out', 'success'], 'timed_out', 1],
    [['success', undefined, 'neutral'], 'in_progress', 1],
    [['neutral', 'success'], 'success', 1],
    [['neutral', 'neutral'], 'neutral', 0],
  ] as const)('with the verdicts %j is %s', (verdicts, conclusion, decisive) => {
    expect(conclude(all(...verdicts))).toEqual({ conclusion, decisive })
  })
})
