import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { SHA } from '../runner/runner.ts'
import type { StandInResponse, FaultAction } from '../servers/server.ts'
import { answers, orgToken, SentryStandIn, userToken } from '../servers/sentry/index.ts'
import { hasOpenssl, makeCertificate } from '../servers/tls.ts'
import { ensure, failure, gate, requests, serve, startSentry } from './helpers.ts'

const always = { times: Number.POSITIVE_INFINITY }

/** The failure of a step whose server does the same to every request. */
async function failureWhen(action: FaultAction, inputs: Record<string, string> = {}): Promise<string> {
  const sentry = await startSentry()
  sentry.fault({ ...always, action })
  const result = await ensure(sentry, { retries: '1', ...inputs })
  expect(result.stdout).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m)
  expect(result.summary).toContain('### ❌ Failed: could not ')
  const message = failure(result)
  expect(message).toContain(new URL(sentry.url).host)
  return message
}

const answering = (answer: StandInResponse): FaultAction => ({ kind: 'answer', answer })
const json = (raw: string): FaultAction =>
  answering({ status: 200, headers: { 'Content-Type': 'application/json' }, raw })

describe.concurrent('a token that Sentry', () => {
  it('does not know is a 401 that names where the token came from and where to make one', async () => {
    const sentry = await startSentry()
    const token = orgToken({ org: 'acme', url: sentry.url, seed: 'forged' })
    const result = await ensure(sentry, { 'sentry-auth-token': token })
    const message = failure(result)
    for (const part of [
      '401',
      'Invalid org token',
      'input sentry-auth-token',
      '/settings/acme/auth-tokens/',
    ]) {
      expect(message).toContain(part)
    }
    expect(requests(sentry)).toEqual(['GET releases/SHA/ 401'])
    expect(result.outputs).toEqual({ 'release-version': SHA })
  })

  it.each(['sso', '2fa'] as const)('does not accept without %s is told in its words', async (requires) => {
    const sentry = await startSentry({ organizations: [{ slug: 'acme', projects: ['web'], requires }] })
    const result = await ensure(sentry, {
      'sentry-auth-token': sentry.tokens.user,
      organization: 'acme',
      'sentry-url': sentry.url,
    })
    expect(failure(result)).toMatch(requires === 'sso' ? /SSO/ : /two-factor/)
  })

  it.each(['2026', '2025'] as const)(
    'gives too few scopes is a 403 that names them (%s)',
    async (generation) => {
      const sentry = await startSentry({ generation })
      const result = await ensure(sentry, {
        'sentry-auth-token': sentry.tokens.weak,
        organization: 'acme',
        'sentry-url': sentry.url,
      })
      const message = failure(result)
      for (const part of ['403', 'project:releases', 'org:ci', 'acme']) expect(message).toContain(part)
      expect(requests(sentry)).toEqual(['GET releases/SHA/ 403'])
    },
  )

  it('lets read but not write is a 403 that names the scopes of writing', async () => {
    const sentry = await startSentry()
    const token = sentry.addToken({
      kind: 'user',
      token: userToken('reader'),
      organization: 'acme',
      scopes: ['project:read'],
      teams: ['web'],
    })
    const result = await ensure(sentry, {
      'sentry-auth-token': token,
      organization: 'acme',
      'sentry-url': sentry.url,
    })
    expect(failure(result)).toMatch(/create the release.*403[\s\S]*project:releases/)
    expect(failure(result)).not.toMatch(/project:read\b/)
  })
})

describe.concurrent('a response that is no success', () => {
  it('for an unknown organization names it and the address', async () => {
    const sentry = await startSentry()
    const result = await ensure(sentry, {
      'sentry-auth-token': sentry.tokens.integration,
      organization: 'nobody',
      'sentry-url': sentry.url,
    })
    expect(failure(result)).toMatch(/404[\s\S]*Organization nobody does not exist at http:\/\/127/)
  })

  it('for an unknown project names the input', async () => {
    const sentry = await startSentry()
    const result = await ensure(sentry, { projects: 'web nobody' })
    expect(failure(result)).toMatch(/400: projects: Invalid project ids or slugs\n.*input projects/)
    expect(requests(sentry)).toEqual(['GET releases/SHA/ 404', 'POST releases/ 400'])
    expect(sentry.releases).toEqual([])
  })

  it('of a proxy (HTML 403) is not taken for Sentry’s', async () => {
    const message = await failureWhen(answering(answers.blockedByProxy))
    expect(message).toMatch(/403: a web page titled "403"\n.*sentry-url.*proxy or firewall/)
  })

  it.each<[string, StandInResponse, RegExp]>([
    ['500', answers.internalError, /500: Internal Error/],
    ['502', answers.badGateway, /502/],
    ['404 of another server', { status: 404, raw: '<html>nginx</html>' }, /404[\s\S]*sentry-url/],
    ['405', { status: 405, body: { detail: 'Method "GET" not allowed.' } }, /405/],
    ['418 without a body', { status: 418 }, /418/],
    ['409', answers.integrityConflict, /409/],
    ['413', { status: 413, raw: '<html><title>413 Too Large</title></html>' }, /413/],
  ])('%s is told with its status', async (_name, answer, expected) => {
    expect(await failureWhen(answering(answer))).toMatch(expected)
  })

  it('with an error id gives the id below the annotation', async () => {
    const sentry = await startSentry()
    sentry.fault({ ...always, action: answering(answers.internalError) })
    const { log } = await ensure(sentry, { retries: '0' })
    expect(log.join('\n')).toContain('5f0c2b7e9d3a4c6fb18e7a2d4c905e13')
  })

  it.each([301, 302, 307, 308] as const)(
    '%s is not followed, so the token goes nowhere else',
    async (status) => {
      const other = await startSentry()
      const to = `${other.url}/api/0/organizations/acme/releases/${SHA}/`
      const message = await failureWhen({ kind: 'redirect', to, status })
      expect(message).toMatch(
        new RegExp(`${status} and points to .*${new URL(other.url).host}[\\s\\S]*sentry-url`),
      )
      expect(other.requests).toEqual([])
    },
  )
})

describe.concurrent('a response that HTTP and JSON allow', () => {
  const release = `{"id":9007199254740993,"version":"${SHA}","projects":[{"slug":"web","id":12345678901234567891}]}`
  const coded: readonly (readonly [name: string, coding: string | undefined, bytes: Buffer])[] = [
    ['with a byte order mark', undefined, Buffer.from(`\uFEFF${release}`)],
    ['in content coding GZIP', 'GZIP', gzipSync(release)],
    ['in content coding x-gzip', 'x-gzip', gzipSync(release)],
    ['in content coding Deflate', 'Deflate', deflateSync(release)],
    ['in content coding deflate without its wrapper', 'deflate', deflateRawSync(release)],
    ['in content coding br', 'br', brotliCompressSync(release)],
    ['in content coding identity', 'identity', Buffer.from(release)],
    ['in two content codings', 'deflate, gzip', gzipSync(deflateSync(release))],
  ]

  it.each(coded)('%s is read, and ids beyond 2^53 are exact', async (_name, coding, bytes) => {
    const sentry = await startSentry()
    sentry.addRelease({ version: SHA, projects: ['web'] })
    const headers = { 'Content-Type': 'application/json', ...(coding ? { 'Content-Encoding': coding } : {}) }
    sentry.fault({ method: 'GET', action: answering({ status: 200, headers, raw: bytes }) })
    const { code, outputs, stdout } = await ensure(sentry)
    expect([code, outputs['release-id'], /attempt 2/.test(stdout)]).toEqual([0, '9007199254740993', false])
    expect(outputs['release-url']).toContain('project=12345678901234567891')
  })
})

it.each([
  ['POST', 202],
  ['PUT', 201],
  ['PUT', 202],
])('a change (%s) is done with any success (%i) that holds the release', async (method, status) => {
  for (const mode of ['skip', 'refs']) {
    const sentry = await startSentry()
    sentry.fault({ ...always, method, action: { kind: 'alter', alter: ({ body }) => ({ status, body }) } })
    const { code, annotations } = await gate(sentry, { 'set-commits': mode })
    expect([code, annotations, sentry.releases.length]).toEqual([0, [], 1])
  }
})

describe.concurrent('a response that is not understood', () => {
  it('because it is a web page leads to sentry-url', async () => {
    const page = {
      status: 200,
      headers: { 'Content-Type': 'text/html' },
      raw: '<!doctype html><title>Hi</title>',
    }
    expect(await failureWhen(answering(page))).toMatch(/web page instead of JSON\n.*sentry-url/)
  })

  it.each([
    ['garbage', '{"version": '],
    ['a text', '"ok"'],
    ['null', 'null'],
    ['a list', '[]'],
    ['another shape', '{"version": 7}'],
    ['nothing', ''],
  ])('because it is %s is an error', async (_name, raw) => {
    expect(await failureWhen(json(raw))).toMatch(/response in an unknown format|connection .* broke/)
  })

  it('because it is about another release is ignored', async () => {
    const sentry = await startSentry()
    const other = { version: SHA.toUpperCase(), projects: [{ slug: 'web' }] }
    sentry.fault({ method: 'GET', action: answering({ status: 200, body: other }) })
    const { code, log, outputs } = await ensure(sentry)
    expect([code, outputs['release-version']]).toEqual([0, SHA])
    expect(log).toContainEqual(expect.stringMatching(`responded with "${SHA.toUpperCase()}".*ignored`))
    expect(sentry.release(SHA).projects).toEqual(['web'])
  })

  it('because a create describes another release is an error without other outputs than the version', async () => {
    const sentry = await startSentry()
    sentry.fault({ method: 'POST', action: answering({ status: 201, body: { version: 'other' } }) })
    const result = await ensure(sentry)
    expect([failure(result).includes('"other"'), result.outputs]).toEqual([true, { 'release-version': SHA }])
  })

  it('because a change describes another release is an error, and nothing follows for that one', async () => {
    const sentry = await startSentry()
    sentry.addRelease({ version: 'other' })
    sentry.fault({
      method: 'PUT',
      action: { kind: 'alter', alter: ({ status }) => ({ status, body: { version: 'other' } }) },
    })
    const result = await gate(sentry, { 'set-commits': 'refs', environment: 'production' })
    expect(failure(result)).toContain('responded with "other"')
    expect([sentry.deploys, sentry.release('other').dateReleased]).toEqual([[], null])
  })

  it.each<[string, FaultAction]>([
    ['is huge', { kind: 'huge', bytes: 20 * 1024 * 1024 }],
    ['unpacks to something huge', { kind: 'gzip-bomb', bytes: 200 * 1024 * 1024 }],
  ])('because it %s ends without reading it all', async (_name, action) => {
    expect(await failureWhen(action)).toContain('sent more than this action accepts')
  })
})

describe.concurrent('no response', () => {
  it('because the host is unknown leads to sentry-url', async () => {
    const sentry = await startSentry()
    const result = await ensure(sentry, { 'sentry-url': 'https://nowhere.invalid/', retries: '0' })
    expect(failure(result)).toMatch(/nowhere\.invalid could not be found[\s\S]*sentry-url/)
    expect(sentry.requests).toEqual([])
  })

  it('because nothing listens leads to sentry-url', async () => {
    const sentry = await startSentry()
    const { url } = sentry
    const token = sentry.tokens.organization
    await sentry.stop()
    const result = await ensure(await startSentry(), {
      'sentry-auth-token': token,
      'sentry-url': url,
      retries: '1',
    })
    expect(failure(result)).toMatch(/ECONNREFUSED[\s\S]*sentry-url/)
  })

  it('in time names request-timeout', async () => {
    const message = await failureWhen({ kind: 'hang' }, { 'request-timeout': '200ms' })
    expect(message).toMatch(/did not respond in time\n.*request-timeout/)
  })

  it('in time counts the body, too', async () => {
    const message = await failureWhen({ kind: 'slow', bytesPerSecond: 5 }, { 'request-timeout': '300ms' })
    expect(message).toContain('did not respond in time')
  })

  it.each(['GET', 'POST'])(
    'because of a switch of protocols that nobody requested (%s) says so',
    async (method) => {
      const sentry = await startSentry()
      const headers = { Connection: 'Upgrade', Upgrade: 'h2c' }
      sentry.fault({ ...always, method, action: answering({ status: 101, headers }) })
      expect(failure(await ensure(sentry, { retries: '1' }))).toMatch(/connection to .* broke/)
      expect(sentry.journal.filter((exchange) => exchange.method === method)).toHaveLength(2)
    },
  )

  it('but a broken connection says so', async () => {
    expect(await failureWhen({ kind: 'reset', when: 'before' })).toMatch(/connection to .* broke/)
  })
})

describe.concurrent('a rate limit', () => {
  const reset = (seconds: number): StandInResponse =>
    answers.tooConcurrent(Math.ceil(Date.now() / 1000) + seconds)

  it('is waited out by its reset time', async () => {
    const sentry = await startSentry()
    const answer = reset(2)
    sentry.fault({ action: answering(answer) })
    const { code } = await ensure(sentry)
    const resetAt = Number(new Headers(answer.headers).get('x-sentry-rate-limit-reset')) * 1000
    expect([code, (sentry.journal[1]?.at ?? 0) >= resetAt, sentry.releases.length]).toEqual([0, true, 1])
  })

  it('is waited out by Retry-After', async () => {
    const sentry = await startSentry()
    sentry.fault({ method: 'POST', action: answering(answers.throttledByEdge(1)) })
    const { code } = await ensure(sentry)
    const [first = 0, second = 0] = sentry.journal
      .filter(({ method }) => method === 'POST')
      .map(({ at }) => at)
    expect([code, second - first >= 1000, sentry.releases.length]).toEqual([0, true, 1])
  })

  it.each<[string, () => StandInResponse]>([
    ['reset time', () => reset(1800)],
    ['Retry-After', () => answers.throttledByEdge(1800)],
    ['Retry-After of a 503', () => answers.unavailable(1800)],
  ])('that is too long ends at once with the time to come back (%s)', async (_name, answer) => {
    const sentry = await startSentry()
    sentry.fault({ ...always, action: answering(answer()) })
    const result = await ensure(sentry)
    expect(failure(result)).toMatch(/requests a pause of (29|30) min[\s\S]*Re-run the job after 20\d\d-/)
    expect(sentry.journal).toHaveLength(1)
  })
})

describe.concurrent('a failure after the release was made', () => {
  it('keeps the outputs that are known', async () => {
    const sentry = await startSentry()
    sentry.fault({
      ...always,
      method: 'POST',
      path: /deploys/,
      action: answering({
        status: 403,
        body: { detail: 'You do not have permission to perform this action.' },
      }),
    })
    const result = await gate(sentry, { environment: 'production' })
    expect(failure(result)).toMatch(/record the deploy.*403/)
    expect(result.outputs).toMatchObject({
      'release-version': SHA,
      'release-created': 'true',
      'release-finalized': 'true',
      'confirmed-version': SHA,
    })
    expect(result.outputs).not.toHaveProperty('deploy-id')
    expect(result.summary).toContain(SHA)
  })

  it('in the confirmation keeps what the create said', async () => {
    const sentry = await startSentry()
    sentry.fault({ ...always, method: 'GET', path: /releases\/$/, action: answering(answers.badGateway) })
    sentry.fault({
      ...always,
      method: 'GET',
      skip: 1,
      action: answering({ status: 403, body: { detail: 'No.' } }),
    })
    const result = await ensure(sentry, { retries: '0' })
    expect(failure(result)).toContain('403')
    expect(result.outputs).toMatchObject({ 'release-version': SHA, 'release-created': 'true' })
    expect(result.outputs).not.toHaveProperty('confirmed-version')
  })
})

describe
  .skipIf(!hasOpenssl)
  .concurrent(`TLS${hasOpenssl ? '' : ' (skipped: there is no openssl here)'}`, () => {
    async function secureSentry(): Promise<{ sentry: SentryStandIn; certificate: string }> {
      const { tls, file } = makeCertificate('IP:127.0.0.1')
      return { sentry: await serve(new SentryStandIn({ tls })), certificate: file }
    }

    it('with a certificate that nobody signed is refused, with advice', async () => {
      const { sentry } = await secureSentry()
      const result = await ensure(sentry)
      expect(failure(result)).toMatch(/no secure connection.*SELF_SIGNED[\s\S]*NODE_EXTRA_CA_CERTS/)
      expect(sentry.requests).toEqual([])
    })

    it('with that certificate in NODE_EXTRA_CA_CERTS works', async () => {
      const { sentry, certificate } = await secureSentry()
      const { code, stderr } = await ensure(sentry, {}, { env: { NODE_EXTRA_CA_CERTS: certificate } })
      expect([code, stderr, sentry.releases.length]).toEqual([0, '', 1])
    })

    it('spoken to a server without it is told', async () => {
      const sentry = await startSentry()
      const result = await ensure(sentry, {
        'sentry-url': sentry.url.replace('http:', 'https:'),
        retries: '0',
      })
      expect(failure(result)).toMatch(/no secure connection[\s\S]*sentry-url/)
    })
  })
