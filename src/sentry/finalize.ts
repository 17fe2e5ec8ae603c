import { ActionError } from '../errors.ts'
import { quoted } from '../text/sanitize.ts'
import type { Release } from './schema.ts'
import type { SentrySession } from './session.ts'
import { retryWhileHidden } from './visibility.ts'

/** How far what is known of a release can be relied on. */
export interface Freshness {
  /** It was read just now; after a long wait another job may have set the date. */
  readonly fresh: boolean
  /** Milliseconds since the epoch until which Sentry may hide the release (404). */
  readonly hiddenUntil: number
}

/**
 * Sets the release date when there is none: PUT overwrites the date each time, so the release is read first when it may have changed.
 * @returns the release, with a date
 * @throws HttpError when Sentry refuses; ActionError when it does not show the date
 */
export async function finalizeRelease(
  release: Release,
  { fresh, hiddenUntil }: Freshness,
  session: SentrySession,
): Promise<Release> {
  const { api, clock, logger } = session
  const current = fresh ? release : ((await api.find(release.version)) ?? release)
  if (current.dateReleased) {
    logger.info(`The release was finalized on ${quoted(current.dateReleased, 40)}; its date is kept.`)
    return current
  }
  const dateReleased = new Date(clock.now()).toISOString()
  const done = await retryWhileHidden(
    () => api.update(release.version, { dateReleased }),
    hiddenUntil,
    session,
  )
  if (!done) {
    throw new ActionError(
      `Could not finalize release ${quoted(release.version)}: Sentry responded with 404.`,
      {
        advice:
          'Changing a release needs access to all of its projects, also those that this step does not name.',
      },
    )
  }
  if (!done.dateReleased) {
    throw new ActionError(
      `Sentry accepted the release date of ${quoted(release.version)}, but its response has no date.`,
      {
        advice: 'Open the release in Sentry to see its state, then re-run the job.',
      },
    )
  }
  logger.info('Finalized the release.')
  return done
}
