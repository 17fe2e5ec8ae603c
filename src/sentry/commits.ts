import { ActionError, assertNever, CancelledError } from '../errors.ts'
import type { CommitRange, CommitSource } from '../github/commits.ts'
import type { Clock, Logger } from '../ports.ts'
import { plain } from '../untrusted.ts'
import { retryUntil } from '../wait/backoff.ts'
import type { ReleaseApi } from './api.ts'
import { fit, LARGEST_LIST_BYTES, type SentryCommit, toSentryCommits } from './commit-list.ts'
import type { Associated, Association, CommitsApi } from './commits-api.ts'
import { VISIBLE_AFTER_MS } from './release.ts'
import type { Release } from './schema.ts'

export type CommitMode = 'auto' | 'refs' | 'commits' | 'skip'

export interface CommitsWanted {
  readonly version: string
  readonly mode: CommitMode
  readonly commit: string
  readonly previousCommit: string | undefined
  /** `owner/name` */
  readonly repository: string | undefined
  /** Set together with the commits, in one request, when nothing has to be waited for first. */
  readonly dateReleased: string | undefined
}

export interface CommitsDeps {
  readonly api: CommitsApi & Pick<ReleaseApi, 'find'>
  /** Loads what reads commits from GitHub; undefined when there is no token to read with. */
  readonly source: (() => Promise<CommitSource>) | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  /** How often a lost request is sent again, after looking that it had no effect. */
  readonly retries: number
}

/** What became of the commits. */
export type Commits =
  | { readonly kind: 'skipped' }
  | { readonly kind: 'present'; readonly release: Release }
  /** Sentry fetches them itself, later. */
  | { readonly kind: 'refs'; readonly release: Release; readonly previousCommit: string | undefined }
  | {
      readonly kind: 'sent'
      readonly release: Release
      readonly commits: readonly SentryCommit[]
      readonly previousCommit: string | undefined
    }
  /** Nothing was associated, for a reason that is no failure. */
  | {
      readonly kind: 'none'
      readonly reason: string
      /** A request to associate was sent all the same, so the release may have changed. */
      readonly tried: boolean
    }

/** Milliseconds. A writer that holds the release is waited for this long. */
const BUSY_MS = 60_000
const PAUSE = { first: 2_000, longest: 15_000 }

/**
 * Associates commits with a release that has none: by `refs` when Sentry can fetch them through an integration, else by
 * a list read from GitHub. A release that has commits is left alone.
 * @throws ActionError when it fails, except in mode `auto`, where a failure is a notice
 */
export async function associateCommits(
  release: Release,
  wanted: CommitsWanted,
  deps: CommitsDeps,
): Promise<Commits> {
  if (wanted.mode === 'skip') return { kind: 'skipped' }
  if ((release.commitCount ?? 0) > 0) {
    deps.logger.info(`The release already has ${release.commitCount} commits; they are left alone.`)
    return { kind: 'present', release }
  }
  let tried = false
  const api: CommitsDeps['api'] = {
    ...deps.api,
    associate: (...request) => {
      tried = true
      return deps.api.associate(...request)
    },
  }
  try {
    return await associate(wanted, { ...deps, api })
  } catch (error) {
    if (wanted.mode !== 'auto' || !(error instanceof ActionError) || error instanceof CancelledError)
      throw error
    deps.logger.notice([error.message, error.advice].filter(Boolean).join('\n'), 'No commits associated')
    return { kind: 'none', reason: error.message, tried }
  }
}

async function associate(wanted: CommitsWanted, deps: CommitsDeps): Promise<Commits> {
  const { repository, mode, previousCommit } = wanted
  if (repository === undefined)
    throw new ActionError('GITHUB_REPOSITORY is not set, so there are no commits to read.')
  const known = mode === 'commits' ? undefined : await integration(repository, wanted, deps)
  if (known !== undefined) {
    const ref = { repository: known, commit: wanted.commit, ...(previousCommit ? { previousCommit } : {}) }
    const release = await send({ refs: [ref] }, wanted, deps)
    deps.logger.info(
      `Gave Sentry commit ${wanted.commit.slice(0, 12)} of ${plain(known)}; it fetches the commits itself.`,
    )
    return { kind: 'refs', release, previousCommit }
  }
  if (mode === 'refs') {
    throw new ActionError(`Sentry has no repository ${plain(repository)} through an integration.`, {
      advice: 'Add it in Sentry under Settings, Integrations, GitHub, or use set-commits: auto or commits.',
    })
  }
  return await sendList(repository, wanted, deps)
}

/** The stored name of the repository. In `auto`, not being allowed to look is the same as there being none. */
async function integration(
  repository: string,
  { mode }: CommitsWanted,
  { api, logger }: CommitsDeps,
): Promise<string | undefined> {
  try {
    return (await api.integratedRepository(repository))?.name
  } catch (error) {
    if (mode !== 'auto' || !(error instanceof ActionError) || error instanceof CancelledError) throw error
    logger.info(
      `Cannot tell whether Sentry knows the repository, so the commits are read from GitHub: ${error.message}`,
    )
    return undefined
  }
}

async function sendList(repository: string, wanted: CommitsWanted, deps: CommitsDeps): Promise<Commits> {
  const { api, source, clock, logger } = deps
  if (!source) {
    throw new ActionError('There is no github-token to read the commits with.', {
      advice: 'Leave out the input github-token to use the token of the job, or set set-commits: skip.',
    })
  }
  const [reader, previous] = await Promise.all([
    source(),
    wanted.previousCommit ?? api.previousCommit(wanted.version),
  ])
  const range = await reader.read(wanted.commit, previous)
  tellRange(range, wanted.commit, previous, logger)
  const commits = toSentryCommits(range.commits, repository, new Date(clock.now()).toISOString())
  if (commits.length === 0) {
    logger.info('There are no commits since the previous release.')
    return { kind: 'none', reason: 'no commits since the previous release', tried: false }
  }
  const { release, sent } = await sendFitting(commits, wanted, deps)
  logger.info(`Associated ${sent.length} of ${range.total} commits, read from GitHub.`)
  return {
    kind: 'sent',
    release,
    commits: sent,
    previousCommit: range.base === 'found' ? previous : undefined,
  }
}

/** Each try after a 413 is a fraction of the one before: the same again would be refused again. */
async function sendFitting(
  commits: readonly SentryCommit[],
  wanted: CommitsWanted,
  deps: CommitsDeps,
): Promise<{ release: Release; sent: readonly SentryCommit[] }> {
  for (let limit = LARGEST_LIST_BYTES; ; limit = Math.floor(limit / 4)) {
    const { commits: some, withoutFiles, dropped } = fit(commits, limit)
    if (withoutFiles > 0 || dropped > 0) {
      deps.logger.notice(
        `The commits do not fit into one request: ${withoutFiles} go without their files, the oldest ${dropped} are left out.`,
      )
    }
    const [first, ...rest] = some
    if (!first) throw new ActionError('There is no commit to send.')
    const release = await send({ commits: [first, ...rest] }, wanted, deps, some.length > 1)
    if (release) return { release, sent: some }
  }
}

async function send(body: Association, wanted: CommitsWanted, deps: CommitsDeps): Promise<Release>
async function send(
  body: Association,
  wanted: CommitsWanted,
  deps: CommitsDeps,
  divisible: boolean,
): Promise<Release | undefined>
/**
 * Sends until it is done or somebody else did it. A lock (409) is waited out by looking, and so is a lost answer,
 * because the request may still be at work.
 * @returns undefined when a `divisible` body is too large
 */
async function send(
  body: Association,
  wanted: CommitsWanted,
  deps: CommitsDeps,
  divisible = false,
): Promise<Release | undefined> {
  const { api, clock, logger, retries } = deps
  let last: Associated['kind'] | undefined
  let lost = 0
  const attempt = async (): Promise<Associated | undefined> => {
    if (last === 'busy' || last === 'lost') {
      const found = await api.find(wanted.version)
      if (found && (found.commitCount ?? 0) > 0) return { kind: 'ok', release: found }
    }
    const result = await api.associate(wanted.version, body, wanted.dateReleased)
    last = result.kind
    switch (result.kind) {
      case 'ok':
      case 'too-large':
        return result
      case 'hidden':
        return undefined
      case 'busy':
        logger.info('Another job holds the commits of this release (409); looking again shortly.')
        return undefined
      case 'lost':
        lost += 1
        if (lost > retries) throw result.error
        logger.info(`${result.error.message}; looking whether it was done.`)
        return undefined
      default:
        return assertNever(result)
    }
  }
  // A release that was just attached to a project can stay hidden (404) for a minute.
  const result = await retryUntil(attempt, clock.now() + Math.max(BUSY_MS, VISIBLE_AFTER_MS), PAUSE, deps)
  if (result?.kind === 'ok') return result.release
  if (result?.kind === 'too-large' && divisible) return undefined
  throw new ActionError(
    last === 'busy'
      ? 'Could not associate the commits: another job holds the release (409).'
      : last === 'too-large'
        ? 'Could not associate the commits: even one commit is too large for what stands in front of Sentry (413).'
        : 'Could not associate the commits: Sentry says that the release does not exist (404).',
    {
      advice:
        last === 'hidden'
          ? 'Changing a release needs access to all of its projects, also those that this step does not name.'
          : 'Run the job again in a few minutes.',
    },
  )
}

function tellRange(range: CommitRange, head: string, previous: string | undefined, logger: Logger): void {
  const both = `${plain(previous ?? '', 64)} and ${head}`
  if (range.base === 'diverged') {
    logger.notice(
      `The previous commit is not in the history of this one, as after a force-push (${both}). The last ${range.commits.length} commits are used.`,
    )
  }
  if (range.base === 'unknown') {
    logger.notice(
      `GitHub does not know the previous commit in this repository (${both}). The last ${range.commits.length} commits are used.`,
    )
  }
  if (range.filesMissing) logger.info(`Some commits go without their files: ${plain(range.filesMissing)}.`)
}
