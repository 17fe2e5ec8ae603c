import type { Clock, Logger } from '../ports.ts'
import { parseUrl } from '../text/url.ts'
import { formatDuration } from '../wait/durations.ts'
import { type Failure, HttpError } from './failure.ts'
import { type HttpRequest, HttpResponse, shownUrl } from './response.ts'
import { type Attempt, decideRetry, RETRY_POLICY, retryHint } from './retry.ts'
import type { AttemptResult, Transport } from './attempt.ts'

export interface HttpDeps {
  readonly transport: Transport
  readonly clock: Clock
  readonly logger: Logger
  /** Ends requests and pauses at once. */
  readonly signal: AbortSignal
  /** Takes secrets out of text; applied before text is shortened, because half a secret matches nothing. */
  readonly redact: (text: string) => string
  /** Milliseconds for one attempt. */
  readonly requestTimeout: number
  readonly retries: number
}

export interface Http {
  /**
   * Sends a request, repeats it where that is safe, and gives the last response, whatever its status.
   * @throws HttpError when there was no response, when the server redirects, or requests a longer pause than is left
   * @throws the reason of the signal when the job is cancelled
   */
  send(request: HttpRequest): Promise<HttpResponse>
}

export function createHttp(deps: HttpDeps): Http {
  return { send: (request) => send(request, deps) }
}

async function send(request: HttpRequest, deps: HttpDeps): Promise<HttpResponse> {
  const { clock, logger, signal } = deps
  const { maxWaitMs: budgetMs = RETRY_POLICY.budgetMs } = request
  const policy = { ...RETRY_POLICY, budgetMs, retries: deps.retries }
  const startedAt = clock.now()
  for (let tried = 1; ; tried += 1) {
    signal.throwIfAborted()
    const outcome = await deps.transport(request, request.peer, clock.timeout(deps.requestTimeout), signal)
    const response =
      outcome.kind === 'response'
        ? new HttpResponse(request, outcome.response, tried, deps.redact)
        : undefined
    const attempt = toAttempt(outcome, response, request, clock.now())
    const progress = { tried, elapsedMs: clock.now() - startedAt }
    const decision = decideRetry(attempt, request.effect, progress, policy, clock.random())

    if (decision.kind === 'retry') {
      const cause = describe(outcome, attempt)
      logger.info(
        `${request.peer.name}: ${request.method} ${request.url.pathname}: ${cause}; attempt ${tried + 1} of ${policy.retries + 1} in ${formatDuration(decision.afterMs)}`,
      )
      await clock.sleep(decision.afterMs, signal)
      continue
    }
    if (!response) {
      throw noResponse(request, outcome.kind === 'failure' ? outcome.failure : undefined, tried, deps)
    }
    if (decision.kind === 'retry-later') throw retryLater(response, decision.afterMs, clock.now())
    if (response.status >= 300 && response.status < 400 && response.status !== 304) {
      throw redirected(response, request)
    }
    return response
  }
}

function describe(outcome: AttemptResult, attempt: Attempt): string {
  if (outcome.kind === 'failure') return outcome.failure.sentence
  return attempt.kind === 'failure'
    ? 'the response was incomplete'
    : `responded with ${outcome.response.status}`
}

/** A truncated body counts as a connection error: proxies end a body early and call it complete. */
function toAttempt(
  outcome: AttemptResult,
  response: HttpResponse | undefined,
  request: HttpRequest,
  now: number,
): Attempt {
  if (outcome.kind === 'failure') {
    const { maybeDelivered, transient } = outcome.failure
    return { kind: 'failure', maybeDelivered, transient }
  }
  if (response && request.effect === 'idempotent' && isTruncated(response, request)) {
    return { kind: 'failure', maybeDelivered: true, transient: true }
  }
  const { status } = outcome.response
  return { kind: 'response', status, hintMs: retryHint(status, (name) => outcome.response.header(name), now) }
}

/** A success that should have a JSON body, by its own header or by the request and its first character, and has none. */
function isTruncated(response: HttpResponse, request: HttpRequest): boolean {
  const { status, bytes } = response
  if (status < 200 || status > 299 || status === 204) return false
  if (bytes.length === 0) return !request.mayBeEmpty
  const declared = /json/i.test(response.header('content-type') ?? '')
  const requested = /json/i.test(request.headers['Accept'] ?? request.headers['accept'] ?? '')
  const looksLikeJson = (): boolean => /^\uFEFF?\s*[[{]/.test(bytes.subarray(0, 100).toString('utf8'))
  return (declared || (requested && looksLikeJson())) && response.json === undefined
}

function noResponse(
  request: HttpRequest,
  failure: Failure | undefined,
  tried: number,
  deps: HttpDeps,
): HttpError {
  return new HttpError({
    kind: failure?.kind ?? 'reset',
    message: `Could not ${request.intent}: ${deps.redact(failure?.sentence ?? 'no response')}`,
    method: request.method,
    url: shownUrl(request.url),
    advice: failure?.advice,
    detail: [
      ...(tried > 1 ? [`given up after ${tried} attempts`] : []),
      ...(failure?.kind === 'timeout' ? [`request-timeout: ${formatDuration(deps.requestTimeout)}`] : []),
    ],
  })
}

function retryLater(response: HttpResponse, afterMs: number, now: number): HttpError {
  const at = new Date(now + Math.min(afterMs, 366 * 86_400_000)).toISOString().replace(/\.\d+Z$/, 'Z')
  return response.error(
    'status',
    `responded with ${response.status} and requests a pause of ${formatDuration(afterMs)}`,
    {
      advice: `Re-run the job after ${at}. A single request waits for at most 60 s.`,
      retryAfterMs: afterMs,
    },
  )
}

function redirected(response: HttpResponse, request: HttpRequest): HttpError {
  const location = response.header('location') ?? ''
  const target = location === '' ? undefined : parseUrl(location, request.url.href)
  const to = target ? response.sanitize(`${target.origin}${target.pathname}`, 200) : 'nowhere'
  return response.error(
    'redirect',
    `responded with ${response.status} and points to ${to}, which is not followed`,
    {
      advice: `A redirect would send the token to another address. If that address is correct, set ${request.peer.urlInput} to its base.`,
    },
  )
}
