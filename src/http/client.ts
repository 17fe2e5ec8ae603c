import type { Clock, Logger } from '../ports.ts'
import { parseUrl } from '../text/url.ts'
import { sayDuration } from '../wait/durations.ts'
import { type Failure, HttpError } from './failure.ts'
import { type HttpRequest, HttpResponse, shownUrl } from './response.ts'
import { type Attempt, decideRetry, RETRY_POLICY, retryHint } from './retry.ts'
import type { Incoming, Outcome, Transport } from './transport.ts'

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
   * Sends a request, repeats it where that is safe, and gives the last answer, whatever its status.
   * @throws HttpError when there was no answer, when the server redirects, or asks to come back later than 60 s
   * @throws the reason of the signal when the job is cancelled
   */
  send(request: HttpRequest): Promise<HttpResponse>
}

export function createHttp(deps: HttpDeps): Http {
  return { send: (request) => send(request, deps) }
}

async function send(request: HttpRequest, deps: HttpDeps): Promise<HttpResponse> {
  const { clock, logger, signal } = deps
  const policy = { ...RETRY_POLICY, retries: deps.retries }
  const begun = clock.now()
  for (let tried = 1; ; tried += 1) {
    signal.throwIfAborted()
    const outcome = await deps.transport(request, request.peer, clock.timeout(deps.requestTimeout), signal)
    const response =
      outcome.kind === 'response'
        ? new HttpResponse(request, outcome.response, tried, deps.redact)
        : undefined
    const attempt =
      outcome.kind === 'failure'
        ? asAttempt(outcome.failure)
        : judge(outcome.response, request, clock.now(), () => response?.json !== undefined)
    const progress = { tried, elapsedMs: clock.now() - begun }
    const decision = decideRetry(attempt, request.effect, progress, policy, clock.random())

    if (decision.kind === 'retry') {
      const seen = describe(outcome, attempt)
      logger.info(
        `${request.peer.name}: ${request.method} ${request.url.pathname}: ${seen}; attempt ${tried + 1} of ${policy.retries + 1} in ${sayDuration(decision.afterMs)}`,
      )
      await clock.sleep(decision.afterMs, signal)
      continue
    }
    if (!response)
      throw noAnswer(request, outcome.kind === 'failure' ? outcome.failure : undefined, tried, deps)
    if (decision.kind === 'retry-later') throw retryLater(response, decision.afterMs, clock.now())
    if (response.status >= 300 && response.status < 400 && response.status !== 304)
      throw redirected(response, request)
    return response
  }
}

function describe(outcome: Outcome, attempt: Attempt): string {
  if (outcome.kind === 'failure') return outcome.failure.sentence
  return attempt.kind === 'failure'
    ? 'the response was incomplete'
    : `responded with ${outcome.response.status}`
}

function asAttempt(failure: Failure): Attempt {
  return { kind: 'failure', maybeDelivered: failure.maybeDelivered, transient: failure.transient }
}

/** An answer that was cut short is a broken connection in disguise: proxies end a body early and call it complete. */
function judge(answer: Incoming, request: HttpRequest, now: number, isJson: () => boolean): Attempt {
  const success = answer.status >= 200 && answer.status < 300
  const promisedJson =
    (answer.bytes.length === 0 && !request.emptyBody) || /json/i.test(answer.header('content-type') ?? '')
  if (success && request.effect === 'idempotent' && promisedJson && answer.status !== 204 && !isJson()) {
    return { kind: 'failure', maybeDelivered: true, transient: true }
  }
  return {
    kind: 'response',
    status: answer.status,
    hintMs: retryHint(answer.status, (name) => answer.header(name), now),
  }
}

function noAnswer(
  request: HttpRequest,
  failure: Failure | undefined,
  tried: number,
  deps: HttpDeps,
): HttpError {
  return new HttpError({
    kind: failure?.kind ?? 'reset',
    message: `Could not ${request.intent}: ${deps.redact(failure?.sentence ?? 'no answer')}`,
    method: request.method,
    url: shownUrl(request.url),
    advice: failure?.advice,
    detail: [
      ...(tried > 1 ? [`given up after ${tried} attempts`] : []),
      ...(failure?.kind === 'timeout' ? [`request-timeout: ${sayDuration(deps.requestTimeout)}`] : []),
    ],
  })
}

function retryLater(response: HttpResponse, afterMs: number, now: number): HttpError {
  const at = new Date(now + Math.min(afterMs, 366 * 86_400_000)).toISOString().replace(/\.\d+Z$/, 'Z')
  return response.error(
    'status',
    `responded with ${response.status} and asks to wait for ${sayDuration(afterMs)}`,
    {
      advice: `Run the job again after ${at}; a single request waits for at most 60 s.`,
      retryAfterMs: afterMs,
    },
  )
}

function redirected(response: HttpResponse, request: HttpRequest): HttpError {
  const location = response.header('location') ?? ''
  const target = parseUrl(location, request.url.href)
  const to = target ? response.sanitize(`${target.origin}${target.pathname}`, 200) : 'nowhere'
  return response.error(
    'redirect',
    `responded with ${response.status} and points to ${to}, which is not followed`,
    {
      advice: `Redirects would hand the token on. If that address is right, give its base as ${request.peer.urlInput}.`,
    },
  )
}
