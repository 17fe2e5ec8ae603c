import { describe, expect, it } from 'vitest'
import { createHttp } from '../../../src/http/client.ts'
import { type Failure, HttpError } from '../../../src/http/failure.ts'
import type { HttpRequest, HttpResponse } from '../../../src/http/response.ts'
import type { Incoming } from '../../../src/http/attempt.ts'
import { failureOf, incoming, ManualClock, RecordingLogger, request } from '../doubles.ts'

const BROKEN: Failure = {
  kind: 'reset',
  maybeDelivered: true,
  transient: true,
  sentence: 'it broke',
  advice: 'Try again.',
}
const HTML = { 'content-type': 'text/html' }
const AT = 'GET https://sentry.example/api/0/organizations/acme/releases/'

/** A client whose transport does one thing after the other, the last one again and again. */
function client(...acts: readonly (Incoming | Failure)[]) {
  const logger = new RecordingLogger()
  let attempts = 0
  const http = createHttp({
    transport: async () => {
      const act = acts[Math.min(attempts, acts.length - 1)] ?? BROKEN
      attempts += 1
      return 'status' in act ? { kind: 'response', response: act } : { kind: 'failure', failure: act }
    },
    clock: new ManualClock(),
    logger,
    signal: new AbortController().signal,
    redact: String,
    requestTimeout: 30_000,
    retries: 2,
  })
  const send = (more: Partial<HttpRequest> = {}): Promise<HttpResponse> => http.send(request(more))
  const fail = async (): Promise<HttpError> => {
    const thrown = await failureOf(send())
    if (!(thrown instanceof HttpError)) throw thrown
    return thrown
  }
  return { send, fail, logger, attempts: () => attempts }
}

describe('a success whose JSON cannot be read', () => {
  it('is asked for again, and the log says why', async () => {
    const { send, logger } = client(incoming(200, '{"a":'), incoming(200, { a: 1 }))
    expect((await send()).attempts).toBe(2)
    expect(logger.said('info')).toEqual([
      'Sentry: GET /api/0/organizations/acme/releases/: the response was incomplete; attempt 2 of 3 in 375 ms',
    ])
  })

  it('is asked for again when it is empty, whatever its type', async () => {
    const { send, attempts } = client(incoming(200, '', HTML), incoming(200, { a: 1 }))
    await send()
    expect(attempts()).toBe(2)
  })

  it.each([{ accept: 'application/vnd.github+json' }, { Accept: 'application/json' }])(
    'is requested again when a JSON text without a type was requested and is cut short (%o)',
    async (headers) => {
      const cut = { ...incoming(200, '\uFEFF [{"a":'), header: () => undefined }
      const { send, attempts } = client(cut, incoming(200, { a: 1 }))
      await send({ headers })
      expect(attempts()).toBe(2)
    },
  )

  it('is given to the caller in the end', async () => {
    const { send, attempts } = client(incoming(200, '{"a":'))
    expect((await send()).json).toBeUndefined()
    expect(attempts()).toBe(3)
  })

  it.each([
    [
      'a log that begins like JSON',
      { ...incoming(200, '[INFO] x'), header: () => undefined },
      { headers: {} },
    ],
    ['a status that has no body', incoming(204, ''), {}],
    ['an upload, whose success has no body', incoming(200, '', HTML), { mayBeEmpty: true }],
    ['an error', incoming(404, ''), {}],
    ['an answer below the successes', incoming(199, ''), {}],
    ['an answer that nothing has changed', incoming(304, ''), {}],
    ['a call that creates something', incoming(201, '{"a":'), { effect: 'creates' }],
    ['an answer without a type', { ...incoming(200, 'text'), header: () => undefined }, {}],
  ] as const)('is not looked for in %s', async (_, answer, more) => {
    const { send, attempts } = client(answer)
    expect((await send(more)).status).toBe(answer.status)
    expect(attempts()).toBe(1)
  })
})

describe('what stays without a response', () => {
  it('names the kind, the sentence and the advice of the failure, and only what helps', async () => {
    const error = await client({ ...BROKEN, transient: false }).fail()
    expect(error).toMatchObject({
      kind: 'reset',
      message: 'Could not look up the release: it broke',
      advice: 'Try again.',
      detail: [AT],
    })
  })

  it('names the number of attempts, and the limit that ran out', async () => {
    expect((await client(BROKEN).fail()).detail).toEqual([AT, 'given up after 3 attempts'])
    const slow = await client({ ...BROKEN, kind: 'timeout', transient: false }).fail()
    expect(slow.detail).toEqual([AT, 'request-timeout: 30 s'])
  })
})

describe('redirects', () => {
  it.each([300, 301, 399])('are refused with status %i', async (status) => {
    const error = await client(incoming(status, 'x', { ...HTML, location: '/login' })).fail()
    expect(error.message).toBe(
      `Could not look up the release: Sentry at sentry.example responded with ${status} and points to https://sentry.example/login, which is not followed`,
    )
    expect(error.advice).toBe(
      'A redirect would send the token to another address. If that address is correct, set sentry-url to its base.',
    )
  })

  it.each([{ location: 'http://[' }, { location: '' }, {}])('to %j point nowhere', async (headers) => {
    const error = await client(incoming(302, 'x', headers)).fail()
    expect(error.message).toContain('points to nowhere, which')
  })
})

it('a limit that is lifted later names the minute, without fractions of a second', async () => {
  const error = await client(incoming(429, 'x', { 'retry-after': '90' })).fail()
  expect(error.message).toBe(
    'Could not look up the release: Sentry at sentry.example responded with 429 and requests a pause of 1 min 30 s',
  )
  expect(error.advice).toBe(
    'Re-run the job after 2026-01-01T00:01:30Z. A single request waits for at most 60 s.',
  )
  expect(error.retryAfterMs).toBe(90_000)
})
