import { getOctokitOptions } from '@actions/github/lib/utils'
import { Octokit } from '@octokit/rest'
import { ActionError, CancelledError } from '../errors.ts'
import type { Http } from '../http/client.ts'
import type { Logger } from '../ports.ts'
import { plain } from '../untrusted.ts'
import { mapPool } from '../wait/pool.ts'
import type { ChangedFile, Commit, CommitRange, CommitSource } from './commits.ts'

/*
 * This module is imported late, only when commits have to be read: octokit and @actions/github take longer to load
 * than a whole run without them.
 */

/** Commits without a base: what Sentry takes too when it has no earlier release. */
const WITHOUT_BASE = 20
/** The largest page that GitHub gives, for commits and for files. */
const PER_PAGE = 100
/** Pages of 100: about what fits into one request to Sentry. */
const MOST_PAGES = 10
/** One request each, out of the 1,000 an hour that a repository has. */
const MOST_WITH_FILES = 100
const AT_ONCE = 6
/** A comparison brings the patches of up to 300 files along. */
const LARGEST_ANSWER = 32 * 1024 * 1024

export interface GitHubDeps {
  readonly http: Http
  readonly logger: Logger
  readonly token: string
  /** `https://api.github.com`, or the one of a GitHub Enterprise Server. */
  readonly apiUrl: string
  /** `owner/name` */
  readonly repository: string
}

/** Commits by GitHub's REST API: compare, list, and one commit each for its files. */
export function createCommitSource(deps: GitHubDeps): CommitSource {
  const octokit = connect(deps)
  const [owner = '', repo = ''] = deps.repository.split('/')
  const place = { owner, repo }
  return {
    async read(head, base) {
      try {
        const range = await readRange(octokit, place, head, base)
        return await withFiles(octokit, place, range)
      } catch (error) {
        throw explain(error, deps)
      }
    },
  }
}

/** Octokit over the action's own HTTP: the same proxies, limits, retries and cleaned errors as everywhere. */
function connect({ http, logger, token, apiUrl }: GitHubDeps): Octokit {
  const fetch = async (
    url: string,
    init: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<Response> => {
    const reply = await http.send({
      method: 'GET',
      url: new URL(url),
      headers: init.headers ?? {},
      intent: 'read the commits',
      effect: 'idempotent',
      peer: { name: 'GitHub', urlInput: 'GITHUB_API_URL' },
      largestAnswer: LARGEST_ANSWER,
    })
    const headers = Object.fromEntries(
      ['content-type', 'link'].flatMap((name) => {
        const value = reply.header(name)
        return value === undefined ? [] : [[name, value] as const]
      }),
    )
    return new Response(reply.status === 204 || reply.status === 304 ? null : new Uint8Array(reply.bytes), {
      status: reply.status,
      headers,
    })
  }
  const tell = (message: string): void => {
    logger.debug(plain(message))
  }
  // Octokit would write to the console, past the one place that defuses what is shown.
  const ignore = (): void => undefined
  return new Octokit(
    getOctokitOptions(token, {
      baseUrl: apiUrl.replace(/\/+$/, ''),
      request: { fetch },
      log: { debug: ignore, info: ignore, warn: tell, error: tell },
    }),
  )
}

interface Place {
  readonly owner: string
  readonly repo: string
}

async function readRange(
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
    return data
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
  return { commits: data.map(asCommit), total: data.length }
}

/** Lists of files are worth having, but no commit is given up for one: what cannot be read is left out and said. */
async function withFiles(octokit: Octokit, place: Place, range: CommitRange): Promise<CommitRange> {
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
    const status = statusOf(error)
    return {
      ...range,
      filesMissing:
        status === undefined ? 'GitHub could not be reached for them' : `GitHub answered ${status}`,
    }
  }
}

async function readFiles(octokit: Octokit, place: Place, ref: string): Promise<ChangedFile[]> {
  const files: ChangedFile[] = []
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { data } = await octokit.repos.getCommit({ ...place, ref, page, per_page: PER_PAGE })
    const some = data.files ?? []
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

interface ApiCommit {
  readonly sha: string
  readonly commit: {
    readonly message: string
    readonly author: Signature | null
    readonly committer: Signature | null
  }
}

interface Signature {
  readonly name?: string | undefined
  readonly email?: string | undefined
  readonly date?: string | undefined
}

function asCommit({ sha, commit }: ApiCommit): Commit {
  return {
    sha,
    message: commit.message,
    authorName: commit.author?.name,
    authorEmail: commit.author?.email,
    date: commit.committer?.date ?? commit.author?.date,
  }
}

function statusOf(error: unknown): number | undefined {
  const { status, cause } = error as { status?: unknown; cause?: unknown }
  return typeof status === 'number' && !(cause instanceof ActionError) ? status : undefined
}

/** Octokit wraps what the transport throws, and its errors hold the request: neither travels further. */
function explain(error: unknown, { apiUrl, repository }: GitHubDeps): ActionError {
  if (error instanceof ActionError) return error
  const { cause, message } = error as { cause?: unknown; message?: unknown }
  if (cause instanceof ActionError) return cause
  const status = statusOf(error)
  const host = URL.canParse(apiUrl) ? new URL(apiUrl).host : apiUrl
  const said = typeof message === 'string' ? plain(message, 200) : 'no answer'
  return new ActionError(
    `Could not read the commits of ${repository} from ${host}: ${status === undefined ? said : `HTTP ${status}: ${said}`}`,
    { advice: advise(status, repository) },
  )
}

function advise(status: number | undefined, repository: string): string {
  switch (status) {
    case 401:
      return 'GitHub does not accept github-token. Leave the input out to use the token of the job.'
    case 403:
    case 404:
    case 422:
      return `Grant the job "permissions: contents: read", and check that github-token may read ${repository}.`
    case 429:
      return 'GitHub limits how often its API is called. Run the job again later.'
    case undefined:
    default:
      return 'Run the job again; if it stays, look at https://www.githubstatus.com or set set-commits: skip.'
  }
}
