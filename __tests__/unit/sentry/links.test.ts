import { describe, expect, it } from 'vitest'
import { isProject, numericId, releaseUrl, tokenSettingsUrl } from '../../../src/sentry/links.ts'
import { projectOf } from '../doubles.ts'

const RELEASE = { version: 'web@1.0', projects: [projectOf('web'), projectOf('api')] }

describe('releaseUrl', () => {
  it.each([
    'https://sentry.io/',
    'https://us.sentry.io/',
    'https://de.sentry.io/',
    'https://acme.sentry.io/',
  ])('leads from %s to the page of the organization', (base) => {
    expect(releaseUrl(base, 'acme', RELEASE, ['web'])).toBe(
      'https://acme.sentry.io/explore/releases/web%401.0/?project=11',
    )
  })

  it.each([
    'https://sentry.example/',
    'https://tools.example:8443/sentry/',
    'https://notsentry.io/',
    'https://customer.sentry.io/',
    'https://customer.my.sentry.io/',
  ])('stays below the base of a server of its own: %s', (base) => {
    expect(releaseUrl(base, 'acme', RELEASE, ['web'])).toBe(
      `${base}organizations/acme/releases/web%401.0/?project=11`,
    )
  })

  it('has no sub-domain for a numeric organization id', () => {
    expect(releaseUrl('https://sentry.io/', '42', RELEASE, ['web'])).toContain(
      'https://sentry.io/organizations/42/',
    )
  })

  it.each(['42a', 'a42'])('has one for an organization that merely holds digits: %s', (organization) => {
    expect(releaseUrl('https://sentry.io/', organization, RELEASE, ['web'])).toContain(
      `https://${organization}.sentry.io/`,
    )
  })

  it('shows the first attached project that is one of several of this step', () => {
    expect(releaseUrl('https://sentry.io/', 'acme', RELEASE, ['docs', 'api'])).toMatch(/\?project=12$/)
  })

  it('shows a project of this step by its numeric id', () => {
    expect(releaseUrl('https://sentry.io/', 'acme', RELEASE, ['api'])).toMatch(/\?project=12$/)
    expect(releaseUrl('https://sentry.io/', 'acme', RELEASE, ['12'])).toMatch(/\?project=12$/)
  })

  it('shows any attached project when ours is not known yet, and none when there is none', () => {
    expect(releaseUrl('https://sentry.io/', 'acme', RELEASE, ['docs'])).toMatch(/\?project=11$/)
    expect(releaseUrl('https://sentry.io/', 'acme', { version: 'v' }, ['web'])).toMatch(/\/v\/$/)
    expect(
      releaseUrl('https://sentry.io/', 'acme', { version: 'v', projects: [{ slug: 'web' }] }, ['web']),
    ).toMatch(/\/v\/$/)
  })

  it('cannot be led astray by the version', () => {
    const version = '..?x=1#y &"<>'
    const url = new URL(releaseUrl('https://sentry.example/', 'acme', { version }, []))
    expect(decodeURIComponent(url.pathname.split('/')[4] ?? '')).toBe(version)
    expect(url.search + url.hash).toBe('')
  })
})

it('tokenSettingsUrl leads to the page for organization tokens', () => {
  expect(tokenSettingsUrl('https://sentry.io/', 'acme')).toBe('https://sentry.io/settings/acme/auth-tokens/')
})

it('isProject compares slug and id', () => {
  expect(isProject({ id: 5, slug: 'web' }, 'web')).toBe(true)
  expect(isProject({ id: 5, slug: 'web' }, '5')).toBe(true)
  expect(isProject({ id: 5, slug: 'web' }, '55')).toBe(false)
})

it('isProject takes an id that is not there for no name', () => {
  expect(isProject({ id: null, slug: 'web' }, 'null')).toBe(false)
  expect(isProject({ slug: 'web' }, 'undefined')).toBe(false)
})

it.each([
  [0, '0'],
  ['12', '12'],
  ['1'.repeat(20), '1'.repeat(20)],
  ['1'.repeat(21), undefined],
  ['12a', undefined],
  ['a12', undefined],
  [-1, undefined],
  ['12345678901234567890', '12345678901234567890'],
  [9_007_199_254_740_991, '9007199254740991'],
  [2 ** 53, undefined],
  [null, undefined],
  [undefined, undefined],
])('numericId of %j is %j', (id, digits) => {
  expect(numericId(id)).toBe(digits)
})
