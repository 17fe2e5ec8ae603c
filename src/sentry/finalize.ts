import { ActionError } from '../errors.ts'
import type { Clock, Logger } from '../ports.ts'
import { quoted } from '../text/sanitize.ts'
import type { ReleaseApi } from './api.ts'
import { whileHidden } from './release-steps.ts'
import type { Release } from './schema.ts'

/** How far what is known of a release can be relied on. */
export interface Seen {
  /** It was read just now; after a long wait another job may have set the date. */
  readonly fresh: boolean
  /** Milliseconds since the epoch until which Sentry may hide the release (404). */
  readonly hiddenUntil: number
}

export interface FinalizeDeps {
  readonly api: Pick<ReleaseApi, 'find' | 'update'>
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
}

/**
 * Sets the release date when there is none: PUT overwrites it each time, so it is looked at first.
 * @returns the release, with a date
 * @throws HttpError when Sentry refuses; ActionError when it does not show the date
 */
export async function finalizeRelease(
  release: Release,
  { fresh, hiddenUntil }: Seen,
  deps: FinalizeDeps,
): Promise<Release> {
  const { api, clock, logger } = deps
  const current = fresh ? release : ((await api.find(release.version)) ?? release)
  if (current.dateReleased) {
    logger.info(`The release has been finalized on ${quoted(current.dateReleased, 40)}; its date stays.`)
    return current
  }
  const dateReleased = new Date(clock.now()).toISOString()
  const done = await whileHidden(() => api.update(release.version, { dateReleased }), hiddenUntil, deps)
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
      `Sentry accepted the release date of ${quoted(release.version)} but does not show it.`,
      {
        advice: 'Open the release in Sentry to see its state, then run the job again.',
      },
    )
  }
  logger.info('Finalized the release.')
  return done
}
