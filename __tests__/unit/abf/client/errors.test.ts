import { describe, expect, it } from 'vitest'
import { explain, rateLimitMs, messageIn, unreadable } from '../../../../src/abf/client/errors.ts'
import type { HttpError } from '../../../../src/http/failure.ts'
import { incoming, responseOf } from '../../doubles.ts'

const ACCOUNT = { base: 'https://abf.example/', source: 'input abf-token' }
const NOBODY = { ...ACCOUNT, source: undefined }
const NOW = Date.UTC(2026, 0, 1, 10, 20)

function explained(
  status: number,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
  account: typeof ACCOUNT | typeof NOBODY = ACCOUNT,
): HttpError {
  return explain(responseOf(incoming(status, body, headers)), account, NOW)
}

describe('An error', () => {
  it('has the status, the message of the server and advice', () => {
    const error = explained(
      422,
      { build_list: { id: null, message: 'Arch is wrong' } },
      { 'retry-after': '5' },
    )
    expect(error).toMatchObject({
      kind: 'status',
      serverMessage: 'Arch is wrong',
      advice: 'Correct the input that the message of ABF names.',
      retryAfterMs: 5000,
    })
    expect(error.message).toMatch(/ responded with 422: Arch is wrong$/)
    expect(explained(422).message).toMatch(/ responded with 422$/)
  })

  it.each([
    [
      401,
      'ABF does not accept the credentials of input abf-token. The API token is shown at https://abf.example/settings/private. Set abf-token to it, without a password.',
    ],
    [403, /^The account of input abf-token is not allowed to do this: it needs the role writer/],
    [
      404,
      'Check the names and ids in the inputs, and that they belong to the server at https://abf.example/.',
    ],
    [422, 'Correct the input that the message of ABF names.'],
    [429, 'Re-run the job in a few minutes.'],
    [
      500,
      'ABF, or a proxy in front of it, has a problem. Open https://abf.example/ in a browser to check, then re-run the job.',
    ],
    [503, /^ABF, or a proxy in front of it, has a problem/],
  ])('with status %i has advice', (status, advice) => {
    expect(explained(status, { message: 'x' }).advice).toMatch(advice)
  })

  it.each([418, 302, 499])('with status %i has no advice', (status) => {
    expect(explained(status).advice).toBeUndefined()
  })

  it('without credentials advises to set them', () => {
    expect(explained(401, {}, {}, NOBODY).advice).toBe(
      'This server requires credentials: set abf-token. The token is shown at https://abf.example/settings/private.',
    )
    expect(explained(403, {}, {}, NOBODY).advice).toBe(
      'The project or platform is hidden, so ABF requires credentials: set abf-token.',
    )
  })

  it('for an account that is not confirmed advises how to confirm it', () => {
    expect(explained(401, { error: 'You have to confirm your account.' }).advice).toBe(
      'The account of input abf-token is not confirmed yet: open the link in the email that ABF sent to it.',
    )
  })

  it('for a web page advises to check abf-url, unless the server has a problem', () => {
    expect(explained(404, '<html>').advice).toBe(
      "The response is a web page and does not come from ABF's API: check abf-url (now https://abf.example/), and whether a proxy responds instead of ABF.",
    )
    expect(explained(500, '<html>').advice).toContain('has a problem')
  })
})

describe('A response that cannot be read', () => {
  it('is reported as a web page or as an unknown format', () => {
    const page = unreadable(responseOf(incoming(200, ' <!DOCTYPE html>')), ACCOUNT)
    expect(page).toMatchObject({
      kind: 'unreadable',
      advice:
        'Check abf-url (now https://abf.example/): it must be the base of an ABF server. The page may also be a maintenance notice.',
    })
    expect(page.message).toMatch(/responded with a web page instead of JSON$/)
    const odd = unreadable(responseOf(incoming(200, { a: 1 })), ACCOUNT)
    expect(odd).toMatchObject({
      serverMessage: '{"a":1}',
      advice: expect.stringMatching(/^Re-run the job. If the problem persists/) as string,
    })
    expect(odd.message).toMatch(/sent a response in an unknown format$/)
  })
})

describe('The rate limit', () => {
  const LIMITED = { message: '403 Forbidden | Rate Limit Exceeded' }
  const limit = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    rateLimitMs(responseOf(incoming(status, body, headers)), NOW)

  it('ends at the next full hour of the server', () => {
    expect(limit(403, LIMITED)).toBe(40 * 60_000)
    expect(limit(403, LIMITED, { date: 'Thu, 01 Jan 2026 10:59:00 GMT' })).toBe(60_000)
    expect(limit(403, LIMITED, { date: 'nonsense' })).toBe(40 * 60_000)
  })

  it('is recognized by the count of requests left when there is no message', () => {
    expect(limit(403, '', { 'x-ratelimit-remaining': ' 0 ' })).toBe(40 * 60_000)
    expect(limit(403, { message: 'No right' }, { 'x-ratelimit-remaining': '0' })).toBeUndefined()
    expect(limit(403, '', { 'x-ratelimit-remaining': '7' })).toBeUndefined()
  })

  it('is not recognized in other responses', () => {
    expect(limit(403, { message: 'No right' })).toBeUndefined()
    expect(limit(422, LIMITED)).toBeUndefined()
    expect(limit(403, `${'x'.repeat(2000)}rate limit`)).toBeUndefined()
  })

  it('is reported with its end and its size', () => {
    const error = explained(403, LIMITED, { 'x-ratelimit-limit': '500' })
    expect(error.message).toMatch(
      / responded with 403: the limit of 500 requests an hour is used up until 11:00 UTC$/,
    )
    expect(error).toMatchObject({
      retryAfterMs: 40 * 60_000,
      serverMessage: '403 Forbidden | Rate Limit Exceeded',
      advice:
        'Re-run the job in 40 min. All jobs of the same account share the limit: run fewer of them at a time, or use a longer abf-poll-interval.',
    })
  })

  it.each(['many', '1e9', '', '1234567890', '5a', 'a5'])('has no size when the header is %j', (size) => {
    const error = explained(403, LIMITED, { 'x-ratelimit-limit': size })
    expect(error.message).toContain('the limit of requests an hour')
  })
})

it.each<[unknown, string]>([
  [{ message: 'top', build_list: { message: 'inner' } }, 'inner'],
  [{ message: 'top', error: 'error' }, 'top'],
  [{ error: 'error' }, 'error'],
  [{ message: 5, error: null }, ''],
  [{ other: 'x' }, ''],
  [[], ''],
  ['null', ''],
  [{ message: 'translation missing: en.foo' }, ''],
  ['plain words', 'plain words'],
  ['<html><TITLE lang="en">Down</TITLE>', 'a web page titled "Down"'],
  ['<html>', 'a web page'],
  ['<?xml version="1.0"?>', 'a web page'],
  ['no <html>', 'no <html>'],
])('The message of the server in %j', (body, words) => {
  expect(messageIn(responseOf(incoming(500, body)))).toBe(words)
})
