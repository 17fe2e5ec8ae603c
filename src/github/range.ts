import type { Octokit } from '@octokit/rest'
import { ActionError, CancelledError } from '../errors.ts'
import { mapPool } from '../wait/pool.ts'
import type { ChangedFile, Commit, CommitRange } from './commits.ts'
import { statusOf } from './errors.ts'
import { type ApiCommit, CommitListSchema, ComparisonSchema, FilesSchema, parse } from './schema.ts'

/** Commits without a base: what Sentry takes too when it has no earlier release. */
const WITHOUT_BASE = 20
/** The largest page that GitHub gives, for commits and for files. */
const PER_PAGE = 100
/** Pages of 100: about what fits into one request to Sentry. */
const MOST_PAGES = 10
/** One request each, out of the 1,000 an hour that a repository has. */
const MOST_WITH_FILES = 100
const AT_ONCE = 6
export interface Place {
  readonly owner: string
  readonly repo: string
}

/**
 * The commits of `head` that `base` does not have (GET /compare/), or the last 20 (GET /commits).
 * @throws what octokit throws, and ActionError for an answer that is not understood
 */
export async function readRange(
  octokit: Octokit,
  place: Place,
  head: string,
  base: string | undefined,
): Promise<CommitRange> {
  if (base === undefined) return { ...(await readLast(octokit, place, head)), base: 'none' }
  const first = await compare(octokit, place, head, base, 1)
  if (!first) return { ...(await readLast(octokit, place, head)), base: 'unknown' }
  if (first.status === 'diverged') return { ...(await readLast(octokit, place, head)), base: 'diverged' }

  // Pages run from the oldest to the newest, and the newest are the ones to keep.
  const total = first.total_commits
  const last = Math.max(1, Math.ceil(total / PER_PAGE))
  const wanted = Array.from({ length: last }, (_, index) => index + 1).slice(-MOST_PAGES)
  const read = await mapPool(wanted, AT_ONCE, async (page) =>
    page === 1 ? first : await compare(octokit, place, head, base, page),
  )
  return {
    commits: read.flatMap((page) => page?.commits.map(asCommit) ?? []).toReversed(),
    total,
    base: 'found',
  }
}

/** Undefined when GitHub knows no such base (404). */
async function compare(octokit: Octokit, place: Place, head: string, base: string, page: number) {
  try {
    const basehead = `${base}...${head}`
    const { data } = await octokit.repos.compareCommitsWithBasehead({
      ...place,
      basehead,
      page,
      per_page: PER_PAGE,
    })
    return parse(ComparisonSchema, data)
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw error
  }
}

async function readLast(
  octokit: Octokit,
  place: Place,
  head: string,
): Promise<Pick<CommitRange, 'commits' | 'total'>> {
  const { data } = await octokit.repos.listCommits({ ...place, sha: head, per_page: WITHOUT_BASE })
  const commits = parse(CommitListSchema, data).map(asCommit)
  return { commits, total: commits.length }
}

/** Lists of files are worth having, but no commit is given up for one: what cannot be read is left out and said. */
export async function withFiles(octokit: Octokit, place: Place, range: CommitRange): Promise<CommitRange> {
  const newest = range.commits.slice(0, MOST_WITH_FILES)
  try {
    const detailed = await mapPool(newest, AT_ONCE, async (commit) => ({
      ...commit,
      files: await readFiles(octokit, place, commit.sha),
    }))
    const older = range.commits.slice(MOST_WITH_FILES)
    return {
      ...range,
      commits: [...detailed, ...older],
      filesMissing: older.length > 0 ? `files are read for the newest ${MOST_WITH_FILES} commits` : undefined,
    }
  } catch (error) {
    const { cause } = error as { cause?: unknown }
    if (cause instanceof CancelledError) throw cause
    return { ...range, filesMissing: sayMissing(error) }
  }
}

function sayMissing(error: unknown): string {
  const status = statusOf(error)
  if (status !== undefined) return `GitHub answered ${status}`
  return error instanceof ActionError
    ? 'GitHub described them in a way that is not understood'
    : 'GitHub could not be reached for them'
}

async function readFiles(octokit: Octokit, place: Place, ref: string): Promise<ChangedFile[]> {
  const files: ChangedFile[] = []
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { data } = await octokit.repos.getCommit({ ...place, ref, page, per_page: PER_PAGE })
    const some = parse(FilesSchema, data).files ?? []
    files.push(
      ...some.map((file) => ({
        status: file.status,
        path: file.filename,
        previousPath: file.previous_filename,
      })),
    )
    if (some.length < PER_PAGE) break
  }
  return files
}

function asCommit({ sha, commit }: ApiCommit): Commit {
  return {
    sha,
    message: commit.message,
    authorName: commit.author?.name ?? undefined,
    authorEmail: commit.author?.email ?? undefined,
    date: commit.committer?.date ?? commit.author?.date ?? undefined,
  }
}
