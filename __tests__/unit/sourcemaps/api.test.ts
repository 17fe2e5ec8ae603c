import { describe, expect, it } from 'vitest'
import { uploadUrl } from '../../../src/sourcemaps/api.ts'

describe('the address for chunks', () => {
  const own = 'https://sentry.test/base/api/0/organizations/acme/chunk-upload/'
  it.each([
    [own, own, undefined],
    ['https://us.sentry.test/api/0/x/', 'https://us.sentry.test/api/0/x/', undefined],
    ['/api/0/x/', 'https://sentry.test/api/0/x/', undefined],
    ['http://us.sentry.test/x/', own, 'http://us.sentry.test/x/'],
    ['https://us.sentry.test:8443/x/', own, 'https://us.sentry.test:8443/x/'],
    ['https://evilsentry.test/x/', own, 'https://evilsentry.test/x/'],
    ['https://user:pass@sentry.test/x/', own, 'https://sentry.test/x/'],
    ['http://localhost:9000/x/', own, 'http://localhost:9000/x/'],
    ['http://[', own, 'http://['],
  ])('%s becomes %s', (text, url, refusedUrl) => {
    const result = uploadUrl(text, new URL(own))
    expect([result.url.href, result.refusedUrl]).toEqual([url, refusedUrl])
  })

  it('may be another region of sentry.io', () => {
    const saas = new URL('https://acme.sentry.io/api/0/organizations/acme/chunk-upload/')
    const region = 'https://us.sentry.io/api/0/organizations/acme/chunk-upload/'
    expect(uploadUrl(region, saas).url.href).toBe(region)
    expect(uploadUrl('https://sentry.io.test/x/', saas).url).toBe(saas)
  })
})
