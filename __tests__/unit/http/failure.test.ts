import { describe, expect, it } from 'vitest'
import { classify, HttpError } from '../../../src/http/failure.ts'
import { PEER } from '../doubles.ts'

function sorted(code: string, message: string) {
  return classify({ code, message }, PEER, 'sentry.example')
}

describe('classify', () => {
  it.each([
    // code, message, kind, maybeDelivered, transient
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
    ['ERR_NO_TUNNEL', 'no tunnel', 'proxy', false, true],
    ['ERR_UNKNOWN_CODING', 'unknown content coding', 'unreadable', true, false],
    ['ERR_BAD_RESPONSE', 'maxContentLength size of 100 exceeded', 'too-large', true, false],
  ])('sorts %s "%s" as %s', (code, message, kind, maybeDelivered, transient) => {
    expect(sorted(code, message)).toMatchObject({ kind, maybeDelivered, transient })
  })

  it.each([
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND sentry-proxy.example', 'dns'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'Host: proxy.example. is not in the cert', 'tls'],
  ])('does not take a server named proxy for a proxy (%s)', (code, message, kind) => {
    expect(sorted(code, message).kind).toBe(kind)
  })

  it.each(['ETIMEDOUT', 'EHOSTUNREACH'])('knows that %s can also come after the request was sent', (code) => {
    expect(sorted(code, `read ${code}`).maybeDelivered).toBe(true)
  })

  it.each([
    [
      'maxContentLength size of 100 exceeded',
      'ERR_BAD_RESPONSE',
      'sentry.example sent more than this action accepts',
      'Check that sentry-url is the address of a Sentry server.',
    ],
    [
      'no tunnel',
      'ERR_NO_TUNNEL',
      'the proxy did not connect to sentry.example',
      'Check https_proxy (with user and password when the proxy needs them) and no_proxy.',
    ],
    [
      'getaddrinfo ENOTFOUND sentry.example',
      'ENOTFOUND',
      'the host sentry.example could not be found (ENOTFOUND)',
      'Check sentry-url, and that the runner can resolve that name.',
    ],
    [
      'certificate has expired',
      'CERT_HAS_EXPIRED',
      'no secure connection to sentry.example: certificate has expired (CERT_HAS_EXPIRED)',
      'If the server uses your own certificate authority, name its file in the environment variable NODE_EXTRA_CA_CERTS of this step.',
    ],
    [
      'wrong version number',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'no secure connection to sentry.example: wrong version number (ERR_SSL_WRONG_VERSION_NUMBER)',
      'Check that sentry-url and the proxy speak TLS on that port.',
    ],
    [
      'connect ECONNREFUSED 10.0.0.1:443',
      'ECONNREFUSED',
      'no connection to sentry.example (ECONNREFUSED)',
      'Check sentry-url, and that the runner may reach it (firewall, proxy, VPN).',
    ],
    [
      'socket hang up',
      'ECONNRESET',
      'the connection to sentry.example broke (ECONNRESET)',
      'Re-run the job. If the problem persists, check the server and the proxies in between.',
    ],
    [
      '',
      '',
      'the connection to sentry.example broke',
      'Re-run the job. If the problem persists, check the server and the proxies in between.',
    ],
  ])('says what "%s" (%s) means, and what to do', (message, code, sentence, advice) => {
    expect(sorted(code, message)).toMatchObject({ sentence, advice })
  })

  it.each([
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [405, false],
    [407, false],
    [408, true],
    [425, true],
    [429, true],
    [451, false],
    [500, true],
    [502, true],
    [503, true],
    [504, true],
    [302, false],
  ])('tries again after a proxy that answers %i to CONNECT: %s', (proxyStatus, transient) => {
    const failure = classify({ code: 'ERR_NO_TUNNEL', message: 'no tunnel', proxyStatus }, PEER, 'host.test')
    expect(failure).toMatchObject({
      kind: 'proxy',
      maybeDelivered: false,
      transient,
      sentence: `the proxy did not connect to host.test (status ${proxyStatus})`,
    })
  })

  it('takes a connection for refused whose message merely mentions a read', () => {
    expect(sorted('ETIMEDOUT', 'connect ETIMEDOUT read.example:443').kind).toBe('refused')
  })
})

it('HttpError carries what is known, without advice or words when there are none', () => {
  const error = new HttpError({ kind: 'dns', message: 'no', method: 'GET', url: 'https://sentry.example/x' })
  expect(error).toMatchObject({ status: undefined, serverMessage: '', advice: undefined })
  expect(error.detail).toEqual(['GET https://sentry.example/x'])
  expect(error.name).toBe('HttpError')
})
