import type { HttpResponse } from '../../http/response.ts'
import { HttpError } from '../../http/failure.ts'
import { explain, messageIn, unreadable } from './errors.ts'
import { createNames, type Names, PAGE_SIZE, type Pages, readPages } from './lookups.ts'
import { createRequests, type Quota, type RequestDeps, type Requests } from './requests.ts'
import {
  ActionAnswer,
  type Average,
  AveragesAnswer,
  type Build,
  BuildAnswer,
  CreatedAnswer,
  type Row,
  RowsAnswer,
} from './schema.ts'

/** The server's keys inside `filter[...]`, with their values. */
export type Filter = Readonly<Record<string, string>>

/** What a look at one build gave. */
export type Shown =
  | { readonly kind: 'build'; readonly build: Build }
  /** 404. */
  | { readonly kind: 'missing' }
  /** 403 for lack of rights, or 500: a build whose repository is gone cannot be shown any more. */
  | { readonly kind: 'hidden'; readonly error: HttpError }

export type Created =
  | { readonly kind: 'created'; readonly id: number }
  /** The server said no, so there is no build. */
  | { readonly kind: 'refused'; readonly error: HttpError }
  /** No answer that can be trusted: there may be a build. */
  | { readonly kind: 'lost'; readonly error: HttpError }

export type Action = 'cancel' | 'publish' | 'publish_into_testing' | 'reject_publish'

export type Acted =
  | { readonly kind: 'done' }
  /** 403, 404 or 422; also the 200 with a flag that servers of 2012 sent, given here as 422. */
  | { readonly kind: 'refused'; readonly status: number; readonly error: HttpError }

export interface AbfApi extends Names {
  /** `GET /build_lists`, all pages up to 1,000 rows, each build once, newest change first. */
  search(filter: Filter): Promise<Pages<Row>>
  /** `GET /build_lists`, the 100 builds changed last. */
  searchNewest(filter: Filter): Promise<readonly Row[]>
  /** `GET /projects/:id/build_lists`, the 100 changed last; undefined for 404, as that path is younger than 2012. */
  searchProject(projectId: number, filter: Filter): Promise<readonly Row[] | undefined>
  /** `GET /build_lists?filter[id][]=…` for at most 100 ids; undefined when this server does not answer that. */
  statuses(ids: readonly number[]): Promise<readonly Row[] | undefined>
  /** `GET /build_lists/:id`. */
  show(id: number): Promise<Shown>
  /** `GET /projects/:id`: how long its successful builds took, by architecture. */
  averages(projectId: number): Promise<readonly Average[]>
  /** `POST /build_lists`: one build. Never repeated after anything that may have had an effect. */
  create(fields: Readonly<Record<string, unknown>>, intent: string): Promise<Created>
  /** `PUT /build_lists/:id/<action>`. Repeated freely: a second one is refused and changes nothing. */
  act(id: number, action: Action): Promise<Acted>
  /** The server's clock in milliseconds since the epoch, from the last answer that had a `Date`. */
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
 * The calls of ABF's API, below `<base>api/v1/`. Each throws HttpError for an answer that it does not name, with
 * advice; one with `retryAfterMs` when a limit of requests is reached. Credentials go with every request, and every
 * request goes to the origin of the base.
 */
export function createAbfApi(deps: RequestDeps): AbfApi {
  const { account, clock } = deps
  const requests = createRequests(deps)
  const { get, put, seen, parse, serverNow, quota } = requests
  const rows = (response: HttpResponse): readonly Row[] => parse(RowsAnswer, response).build_lists
  /** An answer that is no failure of the call; a limit of requests says nothing about the build. */
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
      // Builds that change meanwhile move to the front, and others slip to the next page.
      return { rows: [...new Map(found.map((row) => [row.id, row])).values()], more }
    },
    async searchNewest(filter) {
      return rows(await get(`build_lists.json?${query(filter, 1)}`, 'search for builds'))
    },
    async searchProject(projectId, filter) {
      const path = `projects/${projectId}/build_lists.json?${query(filter, 1)}`
      const response = await get(path, 'look for builds of the project')
      return response.status === 404 ? undefined : rows(response)
    },
    async statuses(ids) {
      const list = ids.map((id) => `filter%5Bid%5D%5B%5D=${id}`).join('&')
      const response = await seen(
        `build_lists.json?${list}&per_page=${PAGE_SIZE}`,
        'read the status of the builds',
      )
      if ([400, 404, 405, 422].includes(response.status)) return undefined
      const wanted = new Set(ids)
      const found = rows(response)
      return found.every((row) => wanted.has(row.id)) ? found : undefined
    },
    async show(id) {
      const response = await seen(`build_lists/${id}.json`, `read build ${id}`)
      if (response.status === 404) return { kind: 'missing' }
      const hidden = response.status === 403 || (response.status === 500 && response.json !== undefined)
      if (hidden) return { kind: 'hidden', error: refused(response) }
      return { kind: 'build', build: parse(BuildAnswer, response).build_list }
    },
    async averages(projectId) {
      const response = await get(`projects/${projectId}.json`, 'look up how long builds usually take')
      return parse(AveragesAnswer, response).project.project_statistics
    },
    create: (fields, intent) => create(fields, intent, requests, deps),
    async act(id, action) {
      const response = await put(`build_lists/${id}/${action}.json`, `${VERBS[action]} build ${id}`)
      const { status } = response
      if ([403, 404, 422].includes(status)) return { kind: 'refused', status, error: refused(response) }
      if (parse(ActionAnswer, response).done) return { kind: 'done' }
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
  { account, clock }: RequestDeps,
): Promise<Created> {
  let response: HttpResponse
  try {
    response = await post('build_lists.json', intent, { build_list: fields })
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    return { kind: mayHaveArrived(error) ? 'lost' : 'refused', error }
  }
  const { status } = response
  if (status === 408 || status >= 500) return { kind: 'lost', error: explain(response, account, clock.now()) }
  if (status !== 200) return { kind: 'refused', error: explain(response, account, clock.now()) }
  const answer = CreatedAnswer.safeParse(response.json)
  if (!answer.success) return { kind: 'lost', error: unreadable(response, account) }
  const { id } = answer.data.build_list
  return id === null ? { kind: 'refused', error: refusal(response) } : { kind: 'created', id }
}

/** A connection that was never made, or an answer with a status below 500, has made no build. */
function mayHaveArrived({ kind, status }: HttpError): boolean {
  return status === undefined ? ['timeout', 'reset', 'too-large'].includes(kind) : status >= 500
}

/** A refusal in the disguise of a 200, as servers of 2012 sent it. */
function refusal(response: HttpResponse): HttpError {
  const message = messageIn(response)
  return response.error('status', `refused: ${message}`, {
    serverMessage: message,
    advice: 'Correct the input that ABF complains about.',
  })
}

/** Filters with the page to read; the keys are the server's. */
function query(filter: Filter, page: number): string {
  const pairs = Object.entries(filter).map(([key, value]) => [`filter[${key}]`, value] as const)
  const all = { ...Object.fromEntries(pairs), per_page: String(PAGE_SIZE), page: String(page) }
  return new URLSearchParams(all).toString()
}
