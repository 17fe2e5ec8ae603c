import { ActionError } from '../errors.ts'
import type { HttpError } from '../http/failure.ts'
import { toSingleLine, quoted } from '../text/sanitize.ts'
import { retryUntil } from '../wait/backoff.ts'
import { formatDuration } from '../wait/durations.ts'
import { missingProjects, nextStep, type Wanted } from './plan.ts'
import type { Release } from './schema.ts'
import type { SentrySession } from './session.ts'
import { MAX_HIDDEN_MS, retryWhileHidden } from './visibility.ts'

/** Milliseconds for which another writer of the release is waited for (409). */
export const MAX_CONFLICT_MS = 60_000
const PAUSE = { first: 500, longest: 10_000 }

/** The release after a POST. */
export interface Posted {
  readonly release: Release
  /** Undefined when another writer was faster, and nothing was left to do. */
  readonly status: number | undefined
  /** Another writer had created the release by then. */
  readonly others: boolean
}

/**
 * Creates or amends the release by a POST, which may be repeated. 409 means that another writer was faster or holds
 * the release: its result is read, and the POST repeated for up to 60 s.
 */
export async function post(wanted: Wanted, session: SentrySession): Promise<Posted> {
  const body = {
    version: wanted.version,
    projects: wanted.projects,
    ref: wanted.ref.value,
    url: wanted.url.value,
    status: wanted.restoreArchived ? ('open' as const) : undefined,
  }
  let conflict: HttpError | undefined
  let others = false
  const attempt = async (): Promise<Posted | undefined> => {
    const current = conflict ? await session.api.find(wanted.version) : undefined
    others ||= current !== undefined
    if (current && nextStep(current, wanted).kind !== 'amend') {
      return { release: current, status: undefined, others }
    }
    const result = await session.api.create(body)
    if (result.kind === 'ok') return { ...result, others }
    conflict = result.error
    session.logger.info('Another job is writing this release (409). Checking again shortly.')
    return undefined
  }
  const posted = await retryUntil(attempt, session.clock.now() + MAX_CONFLICT_MS, PAUSE, session)
  if (posted) return posted
  throw conflict ?? new ActionError('Could not create the release.')
}

/** PUT of fields that a POST ignores. */
export async function put(
  wanted: Wanted,
  change: Readonly<Partial<Record<'ref' | 'url', string>>>,
  hiddenUntil: number,
  session: SentrySession,
): Promise<Release> {
  const release = await retryWhileHidden(
    () => session.api.update(wanted.version, change),
    hiddenUntil,
    session,
  )
  if (release) return release
  const fields = Object.keys(change).join(' and ')
  throw new ActionError(
    `Could not update ${fields} of release ${quoted(wanted.version)}: Sentry responded with 404.`,
    {
      advice: `Changing a release needs access to all of its projects, also those that this step does not name. Give the token that access, or leave out the input ${fields}.`,
    },
  )
}

/**
 * Reads the release back: from the list, which is what people see, else by its exact version. Both are repeated until
 * the release shows all projects.
 * @throws ActionError when Sentry does not show it within 70 s
 */
export async function confirm(wanted: Wanted, session: SentrySession): Promise<Release> {
  let seen: Release | undefined
  let how = ''
  const read = async (): Promise<Release | undefined> => {
    const rows = await session.api.list(wanted.version)
    const listed = rows?.find((row) => row.version === wanted.version)
    how = listed
      ? 'the list of releases has version'
      : 'the list of releases does not show it, but Sentry returns version'
    seen = listed ?? (await session.api.find(wanted.version))
    return seen && (!seen.projects || missingProjects(seen, wanted.projects).length === 0) ? seen : undefined
  }
  const confirmed = await retryUntil(read, session.clock.now() + MAX_HIDDEN_MS, PAUSE, session)
  if (confirmed) {
    session.logger.info(`Confirmed: ${how} ${toSingleLine(confirmed.version)}.`)
    return confirmed
  }
  throw new ActionError(
    seen
      ? `Sentry shows release ${quoted(wanted.version)} without project ${missingProjects(seen, wanted.projects).join(', ')}.`
      : `Sentry accepted release ${quoted(wanted.version)} but does not show it ${formatDuration(MAX_HIDDEN_MS)} later.`,
    {
      advice:
        'Open the release in Sentry. If it is there, the token may create releases but not read them: give it project:read, or use an organization token.',
    },
  )
}
