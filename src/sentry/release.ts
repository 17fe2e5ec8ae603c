import { ActionError, assertNever } from '../errors.ts'
import type { Logger } from '../ports.ts'
import { plain } from '../text/sanitize.ts'
import { nextStep, type Step, type Wanted } from './plan.ts'
import { confirm, find, post, type Posted, put, type StepDeps, VISIBLE_AFTER_MS } from './release-steps.ts'
import type { Release } from './schema.ts'

export interface ReleaseDeps extends StepDeps {
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
  /** Milliseconds since the epoch until which Sentry may answer 404 to reads and changes of the release; 0: never. */
  readonly hiddenUntil: number
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
  let hiddenUntil = 0
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
        hiddenUntil = deps.clock.now() + VISIBLE_AFTER_MS
        created ||= found === undefined && isOurs(posted, deps.userAgent)
        deps.logger.info(sayPosted(step, created))
        break
      }
      case 'update':
        release = await put(wanted, step.change, hiddenUntil, deps)
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
    hiddenUntil,
  }
}

/**
 * Sentry answers 201 also to a run that merely attached a project, and 208 to the one that made the row when another
 * was faster with the project. The User-Agent that it keeps of the creating request tells them apart; servers that
 * do not keep it leave the status.
 */
function isOurs({ release, status, others }: Posted, userAgent: string): boolean {
  return release.userAgent ? release.userAgent === userAgent : status === 201 && !others
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
