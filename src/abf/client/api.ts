import type { HttpResponse } from '../../http/response.ts'
import { HttpError } from '../../http/failure.ts'
import { explain, messageIn, unreadable } from './errors.ts'
import { createNames, type Names, PAGE_SIZE, type Pages, readPages } from './lookups.ts'
import { createRequests, isSuccess, type Quota, type RequestOptions, type Requests } from './requests.ts'
import {
  ActionResponse,
  type Average,
  AveragesResponse,
  type Build,
  BuildResponse,
  CreateResponse,
  type BuildRow,
  RowsResponse,
} from './schema.ts'

/** The server's keys inside `filter[...]`, with their values. */
export type Filter = Readonly<Record<string, string>>

/** The result of reading one build. */
export type ShowResult =
  | { readonly kind: 'build'; readonly build: Build }
  /** 404. */
  | { readonly kind: 'missing' }
  /** 403 for lack of rights, or 500: a build whose repository is gone cannot be shown any more. */
  | { readonly kind: 'hidden'; readonly error: HttpError }

export type BuildCreation =
  | { readonly kind: 'created'; readonly id: number }
  /** The server refused, so there is no build. */
  | { readonly kind: 'refused'; readonly error: HttpError }
  /** No usable response: there may be a build. */
  | { readonly kind: 'lost'; readonly error: HttpError }

export type Action = 'cancel' | 'publish' | 'publish_into_testing' | 'reject_publish'

export type ActionResult =
  | { readonly kind: 'done' }
  /** 403, 404 or 422; also the 200 with a flag that servers of 2012 sent, returned here as 422. */
  | { readonly kind: 'refused'; readonly status: number; readonly error: HttpError }

export interface AbfApi extends Names {
  /** `GET /build_lists`, all pages up to 1,000 rows, each build once, newest change first. */
  search(filter: Filter): Promise<Pages<BuildRow>>
  /** `GET /build_lists`, the 100 builds changed last. */
  searchNewest(filter: Filter): Promise<readonly BuildRow[]>
  /** `GET /projects/:id/build_lists`, the 100 changed last; undefined for 404, as that path is younger than 2012. */
  searchProject(projectId: number, filter: Filter): Promise<readonly BuildRow[] | undefined>
  /** `GET /build_lists?filter[id][]=…` for at most 100 ids; undefined when this server does not support that. */
  statuses(ids: readonly number[]): Promise<readonly BuildRow[] | undefined>
  /** `GET /build_lists/:id`. */
  show(id: number): Promise<ShowResult>
  /** `GET /projects/:id`: how long its successful builds took, by architecture. */
  averages(projectId: number): Promise<readonly Average[]>
  /** `POST /build_lists`: one build. Never repeated after a request that may have had an effect. */
  create(fields: Readonly<Record<string, unknown>>, intent: string): Promise<BuildCreation>
  /** `PUT /build_lists/:id/<action>`. Repeated freely: a second one is refused and changes nothing. */
  act(id: number, action: Action): Promise<ActionResult>
  /** The server's time in milliseconds since the epoch, from the last response that had a `Date`. */
  serverNow(this: void): number
  quota(this: void): Quota
}

const VERBS: Readonly<Record<Action, string>> = {
  cancel: 'cancel',
  publish: 'publish',
  publish_into_testing: 'publish',
  reject_publish: 'reject',
}

/**
 * The calls of ABF's API, below `<base>api/v1/`. Each throws HttpError, with advice, for a response that it does not
 * name; one with `retryAfterMs` when the rate limit is reached. Every request has the credentials and goes to the origin
 * of the base.
 */
export function createAbfApi(deps: RequestOptions): AbfApi {
  const { account, clock } = deps
  const requests = createRequests(deps)
  const { get, getCached, put, parse, serverNow, quota } = requests
  const rows = (response: HttpResponse): readonly BuildRow[] => parse(RowsResponse, response).build_lists
  /** A refusal that is a result of the call. A rate limit is not: it says nothing about the build. */
  const refused = (response: HttpResponse): HttpError => {
    const error = explain(response, account, clock.now())
    if (error.retryAfterMs !== undefined) throw error
    return error
  }

  return {
    ...createNames(requests),
    async search(filter) {
      const { rows: found, more } = await readPages(
        (page) => get(`build_lists.json?${query(filter, page)}`, 'search for builds'),
        rows,
      )
      // Builds that change between two pages move to the front, and others to the next page.
      return { rows: [...new Map(found.map((row) => [row.id, row])).values()], more }
    },
    async searchNewest(filter) {
      return rows(await get(`build_lists.json?${query(filter, 1)}`, 'search for builds'))
    },
    async searchProject(projectId, filter) {
      const path = `projects/${projectId}/build_lists.json?${query(filter, 1)}`
      const response = await get(path, 'list the builds of the project')
      return response.status === 404 ? undefined : rows(response)
    },
    async statuses(ids) {
      const list = ids.map((id) => `filter%5Bid%5D%5B%5D=${id}`).join('&')
      const response = await getCached(
        `build_lists.json?${list}&per_page=${PAGE_SIZE}`,
        'read the status of the builds',
      )
      if ([400, 404, 405, 422].includes(response.status)) return undefined
      const wanted = new Set(ids)
      const found = rows(response)
      return found.every((row) => wanted.has(row.id)) ? found : undefined
    },
    async show(id) {
      const response = await getCached(`build_lists/${id}.json`, `read build ${id}`)
      if (response.status === 404) return { kind: 'missing' }
      const hidden = response.status === 403 || (response.status === 500 && response.json !== undefined)
      if (hidden) return { kind: 'hidden', error: refused(response) }
      return { kind: 'build', build: parse(BuildResponse, response).build_list }
    },
    async averages(projectId) {
      const response = await get(`projects/${projectId}.json`, 'read how long builds usually take')
      return parse(AveragesResponse, response).project.project_statistics
    },
    create: (fields, intent) => create(fields, intent, requests, deps),
    async act(id, action) {
      const response = await put(`build_lists/${id}/${action}.json`, `${VERBS[action]} build ${id}`)
      const { status } = response
      if ([403, 404, 422].includes(status)) return { kind: 'refused', status, error: refused(response) }
      if (parse(ActionResponse, response).done) return { kind: 'done' }
      return { kind: 'refused', status: 422, error: refusal(response) }
    },
    serverNow,
    quota,
  }
}

async function create(
  fields: Readonly<Record<string, unknown>>,
  intent: string,
  { post }: Requests,
  { account, clock }: RequestOptions,
): Promise<BuildCreation> {
  let response: HttpResponse
  try {
    response = await post('build_lists.json', intent, { build_list: fields })
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    return { kind: maybeDelivered(error) ? 'lost' : 'refused', error }
  }
  const { status } = response
  if (status === 408 || status >= 500) return { kind: 'lost', error: explain(response, account, clock.now()) }
  if (!isSuccess(status)) return { kind: 'refused', error: explain(response, account, clock.now()) }
  const created = CreateResponse.safeParse(response.json)
  if (!created.success) return { kind: 'lost', error: unreadable(response, account) }
  const { id } = created.data.build_list
  return id === null ? { kind: 'refused', error: refusal(response) } : { kind: 'created', id }
}

/** Without a connection, or with a response whose status is below 500, there is no build. */
function maybeDelivered({ kind, status }: HttpError): boolean {
  return status === undefined ? ['timeout', 'reset', 'too-large'].includes(kind) : status >= 500
}

/** A refusal with status 200, as servers of 2012 sent it. */
function refusal(response: HttpResponse): HttpError {
  const message = messageIn(response)
  return response.error('status', `refused: ${message}`, {
    serverMessage: message,
    advice: 'Correct the input that the message of ABF names.',
  })
}

/** Filters with the page to read; the keys are the server's. */
function query(filter: Filter, page: number): string {
  const pairs = Object.entries(filter).map(([key, value]) => [`filter[${key}]`, value] as const)
  const all = { ...Object.fromEntries(pairs), per_page: String(PAGE_SIZE), page: String(page) }
  return new URLSearchParams(all).toString()
}
