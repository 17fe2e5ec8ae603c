import { isWebPage, serverMessage, unreadable as unreadableBody } from '../http/error-body.ts'
import type { HttpError } from '../http/failure.ts'
import type { HttpResponse } from '../http/response.ts'
import { tokenSettingsUrl } from './links.ts'

/** The account of a request: what the advice names. */
export interface SentryAccount {
  /** With a slash at its end. */
  readonly base: string
  readonly organization: string
  readonly projects: readonly string[]
  /** "input sentry-auth-token" or "environment variable SENTRY_AUTH_TOKEN". */
  readonly tokenSource: string
}

/** Any one of these lets a token do the call. */
export const SCOPES = {
  read: ['org:ci', 'project:read', 'project:write', 'project:admin', 'project:releases'],
  write: ['org:ci', 'project:write', 'project:admin', 'project:releases'],
  repositories: ['org:ci', 'org:read', 'org:write', 'org:admin', 'org:integrations'],
} as const

/** The input that a field of a request comes from, to explain a 400. */
const INPUT_OF_FIELD: ReadonlyMap<string, string> = new Map([
  ['version', 'version (or version-prefix and commit)'],
  ['projects', 'projects'],
  ['ref', 'ref'],
  ['url', 'url (or deploy-url)'],
  ['status', 'restore-archived'],
  ['refs', 'set-commits and previous-commit'],
  ['commits', 'set-commits'],
  ['environment', 'environment'],
  ['name', 'deploy-name'],
  ['dateStarted', 'started-at'],
])

/**
 * Turns a response that a call does not expect into an error with the server's text and the next thing to do.
 * @param scopes what the call needs, for servers that do not name them (before mid-2026)
 */
export function explain(
  response: HttpResponse,
  account: SentryAccount,
  scopes: readonly string[],
): HttpError {
  const message = messageIn(response)
  const reason = message === '' ? '' : `: ${message}`
  const html = isWebPage(response.text)
  return response.error(
    html && response.status < 300 ? 'unreadable' : 'status',
    `responded with ${response.status}${reason}`,
    {
      serverMessage: message,
      advice: advise(response, html, account, scopes),
      detail: errorId(response),
    },
  )
}

/** A response with a status of success whose body is not what the API documents. */
export function unreadable(response: HttpResponse, where: string): HttpError {
  return unreadableBody(response, where, {
    page: 'Check sentry-url: it must be the base of a Sentry server, with its path prefix if it has one.',
    other:
      'Re-run the job. If the problem persists, a proxy may be changing responses, or this Sentry is newer than this action.',
  })
}

function advise(
  response: HttpResponse,
  html: boolean,
  account: SentryAccount,
  scopes: readonly string[],
): string {
  const { base, organization, projects, tokenSource } = account
  const tokens = tokenSettingsUrl(base, organization)
  if (html && response.status < 500) {
    return `The response is a web page, not one of Sentry's API. Check sentry-url (now ${base}), and whether a proxy or firewall responds instead of Sentry.`
  }
  if (response.isLimit) {
    return 'Sentry limits the rate of these requests. Re-run the job in a minute.'
  }
  switch (response.status) {
    case 400:
      return adviseFields(response, projects)
    case 401:
      return `Sentry does not accept the token from ${tokenSource}. Create an organization token at ${tokens} and store it as a secret.`
    case 403: {
      const named = scopesNamed(response)
      return `The token from ${tokenSource} does not have the right to do this. It needs one of the scopes ${(named.length > 0 ? named : scopes).join(', ')}, and it must belong to organization ${organization}. An organization token from ${tokens} has all scopes that this action needs.`
    }
    case 404:
      return `Organization ${organization} does not exist at ${base}, or this token may not see it. Open ${base}organizations/${organization}/ in a browser: if that page is missing, correct organization or sentry-url; else check that the token's account has access to ${projects.join(', ')}.`
    case 405:
      return `Check sentry-url (now ${base}): there is no Sentry API at that address.`
    case 409:
      return 'Another job is writing this release right now. Re-run the job in a few minutes.'
    case 413:
      return 'A proxy in front of Sentry limits the size of requests.'
    default:
      return response.status >= 500
        ? 'Sentry or a proxy in front of it has a problem. Look at https://status.sentry.io (or your own server), then re-run the job.'
        : `Sentry's API does not respond like this to such a request. Check sentry-url (now ${base}), and whether a proxy changes responses, then re-run the job.`
  }
}

function adviseFields(response: HttpResponse, projects: readonly string[]): string {
  const body = response.json
  const fields = typeof body === 'object' && body !== null ? Object.keys(body) : []
  const inputs = fields.flatMap((field) => INPUT_OF_FIELD.get(field) ?? [])
  if (inputs.length === 0) return 'Check the inputs of this step.'
  const check = `Check the input ${inputs.join(' and ')}.`
  return fields.includes('projects')
    ? `${check} The step sent ${projects.join(', ')}. Each must be the slug of a project of this organization (or its id, since version 24.8 of Sentry); with a personal token, of a project in a team that you have joined.`
    : check
}

/** `WWW-Authenticate: Bearer error="insufficient_scope", scope="a b"`: the scopes that would do. */
function scopesNamed(response: HttpResponse): string[] {
  const header = response.header('www-authenticate') ?? ''
  const scope = /\bscope="([^"]*)"/.exec(header)?.[1] ?? ''
  return scope.split(/\s+/).filter((name) => /^[a-z]+:[a-z_-]+$/.test(name))
}

/** Sentry's id of an internal error, for its logs and its support. */
function errorId(response: HttpResponse): string[] {
  const body = response.json
  if (typeof body !== 'object' || body === null) return []
  const { errorId: id } = body as { errorId?: unknown }
  return typeof id === 'string' ? [`Sentry's error id: ${response.sanitize(id, 64)}`] : []
}

/**
 * The server's text, from all the shapes that its errors have: `detail` as text or object, `error`, `info`, fields
 * with lists (nested by index), plain text, or the title of a web page.
 */
export function messageIn(response: HttpResponse, max = 300): string {
  const sanitizeKey = (key: string): string => response.sanitize(key, 40)
  return serverMessage(response, (json) => flatten(json, '', sanitizeKey, 0).slice(0, 8).join('; '), max)
}

/** Each text in a body, with the path of the field that it is about. */
function flatten(
  value: unknown,
  path: string,
  sanitizeKey: (key: string) => string,
  depth: number,
): string[] {
  if (depth > 6 || value === null || value === undefined) return []
  if (Array.isArray(value)) {
    return value.slice(0, 8).flatMap((item: unknown) => flatten(item, path, sanitizeKey, depth + 1))
  }
  if (typeof value !== 'object') {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return [path === '' ? text : `${path}: ${text}`]
  }
  return Object.entries(value)
    .filter(([key]) => !(depth === 0 && key === 'errorId') && !(path === '' && key === 'extra'))
    .slice(0, 8)
    .flatMap(([key, item]) => {
      const field = ENVELOPE.has(key) ? path : path === '' ? sanitizeKey(key) : `${path}.${sanitizeKey(key)}`
      return flatten(item, field, sanitizeKey, depth + 1)
    })
}

/** Keys around the text that do not name a field of the request. */
const ENVELOPE = new Set(['detail', 'message', 'error', 'info'])
