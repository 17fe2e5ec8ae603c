import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Redactor } from '../../../src/text/redact.ts'
import { type SentryAccount, explain, SCOPES, messageIn, unreadable } from '../../../src/sentry/errors.ts'
import { hostileText, incoming, responseOf } from '../doubles.ts'

const ACCOUNT: SentryAccount = {
  base: 'https://sentry.example/',
  organization: 'acme',
  projects: ['web', 'api'],
  tokenSource: 'input sentry-auth-token',
}

function explained(status: number, body: unknown = '', headers: Readonly<Record<string, string>> = {}) {
  return explain(responseOf(incoming(status, body, headers)), ACCOUNT, SCOPES.write)
}

const UNUSUAL =
  "Sentry's API does not respond like this to such a request. Check sentry-url (now https://sentry.example/), and whether a proxy changes responses, then re-run the job."

describe('explain', () => {
  it('says what failed, on which server, with which status and in the words of the server', () => {
    const error = explained(404, { detail: 'The requested resource does not exist' })
    expect(error.message).toBe(
      'Could not look up the release: Sentry at sentry.example responded with 404: The requested resource does not exist',
    )
    expect(error).toMatchObject({
      kind: 'status',
      status: 404,
      serverMessage: 'The requested resource does not exist',
    })
  })

  it('of 401 names where the token came from and where to make one', () => {
    const { advice } = explained(401, { detail: 'Invalid token' })
    expect(advice).toContain('input sentry-auth-token')
    expect(advice).toContain('https://sentry.example/settings/acme/auth-tokens/')
  })

  it('of 403 names the scopes that the call needs', () => {
    const { advice } = explained(403, { detail: 'You do not have permission to perform this action.' })
    for (const scope of SCOPES.write) expect(advice).toContain(scope)
    expect(advice).toContain('organization acme')
  })

  it('of 403 rather names the scopes that the server asks for', () => {
    const challenge = 'Bearer error="insufficient_scope", scope="project:releases org:ci"'
    const { advice } = explained(403, {}, { 'www-authenticate': challenge })
    expect(advice).toContain('one of the scopes project:releases, org:ci,')
    expect(advice).not.toContain('project:admin')
  })

  it('of 403 takes nothing but scopes out of that header', () => {
    const challenge = 'Bearer scope="::error::x <b> org:ci $(rm) ORG:CI"'
    expect(explained(403, {}, { 'www-authenticate': challenge }).advice).toContain(
      'one of the scopes org:ci,',
    )
    for (const odd of ['scope="x!org:ci"', 'scope="org:ci!"', 'error="none"']) {
      expect(explained(403, {}, { 'www-authenticate': odd }).advice).toContain(
        'one of the scopes org:ci, project',
      )
    }
  })

  it('of 404 names organization, server and projects', () => {
    const { advice } = explained(404, { detail: 'The requested resource does not exist' })
    expect(advice).toMatch(/acme.*https:\/\/sentry\.example\/.*web, api/)
  })

  it.each([
    [{ version: ['Release with name X is not allowed'] }, 'input version'],
    [{ projects: ['Invalid project ids or slugs'] }, 'input projects'],
    [{ ref: ['Too long'], url: ['Enter a valid URL.'] }, 'input ref and url'],
    [{ status: ['Invalid'] }, 'input restore-archived'],
  ])('of 400 maps fields to inputs: %j', (body, inputs) => {
    expect(explained(400, body).advice).toContain(`Check the ${inputs}`)
  })

  it.each(['unheard_of', 'constructor', 'toString', '__proto__'])(
    'of 400 does not take the unknown field %s for an input',
    (field) => {
      const body = `{"${field}":["wrong"]}`
      expect(explained(400, body).advice).toBe('Check the inputs of this step.')
    },
  )

  it('of 413 blames the size', () => {
    expect(explained(413, '').advice).toContain('size')
  })

  it('of 429 says to come back, and reads the JSON that Sentry sends as HTML', () => {
    const error = explained(
      429,
      { detail: 'You are attempting too frequently' },
      { 'content-type': 'text/html' },
    )
    expect(error.serverMessage).toBe('You are attempting too frequently')
    expect(error.advice).toContain('Re-run the job')
  })

  it('of 5xx keeps the number that finds the error in the logs of the server', () => {
    const error = explained(500, { detail: 'Internal Error', errorId: 'f00d' })
    expect(error.serverMessage).toBe('Internal Error')
    expect(error.detail).toContain("Sentry's error id: f00d")
    expect(error.advice).toContain('https://status.sentry.io')
  })

  it.each([
    [409, 'Another job is writing this release right now. Re-run the job in a few minutes.'],
    [405, 'Check sentry-url (now https://sentry.example/): there is no Sentry API at that address.'],
    [204, UNUSUAL],
    [304, UNUSUAL],
    [418, UNUSUAL],
    [499, UNUSUAL],
  ])('of %i says what that is known to mean, or where to look', (status, advice) => {
    const error = explained(status)
    expect(error.advice).toBe(advice)
    expect(error.message).toMatch(new RegExp(` responded with ${status}$`))
    expect(error.detail).toHaveLength(2)
  })

  it.each([400, 401, 403, 404, 413, 429, 500])('of %i gives advice of its own', (status) => {
    const others = [400, 401, 403, 404, 405, 409, 413, 429, 500].filter((other) => other !== status)
    const { advice } = explained(status)
    expect(advice).toBeTruthy()
    expect(others.map((other) => explained(other).advice)).not.toContain(advice)
  })

  it('of 400 says which projects count only where projects are refused', () => {
    expect(explained(400, { projects: ['no'] }).advice).toMatch(
      /^Check the input projects\. The step sent web, api\. Each must be the slug/,
    )
    expect(explained(400, { ref: ['no'] }).advice).toBe('Check the input ref.')
    expect(explained(400, '"projects"').advice).toBe('Check the inputs of this step.')
  })

  it('takes a web page for an unreadable response only where it stands for a success', () => {
    const kinds = [200, 299, 300, 400].map((status) => explained(status, '<html>').kind)
    expect(kinds).toEqual(['unreadable', 'unreadable', 'status', 'status'])
    expect(explained(200, 'text').kind).toBe('status')
    expect(explained(500, '<html>').advice).toContain('https://status.sentry.io')
  })

  it('of a web page names its title, and the base URL when it is no trouble of the server', () => {
    const page = '<!DOCTYPE html><html><head><title>Login\n required</title></head></html>'
    expect(explained(403, page).serverMessage).toBe('a web page titled "Login required"')
    expect(explained(403, page).advice).toContain('sentry-url (now https://sentry.example/)')
    expect(explained(502, page).advice).toContain('https://status.sentry.io')
  })
})

describe('messageIn', () => {
  it.each<[unknown, string]>([
    [{ detail: 'Invalid token' }, 'Invalid token'],
    [
      { detail: { code: 'sso-required', message: 'Sign in', extra: { loginUrl: '/x' } } },
      'code: sso-required; Sign in',
    ],
    [{ error: 'nope' }, 'nope'],
    [{ info: 'Route not found' }, 'Route not found'],
    [
      { projects: ['Invalid project'], ref: ['Too long', 'Too odd'] },
      'projects: Invalid project; ref: Too long; ref: Too odd',
    ],
    [
      { commits: { 3: { patch_set: { 0: { path: ['Required'] } } } } },
      'commits.3.patch_set.0.path: Required',
    ],
    [{ commits: [{ id: ['Too long'] }] }, 'commits.id: Too long'],
    [{ limit: 5, ok: false, none: null }, 'limit: 5; ok: false'],
    ['plain text', 'plain text'],
    ['', ''],
    [[], ''],
    ['"text"', 'text'],
    ['<?xml version="1.0"?>', 'a web page'],
    ['  <HTML><title lang="en">Hi</title>', 'a web page titled "Hi"'],
    ['no page: <html>', 'no page: <html>'],
    [
      { errorId: 'top', field: { errorId: 'below', extra: 'kept' } },
      'field.errorId: below; field.extra: kept',
    ],
    [{ a: { b: { c: { d: { e: { f: 'six' } } } } } }, 'a.b.c.d.e.f: six'],
    [{ a: { b: { c: { d: { e: { f: { g: 'seven' } } } } } } }, ''],
    [[[[[[[['seven']]]]]]], ''],
    [Array.from({ length: 9 }, (_, index) => index), '0; 1; 2; 3; 4; 5; 6; 7'],
    [{ a: [1, 2, 3, 4, 5], b: [6, 7, 8, 9] }, 'a: 1; a: 2; a: 3; a: 4; a: 5; b: 6; b: 7; b: 8'],
    [Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((key) => [key, {}])), ''],
  ])('reads %j', (body, words) => {
    expect(messageIn(responseOf(incoming(400, body)))).toBe(words)
  })

  it('stays short, also for deep and wide answers', () => {
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`field${index}`, ['wrong']]))
    const deep = `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`
    expect(messageIn(responseOf(incoming(400, wide))).length).toBeLessThanOrEqual(300)
    expect(messageIn(responseOf(incoming(400, deep)))).toBe('')
  })
})

describe('unreadable', () => {
  it('names the field that does not fit', () => {
    const error = unreadable(responseOf(incoming(200, { version: 5 })), 'field version')
    expect(error).toMatchObject({ kind: 'unreadable', status: 200 })
    expect(error.message).toContain('field version')
  })

  it('of anything else says to re-run the job', () => {
    expect(unreadable(responseOf(incoming(200, {})), 'x').advice).toMatch(
      /^Re-run the job\. If the problem persists, a proxy/,
    )
  })

  it('of a web page sends the reader to sentry-url', () => {
    const error = unreadable(responseOf(incoming(200, '<html></html>')), 'no JSON')
    expect(error.message).toContain('web page')
    expect(error.advice).toContain('sentry-url')
  })
})

describe('texts of a hostile server', () => {
  const HIDING = /[\0-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2064\u2066-\u206F\uFEFF]/u
  const SECRET = `sntryu_${'0123456789abcdef'.repeat(4)}`
  const redactor = new Redactor()
  redactor.add(SECRET)
  const redact = (text: string): string => redactor.redact(text)

  const word = fc.oneof(
    hostileText,
    fc.constantFrom(SECRET, `x${SECRET}x`, btoa(`${SECRET}:`), ' '.repeat(400)),
  )
  const { body } = fc.letrec<{ body: unknown }>((tie) => ({
    body: fc.oneof(
      { maxDepth: 3 },
      word,
      fc.array(tie('body'), { maxLength: 3 }),
      fc.dictionary(
        fc.oneof(fc.constantFrom('detail', 'error', 'errorId', 'projects'), hostileText),
        tie('body'),
        {
          maxKeys: 4,
        },
      ),
    ),
  }))
  const page = word.map((title) => `<html><title>${title}</title>`)
  const status = fc.constantFrom(200, 302, 400, 401, 403, 404, 409, 413, 418, 429, 500, 503)

  it('stay on one line, short, without anything that hides and without secrets', () => {
    fc.assert(
      fc.property(fc.oneof(body, page), status, word, (answer, code, header) => {
        const response = responseOf(
          incoming(code, answer, { 'www-authenticate': `scope="${header}"` }),
          redact,
        )
        for (const error of [explain(response, ACCOUNT, SCOPES.read), unreadable(response, 'no JSON')]) {
          for (const text of [error.message, error.serverMessage, error.advice ?? '', ...error.detail]) {
            expect(text).not.toMatch(HIDING)
            expect(Array.from(text).length).toBeLessThan(1000)
            expect(text).not.toContain(SECRET.slice(7, 40))
          }
          expect(Array.from(error.serverMessage).length).toBeLessThanOrEqual(300)
        }
      }),
    )
  })

  it('cannot leak half a secret in the name of a field', () => {
    const response = responseOf(incoming(400, { [SECRET]: ['wrong'] }), redact)
    expect(messageIn(response)).not.toContain(SECRET.slice(7, 20))
  })

  it('cannot leak half a secret at the end of a long title', () => {
    const response = responseOf(incoming(403, `<html><title>${' '.repeat(160)}${SECRET}</title>`), redact)
    expect(messageIn(response)).not.toContain(SECRET.slice(7, 20))
  })
})
