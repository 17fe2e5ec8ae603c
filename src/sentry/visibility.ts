import type { SentrySession } from './session.ts'
import { retryUntil } from '../wait/backoff.ts'

/**
 * Milliseconds. Sentry caches for 60 s per caller that it may not see a release, also when a POST has changed that
 * meanwhile. So for this long after a POST a 404 means "not visible yet", and after it "no access".
 */
export const MAX_HIDDEN_MS = 70_000

const PAUSE = { first: 500, longest: 10_000 }

type Waiting = Pick<SentrySession, 'clock' | 'logger' | 'signal'>

/**
 * A test for a 404: true while the release may still appear, which the log says once.
 * @param hiddenUntil milliseconds since the epoch; in the past: a 404 is final
 */
export function mayAppear(hiddenUntil: number, { clock, logger }: Omit<Waiting, 'signal'>): () => boolean {
  let logged = false
  return () => {
    if (clock.now() >= hiddenUntil) return false
    if (!logged) logger.info('Sentry does not show the release yet (404). This can take a minute; retrying.')
    logged = true
    return true
  }
}

/**
 * Repeats a call for as long as Sentry may hide the release.
 * @param attempt gives undefined for a 404
 * @param hiddenUntil milliseconds since the epoch; in the past: one attempt
 * @returns undefined when the 404 is final
 */
export function retryWhileHidden<T>(
  attempt: () => Promise<T | undefined>,
  hiddenUntil: number,
  session: Waiting,
): Promise<T | undefined> {
  const hidden = mayAppear(hiddenUntil, session)
  return retryUntil(
    async () => {
      const result = await attempt()
      if (result === undefined) hidden()
      return result
    },
    hiddenUntil,
    PAUSE,
    session,
  )
}
