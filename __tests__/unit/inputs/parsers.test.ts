import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isSlug,
  parseBaseUrl,
  parseBoolean,
  parseInteger,
  parseLink,
  parseList,
  parseTime,
  versionProblem,
} from '../../../src/inputs/parsers.ts'

describe('parseBoolean', () => {
  it.each([
    ['true', true],
    ['False', false],
    ['TRUE', true],
  ])('reads %s', (text, value) => {
    expect(parseBoolean(text)).toBe(value)
  })

  it.each(['', '1', '0', 'yes', 'no', 'on', 'truely', ' true'])('refuses %j', (text) => {
    expect(parseBoolean(text)).toBeUndefined()
  })
})

describe('parseList', () => {
  it('splits at commas, spaces and line breaks, and keeps each item once and in order', () => {
    expect(parseList('web, api\n\tdocs,,web\r\n')).toEqual(['web', 'api', 'docs'])
    expect(parseList(' ,\n')).toEqual([])
  })

  it.each([
    ['- web\n- api', ['web', 'api']],
    [' -  web\r\n\t- api', ['web', 'api']],
    ['- web - api', ['web', 'api']],
    ['["web", "api"]', ['web', 'api']],
    ['\'web\', "api"', ['web', 'api']],
    ['[]', []],
    ['[ ]', []],
    ['-web -', ['-web']],
  ])('understands %j', (text, items) => {
    expect(parseList(text)).toEqual(items)
  })

  it('reads joined items back, whatever the separators', () => {
    const separator = fc.stringMatching(/^[ ,\n\t]{1,3}$/)
    const items = fc.uniqueArray(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,7}$/), { maxLength: 6 })
    fc.assert(
      fc.property(items, separator, (list, between) => {
        expect(parseList(between + list.join(between) + between)).toEqual(list)
      }),
    )
  })
})

describe('parseInteger', () => {
  it('reads whole numbers within the bounds', () => {
    fc.assert(
      fc.property(fc.nat({ max: 20 }), (value) => {
        expect(parseInteger(String(value), 3, 10)).toBe(value >= 3 && value <= 10 ? value : undefined)
      }),
    )
  })

  it.each(['', '5.0', '+5', '-5', '5e0', '0x5', '5 ', '٥', 'five'])('refuses %j', (text) => {
    expect(parseInteger(text, 0, 10)).toBeUndefined()
  })
})

describe('parseBaseUrl', () => {
  it.each([
    ['https://sentry.io', 'https://sentry.io/'],
    ['https://sentry.io/', 'https://sentry.io/'],
    ['https://Example.COM:8443/sentry', 'https://example.com:8443/sentry/'],
    ['http://localhost:9000', 'http://localhost:9000/'],
    ['http://127.8.9.1/', 'http://127.8.9.1/'],
    ['http://[::1]:80', 'http://[::1]/'],
  ])('reads %s', (text, base) => {
    expect(parseBaseUrl(text)).toBe(base)
  })

  it.each([
    '',
    'sentry.io',
    'http://sentry.io',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'ftp://sentry.io',
    'javascript:alert(1)',
    'https://user@sentry.io',
    'https://user:pass@sentry.io',
    'https://sentry.io/?a=b',
    'https://sentry.io/#top',
    'https://sentry.io/a b',
  ])('refuses %j', (text) => {
    expect(parseBaseUrl(text)).toBeUndefined()
  })

  it.each(['https://sentry.example/prefix?', 'https://sentry.example/?', 'https://sentry.example/prefix#'])(
    'gives a base or nothing for the empty query or fragment of %s',
    (text) => {
      expect(parseBaseUrl(text) ?? '/').toMatch(/^[^?#]*\/$/)
    },
  )

  it('returns a base to which every path can be appended', () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ['https'], withQueryParameters: false }), (text) => {
        const base = parseBaseUrl(text)
        expect(base).toBeDefined()
        expect(new URL('api/0/', base).href).toBe(`${base ?? ''}api/0/`)
      }),
    )
  })
})

describe('parseLink', () => {
  it.each([
    'https://github.com/acme/web/commit/abc',
    'http://localhost:3000/x',
    'https://10.1.2.3/x',
    'https://[2001:db8::1]/x',
    'https://host.example./x?y=z#top',
    `https://a.example/${'x'.repeat(182)}`,
    'ftp://github.com/x',
    'HTTPS://GitHub.Com/X',
    'https://xn--80ak6aa92e.com',
    'https://bücher.example',
    'https://a-b.c-d.example:8443?x#y',
    'https://host.xn--p1ai/',
    'https://a1.b2.example',
    'https://a.example/"quoted"<x>',
    `https://${'a'.repeat(63)}.example`,
  ])('keeps %s as it is', (text) => {
    expect(parseLink(text)).toBe(text)
  })

  it.each([
    '',
    'github.com/acme',
    '/acme/web',
    'javascript:alert(1)',
    'https://intranet/x',
    'https://a..b/x',
    'https://a.example/with space',
    `https://a.example/${'x'.repeat(183)}`,
    'https:a.example/x',
    'https:/a.example/x',
    String.raw`https:\\a.example\x`,
    'ssh://a.example/x',
    'https://git_hub.corp/x',
    'https://ghe.corp1/x',
    'https://ghe.c/x',
    'https://-a.example/x',
    'https://a-.example/x',
    'https://a.-b.example/x',
    'https://a.b-.example/x',
    'https://a.example-/x',
    `https://${'a'.repeat(64)}.example`,
    'https://1.2.3/x',
    'https://256.1.1.1/x',
    'https://a.example:/x',
    'https://a.example:8/x',
    'https://a.example:123456/x',
    'https://[::zz]/x',
    'https://user@a.example/x',
    'https://user:password@a.example/x',
    'https://',
    `https://${'a.'.repeat(90)}b`,
  ])('refuses %j, as Sentry does', (text) => {
    expect(parseLink(text)).toBeUndefined()
  })
})

describe('parseTime', () => {
  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31 12:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.25+02:00', '2026-01-31T10:00:00.250Z'],
    ['2026-01-31t12:00:00-0530', '2026-01-31T17:30:00.000Z'],
    ['1700000000', '2023-11-14T22:13:20.000Z'],
    ['1700000000.5', '2023-11-14T22:13:20.500Z'],
  ])('reads %s', (text, time) => {
    expect(parseTime(text)).toBe(time)
  })

  it.each([
    '',
    'now',
    'Jan 31 2026',
    '31.01.2026',
    '2026-13-01',
    '2026-01-31T25:00Z',
    '1700000000000',
    '-5',
    '1e9',
  ])('refuses %j', (text) => {
    expect(parseTime(text)).toBeUndefined()
  })

  it('refuses a day that does not exist', () => {
    expect(parseTime('2026-02-30')).toBeUndefined()
  })

  it('reads every point in time back, in either form', () => {
    const seconds = fc.integer({ min: 100_000_000, max: 4_000_000_000 })
    fc.assert(
      fc.property(seconds, (unix) => {
        const iso = new Date(unix * 1000).toISOString()
        expect([parseTime(iso), parseTime(String(unix))]).toEqual([iso, iso])
      }),
    )
  })
})

it('isSlug accepts names of paths only', () => {
  expect(['web', 'my-app_2', '4711', 'A'].every(isSlug)).toBe(true)
  expect(['', 'a b', 'a/b', '..', 'a.b', 'ä', 'a\n', 'x'.repeat(101)].some(isSlug)).toBe(false)
})

describe('versionProblem', () => {
  it.each([
    'a'.repeat(40),
    'web@1.2.3+build.4',
    'ä'.repeat(200),
    '😀'.repeat(200),
    '...',
    'latest-2',
    'with space',
    '"*[x]',
  ])('allows %s', (version) => {
    expect(versionProblem(version)).toBeUndefined()
  })

  it.each([
    ['', 'at least one character'],
    [' \u00A0', 'at least one character'],
    ['a'.repeat(201), 'at most 200'],
    ['a\nb', 'without line breaks'],
    ['a\rb', 'without line breaks'],
    ['a\tb', 'tab'],
    ['a\fb', 'form feed'],
    ['feature/x', 'only its last part'],
    [String.raw`a\b`, 'only its last part'],
    ['.', 'other than'],
    [' .. ', 'other than'],
    ['LaTeSt', 'other than'],
    ['\uD800', 'well-formed'],
  ])('refuses %j', (version, expected) => {
    expect(versionProblem(version)).toContain(expected)
  })

  it('refuses a forbidden character wherever it stands', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom('\n', '\r', '\f', '\t', '/', '\\'),
        fc.string(),
        (a, bad, b) => {
          expect(versionProblem(`v${a}${bad}${b}v`)).toBeDefined()
        },
      ),
    )
  })
})
