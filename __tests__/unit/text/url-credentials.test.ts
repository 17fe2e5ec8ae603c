import { describe, expect, it } from 'vitest'
import { hideInUrl, hideUrlCredentials, urlSecrets } from '../../../src/text/url-credentials.ts'

describe('hideUrlCredentials', () => {
  it.each([
    ['https://user:password@host.example/x', 'https://***@host.example/x'],
    ['https://token-of-somebody@host.example', 'https://***@host.example'],
    ['https://:password@host.example', 'https://***@host.example'],
    ['https://user:p@ss@host.example/', 'https://***@host.example/'],
    ['https://user:pa/ss@host.example/', 'https://***@host.example/'],
    ['https://user:pa#s?s@host.example/', 'https://***@host.example/'],
    ['https://user:pa ss@host.example/', 'https://***@host.example/'],
    ['HTTPS://USER:PASSWORD@HOST', 'HTTPS://***@HOST'],
    [String.raw`https:\\user:password@host`, String.raw`https:\\***@host`],
    ['https://a:b@one.example, https://c:d@two.example', 'https://***@one.example, https://***@two.example'],
    ['https://one.example,https://c:d@two.example', 'https://one.example,https://***@two.example'],
    ['{"extra":"https://user:password@host/x"}', '{"extra":"https://***@host/x"}'],
    ['first //user:password@host\nsecond', 'first //***@host\nsecond'],
    ['https:/user:password@host', 'https:/***@host'],
    ['see https:user:password@host/x', 'see https:***@host/x'],
    ['https:////user:password@host', 'https:////***@host'],
  ])('of %j', (text, hidden) => {
    expect(hideUrlCredentials(text)).toBe(hidden)
  })

  it.each([
    'https://host.example/@scope/package',
    'https://host.example:8443/a@b',
    'https://[::1]:9000/a@b',
    'https://host.example/?mail=a@b.example',
    'ada@example.com',
    'web@1.0.0',
    'no URL at all',
    '',
  ])('leaves %j as it is', (text) => {
    expect(hideUrlCredentials(text)).toBe(text)
  })
})

describe('hideInUrl', () => {
  it.each([
    ['user:password@host.example', '***@host.example'],
    ['https:user:password@host.example/x', '***@host.example/x'],
    ['https://user:password@host.example', 'https://***@host.example'],
    ['https://user:pass\nword@host.example/x', '***@host.example/x'],
    ['https://host.example/@scope', 'https://host.example/@scope'],
    ['host.example', 'host.example'],
  ])('of %j', (text, hidden) => {
    expect(hideInUrl(text)).toBe(hidden)
  })
})

describe('urlSecrets', () => {
  it.each([
    ['https://user:password@host', ['password']],
    ['https://user:pass%20word@host', ['pass%20word', 'pass word']],
    ['https://user:%zz-broken@host', ['%zz-broken']],
    ['https://user:pass:word@host', ['pass:word']],
    ['https://ghp_0123456789abcdef@host', ['ghp_0123456789abcdef']],
    ['https://git@host', []],
    ['https://user:x@host', []],
    ['https://host/x', []],
  ])('of %j', (text, secrets) => {
    expect(urlSecrets(text)).toEqual(secrets)
  })
})
