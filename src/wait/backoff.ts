import type { Clock } from '../ports.ts'

/**
 * Calls `attempt` until it gives something, with growing pauses, and once more at the deadline. The pauses are spread
 * by chance, so that parallel jobs do not march in step.
 * @param deadline milliseconds since the epoch, or a function that gives them after each attempt; in the past: one attempt
 * @param pause the first and the longest pause in milliseconds
 * @returns undefined when nothing came by the deadline
 */
export async function retryUntil<T>(
  attempt: () => Promise<T | undefined>,
  deadline: number | (() => number),
  pause: { readonly first: number; readonly longest: number },
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<T | undefined> {
  for (let next = pause.first; ; next = Math.min(next * 2, pause.longest)) {
    const result = await attempt()
    if (result !== undefined) return result
    const left = (typeof deadline === 'number' ? deadline : deadline()) - clock.now()
    if (left <= 0) return undefined
    await clock.sleep(Math.min(Math.round(next * (0.5 + clock.random() / 2)), left), signal)
  }
}
