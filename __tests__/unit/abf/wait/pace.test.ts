import { describe, expect, it } from 'vitest'
import { createAbfApi } from '../../../../src/abf/client/api.ts'
import { createHistory } from '../../../../src/abf/wait/history.ts'
import { advance } from '../../../../src/abf/outcome.ts'
import { createPace, type Pace } from '../../../../src/abf/wait/pace.ts'
import { type BuildRecord, createRecord } from '../../../../src/abf/build.ts'
import type { Average, Build } from '../../../../src/abf/client/schema.ts'
import { HttpError } from '../../../../src/http/failure.ts'
import { incoming, ManualClock, RecordingLogger, responseOf } from '../../doubles.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const AVERAGES: readonly Average[] = [
  { arch_id: 2, average_build_time: 1200, build_count: 40 },
  { arch_id: 7, average_build_time: 60, build_count: 10 },
]

interface World {
  readonly clock: ManualClock
  readonly logger: RecordingLogger
  readonly asked: number[]
  readonly pace: Pace
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
  const pace = createPace({
    api,
    clock,
    history: createHistory(api, logger),
    interval,
    graceMs: 4 * interval,
  })
  return { clock, logger, asked, pace, quota }
}

function record({ clock }: World, more: Partial<BuildRecord> = {}): BuildRecord {
  return Object.assign(createRecord(900, 'given', clock.now()), { projectId: 40217, ...more })
}

function see({ clock }: World, build: BuildRecord, code: number, described?: Partial<Build>): void {
  build.track = advance(build.track, { kind: 'status', code }, clock.now())
  if (described) build.build = { status: code, ...described } as Build
}

/** The pause after a look that finds the build like this. */
async function pauseFor(code: number, described?: Partial<Build>, interval = HOUR): Promise<number> {
  const here = world(interval)
  const build = record(here)
  here.clock.advance(HOUR)
  see(here, build, code, described)
  await here.pace.looked([build])
  return here.pace.pause()
}

const ago = (minutes: number): number => Date.UTC(2026, 0, 1, 1) / 1000 - minutes * 60
const x86 = { id: 2, name: 'x86_64' }

describe('the pace', () => {
  it('asks once for each project, and for not more than three', async () => {
    const here = world(30_000)
    const builds = [40217, 40217, 3, 5].map((projectId) => record(here, { projectId }))
    await here.pace.looked(builds)
    await here.pace.looked(builds)
    expect(here.asked).toEqual([40217, 3, 5])
    const many = world(30_000)
    await many.pace.looked([1, 2, 3, 4].map((projectId) => record(many, { projectId })))
    expect(many.asked).toEqual([])
  })

  it('asks nothing when the interval is short, or the project is not known', async () => {
    const short = world(9999)
    await short.pace.looked([record(short)])
    const unknown = world(30_000)
    await unknown.pace.looked([record(unknown, { projectId: undefined })])
    expect([short.asked, unknown.asked]).toEqual([[], []])
  })

  it('does without an answer, with a line for debugging only', async () => {
    const here = world(HOUR, () => {
      throw new HttpError({ kind: 'timeout', message: 'too slow', method: 'GET', url: 'https://abf.example' })
    })
    const build = record(here)
    see(here, build, 3000)
    await here.pace.looked([build])
    await here.pace.looked([build])
    expect(here.asked).toHaveLength(1)
    expect(here.logger.lines.map(({ level }) => level)).toEqual(['debug'])
    expect(here.pace.pause()).toBeLessThan(HOUR)
  })

  it('lets a fault of its own through', async () => {
    const here = world(HOUR, () => {
      throw new TypeError('a fault')
    })
    await expect(here.pace.looked([record(here)])).rejects.toThrow('a fault')
  })

  it('goes by the time at which the server says that the build began', async () => {
    const near = await pauseFor(3000, { arch: x86, updated_at: ago(20) })
    const far = await pauseFor(3000, { arch: x86, updated_at: ago(2) })
    expect(near * 2).toBeLessThan(far)
  })

  it('takes the end to be possible at any time when nobody knows when it began', async () => {
    const unknown = await pauseFor(3000, { arch: x86 })
    expect(unknown).toBeLessThan(await pauseFor(3000, { arch: x86, updated_at: ago(2) }))
    expect(unknown).toBeGreaterThan(await pauseFor(3000, { arch: x86, updated_at: ago(20) }))
  })

  it('is not misled by a clock of the server that is ahead', async () => {
    const ahead = await pauseFor(3000, { arch: x86, updated_at: ago(-600) })
    expect(ahead).toBe(await pauseFor(3000, { arch: x86, updated_at: ago(0) }))
  })

  it('goes by the architecture of the build', async () => {
    const quick = await pauseFor(3000, { arch: { id: 7, name: 'znver1' }, updated_at: ago(0) })
    expect(quick * 2).toBeLessThan(await pauseFor(3000, { arch: x86, updated_at: ago(0) }))
  })

  it('supposes that a change came in the middle of the time since the last look', async () => {
    const here = world(HOUR)
    const build = record(here)
    see(here, build, 2000)
    await here.pace.looked([build])
    here.clock.advance(36 * MINUTE)
    see(here, build, 3000, { arch: x86 })
    await here.pace.looked([build])
    expect(here.pace.pause()).toBe(await pauseFor(3000, { arch: x86, updated_at: ago(18) }))
  })

  it('looks again when the grace of a status is over, and not much sooner than it has to', async () => {
    const here = world(MINUTE)
    const build = record(here)
    see(here, build, 0)
    const begun = here.clock.now()
    for (let polls = 1; here.clock.now() - begun < 4 * MINUTE; polls += 1) {
      expect(polls).toBeLessThan(20)
      see(here, build, 0)
      await here.pace.looked([build])
      const pause = here.pace.pause()
      expect(pause).toBeLessThanOrEqual(MINUTE)
      here.clock.advance(pause)
    }
    expect(here.clock.now() - begun).toBe(4 * MINUTE)
  })

  it('never makes more requests than the server has left, whatever the interval', async () => {
    const here = world(1000)
    const build = record(here)
    see(here, build, 3000)
    here.quota.made = 5
    here.quota.left = 10
    await here.pace.looked([build])
    expect(here.pace.pause()).toBe(HOUR / 2)
    here.quota.made = 6
    here.quota.left = 3000
    await here.pace.looked([build])
    expect(here.pace.pause()).toBe(1200)
  })
})

describe('what is left of the limit', () => {
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

  it('is what the last answer says, until the hour of the server is over', async () => {
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
