import type { Clock } from '../ports.ts'

/** What one look came to. */
export type Look<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'again' }

/** What to do about a look that threw: try again after a pause, or give up. */
export type Trouble = { readonly kind: 'pause'; readonly ms: number } | { readonly kind: 'fatal' }

export type PollOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** `failure`: what the last look threw, when the time ran out in the middle of trouble. */
  | { readonly kind: 'deadline'; readonly failure: unknown }

export interface PollOptions {
  /** Milliseconds since the epoch; no look begins later. */
  readonly deadline: number
  /** Milliseconds to let pass after a good look. */
  readonly schedule: () => number
  /** Judges what a look threw; `inARow` counts failed looks without a good one in between. */
  readonly onTrouble: (error: unknown, inARow: number) => Trouble
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Looks, pauses, and looks again, until a look is done or the deadline is there; then it looks one last time, so that
 * a result which came during the last pause is not missed.
 * @throws what a look threw when `onTrouble` calls it fatal; the reason of the signal as soon as it aborts
 */
export async function poll<T>(look: () => Promise<Look<T>>, options: PollOptions): Promise<PollOutcome<T>> {
  const { deadline, schedule, onTrouble, clock, signal } = options
  let inARow = 0
  // Set from the length of the pause: a timer that fires a little early must not lead to two last looks.
  let last = deadline <= clock.now()

  for (;;) {
    signal.throwIfAborted()
    let failure: unknown
    let pause: number
    try {
      const seen = await look()
      if (seen.kind === 'done') return seen
      inARow = 0
      pause = schedule()
    } catch (error) {
      signal.throwIfAborted()
      inARow += 1
      const trouble = onTrouble(error, inARow)
      if (trouble.kind === 'fatal') throw error
      failure = error
      pause = trouble.ms
    }
    const left = deadline - clock.now()
    if (last || left <= 0) return { kind: 'deadline', failure }
    last = pause >= left
    await clock.sleep(Math.min(Math.max(pause, 0), left), signal)
  }
}
