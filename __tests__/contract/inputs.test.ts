import { describe, expect, it } from 'vitest'
import { runAction, SHA } from '../runner/runner.ts'
import { orgToken } from '../servers/sentry/index.ts'
import { ensure, everythingShown, failure, gate, startSentry } from './helpers.ts'

const LONG = 'y'.repeat(201)

describe.concurrent('bad inputs', () => {
  it('are reported together, with the input, what was expected and what was got, before any request', async () => {
    const sentry = await startSentry()
    const result = await gate(sentry, {
      commit: 'abc123',
      'request-timeout': '30 parsecs',
      retries: '11',
      summary: 'yes',
      organization: 'ac me',
      'sentry-url': 'ftp://sentry.example',
      projects: 'web, a/b',
      version: 'a/b',
      ref: LONG,
      url: 'not a url',
      'restore-archived': '1',
      'set-commits': 'everything',
      'previous-commit': 'HEAD~1',
      finalize: 'on',
      environment: 'pro/duction',
      'deploy-name': LONG,
      'deploy-url': 'javascript:alert(1)',
      'started-at': 'yesterday',
    })
    const message = failure(result)
    const got = {
      commit: 'abc123',
      'request-timeout': '30 parsecs',
      retries: '11',
      summary: 'yes',
      organization: 'ac me',
      'sentry-url': 'ftp://sentry.example',
      projects: 'web, a/b',
      version: 'a/b',
      ref: 'yyy',
      url: 'not a url',
      'restore-archived': '1',
      'set-commits': 'everything',
      'previous-commit': 'HEAD~1',
      finalize: 'on',
      environment: 'pro/duction',
      'deploy-name': 'yyy',
      'deploy-url': 'javascript:alert(1)',
      'started-at': 'yesterday',
    }
    const lines = message.split('\n')
    const untold = Object.entries(got).filter(
      ([name, text]) =>
        !lines.some((line) => line.startsWith(`input ${name}: expected `) && line.includes(`got "${text}`)),
    )
    expect(untold).toEqual([])
    expect(sentry.requests).toEqual([])
    expect([result.outputs, result.annotations.length]).toEqual([{}, 1])
    expect(result.summary).toMatch(/^### ❌ Failed: the inputs are not valid\n/)
  })

  it('are all named when they are missing', async () => {
    const message = failure(await runAction({ env: { GITHUB_SHA: '' } }))
    for (const name of ['sentry-auth-token', 'organization', 'projects', 'commit']) {
      expect(message).toMatch(new RegExp(`^input ${name}: expected .*got nothing$`, 'm'))
    }
  })

  it('are named by their variable when they come from the environment', async () => {
    const result = await runAction({
      env: { SENTRY_AUTH_TOKEN: 'opaque-token', SENTRY_ORG: 'a b', SENTRY_PROJECT: 'a/b', SENTRY_URL: 'x' },
    })
    for (const name of ['SENTRY_ORG', 'SENTRY_PROJECT', 'SENTRY_URL']) {
      expect(failure(result)).toContain(`environment variable ${name}: expected `)
    }
  })

  it('include a token with white space, which is never repeated', async () => {
    const sentry = await startSentry()
    const result = await gate(sentry, { 'sentry-auth-token': 'first-half second-half\nthird-half' })
    expect(failure(result)).toContain('input sentry-auth-token: expected ')
    expect(everythingShown(result)).not.toMatch(/(first|second|third)-half/)
    expect(sentry.requests).toEqual([])
  })

  it.each(['input', 'variable'])(
    'include an organization that contradicts the token, given by %s',
    async (by) => {
      const sentry = await startSentry()
      const result = await gate(
        sentry,
        by === 'input' ? { organization: 'umbrella' } : {},
        by === 'variable' ? { env: { SENTRY_ORG: 'umbrella' } } : {},
      )
      const message = failure(result)
      expect([message.includes('"umbrella"'), message.includes('"acme"')]).toEqual([true, true])
      expect(sentry.requests).toEqual([])
    },
  )

  it.each([
    ['version', '.'],
    ['version', '..'],
    ['version', 'LATEST'],
    ['version', 'a\tb'],
    ['version', 'a\nb'],
    ['version', 'a\\b'],
    ['version', LONG],
    ['version-prefix', 'web/'],
    ['environment', 'e'.repeat(65)],
    ['environment', 'a\nb'],
    ['deploy-name', 'n'.repeat(65)],
    ['deploy-url', 'http://ci/run/1'],
    ['url', `https://example.com/${LONG}`],
    ['sentry-url', 'http://sentry.example/'],
    ['sentry-url', 'https://user:secret@sentry.example/'],
    ['sentry-url', 'http://127.0.0.1.example/'],
    ['request-timeout', '0'],
    ['request-timeout', '2h'],
    ['retries', '-1'],
    ['retries', '1.5'],
    ['commit', `${SHA}0`],
    ['commit', 'main'],
  ])('include %s %j', async (name, text) => {
    const sentry = await startSentry()
    const result = await gate(sentry, { environment: 'production', [name]: text })
    expect(failure(result)).toContain(`input ${name}: expected `)
    expect(sentry.requests).toEqual([])
  })
})

describe.concurrent('inputs that look odd but are right', () => {
  it.each<Record<string, string>>([
    { projects: ' web ,\n\tapi,,web ' },
    { 'restore-archived': 'False', summary: 'TRUE' },
    { 'request-timeout': '1m30s', retries: '0' },
    { 'request-timeout': '1500ms', retries: '10' },
    { commit: SHA.toUpperCase() },
    { version: '', ref: '', url: '', environment: ' ', commit: '', retries: '' },
    { 'sentry-auth-token-unknown': 'x' },
  ])('%j', async (inputs) => {
    const sentry = await startSentry()
    const { code, annotations } = await ensure(sentry, inputs)
    expect([code, annotations, sentry.releases.length]).toEqual([0, [], 1])
  })

  it('are trimmed: a token with a line break at its end works', async () => {
    const sentry = await startSentry()
    expect((await ensure(sentry, { 'sentry-auth-token': `${sentry.tokens.organization}\n` })).code).toBe(0)
  })

  it('include a token that resembles an organization token but cannot be decoded: it is sent as it is', async () => {
    const sentry = await startSentry()
    const token = sentry.addToken({ kind: 'organization', token: 'sntrys_odd', organization: 'acme' })
    const { code } = await ensure(sentry, {
      'sentry-auth-token': token,
      organization: 'acme',
      'sentry-url': sentry.url,
    })
    expect(code).toBe(0)
  })

  it('without a summary write none', async () => {
    const sentry = await startSentry()
    expect((await ensure(sentry, { summary: 'false' })).summary).toBe('')
    expect((await ensure(sentry, { summary: 'false', projects: 'nobody' })).summary).toBe('')
  })
})

it('a token for another server is not sent to the default one when its url is unusable', async () => {
  const token = orgToken({ org: 'acme', url: 'http://sentry.internal' })
  const result = await runAction({ inputs: { 'sentry-auth-token': token, projects: 'web' } })
  expect(failure(result)).toContain('http://sentry.internal')
})
