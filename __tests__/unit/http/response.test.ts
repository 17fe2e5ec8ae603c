import { expect, it } from 'vitest'
import { Redactor } from '../../../src/text/redact.ts'
import { incoming, responseOf } from '../doubles.ts'

const AT = 'GET https://sentry.example/api/0/organizations/acme/releases/'

it('an error of a response says what was tried, where, how it ended, and the status', () => {
  const error = responseOf(incoming(403)).error('status', 'responded with 403', {
    serverMessage: 'No right.',
    advice: 'Ask for it.',
    detail: ['one more line'],
    retryAfterMs: 7,
  })
  expect(error).toMatchObject({
    message: 'Could not look up the release: Sentry at sentry.example responded with 403',
    kind: 'status',
    status: 403,
    method: 'GET',
    url: 'https://sentry.example/api/0/organizations/acme/releases/',
    serverMessage: 'No right.',
    advice: 'Ask for it.',
    retryAfterMs: 7,
    detail: [AT, 'HTTP status 403', 'one more line'],
  })
})

it('an error counts the attempts when there was more than one', () => {
  expect(responseOf(incoming(500)).error('status', 'failed').detail).toEqual([AT, 'HTTP status 500'])
  expect(responseOf(incoming(500), String, 2).error('status', 'failed').detail).toEqual([
    AT,
    'HTTP status 500',
    'given up after 2 attempts',
  ])
})

it('text and JSON come without secrets, also those that JSON escapes hide', () => {
  const redactor = new Redactor()
  redactor.add('hunter2')
  const clean = (text: string): string => redactor.redact(text)
  const response = responseOf(incoming(200, '{"a":["hunter\\u0032"],"n":2}'), clean)
  expect(response.json).toEqual({ a: ['***'], n: 2 })
  expect(responseOf(incoming(200, 'say hunter2'), clean).text).toBe('say ***')
  expect(responseOf(incoming(200, '<html>')).json).toBeUndefined()
})

it('JSON is parsed once, and is still JSON where a secret ends in the middle of an escape', () => {
  const redactor = new Redactor()
  redactor.add('hunter2\\')
  let asked = 0
  const response = responseOf(incoming(200, JSON.stringify({ a: 'say hunter2\\"', b: 'x' })), (text) => {
    asked += 1
    return redactor.redact(text)
  })
  expect(response.json).toEqual({ a: 'say ***"', b: 'x' })
  const before = asked
  expect(response.json).toBe(response.json)
  expect(asked).toBe(before)
})

it.each([
  [429, {}, true],
  [403, {}, false],
  [403, { 'retry-after': '30' }, true],
  [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1767225600' }, true],
  [403, { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '1767225600' }, false],
  [503, { 'retry-after': '30' }, false],
])('a %i with %j is a limit of the rate: %s', (status, headers, limit) => {
  expect(responseOf(incoming(status, '', headers)).isLimit).toBe(limit)
})
