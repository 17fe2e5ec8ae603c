import { assertNever } from '../../errors.ts'
import { mapPool } from '../../wait/pool.ts'
import type { AbfApi } from '../client/api.ts'
import type { Sighting } from '../outcome.ts'
import { PAGE_SIZE } from '../client/lookups.ts'
import { READS_AT_ONCE } from '../client/requests.ts'
import type { Build, Row } from '../client/schema.ts'

/** What a poll found of one build, with its description when the poll happened to get it. */
export interface Seen {
  readonly sighting: Sighting
  readonly build: Build | undefined
  /** When a list told it. */
  readonly projectId: number | undefined
}

export interface Observer {
  /**
   * Reads the status of all these builds: 100 with one request, a single one by its description.
   * @throws HttpError when the server cannot tell
   */
  observe(ids: readonly number[]): Promise<ReadonlyMap<number, Seen>>
}

const MISSING: Seen = { sighting: { kind: 'missing' }, build: undefined, projectId: undefined }

/**
 * Servers of about 2012 ignore the filter by id and send any builds; from then on each build is read by itself. And a
 * build that cannot be shown (hidden, or its repository deleted) is still in the list.
 */
export function createObserver(api: Pick<AbfApi, 'statuses' | 'show'>): Observer {
  let listsById = true
  const notShown = new Set<number>()

  async function one(id: number): Promise<Seen> {
    const shown = await api.show(id)
    switch (shown.kind) {
      case 'missing':
        return MISSING
      case 'build':
        return {
          sighting: { kind: 'status', code: shown.build.status },
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

  async function many(ids: readonly number[]): Promise<Map<number, Seen> | undefined> {
    const found = new Map<number, Seen>()
    const lists = await mapPool(pagesOf(ids), READS_AT_ONCE, async (page) => {
      const rows = await api.statuses(page)
      for (const row of rows ?? []) found.set(row.id, fromRow(row))
      return rows !== undefined
    })
    return lists.includes(false) ? undefined : found
  }

  return {
    async observe(ids) {
      const [first] = ids
      const alone = ids.length === 1 && first !== undefined && !notShown.has(first)
      const listed = alone || !listsById ? undefined : await many(ids)
      if (!alone && listed === undefined) listsById = false
      const found = listed ?? new Map<number, Seen>()
      // Missing in the list is not proof enough: a look at the build itself is.
      const rest = ids.filter((id) => !found.has(id))
      const seen = await mapPool(rest, READS_AT_ONCE, one)
      for (const [index, id] of rest.entries()) found.set(id, seen[index] ?? MISSING)
      return found
    },
  }
}

function fromRow({ status, project_id }: Row): Seen {
  return { sighting: { kind: 'status', code: status }, build: undefined, projectId: project_id }
}

function pagesOf(ids: readonly number[]): number[][] {
  return Array.from({ length: Math.ceil(ids.length / PAGE_SIZE) }, (_, page) =>
    ids.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE),
  )
}
