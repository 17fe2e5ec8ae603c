import type { Clock, Logger } from '../ports.ts'
import { sayDuration } from '../wait/durations.ts'
import { type Failure, HttpError } from './failure.ts'
import { type HttpRequest, Reply, shownUrl } from './response.ts'
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
  send(request: HttpRequest): Promise<Reply>
}

export function createHttp(deps: HttpDeps): Http {
  return { send: (request) => send(request, deps) }
}

async function send(request: HttpRequest, deps: HttpDeps): Promise<Reply> {
  const { clock, logger, signal } = deps
  const policy = { ...RETRY_POLICY, retries: deps.retries }
  const begun = clock.now()
  for (let tried = 1; ; tried += 1) {
    signal.throwIfAborted()
    const outcome = await deps.transport(request, request.peer, clock.timeout(deps.requestTimeout), signal)
    const reply =
      outcome.kind === 'answer' ? new Reply(request, outcome.answer, tried, deps.redact) : undefined
    const attempt =
      outcome.kind === 'failure'
        ? asAttempt(outcome.failure)
        : judge(outcome.answer, request, clock.now(), () => reply?.json !== undefined)
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
    if (!reply) throw noAnswer(request, outcome.kind === 'failure' ? outcome.failure : undefined, tried, deps)
    if (decision.kind === 'come-back') throw comeBack(reply, decision.afterMs, clock.now())
    if (reply.status >= 300 && reply.status < 400 && reply.status !== 304) throw redirected(reply, request)
    return reply
  }
}

function describe(outcome: Outcome, attempt: Attempt): string {
  if (outcome.kind === 'failure') return outcome.failure.sentence
  return attempt.kind === 'failure' ? 'the answer was cut short' : `answered ${outcome.answer.status}`
}

function asAttempt(failure: Failure): Attempt {
  return { kind: 'failure', sent: failure.sent, heals: failure.heals }
}

/** An answer that was cut short is a broken connection in disguise: proxies end a body early and call it complete. */
function judge(answer: Incoming, request: HttpRequest, now: number, isJson: () => boolean): Attempt {
  const success = answer.status >= 200 && answer.status < 300
  const promisedJson =
    (answer.bytes.length === 0 && !request.emptyBody) || /json/i.test(answer.header('content-type') ?? '')
  if (success && request.effect === 'idempotent' && promisedJson && answer.status !== 204 && !isJson()) {
    return { kind: 'failure', sent: true, heals: true }
  }
  return {
    kind: 'answer',
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

function comeBack(reply: Reply, afterMs: number, now: number): HttpError {
  const at = new Date(now + Math.min(afterMs, 366 * 86_400_000)).toISOString().replace(/\.\d+Z$/, 'Z')
  return reply.error('status', `answered ${reply.status} and asks to wait for ${sayDuration(afterMs)}`, {
    advice: `Run the job again after ${at}; a single request waits for at most 60 s.`,
    retryAfterMs: afterMs,
  })
}

function redirected(reply: Reply, request: HttpRequest): HttpError {
  const location = reply.header('location') ?? ''
  const target = URL.canParse(location, request.url.href) ? new URL(location, request.url.href) : undefined
  const to = target ? reply.words(`${target.origin}${target.pathname}`, 200) : 'nowhere'
  return reply.error('redirect', `answered ${reply.status} and points to ${to}, which is not followed`, {
    advice: `Redirects would hand the token on. If that address is right, give its base as ${request.peer.urlInput}.`,
  })
}
