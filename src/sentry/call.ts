import type * as z from 'zod/mini'
import type { Http } from '../http/client.ts'
import type { HttpRequest, HttpResponse } from '../http/response.ts'
import { HttpError, type Peer } from '../http/failure.ts'
import type { Effect } from '../http/retry.ts'
import { type SentryAccount, unreadable } from './errors.ts'

const SENTRY: Peer = { name: 'Sentry', urlInput: 'sentry-url' }

/** A list is never followed further than this, even when the server names another page. */
const MAX_PAGES = 50

/** Who calls. */
interface Identity {
  readonly account: SentryAccount
  readonly token: string
  /** Names this run, and no other: Sentry keeps the one of the creating request. */
  readonly userAgent: string
}

export interface SentryCall {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Below `<base>api/0/organizations/<organization>/`, with a slash at its end: without it Sentry responds with 404. */
  readonly path: string
  /** A list repeats its parameter. */
  readonly query?: Readonly<Record<string, string | readonly string[]>> | undefined
  readonly body?: unknown
  /** Bytes instead of a JSON body, and where they go when that is not below the organization. */
  readonly upload?: Upload | undefined
  /** For messages: "create the release". */
  readonly intent: string
  /** Default: `idempotent`. */
  readonly effect?: Effect
}

export interface Upload {
  readonly url: URL
  readonly contentType: string
  readonly bytes: Buffer
}

/** Sends a call of Sentry's API and returns its response, whatever the status. */
export type Caller = (call: SentryCall) => Promise<HttpResponse>

export function createCaller({ http, ...identity }: Identity & { readonly http: Http }): Caller {
  return (call) => http.send(toRequest(call, identity))
}

/** The exact look-up of a release, `GET …/releases/<version>/`: 200, or 404 when there is none that the token may see. */
export function lookUpCall(version: string): SentryCall {
  return { method: 'GET', path: releasePath(version), intent: 'look up the release' }
}

/** The HTTP request of a call. */
function toRequest(
  { method, path, query, body, upload, intent, effect = 'idempotent' }: SentryCall,
  { account, token, userAgent }: Identity,
): HttpRequest {
  const root = new URL(`api/0/organizations/${encodeURIComponent(account.organization)}/`, account.base)
  const url = upload?.url ?? new URL(path, root)
  if (query) {
    for (const [key, value] of Object.entries(query)) {
      for (const one of [value].flat()) url.searchParams.append(key, one)
    }
  }
  return {
    method,
    url,
    intent,
    effect,
    peer: SENTRY,
    body: body === undefined ? undefined : JSON.stringify(body),
    bytes: upload?.bytes,
    mayBeEmpty: upload ? true : undefined,
    headers: {
      Accept: 'application/json',
      Authorization: `Bearer ${token}`,
      'User-Agent': userAgent,
      ...(upload ? { 'Content-Type': upload.contentType } : {}),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
  }
}

/**
 * Sends a call that must not be repeated blindly.
 * @param schema of the body of a success
 * @returns the error, instead of throwing it, when the response was lost, cut short or is not what the API documents:
 * the call may have had its effect
 */
export async function sendOnce<T>(
  call: Caller,
  what: Omit<SentryCall, 'effect'>,
  schema: z.ZodMiniType<T>,
): Promise<HttpResponse | HttpError> {
  try {
    const response = await call({ ...what, effect: 'creates' })
    if (isSuccess(response)) parse(schema, response)
    return response
  } catch (error) {
    const lost =
      error instanceof HttpError && ['timeout', 'reset', 'unreadable', 'too-large'].includes(error.kind)
    if (lost) return error
    throw error
  }
}

export function isSuccess({ status }: HttpResponse): boolean {
  return status >= 200 && status <= 299
}

/** The server, or a proxy in front of it, failed: it is unknown whether the call had its effect. */
export function isServerFailure({ status }: HttpResponse): boolean {
  return status === 408 || status >= 500
}

/** The path of one release; a version holds no slash, so it is one segment. */
export function releasePath(version: string): string {
  return `releases/${encodeURIComponent(version)}/`
}

/**
 * The body of a response, checked.
 * @throws HttpError of kind `unreadable` that names the first field that does not fit
 */
export function parse<T>(schema: z.ZodMiniType<T>, response: HttpResponse): T {
  const parsed = schema.safeParse(response.json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw unreadable(response, issue && issue.path.length > 0 ? `field ${issue.path.join('.')}` : 'no JSON')
}

/**
 * The responses to a paged list, one by one. Only the cursor is taken from the `Link` header: its URL is the server's,
 * and the token goes nowhere but to the base.
 */
export async function* pages(call: Caller, first: SentryCall): AsyncGenerator<HttpResponse, void> {
  let query: NonNullable<SentryCall['query']> = { per_page: '100', ...first.query }
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const response = await call({ ...first, query })
    yield response
    const cursor = nextCursor(response.header('link') ?? '')
    if (cursor === undefined || cursor === query['cursor']) return
    query = { ...query, cursor }
  }
}

/** `Link` always holds a `rel="next"`; there is a next page only with `results="true"`. */
function nextCursor(link: string): string | undefined {
  const next = link.split(/,\s*(?=<)/).find((part) => /;\s*rel="next"/.test(part))
  if (!next || !/;\s*results="true"/.test(next)) return undefined
  return /;\s*cursor="([^"]+)"/.exec(next)?.[1]
}

/** Ids as numbers: servers before December 2025 do not find them as text. A number as JSON has no leading zeros. */
export function asProject(project: string): string | number {
  return /^[1-9]\d*$/.test(project) && Number.isSafeInteger(Number(project)) ? Number(project) : project
}
