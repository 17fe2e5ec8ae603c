import { HttpError } from '../http/failure.ts'
import type { Clock, Logger } from '../ports.ts'
import { mapPool } from '../wait/pool.ts'
import type { AbfApi } from './client/api.ts'
import type { Pending } from './submitted-builds.ts'
import { sayStatus, STATUS, statusInfo } from './status.ts'
import { findPending } from './submit/recover.ts'

/** The time is short, and a step rarely has more builds than this. */
const CANCELS_AT_ONCE = 20

export interface CancelDeps {
  /** Bound to a signal of its own: the one of the job has aborted by then. */
  readonly api: AbfApi
  readonly clock: Clock
  readonly logger: Logger
  /** Base URL of the server, for links. */
  readonly base: string
}

export interface Cancelled {
  readonly id: number
  /** `cancelled`: now or already; `over`: the build had ended by itself; `failed`: it goes on. */
  readonly result: 'cancelled' | 'over' | 'failed'
}

/**
 * Cancels builds of this run, side by side, and says of each what came of it. Never throws: it runs when something else
 * has gone wrong, which is what should be told.
 */
export function cancelBuilds(ids: readonly number[], deps: CancelDeps): Promise<Cancelled[]> {
  return mapPool(ids, CANCELS_AT_ONCE, (id) => cancelOne(id, deps))
}

/**
 * Looks for the build of a create without an answer, and cancels it.
 * @param known ids of builds that it cannot be
 * @returns false when the server could not be asked, so that somebody should try again
 */
export async function cancelPending(
  pending: Pending,
  known: readonly number[],
  deps: CancelDeps,
): Promise<boolean> {
  const { api, clock, logger, base } = deps
  try {
    const found = await findPending(pending, new Set(known), api, clock)
    // With several, none is surely this run's own.
    const [only] = found.length === 1 ? found : []
    return !only || (await cancelOne(only.id, deps)).result !== 'failed'
  } catch (error) {
    logger.warning(
      `A build was being submitted, and whether it was made could not be found out: ${sentence(error)}. Look at ${base}build_lists.`,
      'A build may be left running',
    )
    return false
  }
}

async function cancelOne(id: number, { api, logger, base }: CancelDeps): Promise<Cancelled> {
  const page = `${base}build_lists/${id}`
  try {
    const answer = await api.act(id, 'cancel')
    if (answer.kind === 'done') {
      logger.info(`Cancelled build ${id}.`)
      return { id, result: 'cancelled' }
    }
    const shown = await api.show(id)
    const code = shown.kind === 'build' ? shown.build.status : undefined
    const gone = shown.kind === 'missing' || code === STATUS.cancelled || code === STATUS.cancelling
    if (gone || (code !== undefined && isOver(code))) {
      logger.info(`Build ${id} needs no cancelling: it is ${code === undefined ? 'gone' : sayStatus(code)}.`)
      return { id, result: gone ? 'cancelled' : 'over' }
    }
    throw answer.error
  } catch (error) {
    logger.warning(
      `Build ${id} could not be cancelled: ${sentence(error)}. Cancel it at ${page}`,
      'A build is left running',
    )
    return { id, result: 'failed' }
  }
}

function isOver(code: number): boolean {
  return ['built', 'publish', 'end'].includes(statusInfo(code).phase)
}

function sentence(error: unknown): string {
  if (error instanceof HttpError) return error.message
  return error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : String(error)
}
