import type { Http } from '../../http/client.ts'
import type { Logger } from '../../ports.ts'
import { mapPool } from '../../wait/pool.ts'
import type { BuildOutcome } from '../outcome.ts'
import { fetchTail } from './log-tail.ts'
import { type AbfReport, logOf, pageOf } from './outputs.ts'
import { type BuildRecord, labelOf } from '../build.ts'
import { MAX_PARALLEL_READS } from '../client/requests.ts'
import { formatStatus, statusInfo } from '../status.ts'

/** GitHub shows no more than this many annotations of a kind for a step. */
const MAX_ANNOTATIONS = 10

/** Fetches the ends of the logs of failed builds, without credentials, for as many builds as have annotations. */
export async function readLogs(
  { records, base }: Pick<AbfReport, 'records' | 'base'>,
  count: number,
  http: Http,
): Promise<void> {
  if (count === 0) return
  const failed = records
    .filter(
      ({ outcome, track }) => outcome?.verdict === 'failure' && statusInfo(track.status ?? 0).explainedByLog,
    )
    .slice(0, MAX_ANNOTATIONS)
  await mapPool(failed, MAX_PARALLEL_READS, async (record) => {
    record.log = await fetchTail(record.track.status ?? 0, record.build?.logs ?? [], count, http, base)
  })
}

/** Writes one annotation for each build that needs attention, and the ends of logs in groups. */
export async function annotate(report: AbfReport, logger: Logger): Promise<void> {
  const { records, base, operation } = report
  const bad = records.filter(({ outcome }) => isBad(outcome, operation))
  const late = records.filter(({ outcome }) => outcome?.verdict === 'timed_out')
  const most = late.length > 0 ? MAX_ANNOTATIONS - 1 : MAX_ANNOTATIONS
  for (const record of bad.slice(0, most)) {
    logger.error(formatBuild(record, base), titleOf(record))
  }
  for (const record of bad.slice(most)) logger.info(formatBuild(record, base))

  if (late.length > 0) {
    logger.error(
      `The wait was not long enough for ${late.length} of ${records.length} builds: ${late
        .slice(0, MAX_ANNOTATIONS)
        .map((record) => `${labelOf(record)}, ${formatStatus(record.track.status)}`)
        .join(
          '; ',
        )}. ${late[0]?.outcome?.sentence ?? ''}\nRaise abf-timeout, or set abf-wait: false and let a later job wait with abf-build-list-ids.`,
      'ABF builds timed out',
    )
  }
  annotateDoubtful(report, logger)
  for (const { log, id } of records) {
    if (!log) continue
    await logger.group(`Build ${id}: end of ${log.fileName}`, async () => {
      for (const line of log.lines) logger.info(line)
    })
  }
}

/** Half of the annotations of each kind, because the step has warnings and notices of its own. */
function annotateDoubtful({ records, base }: AbfReport, logger: Logger): void {
  const doubtful = records.filter(({ outcome }) => isDoubtful(outcome))
  // Accepted by abf-unpermitted-arch.
  const accepted = doubtful.filter(({ track }) => statusInfo(track.status ?? 0).meaning.none === 'arch')
  const others = doubtful.filter((record) => !accepted.includes(record))
  const max = MAX_ANNOTATIONS / 2
  for (const record of others.slice(0, max)) logger.warning(formatBuild(record, base), titleOf(record))
  for (const record of accepted.slice(0, max)) logger.notice(formatBuild(record, base), 'Nothing built')
  for (const record of [...others.slice(max), ...accepted.slice(max)]) logger.info(formatBuild(record, base))
}

function isBad(outcome: BuildOutcome | undefined, operation: AbfReport['operation']): boolean {
  // A cancelled build is the goal of that operation.
  return outcome?.verdict === 'failure' || (outcome?.verdict === 'cancelled' && operation !== 'cancel')
}

function isDoubtful(outcome: BuildOutcome | undefined): boolean {
  return outcome?.warn === true || outcome?.verdict === 'neutral'
}

function formatBuild(record: BuildRecord, base: string): string {
  const { outcome, track, build, id } = record
  const seen = track.status === undefined ? '' : `: ${formatStatus(track.status)}`
  const log =
    build && build.logs.length > 0 && statusInfo(track.status ?? 0).explainedByLog
      ? `\nLog: ${logOf(record, base)}`
      : ''
  return `${labelOf(record)}${seen}. ${outcome?.sentence ?? ''}${log}\nBuild: ${pageOf(id, base)}`
}

function titleOf({ outcome, track }: BuildRecord): string {
  if (outcome?.verdict === 'cancelled') return 'ABF build cancelled'
  return track.status === undefined ? 'ABF build not found' : `ABF: ${formatStatus(track.status)}`
}
