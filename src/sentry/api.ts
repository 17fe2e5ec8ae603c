import type * as z from 'zod/mini'
import type { Http, Reply } from '../http/client.ts'
import { HttpError, type Peer } from '../http/failure.ts'
import type { Effect } from '../http/retry.ts'
import { type Account, explain, SCOPES, unreadable } from './explain.ts'
import { type Release, ReleaseListSchema, ReleaseSchema } from './schema.ts'
import { exactQuery } from './version.ts'

const SENTRY: Peer = { name: 'Sentry', urlInput: 'sentry-url' }

export interface NewRelease {
  readonly version: string
  /** Slugs or numeric ids. */
  readonly projects: readonly string[]
  readonly ref?: string | undefined
  readonly url?: string | undefined
  readonly status?: 'open' | undefined
}

export type ReleaseChange = Readonly<Partial<Record<'ref' | 'url' | 'dateReleased', string>>>

/** What a create came to. `conflict`: another writer was faster or holds the release (409). */
export type Created =
  { readonly kind: 'ok'; readonly release: Release; readonly status: number } | { readonly kind: 'conflict' }

export interface SentryApi {
  /** The release of exactly this version, archived ones too; undefined when there is none that the token may see (404). */
  find(version: string): Promise<Release | undefined>
  /** The releases that the list shows for exactly this version, archived ones too; undefined when the list cannot tell. */
  list(version: string): Promise<readonly Release[] | undefined>
  /** Creates the release or attaches missing projects to it (200, 201, 208); on one that exists it changes nothing but `status`. */
  create(release: NewRelease): Promise<Created>
  /** Changes fields of a release; undefined when the server says that it does not exist (404). */
  update(version: string, change: ReleaseChange): Promise<Release | undefined>
}

export interface SentryDeps {
  readonly http: Http
  readonly account: Account
  readonly token: string
  /** Names this run, and no other: Sentry keeps the one of the creating request. */
  readonly userAgent: string
}

/**
 * The release calls of Sentry's API, below `<base>api/0/organizations/<organization>/`. Each throws HttpError for an
 * answer that it does not name, with advice.
 */
export function createSentryApi(deps: SentryDeps): SentryApi {
  const { http, account } = deps
  const root = new URL(`api/0/organizations/${encodeURIComponent(account.organization)}/`, account.base)
  // A path without its last slash is a 404.
  const detail = (version: string): URL => new URL(`releases/${encodeURIComponent(version)}/`, root)

  function call(
    method: 'GET' | 'POST' | 'PUT',
    url: URL,
    intent: string,
    body?: unknown,
    effect: Effect = 'idempotent',
  ): Promise<Reply> {
    return http.send({
      method,
      url,
      intent,
      effect,
      peer: SENTRY,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: {
        Accept: 'application/json',
        Authorization: `Bearer ${deps.token}`,
        'User-Agent': deps.userAgent,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
    })
  }

  return {
    async find(version) {
      const reply = await call('GET', detail(version), 'look up the release')
      if (reply.status === 404) return undefined
      if (reply.status !== 200) throw explain(reply, account, SCOPES.read)
      return parse(ReleaseSchema, reply)
    },

    async list(version) {
      const query = exactQuery(version)
      if (query === undefined) return undefined
      const url = new URL('releases/', root)
      // Both statuses, and all projects that the token can reach: the default is open ones of joined teams.
      url.search = new URLSearchParams({ query, status: '', project: '-1', per_page: '100' }).toString()
      try {
        const reply = await call('GET', url, 'confirm the release in the list')
        // Servers before 2022 answer 400 to the key `release:`.
        if (reply.status === 400) return undefined
        if (reply.status !== 200) throw explain(reply, account, SCOPES.read)
        return parse(ReleaseListSchema, reply)
      } catch (error) {
        // The list also asks the event store, so it can fail while the release itself is fine.
        if (error instanceof HttpError) return undefined
        throw error
      }
    },

    async create(release) {
      const url = new URL('releases/', root)
      const body = { ...release, projects: release.projects.map(asProject) }
      const intent = 'create the release'
      let reply = await call('POST', url, intent, body)
      if (reply.status === 400 && rejectsProjects(reply) && !deps.token.startsWith('sntrys_')) {
        // With a personal token only projects of joined teams count, until the query asks for all within reach.
        url.search = 'project=-1'
        const wider = await call('POST', url, intent, body)
        if (wider.status !== 400 && wider.status !== 403) reply = wider
      }
      if (reply.status === 409) return { kind: 'conflict' }
      if (![200, 201, 208].includes(reply.status)) throw explain(reply, account, SCOPES.write)
      return { kind: 'ok', release: parse(ReleaseSchema, reply), status: reply.status }
    },

    async update(version, change) {
      const reply = await call('PUT', detail(version), 'update the release', change)
      if (reply.status === 404) return undefined
      if (reply.status !== 200) throw explain(reply, account, SCOPES.write)
      return parse(ReleaseSchema, reply)
    },
  }
}

/** Ids as numbers: servers before December 2025 do not find them as text. */
function asProject(project: string): string | number {
  return /^\d+$/.test(project) && Number.isSafeInteger(Number(project)) ? Number(project) : project
}

function rejectsProjects(reply: Reply): boolean {
  const body = reply.json
  return typeof body === 'object' && body !== null && 'projects' in body
}

function parse<T>(schema: z.ZodMiniType<T>, reply: Reply): T {
  const parsed = schema.safeParse(reply.json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw unreadable(reply, issue && issue.path.length > 0 ? `field ${issue.path.join('.')}` : 'no JSON')
}
