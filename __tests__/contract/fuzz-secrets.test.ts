import { type AddressInfo, createServer } from 'node:net'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AbfStandIn, FileStoreStandIn } from '../servers/abf/index.ts'
import { type ActionResult, runAction, runPost } from '../runner/runner.ts'
import { linesOf } from '../runner/runner-model.ts'
import type { StandInResponse } from '../servers/server.ts'
import type { SentryStandIn } from '../servers/sentry/index.ts'
import { always, BUILD, remote, startAbf, step } from './abf-helpers.ts'
import { cycle, FUZZ_TIMEOUT, rounds, tampered } from './fuzz.ts'
import { NO_REPOSITORY, serve, startGitHub, startSentry } from './helpers.ts'

/** What a step is trusted with. A login has a password, which may hold anything. */
interface Secrets {
  readonly sentry: string
  readonly github: string
  /** A token of ABF, or the password of a login. */
  readonly abf: { readonly token: string } | { readonly user: string; readonly password: string }
}

const ALPHABET = Array.from('abcXYZ0123456789+/=_.~!$&*()?#%@,;<>"\'`|^{}[]\\-')
const token = fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 8, maxLength: 60 })
const visible = fc
  .string({ unit: fc.constantFrom(...ALPHABET, ':', ' ', 'é', 'ж', '漢', '😀'), minLength: 8, maxLength: 60 })
  .map((text) => `x${text}x`)

const secrets: fc.Arbitrary<Secrets> = fc.record({
  sentry: token,
  github: token.map((text) => `ghs_${text}`),
  abf: fc.oneof(
    fc.record({ token }),
    fc.record({ user: fc.constantFrom('ci_bot', 'ci+bot@example.org'), password: visible }),
  ),
})

/** A token that ends in a backslash: taken out of a JSON text, it would take the end of a string with it. */
const BACKSLASH: Secrets = {
  sentry: 'sntrys-like-token\\',
  github: 'ghs_*#a_;~<`a~(,!\\',
  abf: { token: '0123456789abcdef\\' },
}

/** The forms in which a server, a proxy or a build tool may write a secret back. */
function formsOf(secret: string): string[] {
  const percent = encodeURIComponent(secret)
  const base64 = Buffer.from(secret).toString('base64')
  return [
    secret,
    percent,
    percent.replace(/%../g, (code) => code.toLowerCase()),
    base64,
    Buffer.from(secret).toString('base64url'),
    Buffer.from(`${secret}:`).toString('base64'),
  ]
}

function allForms({ sentry, github, abf }: Secrets): string[] {
  const pair = 'token' in abf ? `${abf.token}:` : `${abf.user}:${abf.password}`
  const single = [sentry, github, 'token' in abf ? abf.token : abf.password]
  return [...new Set([...single.flatMap(formsOf), Buffer.from(pair).toString('base64'), pair])]
}

/** Everything that can be read afterwards, as it is and as it is shown. */
function readable({ stdout, stderr, files, summary }: ActionResult): string {
  const lines = linesOf(stdout).filter((line) => !line.startsWith('::add-mask::'))
  const decoded = lines.map((line) =>
    line.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%'),
  )
  const html = summary.replace(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)))
  return [...lines, ...decoded, stderr, files.output, files.state, summary, html].join('\n')
}

/** The forms that can be seen, with what stands around them. */
function leaks(result: ActionResult, given: Secrets): string[] {
  const text = readable(result)
  return allForms(given).flatMap((form) => {
    const at = text.indexOf(form)
    return at < 0 ? [] : [`${form} in: ${text.slice(Math.max(0, at - 120), at + form.length + 40)}`]
  })
}

/** Inputs and servers that know the secrets. */
async function world(given: Secrets): Promise<{
  sentry: SentryStandIn
  abf: AbfStandIn
  github: Awaited<ReturnType<typeof startGitHub>>
  inputs: Record<string, string>
}> {
  const sentry = await startSentry(NO_REPOSITORY)
  const scopes = ['org:read', 'project:read', 'project:releases']
  sentry.addToken({ kind: 'integration', token: given.sentry, organization: 'acme', scopes })
  const github = await startGitHub()
  github.github.addToken({ token: given.github })
  const abf = await startAbf('omv', { fileStore: await serve(new FileStoreStandIn()) })
  const user = abf.world.user('ci_bot')
  const { abf: login } = given
  if ('token' in login) user.token = login.token
  else Object.assign(user, { email: 'ci+bot@example.org', password: login.password })
  return {
    sentry,
    abf,
    github,
    inputs: {
      ...BUILD,
      'sentry-auth-token': given.sentry,
      organization: 'acme',
      'sentry-url': sentry.url,
      'github-token': given.github,
      'set-commits': 'commits',
      'abf-token': '',
      ...('token' in login
        ? { 'abf-token': login.token }
        : { 'abf-username': login.user, 'abf-password': login.password }),
      environment: 'production',
      retries: '0',
    },
  }
}

const SENTRY_KEPT = new Set(['version', 'slug', 'dateReleased'])
const GITHUB_KEPT = new Set(['sha', 'date', 'status', 'filename'])
const NAMES_KEPT = new Set(['name', 'fullname', 'uname', 'platform_type'])
const BUILD_KEPT = new Set(['auto_publish_status', 'commit_hash', 'size'])

/** A release with commits, builds and a deploy, in which every response that is not a refusal is full of secrets. */
async function goodRun(given: Secrets, fails: boolean): Promise<ActionResult> {
  const { sentry, abf, github, inputs } = await world(given)
  const text = cycle(allForms(given).map((form) => `a ${form} b`))
  const commit = github.repository.commit({ message: allForms(given).join('\n') })
  for (const project of abf.world.projects.values()) project.commits.push(commit)
  sentry.onAnswer((answer) => tampered(answer, SENTRY_KEPT, text))
  github.github.onAnswer((answer) => tampered(answer, GITHUB_KEPT, text))
  abf.onAnswer((answer, { path }) =>
    /build_lists\/\d+/.test(path)
      ? tampered(answer, BUILD_KEPT, (key, old) => {
          if (key === 'file_name') return `${old.replace('.log', '')}.${text()}.log`
          return /file_stores/.test(old) ? `${old}?x=${encodeURIComponent(text())}` : text()
        })
      : tampered(answer, NAMES_KEPT, text),
  )
  const log = allForms(given)
    .map((form) => `curl -H 'X: ${form}' ${form}`)
    .join('\n')
  abf.plan({}, [3000, fails ? { status: 666, files: { 'build.log': log } } : 0])
  const env = { RUNNER_DEBUG: '1', GITHUB_API_URL: github.github.url }
  const result = await step(abf, { ...inputs, commit, 'abf-reuse': 'false' }, { env }, sentry)
  const errors = result.annotations.filter(({ level }) => level === 'error').map(({ title }) => title)
  expect([errors, result.outputs['build-status']]).toEqual(
    fails ? [['ABF: build failed (666)'], '666'] : [[], '0'],
  )
  return result
}

/** What of a text a header or a reason phrase can hold. */
function inHeader(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '')
}

/** Bodies, reasons and headers in which servers say no and repeat what they were sent. */
const REFUSALS: readonly ((text: () => string) => StandInResponse)[] = [
  (text) => ({ status: 403, body: { detail: text(), message: text(), error: text() } }),
  (text) => ({ status: 401, body: { detail: { message: `${'y'.repeat(250)}${text()}` } } }),
  (text) => ({ status: 400, body: { projects: [text(), text()], [text()]: [text()] } }),
  (text) => ({ status: 422, body: { build_list: { id: null, message: text() }, message: text() } }),
  (text) => ({ status: 500, body: { detail: text(), errorId: text() } }),
  (text) => ({ status: 502, headers: { 'Content-Type': 'text/plain' }, raw: `${text()}\n${text()}` }),
  (text) => ({ status: 403, raw: `<html><title>${text().replaceAll('<', '')}</title>` }),
  (text) => ({ status: 200, raw: `{"a": ${text()}` }),
  (text) => ({ status: 200, body: { [text()]: text(), build_lists: text() } }),
  (text) => ({ status: 307, headers: { Location: `https://else.example/${encodeURIComponent(text())}` } }),
  (text) => ({
    status: 403,
    reason: inHeader(text()),
    headers: {
      'Content-Type': `text/plain; x=${inHeader(text())}`,
      Link: `<${inHeader(text())}>; rel="next"; results="true"; cursor="${inHeader(text())}"`,
      'Retry-After': inHeader(text()),
      'WWW-Authenticate': `Bearer realm="${inHeader(text())}", scope="${inHeader(text())}"`,
      'X-RateLimit-Limit': inHeader(text()),
      Date: inHeader(text()),
      ETag: inHeader(text()),
    },
    body: { message: text() },
  }),
]

async function refusedRun(
  given: Secrets,
  kind: number,
  by: 'sentry' | 'abf' | 'github',
): Promise<ActionResult> {
  const { sentry, abf, github, inputs } = await world(given)
  const server = { sentry, abf, github: github.github }[by]
  const text = cycle(allForms(given))
  const answer = REFUSALS[kind]?.(text)
  if (answer) server.fault({ ...always, action: { kind: 'answer', answer } })
  const env = { RUNNER_DEBUG: '1', GITHUB_API_URL: github.github.url }
  const result = await step(abf, inputs, { env }, sentry)
  expect(result.code).toBe(1)
  return result
}

describe.concurrent('no secret is seen, in whichever form a server gives it back', () => {
  it.each([
    ['good', false],
    ['failing', true],
  ])(
    'in all answers of a %s run',
    async (_name, fails) => {
      await fc.assert(
        fc.asyncProperty(secrets, async (given) => {
          expect(leaks(await goodRun(given, fails), given)).toEqual([])
        }),
        { ...rounds(3), examples: [[BACKSLASH]] },
      )
    },
    FUZZ_TIMEOUT,
  )

  it(
    'in refusals, headers, reasons, redirects and pages',
    async () => {
      const kinds = fc.tuple(fc.nat(REFUSALS.length - 1), fc.constantFrom('sentry', 'abf', 'github'))
      await fc.assert(
        fc.asyncProperty(secrets, kinds, async (given, [kind, by]) => {
          expect(leaks(await refusedRun(given, kind, by), given)).toEqual([])
        }),
        rounds(6),
      )
    },
    FUZZ_TIMEOUT,
  )

  it(
    'in what the post step says',
    async () => {
      await fc.assert(
        fc.asyncProperty(secrets, async (given) => {
          const { sentry, abf, inputs } = await world(given)
          const { run, stop } = remote()
          abf.plan({}, [3000])
          abf.onRequest(({ method }) => {
            if (method === 'GET' && abf.created.length > 0) stop('SIGKILL')
          })
          const more = { ...inputs, 'set-commits': 'skip', 'abf-reuse': 'false' }
          const killed = await step(abf, more, { ...run, env: { RUNNER_DEBUG: '1' } }, sentry)
          const text = cycle(allForms(given))
          const body = { message: text(), build_list: { message: text() } }
          abf.fault({ ...always, action: { kind: 'answer', answer: { status: 403, body } } })
          const post = await runPost(killed, {
            inputs: { projects: 'web', 'abf-url': abf.url, ...more },
            env: { RUNNER_DEBUG: '1' },
          })
          expect([post.code, post.annotations.map(({ level }) => level)]).toEqual([0, ['warning', 'warning']])
          expect([...leaks(killed, given), ...leaks(post, given)]).toEqual([])
        }),
        rounds(1),
      )
    },
    FUZZ_TIMEOUT,
  )

  it(
    'that of a proxy in what the proxy answers',
    async () => {
      await fc.assert(
        fc.asyncProperty(visible, async (password) => {
          const login = `ci:${password}`
          const echo = inHeader(
            `${password} ${encodeURIComponent(password)} ${btoa(encodeURIComponent(login))}`,
          )
          const proxy = createServer((socket) => {
            socket.on('error', () => undefined)
            socket.once('data', () => {
              socket.end(
                `HTTP/1.1 502 ${echo}\r\nX-Echo: ${echo}\r\nContent-Length: ${echo.length}\r\n\r\n${echo}`,
              )
            })
          })
          await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
          const { port } = proxy.address() as AddressInfo
          const result = await runAction({
            inputs: {
              'sentry-auth-token': 'opaque-token',
              organization: 'acme',
              projects: 'web',
              'sentry-url': 'https://sentry.invalid/',
              retries: '0',
            },
            env: {
              RUNNER_DEBUG: '1',
              https_proxy: `http://ci:${encodeURIComponent(password)}@127.0.0.1:${port}`,
            },
          })
          await new Promise((resolve) => proxy.close(resolve))
          expect(result.annotations[0]?.message).toContain('(status 502)')
          const text = readable(result)
          const forms = [...formsOf(password), ...formsOf(login)]
          expect(forms.filter((form) => text.includes(form))).toEqual([])
        }),
        rounds(1),
      )
    },
    FUZZ_TIMEOUT,
  )
})
