import { describe, expect, it } from 'vitest'
import { RowsResponse } from '../../../../src/abf/client/schema.ts'
import { createRequests } from '../../../../src/abf/client/requests.ts'
import { httpError, scriptedApi } from '../doubles.ts'
import { failureOf, incoming } from '../../doubles.ts'

const ROWS = { build_lists: [{ id: 7, status: 0 }] }
const LIMIT = incoming(
  403,
  { message: '403 Forbidden | Rate Limit Exceeded' },
  { date: 'Thu, 01 Jan 2026 00:59:30 GMT' },
)

function prepare(...[answers, more]: Parameters<typeof scriptedApi>) {
  const server = scriptedApi(answers, more)
  return { ...server, requests: createRequests(server.deps), sent: server.requests }
}

describe('A request', () => {
  it('goes below the base URL, with credentials and user agent', async () => {
    const { requests, sent } = prepare([incoming(200, ROWS)], {
      credentials: { user: 'ada', password: 'p:w' },
    })
    await requests.get('build_lists.json?page=1', 'look')
    expect(sent[0]?.url.href).toBe('https://abf.example/api/v1/build_lists.json?page=1')
    expect(sent[0]).toMatchObject({
      method: 'GET',
      intent: 'look',
      effect: 'idempotent',
      body: undefined,
      peer: { name: 'ABF', urlInput: 'abf-url' },
    })
    expect(sent[0]?.headers).toEqual({
      Accept: 'application/json',
      'User-Agent': 'release-gate (us)',
      Authorization: `Basic ${btoa('ada:p:w')}`,
    })
  })

  it('has no credentials when none are given', async () => {
    const { requests, sent } = prepare([incoming(200)], { credentials: undefined })
    await requests.get('x', 'look')
    expect(sent[0]?.headers).not.toHaveProperty('Authorization')
  })

  it('that changes something has a JSON body, and only a create may have its effect twice', async () => {
    const { requests, sent } = prepare([incoming(200)])
    await requests.put('a', 'act')
    await requests.post('b', 'create', { build_list: {} })
    expect(sent.map(({ method, body, effect }) => [method, body, effect])).toEqual([
      ['PUT', '{}', 'idempotent'],
      ['POST', '{"build_list":{}}', 'creates'],
    ])
    expect(sent.map(({ headers }) => headers['Content-Type'])).toEqual([
      'application/json',
      'application/json',
    ])
  })
})

describe('A cached response', () => {
  const TAGGED = incoming(200, ROWS, { etag: 'W/"1"' })
  const SAME = incoming(304, '')

  it('is sent with its ETag, and counts again after a 304', async () => {
    const { requests, sent } = prepare([TAGGED, SAME])
    const first = await requests.getCached('a', 'look')
    expect(await requests.getCached('a', 'look')).toBe(first)
    expect(sent.map(({ headers }) => headers['If-None-Match'])).toEqual([undefined, 'W/"1"'])
  })

  it('has one ETag for each path', async () => {
    const { requests, sent } = prepare([TAGGED, SAME])
    await requests.getCached('a', 'look')
    expect((await requests.getCached('b', 'look')).status).toBe(304)
    expect(sent[1]?.headers).not.toHaveProperty('If-None-Match')
  })

  it.each([
    ['has no tag', incoming(200, ROWS)],
    ['is a failure', incoming(500, ROWS, { etag: 'W/"2"' })],
  ])('is removed when a response %s', async (_, answer) => {
    const { requests, sent } = prepare([TAGGED, answer, TAGGED])
    for (let look = 0; look < 3; look += 1) await requests.getCached('a', 'look')
    expect(sent.map(({ headers }) => headers['If-None-Match'])).toEqual([undefined, 'W/"1"', undefined])
  })

  it.each([
    ['does not have the shape that it should have', { no: 1 }],
    ['was cut short', '{"build'],
  ])('is removed when it %s', async (_, body) => {
    const { requests, sent } = prepare([incoming(200, body, { etag: 'W/"1"' }), TAGGED])
    const response = await requests.getCached('a', 'look')
    await requests.getCached('b', 'look')
    expect(() => requests.parse(RowsResponse, response)).toThrow('sent a response in an unknown format')
    await requests.getCached('a', 'look')
    await requests.getCached('b', 'look')
    expect(sent.slice(2).map(({ headers }) => headers['If-None-Match'])).toEqual([undefined, 'W/"1"'])
  })

  it('is kept for at most 200 paths', async () => {
    const { requests, sent } = prepare([TAGGED])
    for (let path = 0; path < 200; path += 1) await requests.getCached(String(path), 'look')
    await requests.getCached('0', 'look')
    await requests.getCached('1', 'look')
    expect(sent.slice(200).map(({ headers }) => headers['If-None-Match'])).toEqual(['W/"1"', undefined])
  })
})

it('Parsing returns the body of a 2xx, and throws an explained error for other responses', async () => {
  const good = prepare([incoming(200, ROWS)])
  expect(good.requests.parse(RowsResponse, await good.requests.get('a', 'look'))).toEqual(ROWS)
  const bad = prepare([incoming(404, ROWS)])
  const response = await bad.requests.get('a', 'read the builds')
  expect(() => bad.requests.parse(RowsResponse, response)).toThrow(
    'Could not read the builds: ABF at abf.example responded with 404',
  )
})

it('The time of the server is that of its last response with a date', async () => {
  const { requests, clock } = prepare([
    incoming(200, {}, { date: 'Thu, 01 Jan 2026 00:10:00 GMT' }),
    incoming(200, {}, { date: 'nonsense' }),
  ])
  expect(requests.serverNow()).toBe(clock.now())
  await requests.get('a', 'look')
  await requests.get('a', 'look')
  clock.advance(1000)
  expect(requests.serverNow()).toBe(Date.UTC(2026, 0, 1, 0, 10, 1))
})

describe('The rate limit', () => {
  it('is waited for when the full hour is near, and the request is repeated once', async () => {
    const { requests, clock, sent } = prepare([LIMIT, incoming(200, ROWS)])
    expect((await requests.get('a', 'look')).status).toBe(200)
    expect([clock.pauses, sent.length]).toEqual([[30_500], 2])
  })

  it('is thrown when the full hour is too far away, or when it persists', async () => {
    const hasty = prepare([LIMIT], { maxRateLimitWaitMs: 29_999 })
    expect((await hasty.requests.get('a', 'look')).status).toBe(403)
    expect(hasty.clock.pauses).toEqual([])
    const again = prepare([LIMIT], { maxRateLimitWaitMs: 30_000 })
    expect((await again.requests.get('a', 'look')).status).toBe(403)
    expect(again.sent).toHaveLength(2)
  })
})

it('The pause for the rate limit and the retries after it share one limit', async () => {
  const { requests, sent } = prepare([LIMIT, incoming(200, ROWS)])
  await requests.get('a', 'look')
  expect(sent.map(({ maxWaitMs }) => maxWaitMs)).toEqual([undefined, 60_000 - 30_500])
})

it('A redirect has the advice for ABF, and any other error is unchanged', async () => {
  const moved = prepare([httpError({ kind: 'redirect', status: 302, message: 'It points away' })])
  expect(await failureOf(moved.requests.get('a', 'look'))).toMatchObject({
    kind: 'redirect',
    status: 302,
    message: 'It points away',
    advice:
      'ABF redirects accounts that are locked: log in at https://abf.example/ with the account of input abf-token to check. If the server has moved, set abf-url to its new base.',
  })
  for (const error of [httpError({ kind: 'dns' }), new Error('a fault')]) {
    expect(await failureOf(prepare([error]).requests.get('a', 'look'))).toBe(error)
  }
})
