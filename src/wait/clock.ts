import type { Clock } from '../ports.ts'

/** The real clock. */
export const systemClock: Clock = {
  now: steadyNow(),
  random: () => Math.random(),
  timeout: (ms) => AbortSignal.timeout(ms),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const wake = (): void => {
        signal.removeEventListener('abort', stop)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      const stop = (): void => {
        clearTimeout(timer)
        reject(signal.reason as Error)
      }
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    }),
}

/** A clock that does not follow when the machine's clock is set back: pauses and deadlines would grow by as much. */
export function steadyNow(): () => number {
  let last = 0
  let behind = 0
  return () => {
    const shown = Date.now()
    behind = Math.max(behind, last - shown)
    last = shown + behind
    return last
  }
}
