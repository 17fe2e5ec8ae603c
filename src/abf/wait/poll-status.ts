import { assertNever } from '../../errors.ts'
import { mapPool } from '../../wait/pool.ts'
import type { AbfApi } from '../client/api.ts'
import type { Reading } from '../outcome.ts'
import { PAGE_SIZE } from '../client/lookups.ts'
import { MAX_PARALLEL_READS } from '../client/requests.ts'
import type { Build, BuildRow } from '../client/schema.ts'

/** What a poll found of one build, with its description when the poll happened to get it. */
export interface PolledStatus {
  readonly reading: Reading
  readonly build: Build | undefined
  /** Undefined unless the build was read from a list that has it. */
  readonly projectId: number | undefined
}

export interface StatusReader {
  /**
   * Reads the status of all these builds: 100 with one request, a single one by its description.
   * @throws HttpError when the server does not report one of them
   */
  read(ids: readonly number[]): Promise<ReadonlyMap<number, PolledStatus>>
}

const MISSING: PolledStatus = { reading: { kind: 'missing' }, build: undefined, projectId: undefined }

/**
 * Servers of about 2012 ignore the filter by id and send any builds; after that each build is read by itself. A build
 * that cannot be shown (hidden, or its repository deleted) is still in the list.
 */
export function createStatusReader(api: Pick<AbfApi, 'statuses' | 'show'>): StatusReader {
  let listsById = true
  const notShown = new Set<number>()

  async function readOne(id: number): Promise<PolledStatus> {
    const shown = await api.show(id)
    switch (shown.kind) {
      case 'missing':
        return MISSING
      case 'build':
        return {
          reading: { kind: 'status', code: shown.build.status },
          build: shown.build,
          projectId: undefined,
        }
      case 'hidden': {
        const row = listsById ? (await api.statuses([id]))?.[0] : undefined
        if (!row) throw shown.error
        notShown.add(id)
        return fromRow(row)
      }
      default:
        return assertNever(shown)
    }
  }

  async function readList(ids: readonly number[]): Promise<Map<number, PolledStatus> | undefined> {
    const found = new Map<number, PolledStatus>()
    const lists = await mapPool(pagesOf(ids), MAX_PARALLEL_READS, async (page) => {
      const rows = await api.statuses(page)
      for (const row of rows ?? []) found.set(row.id, fromRow(row))
      return rows !== undefined
    })
    return lists.includes(false) ? undefined : found
  }

  return {
    async read(ids) {
      const [first] = ids
      const single = ids.length === 1 && first !== undefined && !notShown.has(first)
      const listed = single || !listsById ? undefined : await readList(ids)
      if (!single && listed === undefined) listsById = false
      const found = listed ?? new Map<number, PolledStatus>()
      // A build that the list lacks may still exist, so it is read by itself.
      const rest = ids.filter((id) => !found.has(id))
      const alone = await mapPool(rest, MAX_PARALLEL_READS, readOne)
      for (const [index, id] of rest.entries()) found.set(id, alone[index] ?? MISSING)
      return found
    },
  }
}

function fromRow({ status, project_id }: BuildRow): PolledStatus {
  return { reading: { kind: 'status', code: status }, build: undefined, projectId: project_id }
}

function pagesOf(ids: readonly number[]): number[][] {
  return Array.from({ length: Math.ceil(ids.length / PAGE_SIZE) }, (_, page) =>
    ids.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE),
  )
}
