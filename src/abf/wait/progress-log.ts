import type { HttpError } from '../../http/failure.ts'
import type { Clock, Logger } from '../../ports.ts'
import { sayDuration } from '../../wait/durations.ts'
import type { Track } from '../outcome.ts'
import { archOf, type BuildRecord, labelOf } from '../build.ts'
import { isKnown, formatStatus } from '../status.ts'

/**
 * What the log says of a wait: each change with the time of day, one line now and then while nothing changes, and no
 * line for a poll as such, so that hours fit on a page.
 */
export interface Diary {
  changed(record: BuildRecord, before: Track): void
  missing(record: BuildRecord): void
  /** The publish mode became known. */
  mode(record: BuildRecord): void
  over(record: BuildRecord): void
  /** A poll failed; the next one comes after `pauseMs`. */
  trouble(error: HttpError, pauseMs: number, inARow: number): void
  /** Call after each poll. */
  beat(records: readonly BuildRecord[]): void
}

const HEARTBEAT_MS = 10 * 60_000
/** So many failed polls in a row are worth a look at the server. */
const WORRYING = 5
const MOST_NAMED = 5

export function createDiary(logger: Logger, clock: Clock, deadline: number): Diary {
  let written = clock.now()
  let troubled = false
  const unknown = new Set<number>()
  const write = (line: string): void => {
    written = clock.now()
    logger.info(`${timeOfDay(written)}  ${line}`)
  }

  return {
    changed(record, before) {
      const code = record.track.status ?? -1
      const after =
        before.status === undefined || !sawBeginning(record, record.history.length - 1)
          ? ''
          : `, after ${sayDuration(clock.now() - before.since)} ${formatStatus(before.status)}`
      write(`${labelOf(record)}: ${formatStatus(code)}${after}`)
      if (isKnown(code) || unknown.has(code)) return
      unknown.add(code)
      logger.warning(
        `ABF reports the status ${code}, which this action does not know. It waits for one that it knows.`,
        'Unknown ABF status',
      )
    },
    missing(record) {
      if (record.track.missing === 1) write(`${labelOf(record)}: the server does not find it`)
    },
    mode(record) {
      const asked = record.expected?.mode
      if (asked === undefined || record.mode === undefined || asked === record.mode) return
      logger.notice(
        `${labelOf(record)}: abf-auto-publish is ${asked}, but ABF made it ${record.mode}, as it does for repositories that require QA. The wait goes by ${record.mode}.`,
        'Publish mode changed by ABF',
      )
    },
    over(record) {
      const { outcome } = record
      // The change of status has said the rest.
      const plainly = outcome?.verdict === 'success' && !outcome.warn
      if (outcome && !plainly) write(`${labelOf(record)}: ${outcome.sentence}`)
    },
    trouble(error, pauseMs, inARow) {
      troubled = true
      const line = `${error.message}. Next look in ${sayDuration(pauseMs)}.`
      if (error.status === 403) logger.warning(line, "ABF's limit of requests is reached")
      else if (inARow === WORRYING) logger.warning(line, 'ABF does not answer as it should')
      else write(line)
    },
    beat(records) {
      if (troubled) write('ABF answers again.')
      troubled = false
      if (clock.now() - written < HEARTBEAT_MS) return
      const open = records.filter(({ outcome }) => !outcome)
      if (open.length === 0) return
      const named = open.slice(0, MOST_NAMED).map((record) => {
        const since = sayDuration(clock.now() - record.track.since)
        const least = sawBeginning(record, record.history.length) ? '' : 'at least '
        return `${archOf(record) ?? record.id} ${formatStatus(record.track.status)} for ${least}${since}`
      })
      const more = open.length > MOST_NAMED ? ` and ${open.length - MOST_NAMED} more` : ''
      write(
        `Waiting for ${open.length} of ${records.length}: ${named.join(', ')}${more}; ${sayDuration(Math.max(0, deadline - clock.now()))} left`,
      )
    },
  }
}

/**
 * Whether this step knows since when the build is in the last of the first `seen` statuses: it submitted the build, or
 * it saw the change. A build that was found in a status may have been in it for days.
 */
function sawBeginning({ origin }: BuildRecord, seen: number): boolean {
  return origin === 'submitted' || seen > 1
}

function timeOfDay(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)}Z`
}
