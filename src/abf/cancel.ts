import { HttpError } from '../http/failure.ts'
import type { AbfOptions } from './options.ts'
import type { Clock, Logger } from '../ports.ts'
import { sayDuration } from '../wait/durations.ts'
import { mapPool } from '../wait/pool.ts'
import { createRecord } from './build.ts'
import { type AbfApi, createAbfApi } from './client/api.ts'
import type { Build } from './client/schema.ts'
import { outcome } from './outcome.ts'
import type { AbfDeps, Session } from './session.ts'
import { formatStatus, statusInfo } from './status.ts'
import { findPending } from './submit/recover.ts'
import { type Pending, settleWork, unfinishedWork } from './submitted-builds.ts'

/** Everything that cancels builds which nobody waits for any more: in the main step, and in the post step. */

/** The runner sends SIGINT, SIGTERM 7.5 s later, and kills 2.5 s after that. Outputs and summary need a moment, too. */
const KNOWN_BUILDS_LIMIT_MS = 5000
const CREATE_UNDER_WAY_LIMIT_MS = 8000
/** Without a signal nothing kills the process soon. */
const NO_SIGNAL_LIMIT_MS = 60_000
const POST_LIMIT_MS = 40_000
/** A create that has made no build so long after it was sent has failed. */
const MAX_CREATE_MS = 30_000
const MIN_POST_SEARCH_MS = 10_000
const SEARCH_PAUSE_MS = 1000
/** The time is short, and a step rarely has more builds than this. */
const MAX_PARALLEL_CANCELS = 20

interface CancelDeps {
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

export type PendingResult =
  | { readonly kind: 'found'; readonly build: Build; readonly result: Cancelled['result'] }
  /** Several builds fit, so none of them is certainly of this run. */
  | { readonly kind: 'ambiguous' }
  /** No build was found, or the server did not respond; `error` is the last one. */
  | { readonly kind: 'not-found'; readonly error: unknown }

/**
 * Cancels what this run has submitted and has not ended, unless abf-on-abort says to leave it; never anything else.
 * A build whose create was under way is searched for until the limit, because a slow server may still be making it.
 * @returns the ids that are still to be cancelled, for the post step
 */
export async function cancelSubmitted(session: Session, why: string): Promise<readonly number[]> {
  const { inputs, ledger, logger, clock, base, signal } = session
  const own = ledger.records.filter(
    ({ origin, outcome: known }) =>
      origin === 'submitted' && (known === undefined || known.verdict === 'timed_out'),
  )
  const { pending } = ledger
  if (own.length === 0 && !pending) return []
  const ids = own.map(({ id }) => id)
  if (inputs.onAbort === 'leave') {
    if (ids.length > 0)
      logger.warning(`Left running, because abf-on-abort is leave: build ${ids.join(', ')}.`)
    return []
  }
  logger.info(`Cancelling the builds that this run has submitted, because ${why}.`)
  const within = (signalledMs: number): CancelDeps => {
    const limitMs = signal.aborted ? signalledMs : NO_SIGNAL_LIMIT_MS
    return { api: session.apiUntil(clock.timeout(limitMs), limitMs), clock, logger, base }
  }
  const known = ledger.records.map(({ id }) => id)
  const searchUntil = signal.aborted ? clock.now() + CREATE_UNDER_WAY_LIMIT_MS : clock.now()
  const [results, search] = await Promise.all([
    cancelBuilds(ids, within(KNOWN_BUILDS_LIMIT_MS)),
    pending && cancelPending(pending, known, searchUntil, within(CREATE_UNDER_WAY_LIMIT_MS)),
  ])
  const cancelled = new Set(results.flatMap(({ id, result }) => (result === 'cancelled' ? id : [])))
  for (const record of own) {
    if (cancelled.has(record.id))
      record.outcome ??= outcome('cancelled', `This run cancelled it, because ${why}.`)
  }
  const left = results.flatMap(({ id, result }) => (result === 'failed' ? id : []))
  if (search?.kind === 'not-found') {
    logger.warning(describeNotFound(search, 'The post step goes on searching.', base), NOT_FOUND_TITLE)
  }
  if (search?.kind === 'ambiguous') ledger.withdraw()
  if (search?.kind !== 'found') return left
  const { build, result } = search
  const record = createRecord(build.id, 'submitted', clock.now(), { build })
  if (result === 'cancelled') record.outcome = outcome('cancelled', `This run cancelled it, because ${why}.`)
  ledger.add(record)
  return result === 'failed' ? [...left, build.id] : left
}

/**
 * The post step's part: cancels what a main step has submitted that ended before it could do so. Never throws.
 * @param inputs the ABF inputs of the step, which the runner gives to its post step as well
 * @returns true when there was something to do
 */
export async function cleanUpAbf(
  inputs: Pick<AbfOptions, 'baseUrl' | 'credentials' | 'credentialsSource'>,
  deps: Pick<AbfDeps, 'connect' | 'clock' | 'logger' | 'state' | 'userAgent'>,
): Promise<boolean> {
  const { connect, clock, logger, state, userAgent } = deps
  const work = unfinishedWork(state)
  if (!work) return false
  const signal = clock.timeout(POST_LIMIT_MS)
  const api = createAbfApi({
    http: connect({ signal }),
    clock,
    signal,
    userAgent,
    account: { base: inputs.baseUrl, source: inputs.credentialsSource },
    credentials: inputs.credentials,
    maxRateLimitWaitMs: 0,
  })
  logger.info(
    'The step ended before it could cancel the builds that it had submitted. The post step cancels them now.',
  )
  const cancelDeps = { api, clock, logger, base: inputs.baseUrl }
  const { pending, ids } = work
  const searchUntil = Math.min(
    Math.max((pending?.since ?? 0) + MAX_CREATE_MS, clock.now() + MIN_POST_SEARCH_MS),
    clock.now() + MAX_CREATE_MS,
  )
  const [search] = await Promise.all([
    pending && cancelPending(pending, ids, searchUntil, cancelDeps),
    cancelBuilds(ids, cancelDeps),
  ])
  if (search?.kind === 'not-found') {
    if (search.error === undefined) logger.info('No build of the last submission was found.')
    else logger.warning(describeNotFound(search, '', inputs.baseUrl), NOT_FOUND_TITLE)
  }
  settleWork(state)
  return true
}

/**
 * Cancels builds of this run, side by side, and logs the result of each. Never throws: it runs when something else has
 * gone wrong, and that is what the user has to read.
 */
export function cancelBuilds(ids: readonly number[], deps: CancelDeps): Promise<Cancelled[]> {
  return mapPool(ids, MAX_PARALLEL_CANCELS, (id) => cancelOne(id, deps))
}

/**
 * Searches for the build of a create without a response until it is found or the time is over, and cancels it. Never
 * throws.
 * @param known ids of builds that it cannot be
 * @param until milliseconds since the epoch; at least one search is made
 */
export async function cancelPending(
  pending: Pending,
  known: readonly number[],
  until: number,
  deps: CancelDeps,
): Promise<PendingResult> {
  const { api, clock, logger, base } = deps
  const begun = clock.now()
  for (;;) {
    let error: unknown
    try {
      const found = await findPending(pending, new Set(known), api, clock)
      const [build, second] = found
      if (second) {
        const links = found.map(({ id }) => `${base}build_lists/${id}`).join(' and ')
        logger.warning(
          `A build was being submitted. Several builds fit, so this run cancels none of them. Check ${links}.`,
          NOT_FOUND_TITLE,
        )
        return { kind: 'ambiguous' }
      }
      if (build) {
        logger.info(
          `Found build ${build.id} of the submission without a response, after ${sayDuration(clock.now() - begun)}.`,
        )
        return { kind: 'found', build, result: (await cancelOne(build.id, deps)).result }
      }
    } catch (thrown) {
      error = thrown
    }
    const left = until - clock.now()
    if (left <= 0 || isFinal(error)) return { kind: 'not-found', error }
    // The search ends at `until`, and no signal has to shorten a pause of a second.
    await clock.sleep(Math.min(SEARCH_PAUSE_MS, left), new AbortController().signal)
  }
}

const NOT_FOUND_TITLE = 'A build may be left running'

function describeNotFound(
  { error }: Extract<PendingResult, { kind: 'not-found' }>,
  next: string,
  base: string,
): string {
  const seen =
    error === undefined ? 'No build was found so far' : `The search for it failed: ${describe(error)}`
  return `A build was being submitted when the step ended. ${seen}. ${next === '' ? '' : `${next} `}Check ${base}build_lists.`
}

/** Credentials that the server refuses are not accepted a second later. */
function isFinal(error: unknown): boolean {
  return error instanceof HttpError && (error.status === 401 || error.status === 403)
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
    const progress = code === undefined ? undefined : statusInfo(code).progress.cancel
    const gone = shown.kind === 'missing' || progress === 'done' || progress === 'underway'
    if (gone || progress === 'missed') {
      logger.info(
        `Build ${id} needs no cancelling: it is ${code === undefined ? 'gone' : formatStatus(code)}.`,
      )
      return { id, result: gone ? 'cancelled' : 'over' }
    }
    throw answer.error
  } catch (error) {
    logger.warning(
      `Build ${id} could not be cancelled: ${describe(error)}. Cancel it at ${page}`,
      'A build is left running',
    )
    return { id, result: 'failed' }
  }
}

function describe(error: unknown): string {
  if (error instanceof HttpError) return error.message
  return error instanceof Error && error.name === 'TimeoutError'
    ? 'the server did not respond in time'
    : String(error)
}
