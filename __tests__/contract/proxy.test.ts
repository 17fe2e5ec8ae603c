import { describe, expect, it } from 'vitest'
import { ProxyStandIn } from '../servers/proxy.ts'
import { SentryStandIn } from '../servers/sentry/index.ts'
import { hasOpenssl, makeCertificate } from '../servers/tls.ts'
import { ensure, failure, serve } from './helpers.ts'

describe.skipIf(!hasOpenssl)(
  `behind a proxy${hasOpenssl ? '' : ' (skipped: there is no openssl here)'}`,
  () => {
    async function setUp() {
      const { tls, file } = makeCertificate('DNS:sentry.test', 'DNS:eu.sentry.test')
      const sentry = await serve(new SentryStandIn({ tls }))
      const url = sentry.url.replace('127.0.0.1', 'sentry.test')
      // An opaque token: the address inside an organization token would be another one.
      const inputs = {
        'sentry-auth-token': sentry.tokens.integration,
        organization: 'acme',
        'sentry-url': url,
      }
      return { sentry, inputs, host: new URL(url).host, env: { NODE_EXTRA_CA_CERTS: file } }
    }

    it('every request goes through it, with its user and password decoded', async () => {
      await using proxy = await new ProxyStandIn('ci:p@ss/word').start()
      const { sentry, inputs, host, env } = await setUp()
      const https_proxy = `http://ci:p%40ss%2Fword@${proxy.address}`
      const result = await ensure(sentry, inputs, { env: { ...env, https_proxy } })
      expect([result.code, result.annotations]).toEqual([0, []])
      expect(sentry.releases).toHaveLength(1)
      expect(new Set(proxy.tunnels.map(({ target }) => target))).toEqual(new Set([host]))
      expect(proxy.tunnels[0]?.login).toBe('ci:p@ss/word')
      expect(result.stdout).not.toContain('p@ss')
    })

    it.each(['sentry.test', '.sentry.test, other.test', 'test', '*'])(
      'a host that no_proxy names (%s) is asked directly',
      async (no_proxy) => {
        await using proxy = await new ProxyStandIn().start()
        const { sentry, inputs, env } = await setUp()
        const eu = {
          ...inputs,
          'sentry-url': inputs['sentry-url'].replace('sentry.test', 'eu.sentry.test'),
          retries: '0',
        }
        const https_proxy = `http://${proxy.address}`
        // There is no such host, so a direct request fails to find it.
        expect(failure(await ensure(sentry, eu, { env: { ...env, https_proxy, no_proxy } }))).toContain(
          'eu.sentry.test',
        )
        expect(proxy.tunnels).toEqual([])
      },
    )

    it('wrong credentials for it are told, without being shown', async () => {
      await using proxy = await new ProxyStandIn('ci:right').start()
      const { sentry, inputs, env } = await setUp()
      const https_proxy = `http://ci:wrong-password@${proxy.address}`
      const result = await ensure(sentry, inputs, { env: { ...env, https_proxy } })
      expect(result.code).toBe(1)
      expect(result.annotations[0]?.message).toMatch(
        /the proxy did not connect to sentry\.test.*407[\s\S]*https_proxy/,
      )
      expect(result.stdout).not.toContain('wrong-password')
      expect(proxy.tunnels).toHaveLength(1)
    })

    it.each([401, 403, 404, 451])('a refusal (%i) of it is final', async (status) => {
      await using proxy = await new ProxyStandIn(undefined, status).start()
      const { sentry, inputs, env } = await setUp()
      const https_proxy = `http://${proxy.address}`
      const result = await ensure(sentry, inputs, { env: { ...env, https_proxy } })
      expect(failure(result)).toContain(`status ${status}`)
      expect(proxy.tunnels).toHaveLength(1)
    })

    it('its password is no reason for a warning of Node in the log', async () => {
      await using proxy = await new ProxyStandIn('ci:p@ss/word').start()
      const { sentry, inputs, env } = await setUp()
      const https_proxy = `http://ci:p%40ss%2Fword@${proxy.address}`
      const result = await ensure(sentry, inputs, { env: { ...env, https_proxy } })
      expect([result.code, result.stderr]).toEqual([0, ''])
      // One connection for every request that can be repeated.
      expect(proxy.tunnels).toHaveLength(1)
    })

    it.each([
      ['tenant.sentry.io', 'https://tenant.sentry.io'],
      ['eu.tenant.sentry.io', 'https://eu.tenant.sentry.io'],
      ['sentry.io', 'https://acme.sentry.io'],
      ['de.sentry.io', 'https://acme.sentry.io'],
      ['acme.sentry.io', 'https://acme.sentry.io'],
    ])('the release-url of a server at %s begins with %s', async (host, base) => {
      await using proxy = await new ProxyStandIn().start()
      const { tls, file } = makeCertificate(`DNS:${host}`)
      const sentry = await serve(new SentryStandIn({ tls }))
      const inputs = {
        'sentry-auth-token': sentry.tokens.integration,
        organization: 'acme',
        'sentry-url': sentry.url.replace('127.0.0.1', host),
      }
      const env = { NODE_EXTRA_CA_CERTS: file, https_proxy: `http://${proxy.address}` }
      const { code, outputs } = await ensure(sentry, inputs, { env })
      const { origin, hostname } = new URL(outputs['release-url'] ?? '')
      expect([code, `https://${hostname}`]).toEqual([0, base])
      // A server of one customer keeps its port, too.
      expect(origin).toBe(host.includes('tenant') ? new URL(inputs['sentry-url']).origin : base)
    })

    it('requests to loopback never go through it', async () => {
      await using proxy = await new ProxyStandIn().start()
      const sentry = await serve(new SentryStandIn())
      const http_proxy = `http://${proxy.address}`
      expect((await ensure(sentry, {}, { env: { http_proxy, https_proxy: http_proxy } })).code).toBe(0)
      expect(proxy.tunnels).toEqual([])
    })
  },
)
