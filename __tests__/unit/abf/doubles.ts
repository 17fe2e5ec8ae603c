import { type AbfApi, createAbfApi } from '../../../src/abf/client/api.ts'
import { type BuildRecord, createRecord, type Expected, type Origin } from '../../../src/abf/build.ts'
import type { RequestOptions } from '../../../src/abf/client/requests.ts'
import { type Build, BuildResponse } from '../../../src/abf/client/schema.ts'
import type { Http } from '../../../src/http/client.ts'
import { HttpError } from '../../../src/http/failure.ts'
import { type HttpRequest, HttpResponse } from '../../../src/http/response.ts'
import type { Incoming } from '../../../src/http/attempt.ts'
import { incoming, ManualClock } from '../doubles.ts'

export const BASE = 'https://abf.example/'
export const SHA = 'a'.repeat(40)

/** An error of the client, as it is thrown or handed on. */
export function httpError(fields: Partial<ConstructorParameters<typeof HttpError>[0]> = {}): HttpError {
  return new HttpError({
    kind: 'status',
    message: 'Could not do it',
    method: 'GET',
    url: `${BASE}x`,
    ...fields,
  })
}

/** A build as the server describes it. */
export function buildOf(fields: Readonly<Record<string, unknown>> = {}): Build {
  return BuildResponse.parse({
    build_list: {
      id: 7,
      status: 0,
      commit_hash: SHA,
      auto_publish_status: 'none',
      arch: { id: 2, name: 'x86_64' },
      project: { id: 1, name: 'zlib', fullname: 'omv/zlib' },
      save_to_repository: { id: 14, name: 'main', platform: { id: 31, name: 'cooker' } },
      build_for_platform: { id: 31, name: 'cooker' },
      ...fields,
    },
  }).build_list
}

export const EXPECTED: Expected = {
  projectId: 1,
  project: 'omv/zlib',
  arch: { id: 2, name: 'x86_64' },
  commit: SHA,
  platform: 'cooker',
  repository: 'cooker/main',
  mode: 'none',
}

/** A record of a build that was described with this status. */
export function recordOf(
  status: number,
  more: { id?: number; origin?: Origin; now?: number } = {},
): BuildRecord {
  const { id = 7, origin = 'given', now = 0 } = more
  return createRecord(id, origin, now, { build: buildOf({ id, status }) })
}

/** The API without HTTP; what a test does not name must not be called. */
export function apiOf(calls: Partial<AbfApi>): AbfApi {
  return new Proxy(calls as AbfApi, {
    get(target, name) {
      const call: unknown = Reflect.get(target, name)
      if (call === undefined) throw new Error(`the call ${String(name)} was not expected`)
      return call
    },
  })
}

/** The API over a client that gives prepared answers, the last one again and again. */
export function scriptedApi(answers: readonly (Incoming | Error)[], more: Partial<RequestOptions> = {}) {
  const requests: HttpRequest[] = []
  const clock = new ManualClock()
  const http: Http = {
    send: async (request) => {
      const answer = answers[Math.min(requests.length, answers.length - 1)] ?? incoming(500)
      requests.push(request)
      if (answer instanceof Error) throw answer
      return new HttpResponse(request, answer, 1, String)
    },
  }
  const deps: RequestOptions = {
    http,
    clock,
    signal: new AbortController().signal,
    account: { base: BASE, source: 'input abf-token' },
    credentials: { user: 'token', password: '' },
    userAgent: 'release-gate (us)',
    maxRateLimitWaitMs: 60_000,
    ...more,
  }
  const asked = (): string[] =>
    requests.map(
      ({ method, url }) =>
        `${method} ${url.pathname.replace('/api/v1/', '')}${decodeURIComponent(url.search)}`,
    )
  return { api: createAbfApi(deps), requests, clock, asked, deps }
}
