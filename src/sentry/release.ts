import { ActionError, assertNever } from '../errors.ts'
import type { Logger } from '../ports.ts'
import { toSingleLine } from '../text/sanitize.ts'
import { nextStep, type NextStep, type Wanted } from './plan.ts'
import { confirm, post, type Posted, put } from './release-steps.ts'
import type { Release } from './schema.ts'
import type { SentrySession } from './session.ts'
import { MAX_HIDDEN_MS } from './visibility.ts'

/** A release that exists as wanted, and what this run changed. */
export interface Ensured {
  readonly release: Release
  /** This run created it. */
  readonly created: boolean
  readonly attached: readonly string[]
  readonly reopened: boolean
  readonly updated: readonly string[]
  /** The version as Sentry gave it back after the last change. */
  readonly confirmedVersion: string
  /** Milliseconds since the epoch until which Sentry may respond with 404 to reads and changes of the release; 0: never. */
  readonly hiddenUntil: number
}

/**
 * Ensures that exactly one release of this version exists, with all projects, and that Sentry shows it.
 * Reads first and changes only what is missing, so it can run any number of times, also at the same time.
 * @param onRelease called as soon as the release is known to exist, before it is confirmed, and after each change
 * @throws HttpError when Sentry refuses; ActionError when Sentry accepts but does not show the result within 70 s
 */
export async function ensureRelease(
  wanted: Wanted,
  onRelease: (release: Release, created: boolean) => void,
  session: SentrySession,
): Promise<Ensured> {
  const found = await session.api.find(wanted.version)
  session.logger.info(formatFound(found, wanted))
  let release = found
  let created = false
  let hiddenUntil = 0
  const taken: Exclude<NextStep, { kind: 'done' }>[] = []

  for (;;) {
    const step = nextStep(release, wanted)
    if (step.kind === 'done' || (release && projectsUnknown(step, taken, release))) break
    if (taken.some((earlier) => earlier.kind === step.kind)) throw ignored(step)
    switch (step.kind) {
      case 'create':
      case 'amend': {
        const posted = await post(wanted, session)
        release = posted.release
        hiddenUntil = session.clock.now() + MAX_HIDDEN_MS
        created ||= found === undefined && isOurs(posted, session.userAgent)
        session.logger.info(formatPosted(step, created))
        break
      }
      case 'update':
        release = await put(wanted, step.change, hiddenUntil, session)
        session.logger.info(`Updated ${Object.keys(step.change).join(' and ')} of the release.`)
        break
      default:
        assertNever(step)
    }
    taken.push(step)
    onRelease(release, created)
  }

  if (!release) throw new ActionError('Sentry accepted the release, but its response has none.')
  onRelease(release, created)
  if (taken.length > 0) {
    release = await confirm(wanted, session)
  }
  warnIfArchived(release, session.logger)
  const amended = taken.find((step) => step.kind === 'amend')
  return {
    release,
    created,
    attached: amended?.attach ?? [],
    reopened: amended?.reopen ?? false,
    updated: taken.flatMap((step) => (step.kind === 'update' ? Object.keys(step.change) : [])),
    confirmedVersion: release.version,
    hiddenUntil,
  }
}

/**
 * Sentry responds with 201 also to a run that only attached a project, and 208 to the one that created the row when another
 * attached the project first. The User-Agent of the creating request, which Sentry keeps, distinguishes them; on servers
 * that do not keep it the status decides.
 */
function isOurs({ release, status, others }: Posted, userAgent: string): boolean {
  return release.userAgent ? release.userAgent === userAgent : status === 201 && !others
}

/** True when the response to a POST does not contain the attached projects: the confirmation will. */
function projectsUnknown(step: NextStep, taken: readonly NextStep[], release: Release): boolean {
  return (
    step.kind === 'amend' &&
    !step.reopen &&
    !release.projects &&
    taken.some(({ kind }) => kind === 'create' || kind === 'amend')
  )
}

function ignored(step: NextStep): ActionError {
  const what =
    step.kind === 'amend' && step.attach.length > 0
      ? `attach project ${step.attach.map((project) => toSingleLine(project, 60)).join(', ')}`
      : step.kind === 'amend'
        ? 'reopen the archived release'
        : step.kind === 'update'
          ? `set ${Object.keys(step.change).join(' and ')}`
          : 'create the release'
  return new ActionError(
    `Sentry accepted the request to ${what}, but its response does not show the change.`,
    {
      advice: 'Open the release in Sentry to see its state, then re-run the job.',
    },
  )
}

function formatFound(found: Release | undefined, wanted: Wanted): string {
  const version = toSingleLine(wanted.version)
  if (!found) return `Version ${version}: the release does not exist yet.`
  const archived = found.status === 'archived' ? ', archived' : ''
  return `Version ${version}: the release exists${archived}.`
}

function formatPosted(step: Extract<NextStep, { kind: 'create' | 'amend' }>, created: boolean): string {
  if (step.kind === 'create') {
    return created
      ? 'Created the release.'
      : 'Another job created the release at the same time; the projects are attached.'
  }
  return [
    ...(step.attach.length > 0 ? [`Attached to project ${step.attach.join(', ')}.`] : []),
    ...(step.reopen ? ['Reopened the archived release.'] : []),
  ].join(' ')
}

function warnIfArchived(release: Release, logger: Logger): void {
  if (release.status !== 'archived') return
  logger.warning(
    'The release is archived, so Sentry hides it from its lists. The step continues with it; set restore-archived: true to reopen it.',
    'Archived release',
  )
}
