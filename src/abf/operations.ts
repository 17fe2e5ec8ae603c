import { HttpError } from '../http/failure.ts'
import type { Clock, Logger } from '../ports.ts'
import type { AbfApi, Acted, Action } from './client/api.ts'
import { acted, advance, alreadyDone, failure } from './outcome.ts'
import type { Observer } from './wait/poll-status.ts'
import { type BuildRecord, labelOf } from './build.ts'
import { sayDuration } from '../wait/durations.ts'
import { accepts, codesThatAccept, formatStatus, type Operation, statusInfo } from './status.ts'

export interface OperationDeps {
  readonly api: AbfApi
  readonly observer: Observer
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  /** Where the credentials were found, for messages. */
  readonly source: string | undefined
}

/** ROSA only queues a job for some operations, so the status follows a moment later. */
const REPEAT_PAUSES_MS = [2000, 5000] as const

interface Rule {
  readonly action: Action
  /** In messages. */
  readonly verb: string
  /** Who may request it, as a sentence. */
  readonly right: string
}

const RULES: Readonly<Record<Operation, Rule>> = {
  publish: {
    action: 'publish',
    verb: 'publish',
    right:
      'It takes the right to write to the project or, where the repository requires QA, an administrator of the platform. ABF says the same no when the repository takes only builds of one branch, or when builds that this one needs are not published yet.',
  },
  'publish-into-testing': {
    action: 'publish_into_testing',
    verb: 'publish into testing',
    right:
      'It takes the right to write to the project. ABF says the same no when the repository takes only builds of one branch.',
  },
  reject: {
    action: 'reject_publish',
    verb: 'reject',
    right:
      'It takes the right to write to the project or, where the repository requires QA, an administrator of the platform.',
  },
  cancel: { action: 'cancel', verb: 'cancel', right: 'It takes the right to write to the project.' },
}

/**
 * Asks for the operation on every build that is not there yet, and says so: an outcome is set where nothing is left to
 * wait for, because the build was there already or the server refused.
 * @throws HttpError for what concerns all builds (401, the limit of requests, no server)
 */
export async function operate(
  operation: Operation,
  records: readonly BuildRecord[],
  deps: OperationDeps,
): Promise<void> {
  const { observer, clock, logger } = deps
  const seen = await observer.observe(records.map(({ id }) => id))
  for (const record of records) {
    const found = seen.get(record.id)
    record.build = found?.build ?? record.build
    if (found?.sighting.kind !== 'status') {
      record.outcome = failure(`There is no build ${record.id}, or no longer.`)
      continue
    }
    const { code } = found.sighting
    see(record, code, clock.now())
    const done = alreadyDone(operation, code)
    if (done) {
      record.outcome = done
      logger.info(`${labelOf(record)} is ${formatStatus(code)} already.`)
    } else if (isUnderway(operation, code)) {
      logger.info(`${labelOf(record)} is ${formatStatus(code)} already; no request is needed.`)
    } else {
      await ask(operation, record, code, deps)
    }
  }
}

async function ask(
  operation: Operation,
  record: BuildRecord,
  code: number,
  deps: OperationDeps,
): Promise<void> {
  const { api, clock, logger, signal } = deps
  const { action, verb } = RULES[operation]
  for (const pauseMs of [...REPEAT_PAUSES_MS, undefined]) {
    const response = await act(record.id, action, api)
    if (response.kind === 'done') {
      record.track = acted(record.track, code, clock.now(), operation === 'cancel')
      logger.info(`${labelOf(record)}, ${formatStatus(code)}: ABF has accepted the request to ${verb} it.`)
      return
    }
    // Also after a refusal: it may be that of a repeated request whose first response was lost.
    const shown = await api.show(record.id)
    if (shown.kind === 'missing') {
      record.outcome = failure('The server has deleted the build meanwhile.')
      return
    }
    const now = shown.kind === 'build' ? shown.build.status : code
    if (shown.kind === 'build') record.build = shown.build
    see(record, now, clock.now())
    record.outcome = alreadyDone(operation, now)
    if (record.outcome || isUnderway(operation, now)) return
    if (response.kind === 'refused') {
      record.outcome = failure(explainRefusal(operation, now, response, deps.source))
      return
    }
    if (now !== code) return
    const unchanged = `${response.error.message}. The build is still ${formatStatus(now)}`
    if (pauseMs === undefined) {
      record.outcome = failure(`${unchanged}, so ABF did not ${verb} it. Re-run the job.`)
      return
    }
    logger.info(`${labelOf(record)}: ${unchanged}. The request is repeated in ${sayDuration(pauseMs)}.`)
    await clock.sleep(pauseMs, signal)
  }
}

type Response = Acted | { readonly kind: 'lost'; readonly error: HttpError }

/** A response that cannot be read, or none, says nothing about the effect. Only the status does. */
async function act(id: number, action: Action, api: AbfApi): Promise<Response> {
  try {
    return await api.act(id, action)
  } catch (error) {
    if (!(error instanceof HttpError) || error.retryAfterMs !== undefined) throw error
    const unclear = ['unreadable', 'timeout', 'reset'].includes(error.kind) || (error.status ?? 0) >= 500
    if (!unclear) throw error
    return { kind: 'lost', error }
  }
}

/** One no of the server stands for several things; the status at that moment tells which. */
function explainRefusal(
  operation: Operation,
  code: number,
  { status, error }: Extract<Acted, { kind: 'refused' }>,
  source: string | undefined,
): string {
  const { right, verb } = RULES[operation]
  const said = error.serverMessage === '' ? '' : ` ("${error.serverMessage}")`
  const start = `ABF refuses to ${verb} it with ${status}${said}`
  if (status === 404) return `${start}: this server does not know that operation.`
  if (!accepts(code, operation)) {
    const needed = codesThatAccept(operation).map(formatStatus).join(', ')
    const late =
      operation === 'cancel' && statusInfo(code).progress.cancel === 'missed'
        ? ' It is too late for that.'
        : ''
    return `${start}: it is ${formatStatus(code)}, and that can be done only to a build that is ${needed}.${late}`
  }
  if (status === 403) {
    return `${start}, though it is ${formatStatus(code)}, which would do: the account of ${source ?? 'this step'} may not. ${right}`
  }
  return `${start}, though it is ${formatStatus(code)}, which would do.`
}

function isUnderway(operation: Operation, code: number): boolean {
  return statusInfo(code).progress[operation] === 'underway'
}

function see(record: BuildRecord, code: number, now: number): void {
  const known = record.track.status
  record.track = advance(record.track, { kind: 'status', code }, now)
  if (known !== code) record.history.push({ code, at: now })
}
