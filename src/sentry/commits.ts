import { ActionError, CancelledError } from '../errors.ts'
import type { CommitRange, CommitSource } from './commit-source.ts'
import type { Logger } from '../ports.ts'
import { toSingleLine } from '../text/sanitize.ts'
import { type SentryCommit, toSentryCommits } from './commit-list.ts'
import { findPreviousCommit, type RangeStart } from './previous-commit.ts'
import type { Release } from './schema.ts'
import { send, sendFitting, type CommitTarget, tooLarge } from './send-commits.ts'
import type { SentrySession } from './session.ts'

export type CommitMode = 'auto' | 'refs' | 'commits' | 'skip'

export interface CommitsWanted extends CommitTarget, RangeStart {
  readonly mode: CommitMode
  readonly commit: string
  /** `owner/name` */
  readonly repository: string | undefined
}

/** Loads what reads commits from GitHub; undefined when there is no token to read with. */
export type SourceLoader = (() => Promise<CommitSource>) | undefined

/** The result for the commits of the release. */
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
  /** Nothing was associated, for a reason that is not a failure. */
  | {
      readonly kind: 'none'
      readonly reason: string
      /** A request to associate was sent nevertheless, so the release may have changed. */
      readonly tried: boolean
    }

/**
 * Associates commits with a release that has none: by `refs` when Sentry can fetch them through an integration, else by
 * a list read from GitHub. A release that has commits is not changed.
 * @throws ActionError when it fails, except in mode `auto`, where a failure is a notice
 */
export async function associateCommits(
  release: Release,
  wanted: CommitsWanted,
  source: SourceLoader,
  session: SentrySession,
): Promise<Commits> {
  if (wanted.mode === 'skip') {
    session.logger.info('set-commits is skip: no commits are associated.')
    return { kind: 'skipped' }
  }
  if ((release.commitCount ?? 0) > 0) {
    session.logger.info(`The release already has commits (${release.commitCount}); they are not changed.`)
    return { kind: 'present', release }
  }
  let tried = false
  const api: SentrySession['api'] = {
    ...session.api,
    associate: (...request) => {
      tried = true
      return session.api.associate(...request)
    },
  }
  try {
    return await associate(wanted, source, { ...session, api })
  } catch (error) {
    if (wanted.mode !== 'auto' || !(error instanceof ActionError) || error instanceof CancelledError)
      throw error
    session.logger.notice([error.message, error.advice].filter(Boolean).join('\n'), 'No commits associated')
    return { kind: 'none', reason: error.message, tried }
  }
}

async function associate(
  wanted: CommitsWanted,
  source: SourceLoader,
  session: SentrySession,
): Promise<Commits> {
  const { repository, mode } = wanted
  if (repository === undefined)
    throw new ActionError('GITHUB_REPOSITORY is not set, so there are no commits to read.')
  const known = mode === 'commits' ? undefined : await integration(repository, wanted, session)
  if (known !== undefined) return await sendRefs(known, wanted, session)
  if (mode === 'refs') {
    throw new ActionError(`Sentry has no integration with the repository ${toSingleLine(repository)}.`, {
      advice:
        'Add the repository in Sentry under Settings, Integrations, GitHub, or use set-commits: auto or commits.',
    })
  }
  return await sendList(repository, wanted, source, session)
}

/** Without a prefix and a previous commit, Sentry finds the start of the range itself. */
async function sendRefs(repository: string, wanted: CommitsWanted, session: SentrySession): Promise<Commits> {
  const { commit, versionPrefix } = wanted
  const start =
    versionPrefix === undefined || wanted.previousCommit !== undefined
      ? wanted.previousCommit
      : await previousWithPrefix(wanted, session)
  const ref = { repository, commit, ...(start ? { previousCommit: start } : {}) }
  const release = await send({ refs: [ref] }, wanted, session)
  if (!release) throw tooLarge()
  session.logger.info(
    `Sent commit ${commit.slice(0, 12)} of ${toSingleLine(repository)} to Sentry; Sentry will fetch the commit list.`,
  )
  return { kind: 'refs', release, previousCommit: start }
}

async function previousWithPrefix(
  wanted: CommitsWanted,
  session: SentrySession,
): Promise<string | undefined> {
  const previous = await findPreviousCommit(wanted, session)
  return previous.kind === 'previous' ? previous.commit : undefined
}

/** The stored name of the repository. In `auto`, a failed look-up counts as "not there". */
async function integration(
  repository: string,
  { mode }: CommitsWanted,
  { api, logger }: SentrySession,
): Promise<string | undefined> {
  let failure: ActionError
  try {
    const found = await api.integratedRepository(repository)
    if (found.kind !== 'forbidden') return found.kind === 'found' ? found.name : undefined
    failure = found.error
    if (mode === 'refs') {
      logger.notice(
        `Sentry does not let this token list the repositories (403), which organization tokens may since version 23.8. The commit is sent for ${toSingleLine(repository)} without checking that Sentry has an integration with it.`,
      )
      return repository
    }
  } catch (error) {
    if (mode !== 'auto' || !(error instanceof ActionError) || error instanceof CancelledError) throw error
    failure = error
  }
  logger.info(
    `The commits are read from GitHub, because the repositories of Sentry could not be listed: ${failure.message}`,
  )
  return undefined
}

async function sendList(
  repository: string,
  wanted: CommitsWanted,
  source: SourceLoader,
  session: SentrySession,
): Promise<Commits> {
  const { api, clock, logger } = session
  if (!source) {
    throw new ActionError('There is no github-token to read the commits with.', {
      advice: 'Leave out the input github-token to use the token of the job, or set set-commits: skip.',
    })
  }
  const [reader, found] = await Promise.all([source(), findPreviousCommit(wanted, session)])
  if (found.kind === 'own') {
    const release = await api.find(wanted.version)
    logger.info('Another job associated the commits at the same time.')
    return release
      ? { kind: 'present', release }
      : { kind: 'none', reason: 'another job associated them', tried: true }
  }
  const previous = found.kind === 'previous' ? found.commit : undefined
  const range = await reader.read(wanted.commit, previous)
  logRange(range, wanted.commit, previous, logger)
  const commits = toSentryCommits(range.commits, repository, new Date(clock.now()).toISOString())
  if (commits.length === 0) {
    logger.info('There are no commits since the previous release.')
    return { kind: 'none', reason: 'no commits since the previous release', tried: false }
  }
  const { release, sent } = await sendFitting(commits, wanted, session)
  logger.info(`Associated ${sent.length} of ${range.total} commits, read from GitHub.`)
  return {
    kind: 'sent',
    release,
    commits: sent,
    previousCommit:
      range.base === 'none' || range.base === 'unknown' || range.base === 'failed' ? undefined : previous,
  }
}

function logRange(range: CommitRange, head: string, previous: string | undefined, logger: Logger): void {
  const last = `The last ${range.commits.length} commits are used.`
  const base = toSingleLine(previous ?? '', 64)
  if (range.base === 'diverged') {
    logger.notice(
      `The previous commit ${base} is not an ancestor of ${head}. The ${range.commits.length} commits since their merge base are used.`,
    )
  }
  if (range.base === 'unknown') {
    logger.notice(`GitHub does not know the previous commit ${base} in this repository. ${last}`)
  }
  if (range.base === 'listed') {
    logger.notice(
      `GitHub could not compare the previous commit ${base} with ${head} (${toSingleLine(range.failure ?? '', 100)}). The ${range.commits.length} commits that the history of ${head} lists before it are used.`,
    )
  }
  if (range.base === 'failed') {
    logger.notice(
      `GitHub could not compare the previous commit ${base} with ${head} (${toSingleLine(range.failure ?? '', 100)}). ${last}`,
    )
  }
  if (range.filesMissing)
    logger.info(`Some commits go without their files: ${toSingleLine(range.filesMissing)}.`)
}
