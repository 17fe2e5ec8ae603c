import { describe, expect, it } from 'vitest'
import { classify, HttpError } from '../../src/http/failure.ts'
import { PEER } from './doubles.ts'

function sorted(code: string, message: string) {
  return classify({ code, message }, PEER, 'sentry.example')
}

describe('classify', () => {
  it.each([
    // code, message, kind, sent, heals
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND sentry.example', 'dns', false, true],
    ['EAI_AGAIN', 'getaddrinfo EAI_AGAIN sentry.example', 'dns', false, true],
    ['ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.1:443', 'refused', false, true],
    ['ETIMEDOUT', 'connect ETIMEDOUT 10.0.0.1:443', 'refused', false, true],
    ['ETIMEDOUT', '', 'refused', false, true],
    ['ECONNRESET', 'socket hang up', 'reset', true, true],
    ['EPIPE', 'write EPIPE', 'reset', true, true],
    ['', '', 'reset', true, true],
    ['CERT_HAS_EXPIRED', 'certificate has expired', 'tls', false, false],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate', 'tls', false, false],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number', 'tls', false, false],
    ['ECONNRESET', 'tunneling socket could not be established, statusCode=503', 'proxy', false, true],
    ['ECONNRESET', 'tunneling socket could not be established, statusCode=407', 'proxy', false, false],
    ['ERR_BAD_RESPONSE', 'maxContentLength size of 100 exceeded', 'too-large', true, false],
  ])('sorts %s "%s" as %s', (code, message, kind, sent, heals) => {
    expect(sorted(code, message)).toMatchObject({ kind, sent, heals })
  })

  it.each([
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND sentry-proxy.example', 'dns'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'Host: proxy.example. is not in the cert', 'tls'],
  ])('does not take a server named proxy for a proxy (%s)', (code, message, kind) => {
    expect(sorted(code, message).kind).toBe(kind)
  })

  it.each(['ETIMEDOUT', 'EHOSTUNREACH'])('knows that %s can also come after the request was sent', (code) => {
    expect(sorted(code, `read ${code}`).sent).toBe(true)
  })

  it('names the host, and the input to check', () => {
    expect(sorted('ENOTFOUND', '').sentence).toContain('sentry.example')
    expect(sorted('ENOTFOUND', '').advice).toContain('sentry-url')
    expect(sorted('CERT_HAS_EXPIRED', '').advice).toContain('NODE_EXTRA_CA_CERTS')
  })
})

it('HttpError carries what is known, without advice or words when there are none', () => {
  const error = new HttpError({ kind: 'dns', message: 'no', method: 'GET', url: 'https://sentry.example/x' })
  expect(error).toMatchObject({ status: undefined, words: '', advice: undefined })
  expect(error.detail).toEqual(['GET https://sentry.example/x'])
})
