import { describe, expect, it } from 'vitest'
import { on, seed, startAbf } from './abf-helpers.ts'
import { ensure, everythingShown, failure, gate, startSentry } from './helpers.ts'

const CREDENTIALS = ['ada:hunter2-hunter2', 'ada:pa/ss-w?rd#1', 'token-of-0123456789']

describe.concurrent('a URL with a user or a password', () => {
  it.each(['sentry-url', 'url', 'deploy-url', 'abf-url'])(
    'is refused as %s before any request, and nothing shows them',
    async (name) => {
      for (const credentials of CREDENTIALS) {
        const sentry = await startSentry()
        const abf = name === 'abf-url' ? { 'abf-build-list-ids': '5' } : {}
        const url = `https://${credentials}@host.example/x`
        const result = await gate(sentry, { environment: 'production', ...abf, [name]: url })
        expect(failure(result)).toMatch(
          new RegExp(`^input ${name}: expected .*got "https://\\*\\*\\*@host.example`, 'm'),
        )
        const shown = everythingShown(result).replaceAll(/^::add-mask::.*$/gm, '')
        expect(shown).not.toMatch(/ada|hunter2|pa\/ss|token-of-0/)
        expect(sentry.requests).toEqual([])
      }
    },
  )

  it.each(['SENTRY_URL', 'GITHUB_SERVER_URL', 'GITHUB_API_URL'])('is refused as %s', async (name) => {
    const sentry = await startSentry()
    const env = { [name]: 'https://ada:hunter2-hunter2@host.example' }
    const result = await gate(sentry, {}, { env })
    expect(failure(result)).toContain(`environment variable ${name}: expected `)
    expect(everythingShown(result).replaceAll(/^::add-mask::.*$/gm, '')).not.toMatch(/ada|hunter2/)
    expect(sentry.requests).toEqual([])
  })

  it.each([
    { sourcemaps: 'build', 'sourcemaps-url-prefix': 'https://ada:hunter2-hunter2@cdn.example/x' },
    { sourcemaps: 'build => https://ada:hunter2-hunter2@cdn.example/x' },
    { url: 'https://ada:hunt\ner2-hunter2@cdn.example/x' },
    { 'deploy-url': 'https:/ada:hunter2-hunter2@cdn.example/x' },
    { version: 'https:ada:hunter2-hunter2@cdn.example/x' },
  ])('is refused and hidden in every spelling: %j', async (inputs) => {
    const sentry = await startSentry()
    const result = await gate(sentry, { environment: 'production', ...inputs })
    const name = Object.keys(inputs).at(-1) ?? ''
    expect(failure(result)).toMatch(new RegExp(`^input ${name}: expected .*got .*\\*\\*\\*@cdn.example`, 'm'))
    expect(everythingShown(result).replaceAll(/^::add-mask::.*$/gm, '')).not.toMatch(/ada|hunt|er2/)
    expect(sentry.requests).toEqual([])
  })

  it('is hidden in a notice of a field of a build', async () => {
    const sentry = await startSentry()
    const inputs = { 'abf-project': 'a/b', 'abf-repository': 'c/main', 'abf-token': 'token-of-abf' }
    const options = '{"https://ada:hunter2-hunter2@host.example/x":1}'
    const url = { 'abf-url': 'http://127.0.0.1:1/', retries: '0' }
    const result = await gate(sentry, { ...inputs, ...url, 'abf-build-options': options })
    expect(result.annotations[0]?.message).toContain('"https://***@host.example/x" is sent as it is')
    expect(everythingShown(result).replaceAll(/^::add-mask::.*$/gm, '')).not.toMatch(/ada|hunter2/)
  })

  it('is hidden in messages of other inputs, in lists and in options', async () => {
    const sentry = await startSentry()
    const url = 'https://ada:hunter2-hunter2@host.example/x'
    const result = await gate(sentry, {
      projects: `web ${url}`,
      version: url,
      'abf-operation': 'build',
      'abf-project': url,
      'abf-include-repositories': url,
      'abf-build-options': `["${url}"]`,
      'abf-filter': `${url}=1`,
    })
    expect(
      failure(result)
        .split('\n')
        .filter((line) => line.includes('***@host.example')),
    ).toHaveLength(6)
    expect(everythingShown(result).replaceAll(/^::add-mask::.*$/gm, '')).not.toMatch(/ada|hunter2/)
  })
})

describe.concurrent('a GitHub whose host Sentry refuses', () => {
  it.each(['https://git_hub.corp', 'https://ghe.corp1'])(
    '%s costs the link of the release, not the release',
    async (host) => {
      const sentry = await startSentry()
      const result = await ensure(sentry, {}, { env: { GITHUB_SERVER_URL: host } })
      expect([result.code, result.annotations, sentry.releases.map(({ url }) => url ?? null)]).toEqual([
        0,
        [],
        [null],
      ])
    },
  )

  it.each(['url', 'deploy-url'])('is refused before any request when %s asks for it', async (name) => {
    const sentry = await startSentry()
    const inputs = { environment: 'production', [name]: 'https://git_hub.corp/x' }
    expect(failure(await gate(sentry, inputs))).toMatch(
      new RegExp(`^input ${name}: expected .*that Sentry accepts`, 'm'),
    )
    expect(sentry.requests).toEqual([])
  })
})

describe.concurrent('a pasted text', () => {
  it.each([{ projects: '- web\n- api' }, { projects: '["web", "api"]' }, { projects: '"web",\'api\'' }])(
    'is understood: %j',
    async (inputs) => {
      const sentry = await startSentry()
      expect([(await ensure(sentry, inputs)).code, sentry.releases[0]?.projects]).toEqual([0, ['web', 'api']])
    },
  )

  it('is understood where lines are expected: a list in YAML', async () => {
    const abf = await startAbf()
    seed(abf, 6000)
    const result = await on(abf, [], {
      'abf-operation': 'search',
      'abf-build-list-ids': '',
      'abf-filter': '- status=6000\r\n- "ownership=everything"',
    })
    expect([result.code, JSON.parse(result.outputs['build-list-ids'] ?? '')]).toEqual([
      0,
      [expect.any(Number)],
    ])
  })

  it('is understood as ids: the quoted array of toJSON()', async () => {
    const abf = await startAbf()
    const build = seed(abf, 6000)
    const result = await on(abf, [], { 'abf-operation': 'watch', 'abf-build-list-ids': `"[${build.id}]"` })
    expect([result.code, result.outputs['build-list-ids']]).toEqual([0, `[${build.id}]`])
  })

  it.each([
    ['projects', 'web\u200b', 'U\\+200B'],
    ['retries', '\uff15', 'U\\+FF15'],
    ['sentry-url', 'https://sentry.example/\u00a0x', 'U\\+00A0'],
    ['sentry-auth-token', 'token-of-somebody\u200d', 'U\\+200D'],
    ['finalize', '"true"', 'quotes'],
  ])('is explained when the mistake is invisible: %s %j', async (name, text, nature) => {
    const sentry = await startSentry()
    expect(failure(await gate(sentry, { [name]: text }))).toMatch(
      new RegExp(`^input ${name}: expected .*got .*${nature}.*\\)$`, 'm'),
    )
    expect(sentry.requests).toEqual([])
  })

  it('is understood as a token: the quotes are removed, and both forms are hidden', async () => {
    const sentry = await startSentry()
    const token = sentry.tokens.organization
    const result = await ensure(sentry, { 'sentry-auth-token': `"${token}"` })
    expect([result.code, result.annotations]).toEqual([0, []])
    expect(everythingShown(result).replaceAll(/^::add-mask::.*$/gm, '')).not.toContain(token)
  })

  it('is explained: an array, a masked secret, an expression', async () => {
    const sentry = await startSentry()
    const message = failure(
      await ensure(sentry, { projects: 'Array', retries: '***', commit: '${{ github.sha }}' }),
    )
    for (const nature of ['join() or toJSON()', 'in the place of a secret', 'was not evaluated']) {
      expect(message).toContain(nature)
    }
  })

  it('is missing as a token: the error names forks and Dependabot first', async () => {
    const sentry = await startSentry()
    expect(failure(await gate(sentry, { 'sentry-auth-token': '' }))).toMatch(
      /^input sentry-auth-token: expected .*fork or Dependabot/m,
    )
  })
})
