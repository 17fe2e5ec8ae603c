import { describe, expect, it } from 'vitest'
import type { ActionResult } from '../runner/runner.ts'
import type { StandIn } from '../servers/server.ts'
import { SentryStandIn } from '../servers/sentry/index.ts'
import { hasOpenssl, makeCertificate } from '../servers/tls.ts'
import { BUILD, ending, on, seed, startAbf, step } from './abf-helpers.ts'
import { gate, NO_REPOSITORY, pool, requests, serve, startGitHub, startSentry } from './helpers.ts'

const closing = { closesSilently: true }

/** Every request arrived once, and none was repeated or waited for. */
function undisturbed(server: StandIn, result: ActionResult): unknown {
  const twice = server.requests.filter((line, index, all) => index > 0 && line === all[index - 1])
  return {
    code: result.code,
    annotations: result.annotations,
    retried: /attempt \d+ of/.test(result.stdout),
    twice,
  }
}

const GOOD = { code: 0, annotations: [], retried: false, twice: [] }

describe.concurrent('a server that closes each connection after its response without saying so', () => {
  it('gets 8 of 8 deploys, each with the requests of any other server', async () => {
    await pool(Array.from({ length: 8 }), 4, async () => {
      const sentry = await startSentry(closing)
      const result = await gate(sentry, { 'set-commits': 'skip', environment: 'production' })
      expect([undisturbed(sentry, result), sentry.deploys.length]).toEqual([GOOD, 1])
      expect(requests(sentry)).toEqual([
        'GET releases/SHA/ 404',
        'POST releases/ 201',
        'GET releases/ 200',
        'PUT releases/SHA/ 200',
        'GET releases/SHA/deploys/ 200',
        'POST releases/SHA/deploys/ 201',
      ])
    })
  })

  it.each(['auto', 'refs'])('gets the refs with set-commits: %s', async (mode) => {
    const sentry = await startSentry(closing)
    const result = await gate(sentry, { 'set-commits': mode })
    expect(undisturbed(sentry, result)).toEqual(GOOD)
    const sent = sentry.journal.filter(
      ({ json }) => typeof json === 'object' && json !== null && 'refs' in json,
    )
    expect(sent.map(({ method, status }) => `${method} ${status}`)).toEqual(['PUT 200'])
  })

  it('may be Sentry and GitHub, and the list of commits arrives', async () => {
    const sentry = await startSentry({ ...NO_REPOSITORY, ...closing })
    const { github, repository, token } = await startGitHub(closing)
    const commits = [repository.commit(), repository.commit(), repository.commit()]
    const inputs = { 'github-token': token, commit: commits.at(-1) ?? '' }
    const result = await gate(sentry, inputs, { env: { GITHUB_API_URL: github.baseUrl } })
    expect([undisturbed(sentry, result), undisturbed(github, result)]).toEqual([GOOD, GOOD])
    expect(sentry.releases[0]?.commits.length).toBeGreaterThan(0)
  })

  it('may be ABF, and a build is created, watched and published', async () => {
    const abf = await startAbf('omv', closing)
    const built = await step(abf, { ...BUILD, 'abf-arches': 'x86_64 znver1' })
    expect([ending(built), abf.created.length, /attempt \d+ of/.test(built.stdout)]).toEqual([
      [0, 'success', '0'],
      2,
      false,
    ])
    const ready = seed(abf, 0)
    const published = await on(abf, [ready], { 'abf-operation': 'publish' })
    expect([published.code, /attempt \d+ of/.test(published.stdout)]).toEqual([0, false])
  })
})

describe('connections of one run', () => {
  it('are one for all requests that can be repeated, and one more for each that creates something', async () => {
    const sentry = await startSentry()
    const result = await gate(sentry, { 'set-commits': 'skip', environment: 'production' })
    expect([result.code, sentry.journal.length, sentry.connections]).toEqual([0, 6, 2])
  })

  it.skipIf(!hasOpenssl)(
    'are the same over TLS, and a server that closes them gets each request once',
    async () => {
      const { tls, file } = makeCertificate('IP:127.0.0.1')
      const env = { NODE_EXTRA_CA_CERTS: file }
      const seen: number[][] = []
      for (const closesSilently of [false, true]) {
        const sentry = await serve(new SentryStandIn({ tls, closesSilently }))
        const inputs = {
          'sentry-auth-token': sentry.tokens.integration,
          organization: 'acme',
          'sentry-url': sentry.url,
          'set-commits': 'skip',
          environment: 'production',
        }
        const result = await gate(sentry, inputs, { env })
        expect(undisturbed(sentry, result)).toEqual(GOOD)
        seen.push([sentry.journal.length, sentry.connections])
      }
      expect(seen).toEqual([
        [6, 2],
        [6, 6],
      ])
    },
  )
})
