import { assertNever } from '../../errors.ts'
import { HttpError } from '../../http/failure.ts'
import type { Clock, Logger } from '../../ports.ts'
import type { BuildRecord } from '../build.ts'
import type { AbfApi } from '../client/api.ts'
import type { Average } from '../client/schema.ts'
import { type Phase, statusInfo } from '../status.ts'

/**
 * When to poll again. The pause is a multiple of the square root of how long the build usually takes: large in the
 * queue, smaller while it is built, smallest around its usual end. Among rules as short as this one it needs the fewest
 * requests for the same delay; bench/README.md has the figures.
 */

/** What is known of a build that has not ended. */
export interface OpenBuild {
  readonly phase: Phase
  /** Milliseconds since the phase began; undefined when it is unknown. */
  readonly ageMs: number | undefined
  /** Milliseconds that successful builds of the project took on average; undefined when it is unknown. */
  readonly usualMs: number | undefined
}

/** What is left of a limit of requests that all jobs of an account share. */
export interface RequestBudget {
  /** Requests that a poll takes. */
  readonly cost: number
  /** Requests that may still be made; undefined when the server has no limit, or does not report it. */
  readonly left: number | undefined
  /** Milliseconds until the count starts again. */
  readonly resetMs: number
}

/** More frequent polls would burden the server without new facts: workers report every few seconds. */
const MIN_PAUSE_MS = 2000
/** The assumed duration of a build whose project has no history. */
const UNKNOWN_BUILD_MS = 15 * 60_000
/** The publisher starts every three minutes, takes minutes, and sometimes waits behind a lock for hours. */
const PUBLISHING_MS = 150_000
/** A worker sees a cancel within seconds; then it has to clean up, and to upload its results. */
const STOPPING_MS = 60_000
/** The share of its usual duration from which on a build may end at any moment. */
const NEAR_END = 0.65

/** Milliseconds until the next poll, at most `maxMs`. The last build ends the wait, so the longest pause counts. */
export function nextPause(builds: readonly OpenBuild[], maxMs: number): number {
  const longest = builds.reduce((pause, build) => Math.max(pause, pauseFor(build)), MIN_PAUSE_MS)
  return Math.round(Math.min(longest, maxMs))
}

function pauseFor({ phase, ageMs, usualMs }: OpenBuild): number {
  switch (phase) {
    case 'queue':
      return 7 * root(usualMs ?? UNKNOWN_BUILD_MS)
    case 'build':
    case 'unknown': {
      // Of a build with an unknown duration or beginning, any moment may be the last.
      if (usualMs === undefined) return 1.1 * root(UNKNOWN_BUILD_MS + (ageMs ?? 0))
      if (ageMs === undefined) return 1.1 * root(usualMs)
      const untilNearEnd = NEAR_END * usualMs - ageMs
      const overdue = ageMs > 2 * usualMs ? ageMs : usualMs
      return Math.max(0.6 * root(overdue), Math.min(2.5 * root(usualMs), untilNearEnd))
    }
    case 'publish':
    case 'built':
    case 'end':
      return root(PUBLISHING_MS + (ageMs ?? 0))
    case 'stopping':
      return root(STOPPING_MS + (ageMs ?? 0))
    default:
      return assertNever(phase)
  }
}

/** The square root, counted in seconds: of 15 minutes half a minute. */
function root(ms: number): number {
  return 1000 * Math.sqrt(ms / 1000)
}

/** The shortest pause that leaves requests until the count starts again, if this job were the only one from now on. */
export function minPauseForLimit({ cost, left, resetMs }: RequestBudget): number {
  if (left === undefined) return 0
  return Math.ceil(Math.min(resetMs, (cost * resetMs) / Math.max(left, 1)))
}

/** The pauses of one wait. */
export interface Schedule {
  /** Call after each poll, with the builds that have not ended. */
  polled(open: readonly BuildRecord[]): Promise<void>
  /** Milliseconds until the next poll. */
  pause(): number
  /** Milliseconds that builds like this one take on average; undefined when it is unknown. */
  usual(record: BuildRecord): number | undefined
}

export interface ScheduleOptions {
  readonly api: Pick<AbfApi, 'serverNow' | 'quota' | 'averages'>
  readonly clock: Clock
  readonly logger: Logger
  /** Milliseconds: the longest pause. */
  readonly interval: number
  /** Milliseconds after which a status that may pass by itself counts. */
  readonly graceMs: number
}

/** With shorter pauses than this the usual duration makes no difference, so it is not requested. */
const MIN_INTERVAL_FOR_HISTORY_MS = 10_000
/** The durations of more projects than this are not requested: the last of many builds ends the wait. */
const MAX_PROJECTS = 3
const SECOND_MS = 1000
const HOUR_MS = 60 * 60_000

export function createSchedule(options: ScheduleOptions): Schedule {
  const { api, clock, interval, graceMs } = options
  /** The status of each build, and since when it has it. */
  const phases = new Map<number, { readonly code: number; readonly since: number | undefined }>()
  const averages = new Map<number, readonly Average[]>()
  let open: readonly BuildRecord[] = []
  let lastPoll: number | undefined
  let made = api.quota().made
  let cost = 1

  /** As the server reports it, otherwise the middle of the time between two polls. */
  function began(record: BuildRecord, code: number, now: number): number | undefined {
    const earliest = lastPoll ?? (record.seenFromStart ? record.history[0]?.at : undefined)
    const changed = record.build?.status === code ? record.build.updated_at : undefined
    if (changed === undefined) return earliest === undefined ? undefined : (earliest + now) / 2
    const at = Math.min(now, now - (api.serverNow() - changed * SECOND_MS))
    return Math.max(at, earliest ?? at)
  }

  /** A build that stays in such a status is decided when the grace period ends, so the next poll is then. */
  function graceLeft({ track }: BuildRecord, now: number): number {
    const passes = ['built', 'end'].includes(statusInfo(track.status ?? -1).phase)
    const left = track.since + graceMs - now
    return passes && left > 0 ? Math.max(left, SECOND_MS) : interval
  }

  return {
    async polled(records) {
      const now = clock.now()
      open = records
      for (const record of open) {
        const code = record.track.status
        if (code === undefined || phases.get(record.id)?.code === code) continue
        phases.set(record.id, { code, since: began(record, code, now) })
      }
      lastPoll = now
      cost = Math.max(api.quota().made - made, 1)
      if (interval >= MIN_INTERVAL_FOR_HISTORY_MS) await readAverages(open, averages, options)
      made = api.quota().made
    },
    pause() {
      const now = clock.now()
      const builds = open.map((record) => {
        const { since } = phases.get(record.id) ?? {}
        return {
          phase: record.track.missing > 0 ? 'built' : statusInfo(record.track.status ?? -1).phase,
          ageMs: since === undefined ? undefined : now - since,
          usualMs: usualMs(record, averages),
        }
      })
      const resetMs = HOUR_MS - (api.serverNow() % HOUR_MS)
      const wanted = open.reduce(
        (least, record) => Math.min(least, graceLeft(record, now)),
        nextPause(builds, interval),
      )
      return Math.max(wanted, minPauseForLimit({ cost, left: api.quota().left, resetMs }))
    },
    usual: (record) => usualMs(record, averages),
  }
}

/** One request for each project, at most once. The wait goes on without the durations when the server refuses them. */
async function readAverages(
  open: readonly BuildRecord[],
  known: Map<number, readonly Average[]>,
  { api, logger }: ScheduleOptions,
): Promise<void> {
  const projects = new Set(open.flatMap((record) => projectIdOf(record) ?? []))
  if (projects.size > MAX_PROJECTS) return
  for (const id of projects) {
    if (known.has(id)) continue
    known.set(id, [])
    try {
      known.set(id, await api.averages(id))
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      logger.debug(`The usual duration of builds of project ${id} is not known: ${error.message}`)
    }
  }
}

/** The average for the architecture of the build, otherwise for all of them. */
function usualMs(record: BuildRecord, known: ReadonlyMap<number, readonly Average[]>): number | undefined {
  const all = known.get(projectIdOf(record) ?? 0) ?? []
  const arch = record.expected?.arch.id ?? record.build?.arch?.id
  const same = all.filter(({ arch_id }) => arch_id === arch)
  const averages = same.length > 0 ? same : all
  if (averages.length === 0) return undefined
  const builds = averages.reduce((sum, { build_count }) => sum + build_count, 0)
  const seconds = averages.reduce((sum, one) => sum + one.average_build_time * one.build_count, 0)
  return (seconds / builds) * SECOND_MS
}

function projectIdOf({ expected, build, projectId }: BuildRecord): number | undefined {
  return expected?.projectId ?? build?.project?.id ?? projectId
}
