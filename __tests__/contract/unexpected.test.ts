import { describe, expect, it } from 'vitest'
import { FileStoreStandIn } from '../servers/abf/index.ts'
import { runAction } from '../runner/runner.ts'
import { always, answer, build, buildLists, seed, startAbf, on } from './abf-helpers.ts'
import { failure, gate, NO_REPOSITORY, serve, startGitHub, startSentry } from './helpers.ts'

describe.concurrent('what nobody expects', () => {
  it('an address of a log that is far too long is neither shown nor handed on', async () => {
    const abf = await startAbf('omv', { fileStore: await serve(new FileStoreStandIn()) })
    const one = seed(abf, 666)
    const logs = [{ file_name: 'build.log', size: '1', url: `http://127.0.0.1:1/${'x'.repeat(100_000)}` }]
    abf.onAnswer((given) => {
      const { build_list: found } = (given.body ?? {}) as { build_list?: object }
      return found ? { ...given, body: { build_list: { ...found, logs } } } : given
    })
    const result = await on(abf, [one], { retries: '0' })
    expect(result.annotations.filter(({ message }) => message.length > 5000)).toEqual([])
    expect(buildLists(result)[0]?.['log-url'].length).toBeLessThan(5000)
    expect(result.summary.length).toBeLessThan(20_000)
  })

  it('a password in the address of a log is not handed on in an output, as a URL writes it', async () => {
    const password = 'p@ss"w/rd<1>&x+y=Zq'
    const abf = await startAbf()
    Object.assign(abf.world.user('ci_bot'), { password })
    const one = seed(abf, 666)
    const logs = [{ file_name: 'build.log', size: '1', url: new URL(`http://127.0.0.1:1/${password}`).href }]
    abf.onAnswer((given) => {
      const { build_list: found } = (given.body ?? {}) as { build_list?: object }
      return found ? { ...given, body: { build_list: { ...found, logs } } } : given
    })
    const login = { 'abf-token': '', 'abf-username': 'ci_bot', 'abf-password': password }
    const result = await on(abf, [one], { retries: '0', ...login })
    const written = new URL(`http://127.0.0.1:1/${password}`).pathname.slice(1)
    expect([result.files.output.includes(written), result.stdout.includes(written)]).toEqual([false, false])
  })

  it('build options that are nested too deep are refused by name, before anything is sent', async () => {
    const abf = await startAbf()
    const deep = `{"extra_params":${'['.repeat(10_000)}${']'.repeat(10_000)}}`
    const result = await build(abf, { 'abf-build-options': deep, retries: '0' })
    expect(failure(result)).toContain('input abf-build-options: expected ')
    expect(abf.requests).toEqual([])
  })

  it('an invalid GITHUB_API_URL does not fail the release, and is not reported as a bug of the action', async () => {
    const sentry = await startSentry(NO_REPOSITORY)
    const result = await gate(sentry, { 'github-token': 'x' }, { env: { GITHUB_API_URL: 'not a url' } })
    expect([result.code, result.stdout.includes('bug of the action')]).toEqual([0, false])
  })

  it.each(['[{"sha":5},{"commit":null},7]', '{"a":1}'])(
    'an answer of GitHub in another shape (%s) is told in words',
    async (raw) => {
      const sentry = await startSentry(NO_REPOSITORY)
      const { github, token } = await startGitHub()
      const headers = { 'Content-Type': 'application/json' }
      github.fault({ ...always, action: answer({ status: 200, headers, raw }) })
      const inputs = { 'github-token': token, 'set-commits': 'commits', retries: '0' }
      const result = await gate(sentry, inputs, { env: { GITHUB_API_URL: github.url } })
      expect(failure(result)).not.toMatch(/Cannot read properties|is not a function/)
    },
  )

  it('a proxy that cannot be used as it is written is named, and not silently left out', async () => {
    const inputs = {
      'sentry-auth-token': 'opaque-token',
      organization: 'acme',
      projects: 'web',
      'sentry-url': 'https://sentry.invalid/',
      retries: '0',
    }
    const https_proxy = 'http://ci:100%sure-password@127.0.0.1:1'
    const result = await runAction({ inputs, env: { https_proxy } })
    expect(failure(result)).toContain('proxy')
    expect(result.stdout).not.toContain('sure-password')
  })
})
