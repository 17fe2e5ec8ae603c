import { createHash } from 'node:crypto'
import type { StandInResponse, Call } from '../server.ts'
import type { Dialect } from './model.ts'

const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' }
const HTML_TYPE = { 'Content-Type': 'text/html; charset=utf-8' }
const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="Application"' }

/** Why credentials were not accepted. */
export type Refusal = 'missing' | 'wrong' | 'unconfirmed'

interface Phrases {
  readonly notFound: string
  readonly broken: string
  readonly forbidden: string
}

const PHRASES: Record<Dialect, Phrases> = {
  // This fork dropped the translations and sends the lookup keys instead.
  omv: {
    notFound: 'translation missing: en.flash.404_message',
    broken: 'translation missing: en.flash.500_message',
    forbidden: 'Access violation to this page!',
  },
  rosa: {
    notFound: 'Error 404. Resource not found!',
    broken:
      "Error 500. Something went wrong.  We've been notified about this issue and we'll take a look at it shortly.",
    forbidden: 'Access violation to this page!',
  },
  '2012': {
    notFound: 'Page not found',
    broken: "Something went wrong. We've been notified about this issue and we'll take a look at it shortly.",
    forbidden: "Forbidden. Sorry, you don't have enough rights for this action!",
  },
}

export function json(body: unknown, status = 200): StandInResponse {
  return { status, headers: JSON_TYPE, body }
}

/** The application's own 404; `status` is a number here. */
export function notFound(dialect: Dialect): StandInResponse {
  return json({ status: 404, message: PHRASES[dialect].notFound }, 404)
}

/** 500 from the application: an unknown project on create, a build whose repository is gone. */
export function broken(dialect: Dialect): StandInResponse {
  return json({ status: 500, message: PHRASES[dialect].broken }, 500)
}

/** 403 for a missing right and, on publish, for a wrong state as well: the two cannot be told apart. */
export function forbidden(dialect: Dialect): StandInResponse {
  return json({ message: PHRASES[dialect].forbidden }, 403)
}

/** 401: plain text on OMV, JSON elsewhere. */
export function unauthorized(dialect: Dialect, refusal: Refusal): StandInResponse {
  if (refusal === 'unconfirmed' && dialect !== '2012') {
    return json({ error: 'You have to confirm your account before continuing.' }, 401)
  }
  if (dialect === 'omv') {
    return { status: 401, headers: { ...HTML_TYPE, ...CHALLENGE }, raw: 'HTTP Basic: Access denied.\n' }
  }
  const body =
    dialect === '2012'
      ? { status: 401, message: 'Requires authentication' }
      : {
          error:
            refusal === 'missing'
              ? 'You need to sign in or sign up before continuing.'
              : 'Invalid email or password.',
        }
  return { status: 401, headers: { ...JSON_TYPE, ...CHALLENGE }, body }
}

/** OMV over its hourly limit: a 403 again, with nothing that says when to come back. */
export function rateLimited(): StandInResponse {
  return json({ message: '403 Forbidden | Rate Limit Exceeded' }, 403)
}

/** A response of the web framework rather than the application: `status` is a string, or all is HTML. */
export function frameworkError(call: Call, status: 400 | 404): StandInResponse {
  const error = status === 400 ? 'Bad Request' : 'Not Found'
  if (call.headers.accept?.includes('application/json') === true) {
    return json({ status: String(status), error }, status)
  }
  return { status, headers: HTML_TYPE, raw: `<!DOCTYPE html>\n<html><body><h1>${error}</h1></body></html>\n` }
}

/** 302 with the page that browsers of old showed. */
export function redirect(to: string): StandInResponse {
  return {
    status: 302,
    headers: { ...HTML_TYPE, Location: to },
    raw: `<html><body>You are being <a href="${to}">redirected</a>.</body></html>`,
  }
}

/** Adds a weak ETag to a 200 and turns it into a 304 when the client already has that response. */
export function withEtag(call: Call, answer: StandInResponse): StandInResponse {
  if (answer.status !== 200 || answer.body === undefined) return answer
  const etag = `W/"${createHash('md5').update(JSON.stringify(answer.body)).digest('hex')}"`
  if (call.method === 'GET' && call.headers['if-none-match'] === etag) {
    return { status: 304, headers: { ETag: etag }, raw: '' }
  }
  return { ...answer, headers: { ...answer.headers, ETag: etag } }
}
