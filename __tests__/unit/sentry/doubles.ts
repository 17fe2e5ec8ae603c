import type { Http } from '../../../src/http/client.ts'
import { HttpError } from '../../../src/http/failure.ts'
import { type HttpRequest, HttpResponse } from '../../../src/http/response.ts'
import type { Incoming } from '../../../src/http/attempt.ts'
import type { CreateResult } from '../../../src/sentry/api.ts'
import type { SentryAccount } from '../../../src/sentry/errors.ts'
import { openSentry, type SentrySession } from '../../../src/sentry/session.ts'
import { incoming, ManualClock, RecordingLogger } from '../doubles.ts'

export const ACCOUNT: SentryAccount = {
  base: 'https://sentry.example/',
  organization: 'acme',
  projects: ['web'],
  tokenSource: 'input sentry-auth-token',
}

/** A failure without a response, as the client throws it. */
export function lost(kind: HttpError['kind'] = 'reset'): HttpError {
  return new HttpError({
    kind,
    message: `the answer was lost (${kind})`,
    method: 'PUT',
    url: 'https://x.example/',
  })
}

export interface Scripted {
  readonly session: SentrySession
  readonly clock: ManualClock
  readonly logger: RecordingLogger
  readonly requests: HttpRequest[]
  /** `METHOD path?query` of each request, below the organization. */
  readonly asked: () => string[]
  /** The bodies that were sent, read back. */
  readonly bodies: () => unknown[]
}

/** A session with a Sentry that gives prepared answers, the last one again and again. */
export function scripted(answers: readonly (Incoming | Error)[], token = 'sntryu_token'): Scripted {
  const requests: HttpRequest[] = []
  const clock = new ManualClock()
  const logger = new RecordingLogger()
  const http: Http = {
    send: async (request) => {
      const answer = answers[Math.min(requests.length, answers.length - 1)] ?? incoming(500)
      requests.push(request)
      if (answer instanceof Error) throw answer
      return new HttpResponse(request, answer, 1, String)
    },
  }
  const session = openSentry({
    http,
    token,
    account: ACCOUNT,
    clock,
    logger,
    signal: new AbortController().signal,
    retries: 2,
    userAgent: 'release-gate (us)',
  })
  return {
    session,
    clock,
    logger,
    requests,
    asked: () =>
      requests.map(
        ({ method, url }) =>
          `${method} ${url.pathname.replace('/api/0/organizations/acme/', '')}${decodeURIComponent(url.search)}`,
      ),
    bodies: () => requests.map(({ body }) => (body === undefined ? undefined : JSON.parse(body))),
  }
}

/** A session of which the calls are replaced; any other call gets a 500. */
export function sessionWith(
  api: Partial<SentrySession['api']>,
  more: Partial<Omit<SentrySession, 'api'>> = {},
): SentrySession {
  const { session } = scripted([])
  return { ...session, ...more, api: { ...session.api, ...api } }
}

/** The result of a create that met another writer. */
export const CONFLICT: CreateResult = {
  kind: 'conflict',
  error: new HttpError({
    kind: 'status',
    status: 409,
    message: 'Could not create the release: Sentry at sentry.example answered 409: being processed',
    method: 'POST',
    url: 'https://sentry.example/',
  }),
}
