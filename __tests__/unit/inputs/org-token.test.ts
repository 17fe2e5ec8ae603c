import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeOrgToken } from '../../../src/inputs/release.ts'

function tokenOf(claims: unknown): string {
  return `sntrys_${btoa(JSON.stringify(claims))}_${'s'.repeat(43)}`
}

describe('decodeOrgToken', () => {
  it('reads organization and URL of an organization token', () => {
    const slug = fc.stringMatching(/^[a-z0-9-]{1,30}$/)
    fc.assert(
      fc.property(slug, fc.string({ minLength: 1 }), (org, url) => {
        const token = tokenOf({ iat: 1.5, url, region_url: 'https://us.sentry.io', org })
        expect(decodeOrgToken(token)).toEqual({ organization: org, url })
      }),
    )
  })

  it.each([[null], [undefined], [''], [5]])('has no URL when that of the token is %j', (url) => {
    expect(decodeOrgToken(tokenOf({ iat: 1, url, org: 'acme' }))).toEqual({
      organization: 'acme',
      url: undefined,
    })
  })

  it.each([
    ['a user token', `sntryu_${'a'.repeat(64)}`],
    ['an old token', 'a'.repeat(64)],
    ['nothing', ''],
    ['one part too few', tokenOf({ org: 'acme' }).split('_').slice(0, 2).join('_')],
    ['one part too many', `${tokenOf({ org: 'acme' })}_x`],
    ['no secret', `sntrys_${btoa('{"org":"acme"}')}_`],
    ['no base64', 'sntrys_{"org":"acme"}_secret'],
    ['no JSON', `sntrys_${btoa('not json')}_secret`],
    ['no object', tokenOf('acme')],
    ['null', tokenOf(null)],
    ['no organization', tokenOf({ url: 'https://sentry.io' })],
    ['an organization that is no text', tokenOf({ org: ['acme'] })],
  ])('treats %s as opaque', (_, token) => {
    expect(decodeOrgToken(token)).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (text, claims) => {
        const payload = Buffer.from(JSON.stringify(claims)).toString('base64')
        for (const token of [text, `sntrys_${text}_x`, `sntrys_${payload}_x`]) {
          expect(() => decodeOrgToken(token)).not.toThrow()
        }
      }),
    )
  })
})

it.each([
  ['sntryx', { org: 'acme' }],
  ['', { org: 'acme' }],
  ['sntrys', { org: '' }],
  ['sntrys', { org: 5 }],
  ['sntrys', null],
  ['sntrys', 'acme'],
])('a token of %s with %j gives no organization', (prefix, claims) => {
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64')
  expect(decodeOrgToken(`${prefix}_${payload}_secret`)).toBeUndefined()
})
