import type * as z from 'zod/mini'
import type { Http } from '../../http/client.ts'
import type { HttpResponse } from '../../http/response.ts'
import { HttpError, type Peer } from '../../http/failure.ts'
import type { Effect } from '../../http/retry.ts'
import type { Clock } from '../../ports.ts'
import { type AbfAccount, explain, explainRedirect, rateLimitMs, unreadable } from './errors.ts'

/** Enough to save time, and no burden to the server. */
export const MAX_PARALLEL_READS = 6

/** Responses that are kept for a 304. */
const MAX_CACHED_RESPONSES = 200

const ABF: Peer = { name: 'ABF', urlInput: 'abf-url' }

/** Basic credentials: a login with its password, or an API token as the user with an empty password. */
export interface Credentials {
  readonly user: string
  readonly password: string
}

export interface RequestOptions {
  readonly http: Http
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly account: AbfAccount
  readonly credentials: Credentials | undefined
  readonly userAgent: string
  /** Milliseconds that a request waits in all for the rate limit. */
  readonly maxRateLimitWaitMs: number
}

/** Requests made, and how many more the server allows until the full hour, by its last response. */
export interface Quota {
  readonly made: number
  /** Undefined when the server does not report it; ROSA has no limit. */
  readonly left: number | undefined
}

/** Requests below `<base>api/v1/`; `intent` says in messages what the request is for. */
export interface Requests {
  get(this: void, path: string, intent: string): Promise<HttpResponse>
  /** A GET that is repeated often: when nothing has changed the server sends no body, and the previous one counts. */
  getCached(this: void, path: string, intent: string): Promise<HttpResponse>
  /** An action of the server; it takes no fields. */
  put(this: void, path: string, intent: string): Promise<HttpResponse>
  post(this: void, path: string, intent: string, body: unknown): Promise<HttpResponse>
  /** The body of a 2xx in the shape that it should have; throws HttpError for any other response. */
  parse<T>(this: void, schema: z.ZodMiniType<T>, response: HttpResponse): T
  /** The server's time in milliseconds since the epoch, from the last response that had a `Date`. */
  serverNow(this: void): number
  quota(this: void): Quota
}

export function createRequests(deps: RequestOptions): Requests {
  const { clock, account } = deps
  const root = new URL('api/v1/', account.base)
  const cache = new Map<string, { readonly etag: string; readonly response: HttpResponse }>()
  let clockOffset = 0
  let made = 0
  let reported: { readonly left: number; readonly hour: number } | undefined
  const serverNow = (): number => clock.now() + clockOffset

  async function request(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    intent: string,
    more: { readonly body?: unknown; readonly effect?: Effect; readonly etag?: string | undefined } = {},
  ): Promise<HttpResponse> {
    const { body, effect = 'idempotent', etag } = more
    const send = (maxWaitMs?: number): Promise<HttpResponse> =>
      deps.http.send({
        method,
        url: new URL(path, root),
        intent,
        effect,
        maxWaitMs,
        peer: ABF,
        body: body === undefined ? undefined : JSON.stringify(body),
        headers: headers(deps, body !== undefined, etag),
      })
    made += 1
    const response = await sendWithinLimit(send, deps)
    const dated = Date.parse(response.header('date') ?? '')
    if (!Number.isNaN(dated)) clockOffset = dated - clock.now()
    const left = remaining(response)
    if (left !== undefined) reported = { left, hour: hourOf(serverNow()) }
    return response
  }

  return {
    get: (path, intent) => request('GET', path, intent),
    put: (path, intent) => request('PUT', path, intent, { body: {} }),
    post: (path, intent, body) => request('POST', path, intent, { body, effect: 'creates' }),
    async getCached(path, intent) {
      const known = cache.get(path)
      const response = await request('GET', path, intent, { etag: known?.etag })
      if (response.status === 304 && known !== undefined) return known.response
      const etag = response.header('etag')
      // A list of fewer builds has another path, so entries pile up.
      if (cache.size >= MAX_CACHED_RESPONSES) cache.clear()
      // `parse` removes a body of a wrong shape, which would otherwise return with every 304.
      if (response.status === 200 && etag !== undefined) cache.set(path, { etag, response })
      else cache.delete(path)
      return response
    },
    parse(schema, response) {
      if (!isSuccess(response.status)) throw explain(response, account, clock.now())
      const parsed = schema.safeParse(response.json)
      if (parsed.success) return parsed.data
      for (const [path, known] of cache) if (known.response === response) cache.delete(path)
      throw unreadable(response, account)
    },
    serverNow,
    // The count of another hour says nothing about this one.
    quota: () => ({ made, left: reported?.hour === hourOf(serverNow()) ? reported.left : undefined }),
  }
}

/** Waits for the full hour when it is near: the server refuses a request over the limit, so it had no effect. */
async function sendWithinLimit(
  send: (maxWaitMs?: number) => Promise<HttpResponse>,
  { account, clock, signal, maxRateLimitWaitMs }: RequestOptions,
): Promise<HttpResponse> {
  try {
    const startedAt = clock.now()
    const leftMs = (): number => maxRateLimitWaitMs - (clock.now() - startedAt)
    const response = await send()
    const pauseMs = rateLimitMs(response, clock.now())
    if (pauseMs === undefined || pauseMs > leftMs()) return response
    await clock.sleep(pauseMs + 1000 * clock.random(), signal)
    // The pause and what follows it share one limit.
    return await send(Math.max(0, leftMs()))
  } catch (error) {
    throw error instanceof HttpError && error.kind === 'redirect' ? explainRedirect(error, account) : error
  }
}

/** A proxy may turn a 200 into another 2xx; the body decides then. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function hourOf(ms: number): number {
  return Math.floor(ms / 3_600_000)
}

/** OMV's count for the account, of all its jobs. */
function remaining(response: HttpResponse): number | undefined {
  const text = response.header('x-ratelimit-remaining')?.trim() ?? ''
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

function headers(
  { credentials, userAgent }: RequestOptions,
  json: boolean,
  etag: string | undefined,
): Record<string, string> {
  return {
    // Without it, errors of the server's framework are web pages.
    Accept: 'application/json',
    'User-Agent': userAgent,
    ...(credentials === undefined ? {} : { Authorization: basic(credentials) }),
    ...(json ? { 'Content-Type': 'application/json' } : {}),
    ...(etag === undefined ? {} : { 'If-None-Match': etag }),
  }
}

function basic({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}
