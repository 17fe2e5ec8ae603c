import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawRuns, fixed, ours, simulate } from '../../../../bench/simulation.ts'
import {
  chanceOver,
  leastPause,
  nextPause,
  type OpenBuild,
  type Usual,
} from '../../../../src/abf/wait/schedule.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const usual: Usual = { meanMs: 20 * MINUTE, builds: 30, sameArch: true }

function building(minutes: number, more: Partial<OpenBuild> = {}): OpenBuild {
  return { phase: 'build', ageMs: minutes * MINUTE, usual, ...more }
}

function pauseAt(minutes: number, more: Partial<OpenBuild> = {}): number {
  return nextPause([building(minutes, more)], 10 * MINUTE)
}

const anyBuild: fc.Arbitrary<OpenBuild> = fc.record({
  phase: fc.constantFrom('queue', 'build', 'publish', 'stopping', 'built', 'end', 'unknown'),
  ageMs: fc.option(fc.double({ min: 0, max: 200 * HOUR, noNaN: true }), { nil: undefined }),
  usual: fc.option(
    fc.record({
      meanMs: fc.double({ min: 1, max: 200 * HOUR, noNaN: true }),
      builds: fc.integer({ min: 1, max: 10_000 }),
      sameArch: fc.boolean(),
    }),
    { nil: undefined },
  ),
})
const builds = fc.array(anyBuild, { minLength: 1, maxLength: 5 })
const interval = fc.integer({ min: 1000, max: HOUR })

describe('the pause', () => {
  it('is never below a second nor above the interval, and the same for the same', () => {
    fc.assert(
      fc.property(builds, interval, (open, longest) => {
        const pause = nextPause(open, longest)
        expect(pause).toBeGreaterThanOrEqual(1000)
        expect(pause).toBeLessThanOrEqual(longest)
        expect(nextPause(open, longest)).toBe(pause)
      }),
    )
  })

  it('gets no longer with a shorter interval, and no shorter with another build to wait for', () => {
    fc.assert(
      fc.property(builds, anyBuild, interval, interval, (open, other, one, two) => {
        const [short, long] = [Math.min(one, two), Math.max(one, two)]
        expect(nextPause(open, short)).toBeLessThanOrEqual(nextPause(open, long) + 100)
        expect(nextPause([...open, other], long)).toBeGreaterThanOrEqual(nextPause(open, long) - 100)
      }),
    )
  })

  it('is long far from the usual end, short near it, and grows when the build outlasts it', () => {
    const [early, near, late, long] = [pauseAt(3), pauseAt(20), pauseAt(80), pauseAt(600)]
    expect(near).toBeLessThan(early / 2)
    expect(late).toBeGreaterThan(near)
    expect(long).toBeGreaterThan(late)
  })

  it('goes by the shape of a heavy tail when nothing is known', () => {
    const pauses = [60, 120, 240, 480].map((minutes) => pauseAt(minutes, { usual: undefined }))
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b))
    // The square root of the time, as it is for a hazard that falls with it.
    expect((pauses[3] ?? 0) / (pauses[1] ?? 1)).toBeCloseTo(2, 0)
  })

  it('is shorter while something is published or stops than while it is built', () => {
    for (const phase of ['publish', 'stopping', 'built'] as const) {
      expect(pauseAt(0.2, { phase })).toBeLessThan(pauseAt(0.2))
    }
  })

  it('does not trust an average of one build, or of other architectures, as much', () => {
    for (const less of [{ builds: 1 }, { sameArch: false }]) {
      expect(pauseAt(10, { usual: { ...usual, ...less } })).toBeLessThan(pauseAt(10))
    }
  })

  it('waits for the last of several builds', () => {
    const [short, long] = [building(20), building(1)]
    expect(nextPause([short, long], HOUR)).toBeGreaterThanOrEqual(nextPause([long], HOUR))
  })
})

describe('the chance that a build ends', () => {
  it('is one of a chance, grows with time, and falls with every build', () => {
    const within = fc.double({ min: 1, max: 1000 * HOUR, noNaN: true })
    fc.assert(
      fc.property(builds, within, within, (open, one, two) => {
        const [short, long] = [Math.min(one, two), Math.max(one, two)]
        expect(chanceOver(open, short)).toBeGreaterThanOrEqual(0)
        expect(chanceOver(open, long)).toBeLessThanOrEqual(1)
        expect(chanceOver(open, short)).toBeLessThanOrEqual(chanceOver(open, long))
        expect(chanceOver(open, long)).toBeLessThanOrEqual(chanceOver(open.slice(0, 1), long))
      }),
    )
  })

  it('is about one half within what it usually takes', () => {
    expect(chanceOver([building(0)], usual.meanMs)).toBeGreaterThan(0.5)
    expect(chanceOver([building(0)], usual.meanMs)).toBeLessThan(0.7)
  })
})

describe('the limit of requests', () => {
  it('asks for nothing where there is none', () => {
    expect(leastPause({ cost: 100, left: undefined, resetMs: HOUR })).toBe(0)
  })

  it('is used up by no look before the count starts again', () => {
    const cost = fc.integer({ min: 1, max: 100 })
    fc.assert(
      fc.property(
        cost,
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 1, max: HOUR }),
        (cost, left, ms) => {
          let [rest, now] = [left, 0]
          while (now < ms) {
            now += Math.max(1, leastPause({ cost, left: rest, resetMs: ms - now }))
            if (now < ms) rest -= cost
          }
          expect(rest).toBeGreaterThanOrEqual(0)
        },
      ),
    )
  })

  it('leaves something for others, however many go by the same rule', () => {
    for (const jobs of [2, 20, 200]) {
      let [left, refused] = [3000, 0]
      const next = Array.from({ length: jobs }, (_, job) => (job * 30_000) / jobs)
      for (let now = 0; now < HOUR; now = Math.min(...next)) {
        const job = next.indexOf(now)
        if (left > 0) left -= 1
        else refused += 1
        next[job] = now + Math.max(2000, leastPause({ cost: 1, left, resetMs: HOUR - now }))
      }
      // Without the rule 200 jobs would make 360,000 requests.
      expect(refused).toBeLessThanOrEqual(jobs)
    }
  })
})

describe('simulated builds', () => {
  it.each(['mixed', 'one architecture', 'three architectures'] as const)(
    '(%s) are seen to end sooner than every 30 s, with fewer requests than every 60 s',
    (workload) => {
      const runs = drawRuns(1000, workload)
      const adaptive = simulate(runs, ours(300, true))
      const half = simulate(runs, fixed(30))
      const whole = simulate(runs, fixed(60))
      expect(adaptive.mean).toBeLessThan(half.mean)
      expect(adaptive.requests).toBeLessThan(whole.requests)
    },
  )

  it('are seen to end sooner than every 30 s with the default, for a twentieth more requests', () => {
    const runs = drawRuns(200)
    const half = simulate(runs, fixed(30))
    for (const history of [true, false]) {
      const adaptive = simulate(runs, ours(30, history))
      expect(adaptive.mean).toBeLessThan(half.mean)
      expect(adaptive.requests).toBeLessThan(half.requests * 1.06)
    }
  })
})
