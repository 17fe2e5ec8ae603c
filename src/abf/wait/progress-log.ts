import type { HttpError } from '../../http/failure.ts'
import type { Clock, Logger } from '../../ports.ts'
import { formatDuration } from '../../wait/durations.ts'
import type { Track } from '../outcome.ts'
import { archOf, type BuildRecord, labelOf, projectOf } from '../build.ts'
import { isKnown, formatStatus } from '../status.ts'

/**
 * The log of a wait: a line with the time of day for each change, and a heartbeat while nothing changes. A poll as such
 * has no line, so that hours fit on a page.
 */
export interface ProgressLog {
  statusChanged(record: BuildRecord, before: Track): void
  notFound(record: BuildRecord): void
  /** The server has reported the publish mode for the first time. */
  modeKnown(record: BuildRecord): void
  ended(record: BuildRecord): void
  /** A poll failed; the next one follows after `pauseMs`. */
  pollFailed(error: HttpError, pauseMs: number, consecutiveFailures: number): void
  /** Call after each successful poll. */
  heartbeat(records: readonly BuildRecord[]): void
  /** Call before each pause: how long each open build usually takes, and how long the pause is, in milliseconds. */
  pausing(usual: ReadonlyMap<BuildRecord, number>, pauseMs: number): void
}

const HEARTBEAT_MS = 5 * 60_000
/** Shorter pauses are not written. */
const MIN_WRITTEN_PAUSE_MS = 60_000
/** After this many consecutive failures the log warns. */
const FAILURES_BEFORE_WARNING = 5
const MAX_NAMED = 5

export function createProgressLog(logger: Logger, clock: Clock, deadline: number): ProgressLog {
  let written = clock.now()
  let failing = false
  let lines = 0
  let linesAtPause = 0
  let usualIsWritten = false
  const unknown = new Set<number>()
  const write = (line: string): void => {
    written = clock.now()
    lines += 1
    logger.info(`${timeOfDay(written)}  ${line}`)
  }

  return {
    statusChanged(record, before) {
      const code = record.track.status ?? -1
      const after =
        before.status === undefined || !sawBeginning(record, record.history.length - 1)
          ? ''
          : `, after ${formatDuration(clock.now() - before.since)} ${formatStatus(before.status)}`
      write(`${labelOf(record)}: ${formatStatus(code)}${after}`)
      if (isKnown(code) || unknown.has(code)) return
      unknown.add(code)
      logger.warning(
        `ABF reports the status ${code}, which this action does not know. The step waits until the status changes to one that it knows.`,
        'Unknown ABF status',
      )
    },
    notFound(record) {
      if (record.track.missing === 1) write(`${labelOf(record)}: ABF does not find the build`)
    },
    modeKnown(record) {
      const requested = record.expected?.mode
      if (requested === undefined || record.mode === undefined || requested === record.mode) return
      logger.notice(
        `${labelOf(record)}: abf-auto-publish is ${requested}, but ABF changed it to ${record.mode}, as it does for repositories that require QA. The step waits according to ${record.mode}.`,
        'Publish mode changed by ABF',
      )
    },
    ended(record) {
      const { outcome } = record
      // The line about the last status says the same.
      const plain = outcome?.verdict === 'success' && !outcome.warn
      if (outcome && !plain) write(`${labelOf(record)}: ${outcome.sentence}`)
    },
    pollFailed(error, pauseMs, consecutiveFailures) {
      failing = true
      const line = `${error.message}. The next poll is in ${formatDuration(pauseMs)}.`
      if (error.status === 403) logger.warning(line, 'ABF rate limit reached')
      else if (consecutiveFailures === FAILURES_BEFORE_WARNING) logger.warning(line, 'ABF polls keep failing')
      else write(line)
    },
    heartbeat(records) {
      if (failing) write('ABF responds again.')
      failing = false
      if (clock.now() - written < HEARTBEAT_MS || clock.now() >= deadline) return
      const open = records.filter(({ outcome }) => !outcome)
      if (open.length === 0) return
      const named = open.slice(0, MAX_NAMED).map((record) => {
        const since = formatDuration(clock.now() - record.track.since)
        const atLeast = sawBeginning(record, record.history.length) ? '' : 'at least '
        return `${archOf(record) ?? record.id} ${formatStatus(record.track.status)} for ${atLeast}${since}`
      })
      const more = open.length > MAX_NAMED ? ` and ${open.length - MAX_NAMED} more` : ''
      write(
        `Waiting for ${open.length} of ${records.length} builds: ${named.join(', ')}${more}; ${formatDuration(Math.max(0, deadline - clock.now()))} left`,
      )
    },
    pausing(usual, pauseMs) {
      if (!usualIsWritten && usual.size > 0) {
        usualIsWritten = true
        write(`Usual duration of a build: ${formatUsual(usual)}`)
      }
      // Once after each other line, so that a log in which nothing happens stays short.
      if (pauseMs <= MIN_WRITTEN_PAUSE_MS || lines === linesAtPause) return
      write(`The next poll is in ${formatDuration(pauseMs)}.`)
      linesAtPause = lines
    },
  }
}

function formatUsual(usual: ReadonlyMap<BuildRecord, number>): string {
  const all = new Set(
    [...usual].map(([record, ms]) => {
      const names = [projectOf(record), archOf(record)].filter((name) => name !== undefined)
      return `${names.join(' ') || record.id} ${formatDuration(ms)}`
    }),
  )
  const more = all.size > MAX_NAMED ? ` and ${all.size - MAX_NAMED} more` : ''
  return [...all].slice(0, MAX_NAMED).join(', ') + more
}

/**
 * Whether this step knows since when the build has the last of its first `count` statuses: the status followed the
 * create, or another status. A build that was found in a status may have had it for days.
 */
function sawBeginning({ seenFromStart }: BuildRecord, count: number): boolean {
  return seenFromStart || count > 1
}

function timeOfDay(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)}Z`
}
