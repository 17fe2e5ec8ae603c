import { HttpError } from '../http/failure.ts'
import type { AbfOptions } from './options.ts'
import type { AbfApi, ActionResult, Action } from './client/api.ts'
import { afterRequest, afterPoll, alreadyDone, failure } from './outcome.ts'
import type { AbfSession } from './session.ts'
import { type BuildRecord, labelOf } from './build.ts'
import { formatDuration } from '../wait/durations.ts'
import { accepts, codesThatAccept, formatStatus, type Operation, statusInfo } from './status.ts'

type OperationSession = Pick<AbfSession, 'api' | 'statuses' | 'clock' | 'logger' | 'signal'> & {
  readonly inputs: Pick<AbfOptions, 'credentialsSource'>
}

/** ROSA only queues a job for some operations, so the status follows a moment later. */
const REPEAT_PAUSES_MS = [2000, 5000] as const

interface OperationRule {
  readonly action: Action
  /** In messages. */
  readonly verb: string
  /** Who may request it, as a sentence. */
  readonly right: string
}

const RULES: Readonly<Record<Operation, OperationRule>> = {
  publish: {
    action: 'publish',
    verb: 'publish',
    right:
      'The account must have write access to the project or, where the repository requires QA, must be an administrator of the platform. ABF also refuses when the repository takes only builds of one branch, or when builds that this one needs are not published yet.',
  },
  'publish-into-testing': {
    action: 'publish_into_testing',
    verb: 'publish into testing',
    right:
      'The account must have write access to the project. ABF also refuses when the repository takes only builds of one branch.',
  },
  reject: {
    action: 'reject_publish',
    verb: 'reject',
    right:
      'The account must have write access to the project or, where the repository requires QA, must be an administrator of the platform.',
  },
  cancel: { action: 'cancel', verb: 'cancel', right: 'The account must have write access to the project.' },
}

/**
 * Requests the operation for every build that does not have its result yet. Sets an outcome where there is nothing to
 * wait for: the build has the result already, or the server refused.
 * @throws HttpError for what concerns all builds (401, the rate limit, no server)
 */
export async function operate(
  operation: Operation,
  records: readonly BuildRecord[],
  session: OperationSession,
): Promise<void> {
  const { statuses, clock, logger } = session
  const read = await statuses.read(records.map(({ id }) => id))
  for (const record of records) {
    const found = read.get(record.id)
    record.build = found?.build ?? record.build
    if (found?.reading.kind !== 'status') {
      record.outcome = failure(
        `ABF has no build ${record.id}. The id may be wrong, or ABF has deleted the record.`,
      )
      continue
    }
    const { code } = found.reading
    noteStatus(record, code, clock.now())
    const done = alreadyDone(operation, code)
    if (done) {
      record.outcome = done
      logger.info(`${labelOf(record)} is already ${formatStatus(code)}: no changes needed.`)
    } else if (isUnderway(operation, code)) {
      logger.info(`${labelOf(record)} is already ${formatStatus(code)}: no request needed.`)
    } else {
      await request(operation, record, code, session)
    }
  }
}

async function request(
  operation: Operation,
  record: BuildRecord,
  first: number,
  session: OperationSession,
): Promise<void> {
  const { api, clock, logger, signal } = session
  const { action, verb } = RULES[operation]
  let code = first
  for (const pauseMs of [...REPEAT_PAUSES_MS, undefined]) {
    const response = await act(record.id, action, api)
    if (response.kind === 'done') {
      record.track = afterRequest(record.track, code, clock.now(), operation === 'cancel')
      logger.info(`${labelOf(record)}, ${formatStatus(code)}: ABF has accepted the request to ${verb} it.`)
      return
    }
    // Also after a refusal: the first of two requests may have had its effect, and its response may have been lost.
    const shown = await api.show(record.id)
    if (shown.kind === 'missing') {
      record.outcome = failure('ABF deleted the build before it handled the request.')
      return
    }
    const now = shown.kind === 'build' ? shown.build.status : code
    if (shown.kind === 'build') record.build = shown.build
    noteStatus(record, now, clock.now())
    record.outcome = alreadyDone(operation, now)
    if (record.outcome || isUnderway(operation, now)) return
    if (response.kind === 'refused') {
      record.outcome = failure(explainRefusal(operation, now, response, session.inputs.credentialsSource))
      return
    }
    // A build that was queued may be building by now: the request had no effect, and is still possible.
    if (now !== code && statusInfo(now).progress[operation] !== 'accepted') return
    const unchanged = `${response.error.message}. The build is ${now === code ? 'still' : 'now'} ${formatStatus(now)}`
    code = now
    if (pauseMs === undefined) {
      record.outcome = failure(`${unchanged}, so ABF did not ${verb} it. Re-run the job.`)
      return
    }
    logger.info(`${labelOf(record)}: ${unchanged}. The request is repeated in ${formatDuration(pauseMs)}.`)
    await clock.sleep(pauseMs, signal)
  }
}

type RequestResult = ActionResult | { readonly kind: 'lost'; readonly error: HttpError }

/** Without a response that can be read, only the status shows whether the request had an effect. */
async function act(id: number, action: Action, api: AbfApi): Promise<RequestResult> {
  try {
    return await api.act(id, action)
  } catch (error) {
    if (!(error instanceof HttpError) || error.retryAfterMs !== undefined) throw error
    const unclear = ['unreadable', 'timeout', 'reset'].includes(error.kind) || (error.status ?? 0) >= 500
    if (!unclear) throw error
    return { kind: 'lost', error }
  }
}

/** The server refuses with the same status for several reasons; the status of the build shows which one applies. */
function explainRefusal(
  operation: Operation,
  code: number,
  { status, error }: Extract<ActionResult, { kind: 'refused' }>,
  source: string | undefined,
): string {
  const { right, verb } = RULES[operation]
  const words = error.serverMessage === '' ? '' : ` ("${error.serverMessage}")`
  const start = `ABF refused to ${verb} it with ${status}${words}`
  if (status === 404) return `${start}: this server does not have that operation.`
  if (!accepts(code, operation)) {
    const needed = listed(codesThatAccept(operation).map(formatStatus))
    const tooLate =
      operation === 'cancel' && statusInfo(code).progress.cancel === 'missed'
        ? ' It is too late to cancel it.'
        : ''
    return `${start}. The status of the build is ${formatStatus(code)}, but has to be ${needed}.${tooLate}`
  }
  if (status === 403) {
    return `${start}, although the status ${formatStatus(code)} allows it. The account of ${source ?? 'this step'} may lack the right. ${right}`
  }
  return `${start}, although the status ${formatStatus(code)} allows it.`
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`
}

function isUnderway(operation: Operation, code: number): boolean {
  return statusInfo(code).progress[operation] === 'underway'
}

function noteStatus(record: BuildRecord, code: number, now: number): void {
  const known = record.track.status
  record.track = afterPoll(record.track, { kind: 'status', code }, now)
  if (known !== code) record.history.push({ code, at: now })
}
