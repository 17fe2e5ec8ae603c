import { ActionError } from '../errors.ts'
import { HttpError } from '../http/failure.ts'
import type { Logger } from '../ports.ts'
import type { HttpResponse } from '../http/response.ts'
import { type Caller, isSuccess, lookUpCall, parse, releasePath, type SentryCall } from './call.ts'
import { type NewRelease, postWithProjects } from './create.ts'
import { quoted } from '../text/sanitize.ts'
import { type SentryAccount, explain, SCOPES } from './errors.ts'
import { type Release, ReleaseListSchema, ReleaseSchema } from './schema.ts'
import { exactQuery } from './version.ts'

export type ReleaseChange = Readonly<Partial<Record<'ref' | 'url' | 'dateReleased', string>>>

/** The result of a create. `conflict`: another writer was faster or holds the release (409). */
export type CreateResult =
  | { readonly kind: 'ok'; readonly release: Release; readonly status: number }
  | { readonly kind: 'conflict'; readonly error: HttpError }

export interface ReleaseApi {
  /**
   * The release of exactly this version, archived ones too; undefined when there is none that the token may see (404),
   * and when Sentry responds with another version.
   */
  find(version: string): Promise<Release | undefined>
  /** The releases that the list shows for exactly this version, archived ones too; undefined when the list fails. */
  list(version: string): Promise<readonly Release[] | undefined>
  /** Creates the release or attaches missing projects to it (200, 201, 208); on one that exists it changes nothing but `status`. */
  create(release: NewRelease): Promise<CreateResult>
  /** Changes fields of a release; undefined when the server responds that it does not exist (404). */
  update(version: string, change: ReleaseChange): Promise<Release | undefined>
}

/**
 * The calls about releases. Each throws HttpError, with advice, for a response that its type does not name, and
 * ActionError when a changed release has another version than the one that was sent.
 * @param widens whether `project=-1` can show a token more projects: true for personal tokens
 */
export function createReleaseApi(
  call: Caller,
  account: SentryAccount,
  widens: boolean,
  logger: Logger,
): ReleaseApi {
  return {
    async find(version) {
      const response = await call(lookUpCall(version))
      if (response.status === 404) return undefined
      if (response.status !== 200) throw explain(response, account, SCOPES.read)
      const release = parse(ReleaseSchema, response)
      if (release.version === version) return release
      // From a proxy, or a server that folds case.
      logger.info(
        `The step requested release ${quoted(version)} but Sentry responded with ${quoted(release.version)}, which is ignored.`,
      )
      return undefined
    },

    async list(version) {
      const list = listOfVersion(version, 'confirm the release in the list')
      if (!list) return undefined
      try {
        return list.read(await call(list.call))
      } catch (error) {
        // The list also reads from the event store, so it can fail while the release itself is fine.
        if (error instanceof HttpError) return undefined
        throw error
      }
    },

    async create(release) {
      const response = await postWithProjects(release, call, widens)
      if (response.status === 409) {
        return { kind: 'conflict', error: explain(response, account, SCOPES.write) }
      }
      if (!isSuccess(response)) throw explain(response, account, SCOPES.write)
      return { kind: 'ok', release: parseChanged(response, release.version), status: response.status }
    },

    async update(version, change) {
      const response = await call({
        method: 'PUT',
        path: releasePath(version),
        body: change,
        intent: 'update the release',
      })
      if (response.status === 404) return undefined
      if (!isSuccess(response)) throw explain(response, account, SCOPES.write)
      return parseChanged(response, version)
    },
  }
}

/**
 * The release after a change, which must be the one that was sent: everything that follows goes by its version.
 * @throws ActionError when it is another one
 */
export function parseChanged(response: HttpResponse, version: string): Release {
  const release = parse(ReleaseSchema, response)
  if (release.version === version) return release
  throw new ActionError(
    `Sentry was sent release ${quoted(version)} and responded with ${quoted(release.version)}.`,
    { advice: 'Use a version that this Sentry stores unchanged, or report this to its administrator.' },
  )
}

/**
 * The call that lists exactly one version, and how to read its response; undefined when the search language cannot
 * express the version. Both statuses, and all projects that the token can reach: the default is open releases of
 * joined teams. Servers before 2022 respond with 400 to the key `release:`.
 */
export function listOfVersion(
  version: string,
  intent: string,
):
  | { readonly call: SentryCall; readonly read: (response: HttpResponse) => readonly Release[] | undefined }
  | undefined {
  const query = exactQuery(version)
  if (query === undefined) return undefined
  return {
    call: {
      method: 'GET',
      path: 'releases/',
      query: { query, status: '', project: '-1', per_page: '100' },
      intent,
    },
    read: (response) => (response.status === 200 ? parse(ReleaseListSchema, response) : undefined),
  }
}
