import { HttpError } from '../http/failure.ts'
import { parseChanged } from './api.ts'
import { sendOnce, type Caller, isServerFailure, isSuccess, pages, parse, releasePath } from './call.ts'
import type { SentryCommit } from './commit-list.ts'
import { type SentryAccount, explain, SCOPES } from './errors.ts'
import {
  PreviousReleaseSchema,
  type Release,
  ReleaseListSchema,
  ReleaseSchema,
  type Repository,
  RepositoryListSchema,
} from './schema.ts'
import { prefixQuery } from './version.ts'

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
 * The result of sending an association. `busy`: 409, another writer holds the release. `lost`: no response, or one of
 * a server in trouble, while the request may still take effect. `too-large`: 413. `hidden`: 404.
 */
export type Associated =
  | { readonly kind: 'ok'; readonly release: Release }
  | { readonly kind: 'too-large' | 'hidden' }
  | { readonly kind: 'busy' | 'lost'; readonly error: HttpError }

/** `own`: the release itself, which Sentry returns when it has commits. `none`: there is no earlier one with commits. */
export type Previous =
  { readonly kind: 'previous'; readonly commit: string } | { readonly kind: 'own' | 'none' }

/** `forbidden`: 403, which organization tokens get before version 23.8. */
export type RepositoryLookup =
  | { readonly kind: 'found'; readonly name: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'forbidden'; readonly error: HttpError }

export interface CommitsApi {
  /** The repository of that name that Sentry can read itself: GET /repos/, all pages. */
  integratedRepository(name: string): Promise<RepositoryLookup>
  /** The release before this one that has commits: GET /previous-with-commits/. Undefined for a 404. */
  previousCommit(version: string): Promise<Previous | undefined>
  /**
   * The releases whose version begins with `prefix`, newest first, archived ones too: the list, 100 at most; undefined
   * when the list fails.
   */
  withPrefix(prefix: string): Promise<readonly Release[] | undefined>
  /** PUT with refs or commits, and the release date when it is due. Sent once: a repeat meets the lock of the first. */
  associate(version: string, body: Association, dateReleased: string | undefined): Promise<Associated>
}

export function createCommitsApi(call: Caller, account: SentryAccount): CommitsApi {
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
        if (response.status !== 200) {
          const error = explain(response, account, SCOPES.repositories)
          if (response.status === 403 && !response.isLimit) return { kind: 'forbidden', error }
          throw error
        }
        candidates.push(...parse(RepositoryListSchema, response).filter((one) => isReadable(one, name)))
      }
      const found = candidates.find((one) => one.name === name) ?? candidates[0]
      return found ? { kind: 'found', name: found.name } : { kind: 'none' }
    },

    async previousCommit(version) {
      const response = await call({
        method: 'GET',
        path: `${releasePath(version)}previous-with-commits/`,
        intent: 'look up the previous release',
      })
      if (response.status === 404) return undefined
      if (response.status !== 200) throw explain(response, account, SCOPES.read)
      const previous = parse(PreviousReleaseSchema, response)
      if (previous.version === version) return { kind: 'own' }
      const commit = previous.lastCommit?.id
      return commit ? { kind: 'previous', commit } : { kind: 'none' }
    },

    async withPrefix(prefix) {
      const query = prefixQuery(prefix)
      const filter: Record<string, string> = query === undefined ? {} : { query }
      try {
        const response = await call({
          method: 'GET',
          path: 'releases/',
          query: { ...filter, status: '', project: '-1', per_page: '100' },
          intent: 'look up the previous release with the version-prefix',
        })
        if (response.status !== 200) return undefined
        return parse(ReleaseListSchema, response).filter(({ version }) => version.startsWith(prefix))
      } catch (error) {
        // The list also reads from the event store, so it can fail while the release itself is fine.
        if (error instanceof HttpError) return undefined
        throw error
      }
    },

    async associate(version, body, dateReleased) {
      const response = await sendOnce(
        call,
        {
          method: 'PUT',
          path: releasePath(version),
          body: dateReleased === undefined ? body : { ...body, dateReleased },
          intent: 'associate the commits',
        },
        ReleaseSchema,
      )
      if (response instanceof HttpError) return { kind: 'lost', error: response }
      const error = (): HttpError => explain(response, account, SCOPES.write)
      if (response.status === 409) return { kind: 'busy', error: error() }
      if (isServerFailure(response)) return { kind: 'lost', error: error() }
      if (response.status === 413) return { kind: 'too-large' }
      if (response.status === 404) return { kind: 'hidden' }
      if (!isSuccess(response)) throw error()
      return { kind: 'ok', release: parseChanged(response, version) }
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
