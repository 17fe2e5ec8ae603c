import { HttpError } from '../../http/failure.ts'
import type { Clock, Logger } from '../../ports.ts'
import { type Look, poll, type Trouble } from '../../wait/poll.ts'
import { sayDuration } from '../../wait/durations.ts'
import { mapPool } from '../../wait/pool.ts'
import type { AbfApi } from '../client/api.ts'
import { createDiary, type Diary } from './progress-log.ts'
import { advance, decide, failure, outcome, type Policy } from '../outcome.ts'
import type { Observer, Seen } from './poll-status.ts'
import type { Schedule } from './schedule.ts'
import { type BuildRecord, labelOf, mismatch } from '../build.ts'
import { READS_AT_ONCE } from '../client/requests.ts'
import { type Build, modeOf } from '../client/schema.ts'
import { modeMatters, formatStatus } from '../status.ts'

export interface WaitDeps {
  readonly observer: Observer
  /** For descriptions of builds; it may repeat its requests. */
  readonly api: Pick<AbfApi, 'show'>
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  readonly policy: Policy
  readonly schedule: Schedule
  /** Milliseconds of the first pause after trouble. */
  readonly interval: number
  /** Milliseconds for the whole wait. */
  readonly timeout: number
}

/** The longest pause after trouble that names no time itself. */
const LONGEST_PAUSE_MS = 5 * 60_000
/** Jobs that were stopped by the same full hour do not all come back in the same second. */
const SPREAD_MS = 20_000

/**
 * Waits until every build has an outcome, or the time is over: then those without one get `timed_out`. One that fails
 * does not end the wait for the others. Trouble with the server is sat out until the deadline.
 * @throws HttpError for what cannot heal (401, 403 for lack of rights); the reason of the signal when it aborts
 */
export async function waitFor(records: readonly BuildRecord[], deps: WaitDeps): Promise<void> {
  const { clock, logger, signal, schedule, timeout } = deps
  const deadline = clock.now() + timeout
  const diary = createDiary(logger, clock, deadline)
  const lookAll = async (): Promise<Look<undefined>> => {
    const open = await look(records, deps, diary)
    if (open.length === 0) return { kind: 'done', value: undefined }
    await schedule.polled(open)
    return { kind: 'again' }
  }
  const result = await poll(lookAll, {
    deadline,
    schedule: () => schedule.pause(),
    clock,
    signal,
    onTrouble: (error, inARow) => judgeTrouble(error, inARow, deps, diary),
  })
  if (result.kind === 'done') return
  const trouble = result.failure instanceof HttpError ? ` At the end ${result.failure.message}.` : ''
  for (const record of records) {
    record.outcome ??= outcome(
      'timed_out',
      `Not over within ${sayDuration(timeout)}: last seen ${formatStatus(record.track.status)}.${trouble}`,
    )
  }
}

/** One look at every build, for a step that does not wait: those that are over get their outcome. */
export async function lookOnce(records: readonly BuildRecord[], deps: WaitDeps): Promise<void> {
  await look(records, deps, createDiary(deps.logger, deps.clock, deps.clock.now()))
}

/** Gives the builds that have no outcome yet. */
async function look(
  records: readonly BuildRecord[],
  deps: WaitDeps,
  diary: Diary,
): Promise<readonly BuildRecord[]> {
  const { observer, clock, policy } = deps
  const open = records.filter((record) => !record.outcome)
  if (open.length === 0) return open
  const seen = await observer.observe(open.map(({ id }) => id))
  for (const record of open) note(record, seen.get(record.id), clock.now(), diary)

  const unsure = open.filter((record) => needsMode(record, policy))
  await mapPool(unsure, READS_AT_ONCE, (record) => readMode(record, deps, diary))
  const over = open.filter((record) => {
    if (needsMode(record, policy)) return false
    // A mode that is not known makes no difference here.
    record.outcome = decide(record.track, record.mode ?? 'none', policy, clock.now())
    return record.outcome !== undefined
  })
  await mapPool(over, READS_AT_ONCE, (record) => finish(record, deps, diary))
  diary.beat(records)
  return open.filter((record) => !record.outcome)
}

/** True when nothing can be said about the build before the server has told its publish mode. */
function needsMode({ mode, track }: BuildRecord, { goal }: Policy): boolean {
  const { status, missing } = track
  return (
    goal === 'build' && mode === undefined && missing === 0 && status !== undefined && modeMatters(status)
  )
}

/** Takes a sighting into the record. */
function note(record: BuildRecord, seen: Seen | undefined, now: number, diary: Diary): void {
  if (!seen) return
  const before = record.track
  record.track = advance(before, seen.sighting, now)
  record.projectId = seen.projectId ?? record.projectId
  if (seen.build) describe(record, seen.build, diary)
  const { status, missing } = record.track
  if (missing > 0) {
    diary.missing(record)
    return
  }
  if (status === undefined || status === before.status) return
  record.history.push({ code: status, at: now })
  diary.changed(record, before)
}

function describe(record: BuildRecord, build: Build, diary: Diary): void {
  const known = record.mode
  record.build = build
  record.mode = modeOf(build) ?? known
  if (known === undefined && record.mode !== undefined) diary.mode(record)
}

/** The server may have changed the mode that was asked for, and only its word counts. */
async function readMode(record: BuildRecord, { api, logger }: WaitDeps, diary: Diary): Promise<void> {
  const shown = await api.show(record.id)
  if (shown.kind === 'missing') return
  if (shown.kind === 'build') describe(record, shown.build, diary)
  if (record.mode === undefined) {
    record.mode = record.expected?.mode ?? 'default'
    logger.warning(
      `${labelOf(record)}: the server does not tell the publish mode; ${record.mode} is assumed.`,
    )
  }
}

/** The last description of a build that is over: what it made, and whether it is the one that was asked for. */
async function finish(record: BuildRecord, { api, logger }: WaitDeps, diary: Diary): Promise<void> {
  const { track, outcome: result } = record
  if (track.missing === 0 && record.build?.status !== track.status) {
    try {
      const shown = await api.show(record.id)
      if (shown.kind === 'build') describe(record, shown.build, diary)
    } catch (error) {
      // The outcome stands; what is missing is its decoration.
      if (!(error instanceof HttpError)) throw error
      logger.info(`${labelOf(record)}: its packages and logs could not be read: ${error.message}`)
    }
  }
  const good = result?.verdict === 'success' || result?.verdict === 'neutral'
  const wrong = good ? mismatch(record) : undefined
  if (wrong !== undefined) record.outcome = failure(wrong)
  if (good && record.expected && record.build?.commit_hash === undefined) {
    logger.warning(`${labelOf(record)}: the server does not tell which commit it built.`)
  }
  diary.over(record)
}

/** 401 and 403 stay as they are; a server that is overloaded, restarting or silent comes back. */
function judgeTrouble(error: unknown, inARow: number, deps: WaitDeps, diary: Diary): Trouble {
  if (!(error instanceof HttpError)) return { kind: 'fatal' }
  const { clock, interval } = deps
  if (error.retryAfterMs !== undefined) {
    // A short pause concerns this job alone.
    const spread = error.retryAfterMs < SPREAD_MS ? 1000 : SPREAD_MS
    const ms = error.retryAfterMs + Math.round(clock.random() * spread)
    diary.trouble(error, ms, inARow)
    return { kind: 'pause', ms }
  }
  if (!mayHeal(error)) return { kind: 'fatal' }
  const pause = Math.min(interval * 2 ** Math.min(inARow - 1, 10), Math.max(interval, LONGEST_PAUSE_MS))
  const ms = Math.round(pause * (0.75 + clock.random() / 2))
  diary.trouble(error, ms, inARow)
  return { kind: 'pause', ms }
}

function mayHeal({ kind, status }: HttpError): boolean {
  if (kind === 'tls' || kind === 'redirect' || kind === 'too-large') return false
  return status === undefined || status === 200 || status === 408 || status === 429 || status >= 500
}
