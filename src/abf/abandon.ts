import { cancelBuilds, cancelPending } from './cancel.ts'
import { outcome } from './outcome.ts'
import type { Session } from './session.ts'

/** When the runner has signalled, it kills the process 7.5 s later. */
export const CANCEL_LIMIT_MS = 5000

/**
 * Cancels what this run has submitted and is not over, unless it is to be left; never anything else.
 * @param limitMs milliseconds for all of it
 * @returns the ids that are still to be cancelled, for the post step
 */
export async function cancelOwn(session: Session, limitMs: number, why: string): Promise<readonly number[]> {
  const { inputs, ledger, logger, clock, base } = session
  const own = ledger.records.filter(
    ({ origin, outcome: known }) =>
      origin === 'submitted' && (known === undefined || known.verdict === 'timed_out'),
  )
  if (own.length === 0 && !ledger.pending) return []
  const ids = own.map(({ id }) => id)
  if (inputs.onAbort === 'leave') {
    if (ids.length > 0)
      logger.warning(`Left running, because abf-on-abort is leave: build ${ids.join(', ')}.`)
    return []
  }
  logger.info(`Cancelling what this run has submitted, because ${why}.`)
  const api = session.apiUntil(clock.timeout(limitMs), limitMs)
  const deps = { api, clock, logger, base }
  const results = await cancelBuilds(ids, deps)
  const known = ledger.records.map(({ id }) => id)
  if (ledger.pending && (await cancelPending(ledger.pending, known, deps))) ledger.withdraw()
  const cancelled = new Set(results.flatMap(({ id, result }) => (result === 'cancelled' ? id : [])))
  for (const record of own) {
    if (cancelled.has(record.id))
      record.outcome ??= outcome('cancelled', `This run cancelled it, because ${why}.`)
  }
  return results.flatMap(({ id, result }) => (result === 'failed' ? id : []))
}
