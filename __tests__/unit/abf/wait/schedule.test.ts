import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawRuns, fixed, ours, simulate } from '../../../../bench/simulation.ts'
import { type BuildRecord, createRecord } from '../../../../src/abf/build.ts'
import { createAbfApi } from '../../../../src/abf/client/api.ts'
import type { Average, Build } from '../../../../src/abf/client/schema.ts'
import { afterPoll } from '../../../../src/abf/outcome.ts'
import {
  createSchedule,
  minPauseForLimit,
  nextPause,
  type OpenBuild,
  type Schedule,
} from '../../../../src/abf/wait/schedule.ts'
import { HttpError } from '../../../../src/http/failure.ts'
import { incoming, ManualClock, RecordingLogger, responseOf } from '../../doubles.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const usualMs = 20 * MINUTE

function building(minutes: number, more: Partial<OpenBuild> = {}): OpenBuild {
  return { phase: 'build', ageMs: minutes * MINUTE, usualMs, ...more }
}

function pauseAt(minutes: number, more: Partial<OpenBuild> = {}): number {
  return nextPause([building(minutes, more)], 10 * MINUTE)
}

const anyBuild: fc.Arbitrary<OpenBuild> = fc.record({
  phase: fc.constantFrom('queue', 'build', 'publish', 'stopping', 'built', 'end', 'unknown'),
  ageMs: fc.option(fc.double({ min: 0, max: 200 * HOUR, noNaN: true }), { nil: undefined }),
  usualMs: fc.option(fc.double({ min: 1, max: 200 * HOUR, noNaN: true }), { nil: undefined }),
})
const builds = fc.array(anyBuild, { minLength: 1, maxLength: 5 })
const interval = fc.integer({ min: 1000, max: HOUR })

describe('The pause between polls', () => {
  it('is at least a second, at most the interval, and the same for the same builds', () => {
    fc.assert(
      fc.property(builds, interval, (open, longest) => {
        const pause = nextPause(open, longest)
        expect(pause).toBeGreaterThanOrEqual(1000)
        expect(pause).toBeLessThanOrEqual(longest)
        expect(nextPause(open, longest)).toBe(pause)
      }),
    )
  })

  it('is not longer with a shorter interval, and not shorter with another build', () => {
    fc.assert(
      fc.property(builds, anyBuild, interval, interval, (open, other, one, two) => {
        const [short, long] = [Math.min(one, two), Math.max(one, two)]
        expect(nextPause(open, short)).toBeLessThanOrEqual(nextPause(open, long))
        expect(nextPause([...open, other], long)).toBeGreaterThanOrEqual(nextPause(open, long))
      }),
    )
  })

  it('is long far from the usual end, short near it, and grows when the build takes longer', () => {
    const [early, near, late, long] = [pauseAt(3), pauseAt(20), pauseAt(80), pauseAt(600)]
    expect(near).toBeLessThan(early / 2)
    expect(late).toBeGreaterThan(near)
    expect(long).toBeGreaterThan(late)
  })

  it.each([
    ['queue', 0, usualMs, 242],
    ['build', 0, usualMs, 87],
    ['build', 12, usualMs, 60],
    ['build', 20, usualMs, 21],
    ['build', 80, usualMs, 42],
    ['build', undefined, usualMs, 38],
    ['build', 0, undefined, 33],
    ['unknown', 60, undefined, 74],
    ['queue', 0, undefined, 210],
    ['publish', 0, usualMs, 12],
    ['built', 10, usualMs, 27],
    ['stopping', 0, undefined, 8],
  ] as const)('in phase %s after %s min of usually %s ms is %i s', (phase, minutes, usual, seconds) => {
    const ageMs = minutes === undefined ? undefined : minutes * MINUTE
    expect(Math.round(nextPause([{ phase, ageMs, usualMs: usual }], HOUR) / 1000)).toBe(seconds)
  })

  it('is shorter while a build is published or cancelled than while it is built', () => {
    for (const phase of ['publish', 'stopping', 'built'] as const) {
      expect(pauseAt(0.2, { phase })).toBeLessThan(pauseAt(0.2))
    }
  })

  it('depends on the last of several builds', () => {
    const [short, long] = [building(20), building(1)]
    expect(nextPause([short, long], HOUR)).toBeGreaterThanOrEqual(nextPause([long], HOUR))
  })
})

describe('The rate limit', () => {
  it('does not lengthen the pause where there is none', () => {
    expect(minPauseForLimit({ cost: 100, left: undefined, resetMs: HOUR })).toBe(0)
  })

  it('is never used up by polls before the count starts again', () => {
    const cost = fc.integer({ min: 1, max: 100 })
    fc.assert(
      fc.property(
        cost,
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 1, max: HOUR }),
        (cost, left, ms) => {
          let [rest, now] = [left, 0]
          while (now < ms) {
            now += Math.max(1, minPauseForLimit({ cost, left: rest, resetMs: ms - now }))
            if (now < ms) rest -= cost
          }
          expect(rest).toBeGreaterThanOrEqual(0)
        },
      ),
    )
  })

  it('leaves requests for other jobs with the same rule', () => {
    for (const jobs of [2, 20, 200]) {
      let [left, refused] = [3000, 0]
      const next = Array.from({ length: jobs }, (_, job) => (job * 30_000) / jobs)
      for (let now = 0; now < HOUR; now = Math.min(...next)) {
        const job = next.indexOf(now)
        if (left > 0) left -= 1
        else refused += 1
        next[job] = now + Math.max(2000, minPauseForLimit({ cost: 1, left, resetMs: HOUR - now }))
      }
      // Without the rule 200 jobs would make 360,000 requests.
      expect(refused).toBeLessThanOrEqual(jobs)
    }
  })
})

describe('The end of simulated builds', () => {
  it.each(['mixed', 'one architecture', 'three architectures'] as const)(
    '(%s) is seen sooner than with a poll every 30 s, with fewer requests than every 60 s',
    (workload) => {
      const runs = drawRuns(1000, workload)
      const adaptive = simulate(runs, ours(300, true))
      const half = simulate(runs, fixed(30))
      const whole = simulate(runs, fixed(60))
      expect(adaptive.mean).toBeLessThan(half.mean)
      expect(adaptive.requests).toBeLessThan(whole.requests)
    },
  )

  it('is seen sooner than every 30 s with the default, for less than a tenth more requests', () => {
    const runs = drawRuns(200)
    const half = simulate(runs, fixed(30))
    for (const history of [true, false]) {
      const adaptive = simulate(runs, ours(30, history))
      expect(adaptive.mean).toBeLessThan(half.mean)
      expect(adaptive.requests).toBeLessThan(half.requests * 1.1)
    }
  })
})

const AVERAGES: readonly Average[] = [
  { arch_id: 2, average_build_time: 1200, build_count: 40 },
  { arch_id: 7, average_build_time: 60, build_count: 10 },
]

interface World {
  readonly clock: ManualClock
  readonly logger: RecordingLogger
  readonly asked: number[]
  readonly schedule: Schedule
  readonly quota: { made: number; left: number | undefined }
}

function world(interval: number, answer: () => readonly Average[] = () => AVERAGES): World {
  const clock = new ManualClock()
  const logger = new RecordingLogger()
  const asked: number[] = []
  const quota: World['quota'] = { made: 0, left: undefined }
  const api = {
    serverNow: () => clock.now(),
    quota: () => ({ ...quota }),
    averages: async (id: number) => {
      asked.push(id)
      await Promise.resolve()
      return answer()
    },
  }
  const schedule = createSchedule({ api, clock, logger, interval, graceMs: 4 * interval })
  return { clock, logger, asked, schedule, quota }
}

function record({ clock }: World, more: Partial<BuildRecord> = {}): BuildRecord {
  return Object.assign(createRecord(900, 'given', clock.now()), { projectId: 40217, ...more })
}

function see({ clock }: World, build: BuildRecord, code: number, described?: Partial<Build>): void {
  build.track = afterPoll(build.track, { kind: 'status', code }, clock.now())
  if (described) build.build = { status: code, ...described } as Build
}

/** The pause after a look that finds the build like this. */
async function pauseFor(code: number, described?: Partial<Build>, interval = HOUR): Promise<number> {
  const here = world(interval)
  const build = record(here)
  here.clock.advance(HOUR)
  see(here, build, code, described)
  await here.schedule.polled([build])
  return here.schedule.pause()
}

const ago = (minutes: number): number => Date.UTC(2026, 0, 1, 1) / 1000 - minutes * 60
const x86 = { id: 2, name: 'x86_64' }

describe('The schedule of a wait', () => {
  it('requests the usual duration once for each project, and for at most three projects', async () => {
    const here = world(30_000)
    const builds = [40217, 40217, 3, 5].map((projectId) => record(here, { projectId }))
    await here.schedule.polled(builds)
    await here.schedule.polled(builds)
    expect(here.asked).toEqual([40217, 3, 5])
    const many = world(30_000)
    await many.schedule.polled([1, 2, 3, 4].map((projectId) => record(many, { projectId })))
    expect(many.asked).toEqual([])
  })

  it('requests nothing when the interval is short, or the project is not known', async () => {
    const short = world(9999)
    await short.schedule.polled([record(short)])
    const unknown = world(30_000)
    await unknown.schedule.polled([record(unknown, { projectId: undefined })])
    expect([short.asked, unknown.asked]).toEqual([[], []])
  })

  it('works without the usual duration, with a debug line only', async () => {
    const here = world(HOUR, () => {
      throw new HttpError({ kind: 'timeout', message: 'too slow', method: 'GET', url: 'https://abf.example' })
    })
    const build = record(here)
    see(here, build, 3000)
    await here.schedule.polled([build])
    await here.schedule.polled([build])
    expect(here.asked).toHaveLength(1)
    expect(here.logger.lines.map(({ level }) => level)).toEqual(['debug'])
    expect(here.schedule.pause()).toBeLessThan(HOUR)
  })

  it('throws faults that are not errors of a request', async () => {
    const here = world(HOUR, () => {
      throw new TypeError('a fault')
    })
    await expect(here.schedule.polled([record(here)])).rejects.toThrow('a fault')
  })

  it('uses the start of the build that the server reports', async () => {
    const near = await pauseFor(3000, { arch: x86, updated_at: ago(20) })
    const far = await pauseFor(3000, { arch: x86, updated_at: ago(2) })
    expect(near * 2).toBeLessThan(far)
  })

  it('polls as near the end when the start of the build is unknown', async () => {
    const unknown = await pauseFor(3000, { arch: x86 })
    expect(unknown).toBeLessThan(await pauseFor(3000, { arch: x86, updated_at: ago(2) }))
    expect(unknown).toBeGreaterThan(await pauseFor(3000, { arch: x86, updated_at: ago(20) }))
  })

  it('is correct when the clock of the server is ahead', async () => {
    const ahead = await pauseFor(3000, { arch: x86, updated_at: ago(-600) })
    expect(ahead).toBe(await pauseFor(3000, { arch: x86, updated_at: ago(0) }))
  })

  it('uses the usual duration of the architecture of the build', async () => {
    const quick = await pauseFor(3000, { arch: { id: 7, name: 'znver1' }, updated_at: ago(0) })
    expect(quick * 2).toBeLessThan(await pauseFor(3000, { arch: x86, updated_at: ago(0) }))
  })

  it('assumes that a status changed in the middle of the time since the last poll', async () => {
    const here = world(HOUR)
    const build = record(here)
    see(here, build, 2000)
    await here.schedule.polled([build])
    here.clock.advance(36 * MINUTE)
    see(here, build, 3000, { arch: x86 })
    await here.schedule.polled([build])
    expect(here.schedule.pause()).toBe(await pauseFor(3000, { arch: x86, updated_at: ago(18) }))
  })

  it('polls again when the grace period ends, and no more often than needed', async () => {
    const here = world(MINUTE)
    const build = record(here)
    see(here, build, 0)
    const begun = here.clock.now()
    for (let polls = 1; here.clock.now() - begun < 4 * MINUTE; polls += 1) {
      expect(polls).toBeLessThan(25)
      see(here, build, 0)
      await here.schedule.polled([build])
      const pause = here.schedule.pause()
      expect(pause).toBeLessThanOrEqual(MINUTE)
      here.clock.advance(pause)
    }
    // No pause is shorter than a second.
    expect(here.clock.now() - begun).toBeLessThan(4 * MINUTE + 1000)
  })

  it('never makes more requests than the server has left, whatever the interval', async () => {
    const here = world(1000)
    const build = record(here)
    see(here, build, 3000)
    here.quota.made = 5
    here.quota.left = 10
    await here.schedule.polled([build])
    expect(here.schedule.pause()).toBe(HOUR / 2)
    here.quota.made = 6
    here.quota.left = 3000
    await here.schedule.polled([build])
    expect(here.schedule.pause()).toBe(1200)
  })
})

describe('The number of requests left', () => {
  const answers: (readonly [seconds: number, left?: string])[] = []

  function client(clock: ManualClock): ReturnType<typeof createAbfApi> {
    return createAbfApi({
      http: {
        send: () => {
          const [seconds = 0, left] = answers.shift() ?? []
          const date = new Date(Date.UTC(2026, 0, 1, 10, 59, 0) + seconds * 1000).toUTCString()
          const limit = left === undefined ? {} : { 'x-ratelimit-remaining': left }
          return Promise.resolve(responseOf(incoming(200, { user: { uname: 'bot' } }, { date, ...limit })))
        },
      },
      clock,
      signal: new AbortController().signal,
      account: { base: 'https://abf.example/', source: undefined },
      credentials: undefined,
      userAgent: 'test',
      maxRateLimitWaitMs: 0,
    })
  }

  it('is that of the last response, until the hour of the server is over', async () => {
    const clock = new ManualClock()
    const api = client(clock)
    expect(api.quota()).toEqual({ made: 0, left: undefined })
    answers.push([0, '2'], [0], [0, 'many'])
    for (const made of [1, 2, 3]) {
      await api.login()
      expect(api.quota()).toEqual({ made, left: 2 })
    }
    clock.advance(59_000)
    expect(api.quota().left).toBe(2)
    clock.advance(1000)
    expect(api.quota().left).toBeUndefined()
  })
})
