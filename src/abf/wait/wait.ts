import { HttpError } from '../../http/failure.ts'
import type { AbfOptions } from '../options.ts'
import { type PollAttempt, poll, type Recovery } from '../../wait/poll.ts'
import { formatDuration } from '../../wait/durations.ts'
import { mapPool } from '../../wait/pool.ts'
import { createProgressLog, type ProgressLog } from './progress-log.ts'
import { afterPoll, decide, failure, outcome, type Policy } from '../outcome.ts'
import type { AbfSession } from '../session.ts'
import type { PolledStatus, StatusReader } from './poll-status.ts'
import { type BuildRecord, labelOf, mismatch } from '../build.ts'
import { MAX_PARALLEL_READS } from '../client/requests.ts'
import { type Build, modeOf } from '../client/schema.ts'
import { modeMatters, formatStatus } from '../status.ts'

type WaitSession = Pick<
  AbfSession,
  'api' | 'polledStatuses' | 'clock' | 'logger' | 'signal' | 'policy' | 'schedule'
> & {
  readonly inputs: Pick<AbfOptions, 'pollInterval' | 'timeout'>
}

/** The longest pause after an error that does not say when to retry. */
const MAX_PAUSE_MS = 5 * 60_000
/** Jobs that wait for the same full hour do not all continue in the same second. */
const SPREAD_MS = 20_000

/**
 * Waits until every build has an outcome, or until the deadline: then those without one get `timed_out`. One that fails
 * does not end the wait for the others. Transient errors do not end the wait.
 * @throws HttpError for other errors (401, 403 for lack of rights); the reason of the signal when it aborts
 */
export async function waitFor(records: readonly BuildRecord[], session: WaitSession): Promise<void> {
  const { clock, logger, polledStatuses, signal, schedule, inputs } = session
  const deadline = clock.now() + inputs.timeout
  const progress = createProgressLog(logger, clock, deadline)
  const pollAll = async (): Promise<PollAttempt<undefined>> => {
    const open = await pollRecords(records, polledStatuses, session, progress)
    if (open.length === 0) return { kind: 'done', value: undefined }
    await schedule.polled(open)
    return { kind: 'again' }
  }
  const result = await poll(pollAll, {
    deadline,
    schedule: () => {
      const pause = schedule.pause()
      progress.pausing(usualDurations(records, session), pause)
      return pause
    },
    clock,
    signal,
    onError: (error, consecutiveFailures) => recover(error, consecutiveFailures, session, progress),
  })
  if (result.kind === 'done') return
  const error = result.failure instanceof HttpError ? ` The last poll failed: ${result.failure.message}.` : ''
  for (const record of records) {
    const { status } = record.track
    const last =
      status === undefined ? 'Its status could not be read.' : `Its last status was ${formatStatus(status)}.`
    record.outcome ??= outcome(
      'timed_out',
      `The build did not end within ${formatDuration(inputs.timeout)}. ${last}${error}`,
    )
  }
}

/** Of the builds that are open, as far as they are known. */
function usualDurations(
  records: readonly BuildRecord[],
  { schedule }: WaitSession,
): ReadonlyMap<BuildRecord, number> {
  return new Map(
    records.flatMap((record): [BuildRecord, number][] => {
      const ms = record.outcome ? undefined : schedule.usual(record)
      return ms === undefined ? [] : [[record, ms]]
    }),
  )
}

/** Reads every build once, for a step that does not wait: those that are over get their outcome. */
export async function pollOnce(
  records: readonly BuildRecord[],
  session: WaitSession & Pick<AbfSession, 'statuses'>,
): Promise<void> {
  const { clock, logger, statuses } = session
  await pollRecords(records, statuses, session, createProgressLog(logger, clock, clock.now()))
}

/** Returns the builds that have no outcome yet. */
async function pollRecords(
  records: readonly BuildRecord[],
  statuses: StatusReader,
  session: WaitSession,
  progress: ProgressLog,
): Promise<readonly BuildRecord[]> {
  const { clock, policy } = session
  const open = records.filter((record) => !record.outcome)
  if (open.length === 0) return open
  const read = await statuses.read(open.map(({ id }) => id))
  for (const record of open) note(record, read.get(record.id), clock.now(), progress)

  const withoutMode = open.filter((record) => needsMode(record, policy))
  await mapPool(withoutMode, MAX_PARALLEL_READS, (record) => readMode(record, session, progress))
  const over = open.filter((record) => {
    if (needsMode(record, policy)) return false
    // Where the mode is still unknown, it makes no difference.
    record.outcome = decide(record.track, record.mode ?? 'none', policy, clock.now())
    return record.outcome !== undefined
  })
  await mapPool(over, MAX_PARALLEL_READS, (record) => finish(record, session, progress))
  progress.heartbeat(records)
  return open.filter((record) => !record.outcome)
}

/** True when the outcome depends on the publish mode, and the server has not reported it yet. */
function needsMode({ mode, track }: BuildRecord, { goal }: Policy): boolean {
  const { status, missing } = track
  return (
    goal === 'build' && mode === undefined && missing === 0 && status !== undefined && modeMatters(status)
  )
}

/** Records what a poll read. */
function note(record: BuildRecord, read: PolledStatus | undefined, now: number, progress: ProgressLog): void {
  if (!read) return
  const before = record.track
  record.track = afterPoll(before, read.reading, now)
  record.projectId = read.projectId ?? record.projectId
  if (read.build) describe(record, read.build, progress)
  const { status, missing } = record.track
  if (missing > 0) {
    progress.notFound(record)
    return
  }
  if (status === undefined || status === before.status) return
  record.history.push({ code: status, at: now })
  progress.statusChanged(record, before)
}

function describe(record: BuildRecord, build: Build, progress: ProgressLog): void {
  const known = record.mode
  record.build = build
  record.mode = modeOf(build) ?? known
  if (known === undefined && record.mode !== undefined) progress.modeKnown(record)
}

/** The server may have changed the requested mode, and the one that it reports counts. */
async function readMode(
  record: BuildRecord,
  { api, logger }: WaitSession,
  progress: ProgressLog,
): Promise<void> {
  const shown = await api.show(record.id)
  if (shown.kind === 'missing') return
  if (shown.kind === 'build') describe(record, shown.build, progress)
  if (record.mode === undefined) {
    record.mode = record.expected?.mode ?? 'default'
    logger.warning(
      `${labelOf(record)}: ABF does not report the publish mode, so this step assumes ${record.mode}.`,
    )
  }
}

/** Reads the last description of a build that is over: its packages, and whether it is the requested build. */
async function finish(
  record: BuildRecord,
  { api, logger }: WaitSession,
  progress: ProgressLog,
): Promise<void> {
  const { track, outcome: result } = record
  if (track.missing === 0 && record.build?.status !== track.status) {
    try {
      const shown = await api.show(record.id)
      if (shown.kind === 'build') describe(record, shown.build, progress)
    } catch (error) {
      // The outcome is known; the description only adds packages and logs.
      if (!(error instanceof HttpError)) throw error
      logger.info(`${labelOf(record)}: its packages and logs could not be read: ${error.message}`)
    }
  }
  const good = result?.verdict === 'success' || result?.verdict === 'neutral'
  const wrong = good ? mismatch(record) : undefined
  if (wrong !== undefined) record.outcome = failure(wrong)
  if (good && record.expected && record.build?.commit_hash === undefined) {
    logger.warning(`${labelOf(record)}: ABF does not report which commit it built.`)
  }
  progress.ended(record)
}

/** 401 and 403 are final; an overloaded or restarting server, or one that does not respond, is polled again. */
function recover(
  error: unknown,
  consecutiveFailures: number,
  session: WaitSession,
  progress: ProgressLog,
): Recovery {
  if (!(error instanceof HttpError)) return { kind: 'fatal' }
  const { clock } = session
  const interval = session.inputs.pollInterval
  if (error.retryAfterMs !== undefined) {
    // Only a long pause is likely to be shared by many jobs.
    const spread = error.retryAfterMs < SPREAD_MS ? 1000 : SPREAD_MS
    const ms = error.retryAfterMs + Math.round(clock.random() * spread)
    progress.pollFailed(error, ms, consecutiveFailures)
    return { kind: 'pause', ms }
  }
  if (!isTransient(error)) return { kind: 'fatal' }
  const pause = Math.min(
    interval * 2 ** Math.min(consecutiveFailures - 1, 10),
    Math.max(interval, MAX_PAUSE_MS),
  )
  const ms = Math.round(pause * (0.75 + clock.random() / 2))
  progress.pollFailed(error, ms, consecutiveFailures)
  return { kind: 'pause', ms }
}

function isTransient({ kind, status }: HttpError): boolean {
  if (kind === 'tls' || kind === 'redirect' || kind === 'too-large') return false
  return status === undefined || status === 200 || status === 408 || status === 429 || status >= 500
}
