import { HttpError } from '../http/failure.ts'
import type { AbfOptions } from './options.ts'
import { formatDuration } from '../wait/durations.ts'
import { mapPool } from '../wait/pool.ts'
import { createRecord } from './build.ts'
import { type AbfApi, createAbfApi } from './client/api.ts'
import type { Build } from './client/schema.ts'
import { outcome } from './outcome.ts'
import type { AbfDeps, AbfSession } from './session.ts'
import { formatStatus, statusInfo } from './status.ts'
import { findPending } from './submit/recover.ts'
import { clearUnfinishedWork, type Pending, unfinishedWork } from './submitted-builds.ts'

/** Everything that cancels builds for which nobody waits any more: in the main step, and in the post step. */

/** The runner sends SIGINT, SIGTERM 7.5 s later, and kills 2.5 s after that. Outputs and summary need time, too. */
const KNOWN_BUILDS_LIMIT_MS = 5000
const PENDING_CREATE_LIMIT_MS = 8000
/** Without a signal nothing kills the process soon. */
const NO_SIGNAL_LIMIT_MS = 60_000
const POST_LIMIT_MS = 40_000
/** A create that has made no build within this time has failed. */
const MAX_CREATE_MS = 30_000
const MIN_POST_SEARCH_MS = 10_000
const SEARCH_PAUSE_MS = 1000
/** Time is short, and a step rarely has more builds than this. */
const MAX_PARALLEL_CANCELS = 20
const MAYBE_RUNNING = 'A build may be left running'

/** `api` is bound to a signal of its own: the one of the job has aborted by then. */
type CancelSession = Pick<AbfSession, 'api' | 'clock' | 'logger' | 'base'>

export interface CancelResult {
  readonly id: number
  /** `cancelled`: by this request or before; `over`: the build had ended; `failed`: the build goes on. */
  readonly result: 'cancelled' | 'over' | 'failed'
}

export type PendingResult =
  | { readonly kind: 'found'; readonly build: Build; readonly result: CancelResult['result'] }
  /** Several builds fit, so none of them is certainly of this run. */
  | { readonly kind: 'ambiguous' }
  /** No build was found, or the server did not respond; `error` is the last one. */
  | { readonly kind: 'not-found'; readonly error: unknown }

/**
 * Cancels the builds that this run has submitted and that have not ended, unless abf-on-abort is leave; never another
 * build. A build whose create has no response yet is searched for until the limit, because a slow server may still be
 * creating it.
 * @param reason completes "because …"
 * @returns the ids that are still to be cancelled, for the post step
 */
export async function cancelSubmitted(session: AbfSession, reason: string): Promise<readonly number[]> {
  const { inputs, builds, logger, clock, base, signal } = session
  const own = builds.records.filter(
    ({ origin, outcome: known }) =>
      origin === 'submitted' && (known === undefined || known.verdict === 'timed_out'),
  )
  const { pending } = builds
  if (own.length === 0 && !pending) return []
  const ids = own.map(({ id }) => id)
  if (inputs.onAbort === 'leave') {
    if (ids.length > 0)
      logger.warning(`abf-on-abort is leave, so this run leaves its builds running: ${ids.join(', ')}.`)
    return []
  }
  logger.info(`Cancelling the builds that this run has submitted, because ${reason}.`)
  const within = (signalledMs: number): CancelSession => {
    const limitMs = signal.aborted ? signalledMs : NO_SIGNAL_LIMIT_MS
    return { api: session.apiUntil(clock.timeout(limitMs), limitMs), clock, logger, base }
  }
  const known = builds.records.map(({ id }) => id)
  const searchUntil = clock.now() + (signal.aborted ? PENDING_CREATE_LIMIT_MS : 0)
  const [results, search] = await Promise.all([
    cancelBuilds(ids, within(KNOWN_BUILDS_LIMIT_MS)),
    pending && cancelPending(pending, known, searchUntil, within(PENDING_CREATE_LIMIT_MS)),
  ])
  const cancelled = outcome('cancelled', `This run cancelled the build, because ${reason}.`)
  for (const record of own) {
    if (results.some(({ id, result }) => id === record.id && result === 'cancelled')) {
      record.outcome ??= cancelled
    }
  }
  const left = results.flatMap(({ id, result }) => (result === 'failed' ? id : []))
  if (search?.kind === 'not-found') {
    logger.warning(formatNotFound(search, 'The post step continues the search.', base), MAYBE_RUNNING)
  }
  if (search?.kind === 'ambiguous') builds.endCreate()
  if (search?.kind !== 'found') return left
  const { build, result } = search
  const record = createRecord(build.id, 'submitted', clock.now(), { build })
  if (result === 'cancelled') record.outcome = cancelled
  builds.add(record)
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
  const session: CancelSession = { api, clock, logger, base: inputs.baseUrl }
  const { pending, ids } = work
  const searchUntil = Math.min(
    Math.max((pending?.since ?? 0) + MAX_CREATE_MS, clock.now() + MIN_POST_SEARCH_MS),
    clock.now() + MAX_CREATE_MS,
  )
  const [search] = await Promise.all([
    pending && cancelPending(pending, ids, searchUntil, session),
    cancelBuilds(ids, session),
  ])
  if (search?.kind === 'not-found') {
    if (search.error === undefined) logger.info('The last submission has made no build.')
    else logger.warning(formatNotFound(search, '', inputs.baseUrl), MAYBE_RUNNING)
  }
  clearUnfinishedWork(state)
  return true
}

/** Cancels builds of this run in parallel, and logs each result. Never throws, so that the first error is reported. */
export function cancelBuilds(ids: readonly number[], session: CancelSession): Promise<CancelResult[]> {
  return mapPool(ids, MAX_PARALLEL_CANCELS, (id) => cancelOne(id, session))
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
  session: CancelSession,
): Promise<PendingResult> {
  const { api, clock, logger, base } = session
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
          MAYBE_RUNNING,
        )
        return { kind: 'ambiguous' }
      }
      if (build) {
        logger.info(
          `Found build ${build.id} of the submission without a response, after ${formatDuration(clock.now() - begun)}.`,
        )
        return { kind: 'found', build, result: (await cancelOne(build.id, session)).result }
      }
    } catch (thrown) {
      error = thrown
    }
    const left = until - clock.now()
    if (left <= 0 || isRefusal(error)) return { kind: 'not-found', error }
    // The search ends at `until`, and no signal has to shorten a pause of a second.
    await clock.sleep(Math.min(SEARCH_PAUSE_MS, left), new AbortController().signal)
  }
}

function formatNotFound(
  { error }: Extract<PendingResult, { kind: 'not-found' }>,
  next: string,
  base: string,
): string {
  const result =
    error === undefined ? 'No build was found so far' : `The search for it failed: ${formatError(error)}`
  const sentences = ['A build was being submitted when the step ended.', `${result}.`, next]
  return [...sentences, `Check ${base}build_lists.`].filter(Boolean).join(' ')
}

/** A server that refuses the credentials does the same a second later. */
function isRefusal(error: unknown): boolean {
  return error instanceof HttpError && (error.status === 401 || error.status === 403)
}

async function cancelOne(id: number, { api, logger, base }: CancelSession): Promise<CancelResult> {
  try {
    const refusal = await requestCancel(id, api)
    if (refusal === undefined) {
      logger.info(`Cancelled build ${id}.`)
      return { id, result: 'cancelled' }
    }
    const shown = await api.show(id)
    if (shown.kind === 'missing') {
      logger.info(`Build ${id} does not exist any more, so there is nothing to cancel.`)
      return { id, result: 'cancelled' }
    }
    const code = shown.kind === 'build' ? shown.build.status : undefined
    const progress = code === undefined ? 'refused' : statusInfo(code).progress.cancel
    if (progress === 'done' || progress === 'underway' || progress === 'missed') {
      logger.info(`Build ${id} is ${formatStatus(code)}, so there is nothing to cancel.`)
      return { id, result: progress === 'missed' ? 'over' : 'cancelled' }
    }
    throw refusal
  } catch (error) {
    logger.warning(
      `Build ${id} could not be cancelled: ${formatError(error)}. Cancel it at ${base}build_lists/${id}`,
      'A build is left running',
    )
    return { id, result: 'failed' }
  }
}

/** Returns undefined when the server has accepted the cancel. Without a usable response, only the status shows that. */
async function requestCancel(id: number, api: AbfApi): Promise<HttpError | undefined> {
  try {
    const response = await api.act(id, 'cancel')
    return response.kind === 'done' ? undefined : response.error
  } catch (error) {
    if (error instanceof HttpError) return error
    throw error
  }
}

function formatError(error: unknown): string {
  if (error instanceof HttpError) return error.message
  return error instanceof Error && error.name === 'TimeoutError'
    ? 'the server did not respond in time'
    : String(error)
}
