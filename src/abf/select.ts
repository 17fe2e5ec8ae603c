import { HttpError } from '../http/failure.ts'
import type { AbfTask } from './options.ts'
import { mapPool } from '../wait/pool.ts'
import { MAX_FOUND } from './client/lookups.ts'
import { createRecord } from './build.ts'
import { MAX_PARALLEL_READS } from './client/requests.ts'
import type { AbfSession } from './session.ts'

/** The builds given by id, then those that the filter finds. */
export async function select(
  task: Exclude<AbfTask, { operation: 'build' }>,
  session: AbfSession,
): Promise<void> {
  const { api, builds, clock, statuses } = session
  const { ids, filter, operation } = task
  const { rows, more: cut } = filter === undefined ? { rows: [], more: false } : await api.search(filter)
  if (cut) {
    session.logger.warning(
      `abf-filter matches more than ${MAX_FOUND} builds. Only the ${MAX_FOUND} that changed last are used. Make abf-filter narrower.`,
    )
  }
  const known = new Map(rows.map(({ id, status }) => [id, status]))
  const unread = operation === 'search' ? ids.filter((id) => !known.has(id)) : []
  const found = unread.length === 0 ? undefined : await statuses.read(unread)
  const records = [...new Set([...ids, ...known.keys()])].map((id) => {
    const reading = found?.get(id)?.reading
    const status = reading?.kind === 'status' ? reading.code : known.get(id)
    // The wait logs the first status of a build itself.
    const more = operation === 'search' && status !== undefined ? { status } : {}
    return createRecord(id, 'given', clock.now(), more)
  })
  builds.add(...records)
}

/** A search reads so many of the builds that it finds; one request for each of 1,000 rows would be too many. */
const MAX_DESCRIBED = 20

/** Reads the descriptions that are still unknown: of builds that were not waited for, or that a search found. */
export async function describeRest({ inputs, api, builds, logger }: AbfSession): Promise<void> {
  const search = inputs.task.operation === 'search'
  const undescribed = builds.records
    .slice(0, search ? MAX_DESCRIBED : undefined)
    .filter(({ build, origin, track }) => !build && origin === 'given' && track.status !== undefined)
  await mapPool(undescribed, MAX_PARALLEL_READS, async (record) => {
    try {
      const shown = await api.show(record.id)
      if (shown.kind === 'build') record.build = shown.build
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      logger.info(`Build ${record.id} could not be read: ${error.message}`)
    }
  })
}
