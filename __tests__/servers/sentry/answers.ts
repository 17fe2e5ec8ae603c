import type { StandInResponse } from '../server.ts'

// Responses that do not follow from the state, to be played with `fault({ action: { kind: 'answer', answer } })`.

/** 409 of a create whose insert hit a database constraint. */
export const integrityConflict: StandInResponse = {
  status: 409,
  body: { detail: 'Could not create the release it conflicts with existing data' },
}

/** 500 of the application: JSON with an id to quote to support. */
export const internalError: StandInResponse = {
  status: 500,
  body: { detail: 'Internal Error', errorId: '5f0c2b7e9d3a4c6fb18e7a2d4c905e13' },
}

/** 502 of a load balancer. */
export const badGateway: StandInResponse = html(502, '<html><body><h1>Error: Server Error</h1></body></html>')

/** 503 of a load balancer, with `Retry-After` when a number of seconds is given. */
export function unavailable(retryAfterSeconds?: number): StandInResponse {
  return html(503, '<html><body>503 Service Temporarily Unavailable</body></html>', retryAfterSeconds)
}

/** 504: whether the request took effect is unknown. */
export const gatewayTimeout: StandInResponse = html(504, '<html><body>504 Gateway Time-out</body></html>')

/** 403 of a proxy or a network filter: HTML, from something that is not Sentry. */
export const blockedByProxy: StandInResponse = html(403, '<!doctype html><title>403</title>403 Forbidden')

/** 429 of an edge in front of the application, which does send `Retry-After`. */
export function throttledByEdge(retryAfterSeconds: number): StandInResponse {
  return {
    status: 429,
    headers: { 'Content-Type': 'text/plain', 'Retry-After': String(retryAfterSeconds) },
    raw: 'Too Many Requests',
  }
}

/** 429 for too many requests at the same time: JSON under an HTML content type, without `Retry-After`. */
export function tooConcurrent(resetSeconds: number): StandInResponse {
  const detail =
    'You are attempting to go above the allowed concurrency for this endpoint. Concurrency limit is 25'
  return {
    status: 429,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'X-Sentry-Rate-Limit-Limit': '40',
      'X-Sentry-Rate-Limit-Remaining': '31',
      'X-Sentry-Rate-Limit-Reset': String(resetSeconds),
      'X-Sentry-Rate-Limit-ConcurrentLimit': '25',
      'X-Sentry-Rate-Limit-ConcurrentRemaining': '0',
    },
    raw: JSON.stringify({ detail }),
  }
}

function html(status: number, raw: string, retryAfterSeconds?: number): StandInResponse {
  const headers: Record<string, string> = { 'Content-Type': 'text/html; charset=UTF-8' }
  if (retryAfterSeconds !== undefined) headers['Retry-After'] = String(retryAfterSeconds)
  return { status, headers, raw }
}
