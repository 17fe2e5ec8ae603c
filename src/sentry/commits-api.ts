import { HttpError } from '../http/failure.ts'
import { askOnce, type Caller, isTrouble, pages, parse, releasePath } from './call.ts'
import type { SentryCommit } from './commit-list.ts'
import { type Account, explain, SCOPES } from './errors.ts'
import {
  PreviousReleaseSchema,
  type Release,
  ReleaseSchema,
  type Repository,
  RepositoryListSchema,
} from './schema.ts'

/** A head commit for Sentry to fetch the rest itself, or the commits. Never an empty list: that deletes. */
export type Association =
  { readonly refs: readonly [Ref] } | { readonly commits: readonly [SentryCommit, ...SentryCommit[]] }

export interface Ref {
  /** Exactly as Sentry stores it, or it is a 400. */
  readonly repository: string
  readonly commit: string
  readonly previousCommit?: string
}

/**
 * What sending an association came to. `busy`: 409, another writer holds the release. `lost`: no answer, or one of a
 * server in trouble, while the request may still be at work. `too-large`: 413. `hidden`: 404.
 */
export type Associated =
  | { readonly kind: 'ok'; readonly release: Release }
  | { readonly kind: 'busy' | 'too-large' | 'hidden' }
  | { readonly kind: 'lost'; readonly error: HttpError }

/**
 * `own`: the release itself, which Sentry gives when somebody has stored commits for it meanwhile. `none`: `{}` or 404.
 */
export type Previous =
  | { readonly kind: 'previous'; readonly commit: string }
  | { readonly kind: 'own' }
  | { readonly kind: 'none' }

export interface CommitsApi {
  /** The repository of that name that Sentry can read itself; undefined when there is none. GET /repos/, all pages. */
  integratedRepository(name: string): Promise<Repository | undefined>
  /** The release before this one that has commits: GET /previous-with-commits/. */
  previousCommit(version: string): Promise<Previous>
  /** PUT with refs or commits, and the release date when it is due. Sent once: a repeat meets the lock of the first. */
  associate(version: string, body: Association, dateReleased: string | undefined): Promise<Associated>
}

export function createCommitsApi(call: Caller, account: Account): CommitsApi {
  return {
    async integratedRepository(name) {
      const list = pages(call, {
        method: 'GET',
        path: 'repos/',
        query: { query: name },
        intent: 'look up the repository',
      })
      const candidates: Repository[] = []
      for await (const response of list) {
        if (response.status === 404) break
        if (response.status !== 200) throw explain(response, account, SCOPES.repositories)
        candidates.push(...parse(RepositoryListSchema, response).filter((one) => isReadable(one, name)))
      }
      return candidates.find((one) => one.name === name) ?? candidates[0]
    },

    async previousCommit(version) {
      const response = await call({
        method: 'GET',
        path: `${releasePath(version)}previous-with-commits/`,
        intent: 'look up the previous release',
      })
      if (response.status === 404) return { kind: 'none' }
      if (response.status !== 200) throw explain(response, account, SCOPES.read)
      const previous = parse(PreviousReleaseSchema, response)
      if (previous.version === version) return { kind: 'own' }
      const commit = previous.lastCommit?.id
      return commit ? { kind: 'previous', commit } : { kind: 'none' }
    },

    async associate(version, body, dateReleased) {
      const response = await askOnce(call, {
        method: 'PUT',
        path: releasePath(version),
        body: dateReleased === undefined ? body : { ...body, dateReleased },
        intent: 'associate the commits',
      })
      if (response instanceof HttpError) return { kind: 'lost', error: response }
      if (response.status === 409) return { kind: 'busy' }
      if (isTrouble(response)) return { kind: 'lost', error: explain(response, account, SCOPES.write) }
      if (response.status === 413) return { kind: 'too-large' }
      if (response.status === 404) return { kind: 'hidden' }
      if (response.status !== 200) throw explain(response, account, SCOPES.write)
      return { kind: 'ok', release: parse(ReleaseSchema, response) }
    },
  }
}

/**
 * Only a repository that came through an integration is ever fetched; one that a list of commits brought along has the
 * same name and never yields any.
 */
function isReadable({ name, provider, status }: Repository, wanted: string): boolean {
  const active = status === undefined || status === null || status === 'active'
  // GitHub's names ignore case, Sentry's do not: its own spelling is what has to be sent.
  return (
    name.toLowerCase() === wanted.toLowerCase() && active && (provider?.id ?? '').startsWith('integrations:')
  )
}
