import type { HttpResponse } from '../../http/response.ts'
import { isWebPage, serverMessage, unreadable as unreadableBody } from '../../http/error-body.ts'
import { HttpError } from '../../http/failure.ts'
import { retryHint } from '../../http/retry.ts'
import { sayDuration } from '../../wait/durations.ts'

/** Whose requests these are: what advice needs to name. */
export interface Account {
  /** Base URL of the server, with a slash at its end. */
  readonly base: string
  /** Where the credentials were found, such as "input abf-token"; undefined when there are none. */
  readonly source: string | undefined
}

const HOUR_MS = 3_600_000

/**
 * Turns a response that a call does not expect into an error with the server's message and the next thing to do.
 * @param now milliseconds since the epoch, for answers without a `Date`
 */
export function explain(response: HttpResponse, account: Account, now: number): HttpError {
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
export function unreadable(response: HttpResponse, account: Account): HttpError {
  return unreadableBody(response, undefined, {
    page: `Check abf-url (now ${account.base}): it must be the base of an ABF server. The page may also be a notice of maintenance.`,
    other:
      'Re-run the job. If the problem persists, a proxy may be changing responses, or this ABF is newer than this action.',
  })
}

/** ABF redirects where others refuse, so the advice is another one than for other servers. */
export function explainRedirect(error: HttpError, account: Account): HttpError {
  return new HttpError({
    kind: 'redirect',
    message: error.message,
    status: error.status,
    method: error.method,
    url: error.url,
    advice: `ABF does this to accounts that are locked: log in at ${account.base} with the account of ${account.source ?? 'this step'} to see. If the server has moved, give its new base as abf-url.`,
  })
}

/**
 * Milliseconds until OMV's limit of requests per hour is lifted, at the next full hour of the server's clock; undefined
 * for any other answer. It answers 403, as a missing right does: only the sentence tells them apart, or the count of
 * what is left when a proxy has replaced the sentence.
 */
export function rateLimitMs(response: HttpResponse, now: number): number | undefined {
  if (response.status !== 403) return undefined
  const told = /rate limit/i.test(response.text.slice(0, 2000))
  const counted = response.header('x-ratelimit-remaining')?.trim() === '0' && messageOf(response) === ''
  return told || counted ? HOUR_MS - (serverTime(response, now) % HOUR_MS) : undefined
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
    advice: `Run the job again in ${sayDuration(pauseMs)}. All jobs of the same account share the limit: fewer of them at a time, or a longer abf-poll-interval, save requests.`,
    retryAfterMs: pauseMs,
  })
}

function advise(response: HttpResponse, account: Account): string | undefined {
  const { base, source } = account
  if (isWebPage(response.text) && response.status < 500) {
    return `That is a web page, not ABF's API: check abf-url (now ${base}), and whether a proxy answers in its place.`
  }
  switch (response.status) {
    case 401:
      return source === undefined
        ? `This server reads nothing out without credentials: give abf-token. The token is shown at ${base}settings/private.`
        : adviseCredentials(response, base, source)
    case 403:
      return source === undefined
        ? 'The project or platform is hidden, so it takes credentials: give abf-token.'
        : `The account of ${source} may not do this: it needs the role writer or admin in the project (and must see the platform). A right that was given just now takes up to 10 minutes to work. On OpenMandriva's server even its own members cannot read hidden projects through the API.`
    case 404:
      return `Check the names and numbers in the inputs, and that they belong to the server at ${base}.`
    case 422:
      return 'Correct the input that ABF complains about.'
    case 429:
      return 'Run the job again in a few minutes.'
    default:
      return response.status >= 500
        ? `ABF or a proxy in front of it has trouble. Open ${base} in a browser, then run the job again.`
        : undefined
  }
}

function adviseCredentials(response: HttpResponse, base: string, source: string): string {
  return /confirm/i.test(messageOf(response))
    ? `The account of ${source} is not confirmed yet: open the link in the mail that ABF sent to it.`
    : `ABF does not accept what ${source} holds. The API token is shown at ${base}settings/private; it goes into abf-token alone, without a password.`
}

/** What the server said, sanitized: a message in one of its shapes, its plain text, or the title of a page. */
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

/** `message` on top or inside `build_list`, or `error`; whatever else the body holds is no sentence. */
function messageOf(response: HttpResponse): string {
  const body = record(response.json)
  const inner = record(body['build_list'])
  const found = [inner['message'], body['message'], body['error']].find((text) => typeof text === 'string')
  return typeof found === 'string' ? found : ''
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
