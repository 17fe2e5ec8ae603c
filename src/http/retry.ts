/** When a request is made again: the policy as data, the decision as a pure function. */

/**
 * What a repeat of a call does. `idempotent`: the same again, so any transient failure may be retried.
 * `creates`: one more of something, so only a response or a failure that proves that nothing happened may be.
 */
export type Effect = 'idempotent' | 'creates'

export interface RetryPolicy {
  /** Attempts after the first. */
  readonly retries: number
  /** No attempt starts later than this many milliseconds after the first. */
  readonly budgetMs: number
  readonly firstPauseMs: number
  readonly factor: number
  readonly maxPauseMs: number
}

/** Pauses of about 0.5, 1.3, 3, 8 and 20 s: quick for a hiccup, long enough for a restart. */
export const RETRY_POLICY: Omit<RetryPolicy, 'retries'> = {
  budgetMs: 60_000,
  firstPauseMs: 500,
  factor: 2.5,
  maxPauseMs: 20_000,
}

/** The result of an attempt, as far as the decision needs it. */
export type Attempt =
  | { readonly kind: 'response'; readonly status: number; readonly hintMs: number | undefined }
  /** `maybeDelivered`: the server may have seen the request. `transient`: a later attempt may succeed. */
  | { readonly kind: 'failure'; readonly maybeDelivered: boolean; readonly transient: boolean }

export type Decision =
  | { readonly kind: 'stop' }
  | { readonly kind: 'retry'; readonly afterMs: number }
  /** The server requests a pause that does not fit into the budget. */
  | { readonly kind: 'retry-later'; readonly afterMs: number }

/** Statuses of servers and proxies that are overloaded, restarting or timing out; 501 and 505 are permanent. */
export function isTransient(status: number): boolean {
  return (
    status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 505)
  )
}

/** Refused before anything happens: 429, and the 403 of a server that reports when its limit ends (GitHub). */
export function isLimit({
  status,
  hintMs,
}: {
  readonly status: number
  readonly hintMs: number | undefined
}): boolean {
  return status === 429 || (status === 403 && hintMs !== undefined)
}

function mayRepeat(attempt: Attempt, effect: Effect): boolean {
  if (attempt.kind === 'response') {
    // A 5xx may come after the effect.
    return isLimit(attempt) || (effect === 'idempotent' && isTransient(attempt.status))
  }
  return attempt.transient && (effect === 'idempotent' || !attempt.maybeDelivered)
}

/**
 * Decides what follows attempt number `tried` (1 = the first).
 * @param elapsedMs since the first attempt began
 * @param random in [0, 1): spreads the pauses of many jobs apart
 */
export function decideRetry(
  attempt: Attempt,
  effect: Effect,
  progress: { readonly tried: number; readonly elapsedMs: number },
  policy: RetryPolicy,
  random: number,
): Decision {
  if (!mayRepeat(attempt, effect)) return { kind: 'stop' }
  const left = policy.budgetMs - progress.elapsedMs
  const hint = attempt.kind === 'response' ? attempt.hintMs : undefined
  if (hint !== undefined && hint > left) return { kind: 'retry-later', afterMs: hint }
  if (progress.tried > policy.retries) return { kind: 'stop' }
  if (hint !== undefined) return { kind: 'retry', afterMs: Math.min(asRequested(hint, random), left) }
  const afterMs = backoff(progress.tried, policy, random)
  return afterMs > left ? { kind: 'stop' } : { kind: 'retry', afterMs }
}

function backoff(tried: number, policy: RetryPolicy, random: number): number {
  const pause = Math.min(policy.firstPauseMs * policy.factor ** (tried - 1), policy.maxPauseMs)
  return Math.round(pause * (0.5 + random / 2))
}

/** Never earlier than requested, at least 1 s (reset times have whole seconds), plus up to a second of jitter. */
function asRequested(hintMs: number, random: number): number {
  return Math.round(Math.max(hintMs, 1000) + random * 1000)
}

/** Epoch seconds at which a limit ends: Sentry reports it on a 429, GitHub on a 403 or 429 with nothing remaining. */
function resetHeader(status: number, header: (name: string) => string | undefined): string | undefined {
  if (status !== 403 && status !== 429) return undefined
  if (header('x-ratelimit-remaining')?.trim() === '0') return header('x-ratelimit-reset')
  return status === 429 ? header('x-sentry-rate-limit-reset') : undefined
}

/**
 * The pause in milliseconds that a response requests, or undefined: `Retry-After` in both forms, else the reset of a
 * limit (neither Sentry nor GitHub's primary limit sends a `Retry-After`). Points in time are taken relative to the
 * response's own `Date`, because the runner's clock may be off.
 */
export function retryHint(
  status: number,
  header: (name: string) => string | undefined,
  nowMs: number,
): number | undefined {
  const dated = Date.parse(header('date') ?? '')
  const serverNow = Number.isNaN(dated) ? nowMs : dated
  const after = header('retry-after')?.trim()
  if (after) {
    if (/^\d+(\.\d+)?$/.test(after)) return Number(after) * 1000
    const at = /^[A-Z][a-z]+, /.test(after) ? Date.parse(after) : Number.NaN
    if (!Number.isNaN(at)) return Math.max(0, at - serverNow)
  }
  const reset = Number(resetHeader(status, header) ?? Number.NaN)
  return Number.isFinite(reset) && reset > 0 ? Math.max(0, reset * 1000 - serverNow) : undefined
}
