import { ActionError, CancelledError } from '../errors.ts'
import type { CommitRange, CommitSource } from '../github/commits.ts'
import type { Logger } from '../ports.ts'
import { plain } from '../text/sanitize.ts'
import { type SentryCommit, toSentryCommits } from './commit-list.ts'
import type { Previous } from './commits-api.ts'
import type { Release } from './schema.ts'
import { send, type SendDeps, sendFitting, type Target, tooLarge } from './send-commits.ts'

export type CommitMode = 'auto' | 'refs' | 'commits' | 'skip'

export interface CommitsWanted extends Target {
  readonly mode: CommitMode
  readonly commit: string
  readonly previousCommit: string | undefined
  /** `owner/name` */
  readonly repository: string | undefined
}

export interface CommitsDeps extends SendDeps {
  /** Loads what reads commits from GitHub; undefined when there is no token to read with. */
  readonly source: (() => Promise<CommitSource>) | undefined
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
  if (wanted.mode === 'skip') {
    deps.logger.info('set-commits is skip: no commits are associated.')
    return { kind: 'skipped' }
  }
  if ((release.commitCount ?? 0) > 0) {
    deps.logger.info(`The release has its commits already (${release.commitCount}); they are left alone.`)
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
    if (!release) throw tooLarge()
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
  const [reader, found] = await Promise.all([source(), findPrevious(wanted, deps)])
  if (found.kind === 'own') {
    const release = await api.find(wanted.version)
    logger.info('Another job has associated the commits meanwhile.')
    return release ? { kind: 'present', release } : { kind: 'none', reason: 'another job did', tried: true }
  }
  const previous = found.kind === 'previous' ? found.commit : undefined
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
    previousCommit: range.base === 'found' || range.base === 'diverged' ? previous : undefined,
  }
}

async function findPrevious(
  { version, previousCommit }: CommitsWanted,
  { api }: CommitsDeps,
): Promise<Previous> {
  return previousCommit === undefined
    ? await api.previousCommit(version)
    : { kind: 'previous', commit: previousCommit }
}

function tellRange(range: CommitRange, head: string, previous: string | undefined, logger: Logger): void {
  const last = `The last ${range.commits.length} commits are used.`
  const base = plain(previous ?? '', 64)
  if (range.base === 'diverged') {
    logger.notice(
      `The previous commit ${base} is not an ancestor of ${head}. The ${range.commits.length} commits since their merge base are used.`,
    )
  }
  if (range.base === 'unknown') {
    logger.notice(`GitHub does not know the previous commit ${base} in this repository. ${last}`)
  }
  if (range.base === 'failed') {
    logger.notice(
      `GitHub could not compare the previous commit ${base} with ${head} (${plain(range.failure ?? '', 100)}). ${last}`,
    )
  }
  if (range.filesMissing) logger.info(`Some commits go without their files: ${plain(range.filesMissing)}.`)
}
