import { ActionError, assertNever } from '../errors.ts'
import type { Clock, Logger } from '../ports.ts'
import { plain, quoted } from '../untrusted.ts'
import { retryUntil } from '../wait/backoff.ts'
import { sayDuration } from '../wait/duration.ts'
import type { ReleaseApi } from './api.ts'
import { missingProjects, nextStep, type Step, type Wanted } from './plan.ts'
import type { Release } from './schema.ts'

/** Milliseconds. Sentry caches "may not see this release" for 60 s per caller, also when the release has changed meanwhile. */
export const VISIBLE_AFTER_MS = 70_000
/** Another writer holds the release at most this long before we give up on it. */
const CONFLICT_MS = 60_000
const PAUSE = { first: 500, longest: 10_000 }

export interface ReleaseDeps {
  readonly api: ReleaseApi
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  /** The User-Agent of this run's requests. */
  readonly userAgent: string
  /** Called as soon as the release is known to exist, before it is confirmed, and again when it changed. */
  readonly onRelease: (release: Release, created: boolean) => void
}

/** A release that is there, exactly as asked for, and how it came to be. */
export interface Ensured {
  readonly release: Release
  /** This run made it. */
  readonly created: boolean
  readonly attached: readonly string[]
  readonly reopened: boolean
  readonly updated: readonly string[]
  /** The version as Sentry gave it back after the last change. */
  readonly confirmedVersion: string
}

/**
 * Makes sure that exactly one release of this version exists, with all projects, and that Sentry shows it.
 * Looks first and acts only on what is missing, so it can run any number of times, also at the same time.
 * @throws HttpError when Sentry refuses; ActionError when Sentry says yes but does not show the result within 70 s
 */
export async function ensureRelease(wanted: Wanted, deps: ReleaseDeps): Promise<Ensured> {
  const found = await find(wanted, deps)
  deps.logger.info(sayFound(found, wanted))
  let release = found
  let created = false
  let lastPost: number | undefined
  const taken: Exclude<Step, { kind: 'done' }>[] = []

  for (;;) {
    const step = nextStep(release, wanted)
    if (step.kind === 'done' || (release && unanswered(step, taken, release))) break
    if (taken.some((earlier) => earlier.kind === step.kind)) throw ignored(step)
    switch (step.kind) {
      case 'create':
      case 'amend': {
        const posted = await post(wanted, deps)
        release = posted.release
        lastPost = deps.clock.now()
        created = found === undefined && isOurs(release, posted.status, deps.userAgent)
        deps.logger.info(sayPosted(step, created))
        break
      }
      case 'update':
        release = await put(wanted, step.change, lastPost, deps)
        deps.logger.info(`Updated ${Object.keys(step.change).join(' and ')} of the release.`)
        break
      default:
        assertNever(step)
    }
    taken.push(step)
    deps.onRelease(release, created)
  }

  if (!release) throw new ActionError('Sentry accepted the release but described none.')
  deps.onRelease(release, created)
  if (taken.length > 0) {
    release = await confirm(wanted, deps)
    deps.logger.info(`Confirmed: Sentry lists version ${plain(release.version)}.`)
  }
  warnIfArchived(release, deps.logger)
  const amended = taken.find((step) => step.kind === 'amend')
  return {
    release,
    created,
    attached: amended?.attach ?? [],
    reopened: amended?.reopen ?? false,
    updated: taken.flatMap((step) => (step.kind === 'update' ? Object.keys(step.change) : [])),
    confirmedVersion: release.version,
  }
}

/** GET of the exact version; an answer about any other version (a proxy, a server that folds case) is no answer. */
async function find(wanted: Wanted, { api, logger }: ReleaseDeps): Promise<Release | undefined> {
  const release = await api.find(wanted.version)
  if (!release || release.version === wanted.version) return release
  logger.warning(
    `Asked for release ${quoted(wanted.version)}, Sentry answered with ${quoted(release.version)}. That one is left alone.`,
  )
  return undefined
}

/**
 * POST, which is the same however often it is done. 409 means that another writer was faster or holds the release:
 * look what it left, and try again for up to 60 s.
 */
async function post(
  wanted: Wanted,
  deps: ReleaseDeps,
): Promise<{ release: Release; status: number | undefined }> {
  const body = {
    version: wanted.version,
    projects: wanted.projects,
    ref: wanted.ref.value,
    url: wanted.url.value,
    status: wanted.restoreArchived ? ('open' as const) : undefined,
  }
  let conflicts = 0
  const attempt = async (): Promise<{ release: Release; status: number | undefined } | undefined> => {
    const left = conflicts > 0 ? await find(wanted, deps) : undefined
    if (left && nextStep(left, wanted).kind !== 'amend') return { release: left, status: undefined }
    const result = await deps.api.create(body)
    if (result.kind === 'ok') return result
    conflicts += 1
    deps.logger.info('Another job is writing this release (409); looking again shortly.')
    return undefined
  }
  const result = await retryUntil(attempt, deps.clock.now() + CONFLICT_MS, PAUSE, deps)
  if (!result) {
    throw new ActionError(
      `Could not create the release: Sentry answered 409 for ${sayDuration(CONFLICT_MS)}, because another job is writing it.`,
      { advice: 'Run the job again in a few minutes.' },
    )
  }
  if (result.release.version === wanted.version) return result
  throw new ActionError(
    `Asked Sentry for release ${quoted(wanted.version)}, and it answered with ${quoted(result.release.version)}.`,
    { advice: 'Give a version that this Sentry stores unchanged, or report this to its operator.' },
  )
}

/** PUT of fields that a POST ignores. A 404 right after a POST can be the cached "may not see it". */
async function put(
  wanted: Wanted,
  change: Readonly<Partial<Record<'ref' | 'url', string>>>,
  lastPost: number | undefined,
  deps: ReleaseDeps,
): Promise<Release> {
  const deadline = lastPost === undefined ? 0 : lastPost + VISIBLE_AFTER_MS
  const release = await retryUntil(() => deps.api.update(wanted.version, change), deadline, PAUSE, deps)
  if (release) return release
  const fields = Object.keys(change).join(' and ')
  throw new ActionError(
    `Could not update ${fields} of release ${quoted(wanted.version)}: Sentry answered 404.`,
    {
      advice: `Changing a release needs access to all of its projects, also those that this step does not name. Give the token that access, or leave out the input ${fields}.`,
    },
  )
}

/**
 * Reads the release back: from the list, which is what people see, else from the exact look-up.
 * A success that Sentry does not show within 70 s is no success.
 */
async function confirm(wanted: Wanted, deps: ReleaseDeps): Promise<Release> {
  let seen: Release | undefined
  const look = async (): Promise<Release | undefined> => {
    const rows = await deps.api.list(wanted.version)
    seen = rows?.find((row) => row.version === wanted.version) ?? (await find(wanted, deps))
    return seen && (!seen.projects || missingProjects(seen, wanted.projects).length === 0) ? seen : undefined
  }
  const confirmed = await retryUntil(look, deps.clock.now() + VISIBLE_AFTER_MS, PAUSE, deps)
  if (confirmed) return confirmed
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

/**
 * Sentry answers 201 also to a run that merely attached a project, and 208 to the one that made the row when another
 * was faster with the project. The User-Agent that it keeps of the creating request tells them apart; servers that
 * do not keep it leave the status.
 */
function isOurs(release: Release, status: number | undefined, userAgent: string): boolean {
  return release.userAgent ? release.userAgent === userAgent : status === 201
}

/** True when a POST was done and the answer leaves open which projects are attached: the confirmation will show. */
function unanswered(step: Step, taken: readonly Step[], release: Release): boolean {
  return (
    step.kind === 'amend' &&
    !step.reopen &&
    !release.projects &&
    taken.some(({ kind }) => kind === 'create' || kind === 'amend')
  )
}

function ignored(step: Step): ActionError {
  const what =
    step.kind === 'amend' && step.attach.length > 0
      ? `attach project ${step.attach.map((project) => plain(project, 60)).join(', ')}`
      : step.kind === 'amend'
        ? 'reopen the archived release'
        : step.kind === 'update'
          ? `set ${Object.keys(step.change).join(' and ')}`
          : 'create the release'
  return new ActionError(`Sentry accepted the request to ${what}, but its answer does not show it.`, {
    advice: 'Open the release in Sentry to see its state, then run the job again.',
  })
}

function sayFound(found: Release | undefined, wanted: Wanted): string {
  const version = plain(wanted.version)
  if (!found) return `Version ${version}: no release yet.`
  const archived = found.status === 'archived' ? ', archived' : ''
  return `Version ${version}: the release exists${archived}.`
}

function sayPosted(step: Extract<Step, { kind: 'create' | 'amend' }>, created: boolean): string {
  if (step.kind === 'create') {
    return created
      ? 'Created the release.'
      : 'Another job created the release meanwhile; its projects are attached.'
  }
  return [
    ...(step.attach.length > 0 ? [`Attached to project ${step.attach.join(', ')}.`] : []),
    ...(step.reopen ? ['Reopened the archived release.'] : []),
  ].join(' ')
}

function warnIfArchived(release: Release, logger: Logger): void {
  if (release.status !== 'archived') return
  logger.warning(
    'The release is archived, so Sentry hides it from its lists. It is used as it is; set restore-archived: true to reopen it.',
    'Archived release',
  )
}
