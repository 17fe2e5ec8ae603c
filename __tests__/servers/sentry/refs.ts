import type { Context } from './context.ts'
import { newestFirst } from './dates.ts'
import { crash, invalid } from './errors.ts'
import type { SourceCommit } from './options.ts'
import type { RefInput } from './schemas.ts'
import type { Release, Repository, State } from './state.ts'

interface Fetch {
  readonly release: Release
  readonly refs: readonly {
    readonly repository: string
    readonly from: string | undefined
    readonly to: string
  }[]
}

/**
 * Stores the head commits that `refs` name and queues the fetch of what lies between. A name that no repository has
 * in exactly this spelling is a 400; by then the release itself is saved.
 */
export function setRefs(context: Context, release: Release, refs: readonly RefInput[], fetch: boolean): void {
  const { state, organization, fetches, settings } = context
  const unknown = [...new Set(refs.map(({ repository }) => repository))].filter(
    (name) => !state.repositories.some((row) => row.organization === organization.slug && row.name === name),
  )
  if (unknown.length > 0) throw invalid({ refs: [`Invalid repository names: ${unknown.join(',')}`] })

  // `a..b..c` gets past the fields.
  if (refs.some(({ commit }) => commit.split('..').length > 2)) throw crash()
  const previous = previousRelease(state, release)
  const ranges = refs.map(({ repository, commit, previousCommit }) => {
    const [start, end] = commit.split('..')
    const [from, to] = end === undefined ? [previousCommit, commit] : [start, end]
    release.headCommits[repository] = to
    return { repository, from: from || previous?.headCommits[repository], to }
  })
  if (fetch) fetches.push({ release, refs: ranges }, settings.refsDelayMs)
}

/** The background task that asks providers for commits. Until it has run, `commitCount` is the old one. */
export class FetchQueue {
  readonly #state: State
  readonly #pending: Fetch[] = []
  readonly #timers = new Set<NodeJS.Timeout>()

  constructor(state: State) {
    this.#state = state
  }

  get size(): number {
    return this.#pending.length
  }

  push(fetch: Fetch, delayMs: number | undefined): void {
    this.#pending.push(fetch)
    if (delayMs === undefined) return
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.settle()
    }, delayMs)
    this.#timers.add(timer)
  }

  /** Runs everything queued. Failures reach people by mail only, never a caller of the API. */
  settle(): void {
    for (const fetch of this.#pending.splice(0)) this.#run(fetch)
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }

  #run({ release, refs }: Fetch): void {
    const found = refs.flatMap(({ repository: name, from, to }) => {
      const repository = this.#state.repositories.find(
        (row) => row.organization === release.organization && row.name === name,
      )
      if (!repository?.integration) return []
      const commits = between(repository, from, to)
      if (!commits) this.#state.mails.push(`Unable to fetch commits: ${name} has no ${to}`)
      return (commits ?? []).map((commit) => this.#state.storedCommit(commit, name))
    })
    if (found.length > 0) release.commits = found
  }
}

// Newest first: from the start (exclusive) up to the head; twenty without a start, nothing without a known head.
function between(repository: Repository, from: string | undefined, to: string): SourceCommit[] | undefined {
  const history = repository.history ?? [{ id: to }]
  const head = history.findIndex(({ id }) => id === to)
  if (head === -1) return undefined
  const start = from === undefined ? -1 : history.findIndex(({ id }) => id === from)
  const first = start === -1 ? Math.max(0, head - 19) : start + 1
  return history.slice(first, head + 1).toReversed()
}

function previousRelease(state: State, release: Release): Release | undefined {
  return state.releases
    .filter((row) => row !== release && row.organization === release.organization)
    .filter((row) => row.projects.some((slug) => release.projects.includes(slug)))
    .filter((row) => Object.keys(row.headCommits).length > 0)
    .sort((a, b) => newestFirst(a.dateCreated, b.dateCreated) || b.id - a.id)[0]
}
