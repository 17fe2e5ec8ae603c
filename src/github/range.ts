import type { Octokit } from '@octokit/rest'
import { ActionError, CancelledError } from '../errors.ts'
import { mapPool } from '../wait/pool.ts'
import type { ChangedFile, Commit, CommitRange } from '../sentry/commit-source.ts'
import { statusOf } from './errors.ts'
import { type ApiCommit, CommitListSchema, ComparisonSchema, FilesSchema, parse } from './schema.ts'

/** Commits without a base: what Sentry takes too when it has no earlier release. */
const WITHOUT_BASE = 20
/** The largest page that GitHub gives, for commits and for files. */
const PER_PAGE = 100
/** Pages of 100: about what fits into one request to Sentry. */
const MAX_PAGES = 10
/** One request each, out of the 1,000 an hour that a repository has. */
const MAX_WITH_FILES = 100
const CONCURRENCY = 6
/** Commits whose files could not be read, after which no more files are requested. */
const MAX_FAILURES = 6

export interface Repository {
  readonly owner: string
  readonly repo: string
}

/**
 * The commits of `head` that `base` does not have (GET /compare/), or the last 20 (GET /commits). On a branch that
 * left the history of `base`, the comparison has the commits since their merge base. A comparison of which a page is
 * missing is as good as none.
 * @throws what octokit throws, and ActionError when not even the last commits can be read
 */
export async function readRange(
  octokit: Octokit,
  place: Repository,
  head: string,
  base: string | undefined,
): Promise<CommitRange> {
  if (base === undefined) return { ...(await readLast(octokit, place, head)), base: 'none' }
  const first = await compare(octokit, place, head, base, 1).catch(unlessCancelled)
  if (!first) return { ...(await readLast(octokit, place, head)), base: 'unknown' }
  if (first instanceof Failed) return await readWithoutComparison(octokit, place, head, base, first)

  // Pages run from the oldest to the newest, and the newest are the ones to keep.
  const total = first.total_commits
  const last = Math.max(1, Math.ceil(total / PER_PAGE))
  const wanted = Array.from({ length: last }, (_, index) => index + 1).slice(-MAX_PAGES)
  const read = await mapPool(wanted, CONCURRENCY, async (page) =>
    page === 1 ? first : await compare(octokit, place, head, base, page).catch(unlessCancelled),
  )
  const pages = read.flatMap((page) => (page && !(page instanceof Failed) ? [page] : []))
  const commits = pages.flatMap((page) => page.commits.map(asCommit)).toReversed()
  // Sentry takes the newest commit for the head of the release, where the next one begins.
  const complete = pages.length === read.length && (total === 0 || commits[0]?.sha === head)
  if (!complete) {
    const failed =
      read.find((page) => page instanceof Failed) ?? new Failed('a part of the comparison is missing')
    return await readWithoutComparison(octokit, place, head, base, failed)
  }
  return { commits, total, base: first.status === 'diverged' ? 'diverged' : 'found' }
}

class Failed {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}

/**
 * What the history of `head` lists before `base` (GET /commits), for a comparison that GitHub cannot make; the last 20
 * commits when `base` is not in it.
 */
async function readWithoutComparison(
  octokit: Octokit,
  place: Repository,
  head: string,
  base: string,
  { reason }: Failed,
): Promise<CommitRange> {
  const commits: Commit[] = []
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { data } = await octokit.repos.listCommits({ ...place, sha: head, page, per_page: PER_PAGE })
    const some = parse(CommitListSchema, data).map(asCommit)
    const end = some.findIndex(({ sha }) => sha.startsWith(base))
    commits.push(...some.slice(0, end === -1 ? undefined : end))
    if (end !== -1) return { commits, total: commits.length, base: 'listed', failure: reason }
    if (data.length < PER_PAGE) break
  }
  const last = commits.slice(0, WITHOUT_BASE)
  return { commits: last, total: last.length, base: 'failed', failure: reason }
}

/** The failure of one request, which must not cost the whole list; a cancelled job ends here. */
function unlessCancelled(error: unknown): Failed {
  const { cause } = error as { cause?: unknown }
  if (cause instanceof CancelledError) throw cause
  return new Failed(formatFailure(error))
}

/** Undefined when GitHub knows no such base (404). */
async function compare(octokit: Octokit, place: Repository, head: string, base: string, page: number) {
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
  place: Repository,
  head: string,
): Promise<Pick<CommitRange, 'commits' | 'total'>> {
  const { data } = await octokit.repos.listCommits({ ...place, sha: head, per_page: WITHOUT_BASE })
  const commits = parse(CommitListSchema, data).map(asCommit)
  return { commits, total: commits.length }
}

/** Adds the changed files of the newest commits. A commit whose files cannot be read goes without them. */
export async function withFiles(
  octokit: Octokit,
  place: Repository,
  range: CommitRange,
): Promise<CommitRange> {
  const newest = range.commits.slice(0, MAX_WITH_FILES)
  const older = range.commits.slice(MAX_WITH_FILES)
  const reasons = new Set<string>()
  let failures = 0
  const detailed = await mapPool(newest, CONCURRENCY, async (commit) => {
    // Without the right to read them, or in an outage, every request would fail and wait for its retries.
    if (failures >= MAX_FAILURES) return commit
    const files = await readFiles(octokit, place, commit.sha).catch(unlessCancelled)
    if (!(files instanceof Failed)) return { ...commit, files }
    failures += 1
    reasons.add(files.reason)
    return commit
  })
  if (older.length > 0) reasons.add(`files are read for the newest ${MAX_WITH_FILES} commits`)
  return {
    ...range,
    commits: [...detailed, ...older],
    filesMissing: reasons.size > 0 ? [...reasons].join('; ') : undefined,
  }
}

function formatFailure(error: unknown): string {
  const status = statusOf(error)
  if (status !== undefined) return `GitHub responded with ${status}`
  const { cause } = error as { cause?: unknown }
  const own = error instanceof ActionError ? error : cause
  return own instanceof ActionError ? own.message.replace(/\.$/, '') : 'GitHub could not be reached'
}

async function readFiles(octokit: Octokit, place: Repository, ref: string): Promise<ChangedFile[]> {
  const files: ChangedFile[] = []
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { data } = await octokit.repos.getCommit({ ...place, ref, page, per_page: PER_PAGE })
    const some = parse(FilesSchema, data).files ?? []
    files.push(
      ...some.map((file) => ({
        status: file.status,
        path: file.filename,
        previousPath: file.previous_filename ?? undefined,
      })),
    )
    if ((data.files ?? []).length < PER_PAGE) break
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
