import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type AbfStandIn, FileStoreStandIn } from '../servers/abf/index.ts'
import { type ActionResult, runPost } from '../runner/runner.ts'
import type { StandInResponse } from '../servers/server.ts'
import { always, answer, build, calls, on, remote, seed, startAbf } from './abf-helpers.ts'
import { everythingShown, failure, serve } from './helpers.ts'

/** Secrets as a step is given them: a token, one longer than any text that is shown, and a login. */
const SECRETS: Readonly<Record<string, { token?: string; password?: string }>> = {
  token: { token: 'Xk9vQz3mTf7Lw2Rb8Hn5Jc1Dy6Gp4SaE' },
  'long token': { token: Array.from({ length: 40 }, (_, index) => `p${index}_x&y<z`).join('/') },
  login: { password: 'correct horse & battery "staple" <b>' },
}

function pair(kind: string): string {
  const { token, password = '' } = SECRETS[kind] ?? {}
  return Buffer.from(token === undefined ? `ci_bot:${password}` : `${token}:`).toString('base64')
}

function secretOf(kind: string): string {
  const { token, password } = SECRETS[kind] ?? {}
  return token ?? password ?? ''
}

function inputsOf(kind: string): Record<string, string> {
  const { token = '', password = '' } = SECRETS[kind] ?? {}
  const login = password === '' ? {} : { 'abf-username': 'ci_bot', 'abf-password': password }
  return { 'abf-token': token, ...login, retries: '0', 'abf-timeout': '2s' }
}

const DEBUG = { env: { RUNNER_DEBUG: '1' } }

/** A farm that knows the secret, with a file store. */
async function farm(kind: string): Promise<[AbfStandIn, FileStoreStandIn]> {
  const store = await serve(new FileStoreStandIn())
  const abf = await startAbf('omv', { fileStore: store })
  Object.assign(abf.world.user('ci_bot'), SECRETS[kind])
  return [abf, store]
}

/** What a summary says to its reader. */
function readable(html: string): string {
  return html.replace(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)))
}

/** No piece of 16 characters of the secret, or of what a request carries, may be seen. */
function expectNoSecret(result: ActionResult, kind: string): void {
  const shown = `${everythingShown(result)}\n${readable(result.summary)}`
  const secret = secretOf(kind)
  const forms = [
    secret,
    pair(kind),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    btoa(secret),
  ]
  const found = forms
    .flatMap((form) =>
      Array.from({ length: Math.max(1, form.length - 15) }, (_, at) => form.slice(at, at + 16)),
    )
    .find((piece) => shown.includes(piece))
  const at = found === undefined ? 0 : shown.indexOf(found)
  expect(found && `${found} in: ${shown.slice(Math.max(0, at - 300), at + 300)}`).toBeUndefined()
}

/** Responses that repeat a text, by where they do. */
const ECHOES: Readonly<Record<string, (text: string) => StandInResponse>> = {
  'a message': (text) => ({ status: 403, body: { message: `No: ${text}` } }),
  'an error': (text) => ({ status: 401, body: { error: `${'x'.repeat(280)} ${text}` } }),
  'a message inside': (text) => ({
    status: 422,
    body: { build_list: { id: null, message: `${text}. ${text}` } },
  }),
  'plain text': (text) => ({ status: 401, headers: { 'Content-Type': 'text/html' }, raw: `Denied ${text}` }),
  'a title': (text) => ({ status: 502, raw: `<html><head><title>bad ${text}</title></head></html>` }),
  'a web page with 200': (text) => ({ status: 200, raw: `<html>${text}` }),
  'JSON that is none': (text) => ({ status: 200, raw: `{"build_list": "${text}` }),
  'JSON of another shape': (text) => ({ status: 200, body: { [text]: text, build_lists: text } }),
  'every header': (text) => ({
    status: 429,
    headers: {
      'Retry-After': '900',
      'X-RateLimit-Limit': encodeURIComponent(text),
      'WWW-Authenticate': `Basic realm="${encodeURIComponent(text)}"`,
      ETag: `"${encodeURIComponent(text)}"`,
    },
    body: { message: text },
  }),
  'a redirect': (text) => ({
    status: 302,
    headers: { Location: `https://else.example/${encodeURIComponent(text)}` },
  }),
  'a message with escapes': (text) => ({
    status: 403,
    body: { message: `${text.slice(0, 9)}\u001B[31m${text.slice(9)}` },
  }),
}

describe.concurrent.each(Object.keys(SECRETS))('The %s', (kind) => {
  it.each(Object.entries(ECHOES))('is not shown when ABF repeats it in %s', async (_place, echo) => {
    // As requests carry it, or as it is.
    const text = kind === 'token' ? `Basic ${pair(kind)}` : secretOf(kind)
    const [abf] = await farm(kind)
    abf.fault({ ...always, action: answer(echo(text)) })
    const result = await build(abf, inputsOf(kind), DEBUG)
    expect(result.code).toBe(1)
    expectNoSecret(result, kind)
  })

  it('is not shown when the records of a build contain it', async () => {
    for (const text of [secretOf(kind), pair(kind), `${'x'.repeat(55)}${secretOf(kind)}`]) {
      const [abf] = await farm(kind)
      abf.addProject({ id: 50000, name: text, writers: [501] })
      const arch = abf.addArch(text)
      const platform = abf.addPlatform({ name: text, repositories: [text] })
      const [repository] = abf.world.repositoriesOf(platform)
      const one = seed(abf, 3000, {
        projectId: 50000,
        archId: arch.id,
        saveToRepositoryId: repository?.id ?? 0,
        saveToPlatformId: platform.id,
        buildForPlatformId: platform.id,
        commitHash: text,
      })
      abf.script(one.id, [{ status: 11000, afterReads: 1, files: { [`test.${text}.log`]: `${text}\n` } }])
      const result = await on(abf, [one], inputsOf(kind), DEBUG)
      expect(result.outputs['build-status']).toBe('11000')
      expectNoSecret(result, kind)
    }
  })

  it('is not shown when names that are looked up contain it', async () => {
    const [abf] = await farm(kind)
    const text = secretOf(kind)
    abf.addProject({ name: `gtk+dem ${text}` })
    abf.addArch(text)
    abf.addPlatform({ name: text, repositories: [text] })
    for (const wrong of [
      { 'abf-project': 'openmandriva/gtk+dem ' },
      { 'abf-arches': 'vax' },
      { 'abf-platform': 'x' },
    ]) {
      const result = await build(abf, { ...inputsOf(kind), ...wrong }, DEBUG)
      expect(result.code).toBe(1)
      expectNoSecret(result, kind)
    }
  })

  it('is not shown when a log contains it, also at the edges of the part that is read', async () => {
    const text = secretOf(kind)
    const curl = `curl -H "Authorization: Basic ${pair(kind)}" -u '${text}:' https://abf.example\n`
    const cut = (after: number): string => `${text}${'y'.repeat(256 * 1024 - after)}`
    const logs = [`${curl}${'x'.repeat(480)}${text} ${text}`, cut(text.length - 3), gzipSync(cut(24))]
    for (const log of logs) {
      const [abf] = await farm(kind)
      abf.plan({}, [3000, { status: 666, files: { 'build.log': log } }])
      const result = await build(abf, { ...inputsOf(kind), 'abf-log-lines': '1000' }, DEBUG)
      expect(result.summary).toContain('<pre>')
      expectNoSecret(result, kind)
    }
  })

  it('is not in the state, and not in the log of the post step', async () => {
    const [abf] = await farm(kind)
    const { run, stop } = remote()
    abf.plan({}, [3000])
    abf.onRequest(({ method }) => {
      if (method === 'GET' && abf.created.length > 0) stop('SIGKILL')
    })
    const killed = await build(abf, inputsOf(kind), run)
    abf.fault({ ...always, action: answer({ status: 403, body: { message: secretOf(kind) } }) })
    const inputs = { ...inputsOf(kind), 'abf-url': abf.url, 'abf-project': '1', 'abf-repository': '1' }
    const post = await runPost(killed, {
      ...DEBUG,
      inputs: { projects: 'web', 'sentry-auth-token': 's3cret-of-sentry', organization: 'acme', ...inputs },
    })
    expect([killed.code, post.code, calls(abf, 'PUT').length > 0]).toEqual([null, 0, true])
    expectNoSecret(killed, kind)
    expectNoSecret(post, kind)
  })

  it('is not shown when it is put into another input by mistake', async () => {
    const [abf] = await farm(kind)
    const names = ['abf-project', 'abf-filter', 'abf-build-options', 'abf-arches', 'abf-url', 'abf-timeout']
    const wrong = Object.fromEntries(names.map((name) => [name, `!${secretOf(kind)}`]))
    const result = await build(abf, { ...inputsOf(kind), ...wrong }, DEBUG)
    for (const name of names) expect(failure(result)).toContain(`input ${name}`)
    expectNoSecret(result, kind)
  })

  it('is sent to ABF only, and is masked with its encoded form before anything is logged', async () => {
    const [abf, store] = await farm(kind)
    abf.plan({}, [3000, 666])
    const result = await build(abf, inputsOf(kind))
    expect(store.journal.length).toBeGreaterThan(0)
    expect(JSON.stringify(store.journal)).not.toContain(pair(kind))
    expect(abf.journal.every(({ headers }) => headers.authorization === `Basic ${pair(kind)}`)).toBe(true)
    const lines = result.stdout.split('\n')
    const masks = lines.slice(
      0,
      lines.findIndex((line) => !line.startsWith('::add-mask::')),
    )
    expect(masks).toEqual(
      expect.arrayContaining([secretOf(kind), pair(kind)].map((text) => `::add-mask::${text}`)),
    )
  })
})
