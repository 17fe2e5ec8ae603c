import { describe, expect, it } from 'vitest'
import { createHttp, type HttpDeps } from '../../../src/http/client.ts'
import { type Failure, HttpError } from '../../../src/http/failure.ts'
import type { Incoming, AttemptResult, Transport } from '../../../src/http/attempt.ts'
import { Redactor } from '../../../src/text/redact.ts'
import { failureOf, incoming, ManualClock, RecordingLogger, responseOf, request } from '../doubles.ts'

const SECRET = `sntryu_${'0123456789abcdef'.repeat(4)}`

const RESET: Failure = {
  kind: 'reset',
  maybeDelivered: true,
  transient: true,
  sentence: 'the connection to sentry.example broke (ECONNRESET)',
  advice: 'Run the job again.',
}

type Act = Incoming | Failure | Transport

/** A client whose transport does one thing after the other, the last one again and again. */
function client(acts: readonly Act[], more: Partial<HttpDeps> = {}) {
  const clock = new ManualClock()
  const logger = new RecordingLogger()
  const redactor = new Redactor()
  redactor.add(SECRET)
  let attempts = 0
  const transport: Transport = async (...call): Promise<AttemptResult> => {
    const act = acts[Math.min(attempts, acts.length - 1)]
    attempts += 1
    if (!act) throw new Error('no act')
    if (typeof act === 'function') return act(...call)
    return 'status' in act ? { kind: 'response', response: act } : { kind: 'failure', failure: act }
  }
  const http = createHttp({
    transport,
    clock,
    logger,
    signal: new AbortController().signal,
    redact: (text) => redactor.redact(text),
    requestTimeout: 30_000,
    retries: 5,
    ...more,
  })
  return { http, clock, logger, attempts: () => attempts }
}

async function errorOf(work: Promise<unknown>): Promise<HttpError> {
  const error = await failureOf(work)
  if (!(error instanceof HttpError)) throw error
  return error
}

describe('send', () => {
  it.each([200, 201, 204, 208, 400, 404, 409])('gives a response of status %i at once', async (status) => {
    const { http, clock } = client([incoming(status, { a: 1 })])
    const response = await http.send(request())
    expect([response.status, response.attempts, response.json]).toEqual([status, 1, { a: 1 }])
    expect(clock.pauses).toEqual([])
  })

  it('repeats until it succeeds, says so each time, and pauses longer and longer', async () => {
    const { http, clock, logger } = client([incoming(503), RESET, incoming(200, { ok: true })])
    const response = await http.send(request())
    expect([response.status, response.attempts]).toEqual([200, 3])
    expect(clock.pauses).toHaveLength(2)
    expect(clock.pauses[1]).toBeGreaterThan(clock.pauses[0] ?? 0)
    expect(logger.said('info')).toEqual([
      expect.stringContaining('responded with 503; attempt 2 of 6'),
      expect.stringContaining('ECONNRESET); attempt 3 of 6'),
    ])
  })

  it('gives the last response when it never succeeds', async () => {
    const { http, attempts } = client([incoming(502)], { retries: 2 })
    expect((await http.send(request())).status).toBe(502)
    expect(attempts()).toBe(3)
  })

  it('does not repeat what creates, unless nothing happened', async () => {
    const broken = client([RESET])
    await errorOf(broken.http.send(request({ method: 'POST', effect: 'creates' })))
    expect(broken.attempts()).toBe(1)

    const limited = client([incoming(429, {}, { 'retry-after': '2' }), incoming(201)])
    expect((await limited.http.send(request({ method: 'POST', effect: 'creates' }))).status).toBe(201)
    expect(limited.clock.pauses[0]).toBeGreaterThanOrEqual(2000)
  })

  it('ends with what was tried, where, why, and what to do', async () => {
    const { http } = client([RESET], { retries: 1 })
    const error = await errorOf(http.send(request()))
    expect(error).toMatchObject({
      kind: 'reset',
      status: undefined,
      method: 'GET',
      advice: 'Run the job again.',
    })
    expect(error.message).toBe(
      'Could not look up the release: the connection to sentry.example broke (ECONNRESET)',
    )
    expect(error.detail).toContain('given up after 2 attempts')
  })

  it('limits every attempt by the request timeout', async () => {
    let now = (): void => {}
    const hangs: Transport = async (_request, _peer, limit) => {
      now()
      expect(limit.aborted).toBe(true)
      return { kind: 'failure', failure: { ...RESET, kind: 'timeout', sentence: 'no answer in time' } }
    }
    const { http, clock, attempts } = client([hangs], { requestTimeout: 10_000, retries: 1 })
    now = () => {
      clock.advance(10_000)
    }
    const error = await errorOf(http.send(request()))
    expect(error.kind).toBe('timeout')
    expect(error.detail).toContain('request-timeout: 10 s')
    expect(attempts()).toBe(2)
  })

  it('counts the time of slow attempts against the 60 s', async () => {
    let slow = (): void => {}
    const { http, clock, attempts } = client([
      async () => {
        slow()
        return { kind: 'failure', failure: RESET }
      },
    ])
    slow = () => {
      clock.advance(29_900)
    }
    await errorOf(http.send(request()))
    expect(attempts()).toBe(2)
  })

  it('says when to come back instead of waiting longer than 60 s', async () => {
    const { http, clock, attempts } = client([incoming(429, {}, { 'retry-after': '300' })])
    const error = await errorOf(http.send(request()))
    expect(error).toMatchObject({ kind: 'status', status: 429 })
    expect(error.message).toContain('a pause of 5 min')
    expect(error.advice).toContain('2026-01-01T00:05:00Z')
    expect([attempts(), clock.pauses]).toEqual([1, []])
  })

  it.each(['9'.repeat(20), '9'.repeat(400)])(
    'says something readable when asked to wait for ages',
    async (seconds) => {
      const { http } = client([incoming(429, {}, { 'retry-after': seconds })])
      const error = await errorOf(http.send(request()))
      expect(`${error.message} ${error.advice}`).not.toMatch(/NaN|Infinity|Invalid/)
    },
  )

  it.each([301, 302, 307, 308])('does not follow a redirect of status %i', async (status) => {
    const location = 'https://user:pass@login.example/sso?next=secret'
    const { http, attempts } = client([incoming(status, '', { location })])
    const error = await errorOf(http.send(request()))
    expect(error).toMatchObject({ kind: 'redirect', status })
    expect(error.message).toContain('points to https://login.example/sso,')
    expect(error.advice).toContain('sentry-url')
    expect(attempts()).toBe(1)
  })

  it.each(['', 'http://['])('does not trip over the location %j', async (location) => {
    const { http } = client([incoming(302, '', { location })])
    expect((await errorOf(http.send(request()))).kind).toBe('redirect')
  })

  it('stops in the middle of a pause when the job is cancelled', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled')
    const { http, clock, attempts } = client([incoming(429, {}, { 'retry-after': '30' })], {
      signal: controller.signal,
    })
    const begun = clock.now()
    clock.in(700, () => {
      controller.abort(reason)
    })
    expect(await failureOf(http.send(request()))).toBe(reason)
    expect([clock.now() - begun, attempts()]).toEqual([700, 1])
  })

  it('sends nothing when the job is cancelled already', async () => {
    const { http, attempts } = client([incoming(200)], { signal: AbortSignal.abort(new Error('cancelled')) })
    expect(await failureOf(http.send(request()))).toEqual(new Error('cancelled'))
    expect(attempts()).toBe(0)
  })

  it.each(['{"version":"1.', ''])(
    'takes the cut JSON %j of a success for a broken connection',
    async (cut) => {
      const { http } = client([incoming(200, cut), incoming(200, { version: '1.0' })])
      expect((await http.send(request())).json).toEqual({ version: '1.0' })
    },
  )

  it('leaves a page that never was JSON to the caller', async () => {
    const { http, attempts } = client([incoming(200, '<html>', { 'content-type': 'text/html' })])
    expect((await http.send(request())).text).toBe('<html>')
    expect(attempts()).toBe(1)
  })

  it('never shows a secret, a query or credentials', async () => {
    const url = new URL(`https://user:pass@sentry.example/api/0/?token=${SECRET}`)
    const headers = { Authorization: `Bearer ${SECRET}` }
    const acts: Act[][] = [
      [{ ...RESET, sentence: `broke at ${SECRET}` }],
      [incoming(302, '', { location: `https://evil.example/${SECRET}` })],
      [incoming(429, SECRET, { 'retry-after': '300' })],
    ]
    for (const act of acts) {
      const { http, logger } = client(act, { retries: 1 })
      const error = await errorOf(http.send(request({ url, headers, body: SECRET })))
      const shown = [
        error.message,
        error.advice,
        error.url,
        error.serverMessage,
        ...error.detail,
        JSON.stringify(error),
      ]
      expect(shown.join('\n')).not.toMatch(/sntryu_|user:pass|token=/)
      expect(error.url).toBe('https://sentry.example/api/0/')
      expect(logger.lines.map(({ message }) => message).join('\n')).not.toMatch(/user:pass|token=/)
    }
  })
})

describe('words', () => {
  const redactor = new Redactor()
  redactor.add(SECRET)
  const response = responseOf(incoming(500), (text) => redactor.redact(text))

  it('redacts before it shortens', () => {
    expect(response.sanitize(`${'x'.repeat(20)} ${SECRET}`, 30)).toBe(`${'x'.repeat(20)} ***`)
  })

  it('does not put a secret together again that was sent in pieces', () => {
    const pieces = `${SECRET.slice(0, 20)}\u001B[0m${SECRET.slice(20)}`
    expect(response.sanitize(pieces)).not.toContain(SECRET)
  })
})
