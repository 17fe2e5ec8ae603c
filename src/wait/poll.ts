import type { Clock } from '../ports.ts'

/** The result of one attempt. */
export type PollAttempt<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'again' }

/** What to do about an attempt that threw. */
export type Recovery = { readonly kind: 'pause'; readonly ms: number } | { readonly kind: 'fatal' }

export type PollOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** `failure`: what the last attempt threw; undefined when it succeeded. */
  | { readonly kind: 'deadline'; readonly failure: unknown }

export interface PollOptions {
  /** Milliseconds since the epoch; no attempt begins later. */
  readonly deadline: number
  /** Milliseconds to wait after an attempt that succeeded. */
  readonly schedule: () => number
  /** Decides about an attempt that threw; `consecutiveFailures` counts from 1. */
  readonly onError: (error: unknown, consecutiveFailures: number) => Recovery
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Repeats `attempt` with pauses until it is done, and one last time at the deadline, so that a result which came during
 * the last pause is not missed.
 * @throws what an attempt threw when `onError` calls it fatal; the reason of the signal as soon as it aborts
 */
export async function poll<T>(
  attempt: () => Promise<PollAttempt<T>>,
  options: PollOptions,
): Promise<PollOutcome<T>> {
  const { deadline, schedule, onError, clock, signal } = options
  let consecutiveFailures = 0
  // Set from the length of the pause: a timer that fires a little early must not lead to two last attempts.
  let last = deadline <= clock.now()

  for (;;) {
    signal.throwIfAborted()
    let failure: unknown
    let pause: number
    try {
      const result = await attempt()
      if (result.kind === 'done') return result
      consecutiveFailures = 0
      pause = schedule()
    } catch (error) {
      signal.throwIfAborted()
      consecutiveFailures += 1
      const recovery = onError(error, consecutiveFailures)
      if (recovery.kind === 'fatal') throw error
      failure = error
      pause = recovery.ms
    }
    const left = deadline - clock.now()
    if (last || left <= 0) return { kind: 'deadline', failure }
    last = pause >= left
    await clock.sleep(Math.min(Math.max(pause, 0), left), signal)
  }
}
