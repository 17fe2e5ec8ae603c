import { ActionError } from '../errors.ts'
import type { Clock, Logger } from '../ports.ts'
import { plain, quoted } from '../text/sanitize.ts'
import { retryUntil } from '../wait/backoff.ts'
import { sayDuration } from '../wait/durations.ts'
import type { ReleaseApi } from './api.ts'
import { missingProjects, nextStep, type Wanted } from './plan.ts'
import type { Release } from './schema.ts'

/** Milliseconds. Sentry caches "may not see this release" for 60 s per caller, also when the release has changed meanwhile. */
export const VISIBLE_AFTER_MS = 70_000
/** Another writer holds the release at most this long before we give up on it. */
const CONFLICT_MS = 60_000
const PAUSE = { first: 500, longest: 10_000 }

export interface StepDeps {
  readonly api: ReleaseApi
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
}

/** GET of the exact version; an answer about any other version (a proxy, a server that folds case) is no answer. */
export async function find(wanted: Wanted, { api, logger }: StepDeps): Promise<Release | undefined> {
  const release = await api.find(wanted.version)
  if (!release || release.version === wanted.version) return release
  logger.info(
    `Asked for release ${quoted(wanted.version)}, Sentry responded with ${quoted(release.version)}, which is left alone.`,
  )
  return undefined
}

/** What a POST left. */
export interface Posted {
  readonly release: Release
  /** Undefined when another writer was faster, and nothing was left to be done. */
  readonly status: number | undefined
  /** Another writer had made the release by then. */
  readonly others: boolean
}

/**
 * POST, which is the same however often it is done. 409 means that another writer was faster or holds the release:
 * look what it left, and try again for up to 60 s.
 */
export async function post(wanted: Wanted, deps: StepDeps): Promise<Posted> {
  const body = {
    version: wanted.version,
    projects: wanted.projects,
    ref: wanted.ref.value,
    url: wanted.url.value,
    status: wanted.restoreArchived ? ('open' as const) : undefined,
  }
  let conflict = false
  let others = false
  const attempt = async (): Promise<Posted | undefined> => {
    const left = conflict ? await find(wanted, deps) : undefined
    others ||= left !== undefined
    if (left && nextStep(left, wanted).kind !== 'amend') return { release: left, status: undefined, others }
    const result = await deps.api.create(body)
    if (result.kind === 'ok') return { ...result, release: exact(result.release, wanted), others }
    conflict = true
    deps.logger.info('Another job is writing this release (409); looking again shortly.')
    return undefined
  }
  const posted = await retryUntil(attempt, deps.clock.now() + CONFLICT_MS, PAUSE, deps)
  if (posted) return posted
  throw new ActionError(
    `Could not create the release: Sentry responded with 409 for ${sayDuration(CONFLICT_MS)}, because another job is writing it.`,
    { advice: 'Run the job again in a few minutes.' },
  )
}

/** The release that was written, which must be the one that was asked for. */
function exact(release: Release, { version }: Wanted): Release {
  if (release.version === version) return release
  throw new ActionError(
    `Asked Sentry for release ${quoted(version)}, and it responded with ${quoted(release.version)}.`,
    { advice: 'Give a version that this Sentry stores unchanged, or report this to its operator.' },
  )
}

/**
 * Repeats what Sentry answers with 404 (undefined), for as long as it may hide a release that it has just let us write.
 * @param hiddenUntil milliseconds since the epoch; in the past: one attempt
 */
export function whileHidden<T>(
  attempt: () => Promise<T | undefined>,
  hiddenUntil: number,
  deps: Omit<StepDeps, 'api'>,
): Promise<T | undefined> {
  let told = false
  return retryUntil(
    async () => {
      const result = await attempt()
      if (result === undefined && !told && deps.clock.now() < hiddenUntil) {
        told = true
        deps.logger.info('Sentry does not show the release yet (404), which can take a minute; trying again.')
      }
      return result
    },
    hiddenUntil,
    PAUSE,
    deps,
  )
}

/** PUT of fields that a POST ignores. */
export async function put(
  wanted: Wanted,
  change: Readonly<Partial<Record<'ref' | 'url', string>>>,
  hiddenUntil: number,
  deps: StepDeps,
): Promise<Release> {
  const release = await whileHidden(() => deps.api.update(wanted.version, change), hiddenUntil, deps)
  if (release) return exact(release, wanted)
  const fields = Object.keys(change).join(' and ')
  throw new ActionError(
    `Could not update ${fields} of release ${quoted(wanted.version)}: Sentry responded with 404.`,
    {
      advice: `Changing a release needs access to all of its projects, also those that this step does not name. Give the token that access, or leave out the input ${fields}.`,
    },
  )
}

/**
 * Reads the release back: from the list, which is what people see, else from the exact look-up.
 * A success that Sentry does not show within 70 s is no success.
 */
export async function confirm(wanted: Wanted, deps: StepDeps): Promise<Release> {
  let seen: Release | undefined
  let how = ''
  const look = async (): Promise<Release | undefined> => {
    const rows = await deps.api.list(wanted.version)
    const listed = rows?.find((row) => row.version === wanted.version)
    how = listed ? 'Sentry lists version' : 'the list does not tell, but the exact look-up shows version'
    seen = listed ?? (await find(wanted, deps))
    return seen && (!seen.projects || missingProjects(seen, wanted.projects).length === 0) ? seen : undefined
  }
  const confirmed = await retryUntil(look, deps.clock.now() + VISIBLE_AFTER_MS, PAUSE, deps)
  if (confirmed) {
    deps.logger.info(`Confirmed: ${how} ${plain(confirmed.version)}.`)
    return confirmed
  }
  throw new ActionError(
    seen
      ? `Sentry shows release ${quoted(wanted.version)} without project ${missingProjects(seen, wanted.projects).join(', ')}.`
      : `Sentry accepted release ${quoted(wanted.version)} but does not show it ${sayDuration(VISIBLE_AFTER_MS)} later.`,
    {
      advice:
        'Open the release in Sentry. If it is there, the token may create releases but not read them: give it project:read, or use an organization token.',
    },
  )
}
