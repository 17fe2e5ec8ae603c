import { createHash } from 'node:crypto'
import { type StandInResponse, type Call, type ServerOptions, StandIn } from './server.ts'

export interface ChangedFile {
  readonly filename: string
  readonly status?: 'added' | 'removed' | 'modified' | 'renamed'
  readonly previous_filename?: string
}

export interface CommitSeed {
  /** Default: made from the rest. */
  readonly sha?: string
  readonly message?: string
  readonly name?: string
  readonly email?: string
  /** The account the address belongs to; without one `author` is null, as for unlinked addresses. */
  readonly login?: string
  readonly date?: string
  readonly files?: readonly (string | ChangedFile)[]
  /** Further parents of a merge. */
  readonly merges?: readonly string[]
  readonly branch?: string
}

export interface RepositorySeed {
  readonly owner: string
  readonly name: string
  /** Default true: without a token that reaches it, it does not exist. */
  readonly private?: boolean
  readonly defaultBranch?: string
}

export interface TokenSeed {
  readonly token: string
  /** Whether the token may read contents (default true); workflow permissions can take that away. */
  readonly contents?: boolean
  /** `owner/name` of the private repositories it reaches; default all. */
  readonly repositories?: readonly string[]
}

export interface GitHubOptions extends ServerOptions {
  /** Path before every route, `/api/v3` on an Enterprise server. */
  readonly prefix?: string
  readonly tokens?: readonly TokenSeed[]
  /** Requests per hour (default 5000). */
  readonly limit?: number
}

interface StoredCommit {
  readonly sha: string
  readonly parents: readonly string[]
  readonly seed: CommitSeed
  readonly date: string
  readonly files: readonly ChangedFile[]
  /** Position in the order of creation, which breaks ties between equal dates. */
  readonly order: number
}

const docs = 'https://docs.github.com/rest'
const rateLimits = `${docs}/overview/rate-limits-for-the-rest-api`

/** A repository with its commits and refs. Commits that no ref reaches stay readable by their hash, as after a force push. */
export class GitHubRepository {
  readonly id: number
  readonly owner: string
  readonly name: string
  readonly private: boolean
  readonly defaultBranch: string
  readonly #commits = new Map<string, StoredCommit>()
  readonly #refs = new Map<string, string>()

  constructor(id: number, seed: RepositorySeed) {
    this.id = id
    this.owner = seed.owner
    this.name = seed.name
    this.private = seed.private ?? true
    this.defaultBranch = seed.defaultBranch ?? 'main'
  }

  get fullName(): string {
    return `${this.owner}/${this.name}`
  }

  /** Adds a commit on top of a branch, which begins with it when it is new; returns the hash. */
  commit(seed: CommitSeed = {}): string {
    const branch = seed.branch ?? this.defaultBranch
    const tip = this.#refs.get(branch)
    const parents = [...(tip === undefined ? [] : [tip]), ...(seed.merges ?? [])]
    const order = this.#commits.size
    const date = seed.date ?? new Date(Date.UTC(2026, 8, 1, 8, order)).toISOString().replace('.000Z', 'Z')
    const sha = seed.sha ?? sha1(JSON.stringify([this.fullName, parents, seed, order]))
    const files = (seed.files ?? [`file-${order}.txt`]).map((file) =>
      typeof file === 'string' ? { filename: file } : file,
    )
    this.#commits.set(sha, { sha, parents, seed, date, files, order })
    this.#refs.set(branch, sha)
    return sha
  }

  /** Adds `count` commits in a row to a branch; returns the hashes, oldest first. */
  linear(count: number, branch = this.defaultBranch): string[] {
    return Array.from({ length: count }, (_, index) =>
      this.commit({ branch, message: `commit ${index + 1}` }),
    )
  }

  /** Points a branch or tag at a commit, wherever it pointed before. */
  setRef(name: string, sha: string): void {
    this.#refs.set(name, sha)
  }

  /** Throws the commits of a branch after `base` away and puts `count` others there, as `push --force` does. */
  forcePush(base: string, count: number, branch = this.defaultBranch): string[] {
    this.setRef(branch, base)
    return Array.from({ length: count }, (_, index) =>
      this.commit({ branch, message: `rewritten ${index + 1}` }),
    )
  }

  /** Removes what no ref reaches, as the server does some time after a force push. */
  collectGarbage(): void {
    const kept = new Set([...this.#refs.values()].flatMap((sha) => this.log(sha).map((commit) => commit.sha)))
    for (const sha of this.#commits.keys()) if (!kept.has(sha)) this.#commits.delete(sha)
  }

  /** A commit by branch, tag, hash, or unambiguous start of a hash. */
  resolve(name: string): StoredCommit | undefined {
    const exact = this.#commits.get(this.#refs.get(name.replace(/^refs\/(?:heads|tags)\//, '')) ?? name)
    if (exact || !/^[0-9a-f]{7,39}$/.test(name)) return exact
    const [found, ...others] = [...this.#commits.values()].filter(({ sha }) => sha.startsWith(name))
    return others.length === 0 ? found : undefined
  }

  /** Everything reachable from a commit, newest first. */
  log(from: string): StoredCommit[] {
    const seen = new Map<string, StoredCommit>()
    const queue = [from]
    for (let sha = queue.pop(); sha !== undefined; sha = queue.pop()) {
      const commit = this.#commits.get(sha)
      if (!commit || seen.has(sha)) continue
      seen.set(sha, commit)
      queue.push(...commit.parents)
    }
    return [...seen.values()].sort((a, b) => Date.parse(b.date) - Date.parse(a.date) || b.order - a.order)
  }
}

/** A stand-in for the parts of GitHub's REST API that read commits, with its ways of paginating and of saying no. */
export class GitHubStandIn extends StandIn {
  readonly #prefix: string
  readonly #tokens: TokenSeed[]
  readonly #limit: number
  readonly #repositories: GitHubRepository[] = []
  #used = 0
  #resetAt = Date.now() + 3_600_000
  #exhaustedStatus: 403 | 429 = 403
  #throttled: { answer: StandInResponse; left: number } | undefined

  constructor(options: GitHubOptions = {}) {
    super(options)
    this.#prefix = options.prefix ?? ''
    this.#tokens = [...(options.tokens ?? [])]
    this.#limit = options.limit ?? 5000
  }

  /** What a client takes as `GITHUB_API_URL`. */
  get baseUrl(): string {
    return `${this.url}${this.#prefix}`
  }

  addToken(seed: TokenSeed): string {
    this.#tokens.push(seed)
    return seed.token
  }

  addRepository(seed: RepositorySeed): GitHubRepository {
    const repository = new GitHubRepository(402938475 + this.#repositories.length, seed)
    this.#repositories.push(repository)
    return repository
  }

  /** Uses the hourly quota up: 403 (or 429) with `x-ratelimit-remaining: 0` until the reset. */
  exhaust({ resetInSeconds = 60, status = 403 }: { resetInSeconds?: number; status?: 403 | 429 } = {}): void {
    this.#used = this.#limit
    this.#resetAt = Date.now() + resetInSeconds * 1000
    this.#exhaustedStatus = status
  }

  /** The secondary limit: quota is left, and `retry-after` comes only when a number of seconds is given. */
  throttle(given: { retryAfter?: number; status?: 403 | 429; times?: number } = {}): void {
    const message =
      'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
    const answer = problem(given.status ?? 403, message, `${rateLimits}#about-secondary-rate-limits`)
    const headers: Record<string, string> = {}
    if (given.retryAfter !== undefined) headers['retry-after'] = String(given.retryAfter)
    this.#throttled = { answer: { ...answer, headers }, left: given.times ?? 1 }
  }

  protected override handle(call: Call): StandInResponse {
    if (Date.now() >= this.#resetAt) {
      this.#used = 0
      this.#resetAt += 3_600_000
    }
    this.#used += 1
    const quota = {
      'x-ratelimit-limit': String(this.#limit),
      'x-ratelimit-remaining': String(Math.max(0, this.#limit - this.#used)),
      'x-ratelimit-used': String(Math.min(this.#used, this.#limit)),
      'x-ratelimit-reset': String(Math.ceil(this.#resetAt / 1000)),
      'x-ratelimit-resource': 'core',
    }
    const answer = this.#answer(call)
    return {
      ...answer,
      headers: { 'Content-Type': 'application/json; charset=utf-8', ...quota, ...answer.headers },
    }
  }

  #answer(call: Call): StandInResponse {
    if (!call.headers['user-agent']) {
      const raw =
        'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.'
      return { status: 403, headers: { 'Content-Type': 'text/html; charset=utf-8' }, raw }
    }
    const token = this.#token(call)
    if (token === 'bad') return problem(401, 'Bad credentials', docs)
    if (this.#used > this.#limit) {
      return problem(this.#exhaustedStatus, 'API rate limit exceeded for installation ID 55012.', rateLimits)
    }
    if (this.#throttled && this.#throttled.left > 0) {
      this.#throttled.left -= 1
      return this.#throttled.answer
    }
    const match = call.method === 'GET' ? route(call.path, this.#prefix) : undefined
    const repository = match && this.#repository(match.repository, token)
    if (!match || !repository) return notFound()
    if (token && token.contents === false) {
      const answer = problem(403, 'Resource not accessible by integration', `${docs}/commits/commits`)
      return { ...answer, headers: { 'x-accepted-github-permissions': 'contents=read' } }
    }
    const page: Page = {
      query: call.query,
      url: `${this.baseUrl}/repositories/${repository.id}/${match.rest}`,
    }
    if (match.action === 'compare') return compare(repository, match.argument, page)
    return match.argument === '' ? listCommits(repository, page) : getCommit(repository, match.argument, page)
  }

  #token(call: Call): TokenSeed | 'bad' | undefined {
    const [, text] = /^(?:token|bearer) +(\S+)$/i.exec(call.headers.authorization ?? '') ?? []
    if (text === undefined) return call.headers.authorization === undefined ? undefined : 'bad'
    return this.#tokens.find((seed) => seed.token === text) ?? 'bad'
  }

  #repository(name: string, token: TokenSeed | undefined): GitHubRepository | undefined {
    const wanted = name.toLowerCase()
    const found = this.#repositories.find((row) =>
      [row.fullName.toLowerCase(), String(row.id)].includes(wanted),
    )
    if (!found?.private) return found
    const reached = token && (token.repositories ?? [found.fullName]).includes(found.fullName)
    return reached ? found : undefined
  }
}

interface Page {
  readonly query: URLSearchParams
  /** Where `Link` points: by number, not by name, so a client must follow it rather than build it. */
  readonly url: string
}

/** GET `compare/{base}...{head}`: 404 when either is unknown or nothing is shared. */
function compare(repository: GitHubRepository, basehead: string, page: Page): StandInResponse {
  const [baseName = '', headName = ''] = basehead.split('...')
  const base = repository.resolve(baseName)
  const head = repository.resolve(headName)
  if (!base || !head) return notFound(`${docs}/commits/commits#compare-two-commits`)

  const before = repository.log(base.sha)
  const after = repository.log(head.sha)
  const known = new Set(before.map(({ sha }) => sha))
  const reached = new Set(after.map(({ sha }) => sha))
  const mergeBase = after.find(({ sha }) => known.has(sha))
  if (!mergeBase) return problem(404, `No common ancestor between ${baseName} and ${headName}.`, docs)

  const ahead = after.filter(({ sha }) => !known.has(sha)).toReversed()
  const behind = before.filter(({ sha }) => !reached.has(sha)).length
  // Without a paging parameter the newest 250 come back; with one, pages begin at the oldest.
  const paged = page.query.has('page') || page.query.has('per_page')
  const slice = paged ? paginate(ahead, page, 30) : { rows: ahead.slice(-250), first: true, headers: {} }
  const render = (commit: StoredCommit): object => commitObject(repository, commit)
  return {
    status: 200,
    headers: slice.headers,
    body: {
      status: comparison(ahead.length, behind),
      ahead_by: ahead.length,
      behind_by: behind,
      total_commits: ahead.length,
      base_commit: render(base),
      merge_base_commit: render(mergeBase),
      commits: slice.rows.map(render),
      ...(slice.first ? { files: combined(ahead).slice(0, 300).map(fileObject) } : {}),
    },
  }
}

/** GET `commits`: newest first from `sha`, which may be a branch; 404 when that is unknown. */
function listCommits(repository: GitHubRepository, page: Page): StandInResponse {
  const start = repository.resolve(page.query.get('sha') || repository.defaultBranch)
  if (!start) return notFound(`${docs}/commits/commits#list-commits`)
  const { rows, headers } = paginate(repository.log(start.sha), page, 30)
  return { status: 200, headers, body: rows.map((commit) => commitObject(repository, commit)) }
}

/** GET one commit with its files: 300 at a time and 3000 at most. An unknown name is a 422, not a 404. */
function getCommit(repository: GitHubRepository, name: string, page: Page): StandInResponse {
  const commit = repository.resolve(name)
  if (!commit) {
    return problem(422, `No commit found for SHA: ${name}`, `${docs}/commits/commits#get-a-commit`)
  }
  const { rows, headers } = paginate(commit.files.slice(0, 3000), page, 300)
  const stats = { total: commit.files.length, additions: commit.files.length, deletions: 0 }
  return {
    status: 200,
    headers,
    body: { ...commitObject(repository, commit), stats, files: rows.map(fileObject) },
  }
}

function paginate<Row>(
  rows: readonly Row[],
  { query, url }: Page,
  defaultSize: number,
): { rows: readonly Row[]; first: boolean; headers: Record<string, string> } {
  const asked = Number(query.get('per_page'))
  // Too large a page is made smaller without a word.
  const size = asked > 0 ? Math.min(asked, 100) : defaultSize
  const number = Math.max(1, Number(query.get('page')) || 1)
  const last = Math.max(1, Math.ceil(rows.length / size))
  const link = (relation: string, page: number): string => {
    const next = new URLSearchParams(query)
    next.set('page', String(page))
    return `<${url}?${next.toString()}>; rel="${relation}"`
  }
  const links = [
    ...(number > 1 ? [link('prev', Math.min(number - 1, last))] : []),
    ...(number < last ? [link('next', number + 1), link('last', last)] : []),
    ...(number > 1 ? [link('first', 1)] : []),
  ]
  return {
    rows: rows.slice((number - 1) * size, number * size),
    first: number === 1,
    headers: links.length > 0 ? { Link: links.join(', ') } : {},
  }
}

function route(
  path: string,
  prefix: string,
): { repository: string; rest: string; action: string; argument: string } | undefined {
  const match = /^\/(?:repos\/([^/]+\/[^/]+)|repositories\/(\d+))\/((commits|compare)(?:\/(.+))?)$/.exec(
    path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : '',
  )
  if (!match) return undefined
  const [, name, id, rest = '', action = '', argument = ''] = match
  return { repository: name ?? id ?? '', rest, action, argument: decodeURIComponent(argument) }
}

function commitObject(repository: GitHubRepository, { sha, parents, seed, date }: StoredCommit): object {
  const person = { name: seed.name ?? 'Rowan Pike', email: seed.email ?? 'rowan@acme.example', date }
  const account = seed.login === undefined ? null : { login: seed.login, id: 1, type: 'User' }
  const html = `https://github.com/${repository.fullName}/commit`
  return {
    sha,
    node_id: `C_${sha.slice(0, 12)}`,
    html_url: `${html}/${sha}`,
    commit: {
      author: person,
      committer: person,
      message: seed.message ?? 'a commit',
      tree: { sha: sha1(`tree ${sha}`) },
      comment_count: 0,
    },
    author: account,
    committer: account,
    parents: parents.map((parent) => ({ sha: parent, html_url: `${html}/${parent}` })),
  }
}

function fileObject(file: ChangedFile): object {
  return {
    sha: sha1(file.filename),
    filename: file.filename,
    status: file.status ?? 'modified',
    additions: 1,
    deletions: 0,
    changes: 1,
    ...(file.previous_filename === undefined ? {} : { previous_filename: file.previous_filename }),
  }
}

// The net effect of several commits on each file, by name.
function combined(commits: readonly StoredCommit[]): ChangedFile[] {
  const files = new Map<string, ChangedFile>()
  for (const file of commits.flatMap((commit) => commit.files)) {
    const added = files.get(file.filename)?.status === 'added'
    if (added && file.status === 'removed') files.delete(file.filename)
    else files.set(file.filename, added ? { ...file, status: 'added' } : file)
  }
  return [...files.values()].sort((a, b) => (a.filename < b.filename ? -1 : 1))
}

function comparison(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) return 'diverged'
  if (ahead > 0) return 'ahead'
  return behind > 0 ? 'behind' : 'identical'
}

function notFound(documentation = docs): StandInResponse {
  return problem(404, 'Not Found', documentation)
}

function problem(status: number, message: string, documentation: string): StandInResponse {
  return { status, body: { message, documentation_url: documentation, status: String(status) } }
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}
