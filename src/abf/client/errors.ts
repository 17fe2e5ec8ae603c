import type { HttpResponse } from '../../http/response.ts'
import { isWebPage, serverMessage, unreadable as unreadableBody } from '../../http/error-body.ts'
import { HttpError } from '../../http/failure.ts'
import { retryHint } from '../../http/retry.ts'
import { formatDuration } from '../../wait/durations.ts'

/** The server and the credentials, as advice names them. */
export interface AbfAccount {
  /** Base URL of the server, with a slash at its end. */
  readonly base: string
  /** Where the credentials were found, such as "input abf-token"; undefined when there are none. */
  readonly source: string | undefined
}

const HOUR_MS = 3_600_000

/**
 * Turns a response that a call does not expect into an error with the server's message and the next thing to do.
 * @param now milliseconds since the epoch, for responses without a `Date`
 */
export function explain(response: HttpResponse, account: AbfAccount, now: number): HttpError {
  const pauseMs = rateLimitMs(response, now)
  if (pauseMs !== undefined) return rateLimited(response, pauseMs, now)
  const message = messageIn(response)
  return response.error(
    'status',
    `responded with ${response.status}${message === '' ? '' : `: ${message}`}`,
    {
      serverMessage: message,
      advice: advise(response, account),
      retryAfterMs: retryHint(response.status, (name) => response.header(name), now),
    },
  )
}

/** A response with status 200 whose body is not what the call gives on any known server. */
export function unreadable(response: HttpResponse, account: AbfAccount): HttpError {
  return unreadableBody(response, undefined, {
    page: `Check abf-url (now ${account.base}): it must be the base of an ABF server. The page may also be a maintenance notice.`,
    other:
      'Re-run the job. If the problem persists, a proxy may be changing responses, or this ABF is newer than this action.',
  })
}

/** ABF redirects where other servers refuse, so the advice differs. */
export function explainRedirect(error: HttpError, account: AbfAccount): HttpError {
  return new HttpError({
    kind: 'redirect',
    message: error.message,
    status: error.status,
    method: error.method,
    url: error.url,
    advice: `ABF redirects accounts that are locked: log in at ${account.base} with the account of ${account.source ?? 'this step'} to check. If the server has moved, set abf-url to its new base.`,
  })
}

/**
 * Milliseconds until OMV lifts its rate limit, at the next full hour of the server's clock; undefined for any other
 * response. The status is 403, as for a missing right: only the sentence differs, or the count of requests that are left
 * when a proxy has replaced the sentence.
 */
export function rateLimitMs(response: HttpResponse, now: number): number | undefined {
  if (response.status !== 403) return undefined
  const named = /rate limit/i.test(response.text.slice(0, 2000))
  const counted = response.header('x-ratelimit-remaining')?.trim() === '0' && messageOf(response) === ''
  return named || counted ? HOUR_MS - (serverTime(response, now) % HOUR_MS) : undefined
}

function serverTime(response: HttpResponse, now: number): number {
  const dated = Date.parse(response.header('date') ?? '')
  return Number.isNaN(dated) ? now : dated
}

function rateLimited(response: HttpResponse, pauseMs: number, now: number): HttpError {
  const limit = response.header('x-ratelimit-limit')
  const many =
    limit !== undefined && /^\d{1,9}$/.test(limit) ? `${limit} requests an hour` : 'requests an hour'
  const at = new Date(serverTime(response, now) + pauseMs).toISOString().slice(11, 16)
  return response.error('status', `responded with 403: the limit of ${many} is used up until ${at} UTC`, {
    serverMessage: messageIn(response),
    advice: `Re-run the job in ${formatDuration(pauseMs)}. All jobs of the same account share the limit: run fewer of them at a time, or use a longer abf-poll-interval.`,
    retryAfterMs: pauseMs,
  })
}

function advise(response: HttpResponse, account: AbfAccount): string | undefined {
  const { base, source } = account
  if (isWebPage(response.text) && response.status < 500) {
    return `The response is a web page and does not come from ABF's API: check abf-url (now ${base}), and whether a proxy responds instead of ABF.`
  }
  switch (response.status) {
    case 401:
      return source === undefined
        ? `This server requires credentials: set abf-token. The token is shown at ${base}settings/private.`
        : adviseCredentials(response, base, source)
    case 403:
      return source === undefined
        ? 'The project or platform is hidden, so ABF requires credentials: set abf-token.'
        : `The account of ${source} is not allowed to do this: it needs the role writer or admin in the project, and access to the platform. A new right takes up to 10 minutes to take effect. On OpenMandriva's server even the members of a hidden project cannot read it through the API.`
    case 404:
      return `Check the names and ids in the inputs, and that they belong to the server at ${base}.`
    case 422:
      return 'Correct the input that the message of ABF names.'
    case 429:
      return 'Re-run the job in a few minutes.'
    default:
      return response.status >= 500
        ? `ABF, or a proxy in front of it, has a problem. Open ${base} in a browser to check, then re-run the job.`
        : undefined
  }
}

function adviseCredentials(response: HttpResponse, base: string, source: string): string {
  return /confirm/i.test(messageOf(response))
    ? `The account of ${source} is not confirmed yet: open the link in the email that ABF sent to it.`
    : `ABF does not accept the credentials of ${source}. The API token is shown at ${base}settings/private. Set abf-token to it, without a password.`
}

/** The message of the server, sanitized: in one of its JSON shapes, as plain text, or as the title of a page. */
export function messageIn(response: HttpResponse): string {
  return serverMessage(
    response,
    () => {
      const message = messageOf(response)
      // This fork lost its translations and sends the key of the sentence instead.
      return message.startsWith('translation missing') ? '' : message
    },
    400,
  )
}

/** `message`, at the top or inside `build_list`, or `error`; other fields are not messages. */
function messageOf(response: HttpResponse): string {
  const body = record(response.json)
  const inner = record(body['build_list'])
  const found = [inner['message'], body['message'], body['error']].find((text) => typeof text === 'string')
  return typeof found === 'string' ? found : ''
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
