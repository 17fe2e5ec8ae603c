import { describe, expect, it } from 'vitest'
import { type ActionResult, runPost, SHA } from '../runner/runner.ts'
import type { StandInResponse, Fault } from '../servers/server.ts'
import { opaqueToken, type SentryStandIn, userToken } from '../servers/sentry/index.ts'
import { everythingShown, gate, NO_REPOSITORY, startGitHub, startSentry } from './helpers.ts'

const always = { times: Number.POSITIVE_INFINITY }
const GITHUB_TOKEN = 'ghs-like-token-of-this-job-0123456789abcdef'

/** Token kinds, each as the step is given it. The last one is longer than any text that is shown. */
const kinds: Readonly<Record<string, (sentry: SentryStandIn) => string>> = {
  organization: (sentry) => sentry.tokens.organization,
  personal: () => userToken('user'),
  long: () => `${['a', 'b', 'c', 'd', 'e'].map(opaqueToken).join('_')}/+~=`,
}

/** The forms in which servers send a token back. */
function forms(token: string): string[] {
  return [
    token,
    `Bearer ${token}`,
    Buffer.from(token).toString('base64'),
    Buffer.from(`${token}:`).toString('base64'),
    encodeURIComponent(token),
    encodeURIComponent(token).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ]
}

/** Pieces of 24 characters of every form of a token: none of them may be seen, cut off from the rest or not. */
function pieces(token: string): string[] {
  return forms(token).flatMap((form) =>
    Array.from({ length: Math.max(1, form.length - 23) }, (_, at) => form.slice(at, at + 24)),
  )
}

/** What a summary says to its reader, with its HTML entities resolved. */
function readable(html: string): string {
  return html.replace(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)))
}

function expectNoSecret(result: ActionResult, tokens: readonly string[]): void {
  const shown = `${everythingShown(result)}\n${readable(result.summary)}`
  const found = tokens.flatMap((token) => pieces(token)).find((piece) => shown.includes(piece))
  expect(found && `${found} in:\n${shown}`).toBeUndefined()
}

/** Runs with debug logging against a server that responds like this to every request. */
async function runAgainst(
  kind: string,
  fault: (token: string) => Fault,
  inputs: Record<string, string> = {},
): Promise<[ActionResult, string[]]> {
  const sentry = await startSentry()
  const token = kinds[kind]?.(sentry) ?? ''
  sentry.addToken({ kind: 'integration', token, organization: 'acme', scopes: ['org:ci'] })
  sentry.fault({ ...always, ...fault(token) })
  const result = await gate(
    sentry,
    {
      'sentry-auth-token': token,
      organization: 'acme',
      'sentry-url': sentry.url,
      'github-token': GITHUB_TOKEN,
      retries: '0',
      environment: 'production',
      ...inputs,
    },
    { env: { RUNNER_DEBUG: '1' } },
  )
  return [result, [token, GITHUB_TOKEN]]
}

/** Responses that repeat the token, by where they do. */
const echoes: Readonly<Record<string, (text: string) => StandInResponse>> = {
  'a detail': (text) => ({ status: 403, body: { detail: `No: ${text}` } }),
  'a detail object': (text) => ({
    status: 401,
    body: { detail: { code: 'x', message: text, extra: { text } } },
  }),
  'field errors': (text) => ({ status: 400, body: { projects: [text], version: { 3: [text, text] } } }),
  'the name of a field': (text) => ({ status: 400, body: { [text]: ['is wrong'] } }),
  'an error id': (text) => ({ status: 500, body: { detail: 'Internal Error', errorId: text } }),
  'plain text': (text) => ({
    status: 502,
    headers: { 'Content-Type': 'text/plain' },
    raw: `upstream ${text}`,
  }),
  'a long text': (text) => ({ status: 502, raw: `${'x'.repeat(250)} ${text}` }),
  'the title of a web page': (text) => ({ status: 403, raw: `<html><title>403 ${text}</title></html>` }),
  'a web page instead of JSON': (text) => ({
    status: 200,
    headers: { 'Content-Type': 'text/html' },
    raw: `<html>${text}`,
  }),
  'a redirect': (text) => ({
    status: 302,
    headers: { Location: `https://elsewhere.example/${text}?t=${text}` },
  }),
  'a scope': (text) => ({
    status: 403,
    headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${text}"` },
    body: { detail: text },
  }),
  'Retry-After': (text) => ({
    status: 429,
    headers: { 'Retry-After': '900', 'X-Echo': text },
    body: { detail: text },
  }),
  'another version': (text) => ({ status: 201, body: { version: text } }),
  'a colourful text': (text) => ({
    status: 403,
    body: { detail: `${text.slice(0, 30)}\u001B[31m${text.slice(30)}\u001B[0m` },
  }),
}

describe.concurrent('a token that Sentry repeats', () => {
  it.each(Object.entries(echoes))('in %s is seen nowhere, in whichever form', async (place, echo) => {
    const turn = Object.keys(echoes).indexOf(place)
    // As it is for every kind of token, and in one of the other forms for one.
    const cases = [
      ...Object.keys(kinds).map((kind) => [kind, 0] as const),
      ['personal', 1 + (turn % 5)] as const,
    ]
    for (const [kind, form] of cases) {
      const [result, tokens] = await runAgainst(kind, (token) => ({
        method: place === 'another version' ? 'POST' : 'GET',
        action: { kind: 'answer', answer: echo(forms(token)[form] ?? token) },
      }))
      expect(result.code).toBe(1)
      expectNoSecret(result, tokens)
    }
  })

  it.each(Object.keys(kinds))('in the fields of a release is seen nowhere (%s token)', async (kind) => {
    const [result, tokens] = await runAgainst(kind, (token) => ({
      action: {
        kind: 'answer',
        answer: {
          status: 200,
          body: {
            version: SHA,
            id: token,
            status: token,
            ref: token,
            url: token,
            dateReleased: token,
            userAgent: token,
            projects: [{ slug: 'web', id: token }],
            commitCount: 3,
          },
        },
      },
    }))
    expect(result.outputs['release-version']).toBe(SHA)
    expectNoSecret(result, tokens)
  })

  it.each(Object.keys(kinds))('as an earlier commit or a deploy is seen nowhere (%s token)', async (kind) => {
    const sentry = await startSentry(NO_REPOSITORY)
    const { github, repository } = await startGitHub()
    github.addToken({ token: GITHUB_TOKEN })
    const token = kinds[kind]?.(sentry) ?? ''
    sentry.addToken({ kind: 'integration', token, organization: 'acme', scopes: ['org:ci'] })
    const echo = (body: unknown): Fault['action'] => ({ kind: 'answer', answer: { status: 200, body } })
    sentry.fault({ path: /previous-with-commits/, action: echo({ lastCommit: { id: token } }) })
    sentry.fault({ method: 'POST', path: /deploys/, action: echo({ id: token }) })
    const commit = repository.commit({ message: `oops, ${token} and ${GITHUB_TOKEN}`, name: `n${token}` })
    const result = await gate(
      sentry,
      {
        'sentry-auth-token': token,
        organization: 'acme',
        'sentry-url': sentry.url,
        'github-token': GITHUB_TOKEN,
        environment: 'production',
        commit,
      },
      { env: { RUNNER_DEBUG: '1', GITHUB_API_URL: github.url } },
    )
    expect([result.code, sentry.release(commit).commits.length]).toEqual([0, 1])
    expectNoSecret(result, [token, GITHUB_TOKEN])
  })
})

describe.concurrent('a token', () => {
  it('that GitHub repeats is seen nowhere', async () => {
    const sentry = await startSentry(NO_REPOSITORY)
    const { github } = await startGitHub()
    github.fault({
      ...always,
      action: {
        kind: 'answer',
        answer: { status: 403, body: { message: `No: ${GITHUB_TOKEN}`, token: GITHUB_TOKEN } },
      },
    })
    const result = await gate(
      sentry,
      { 'github-token': GITHUB_TOKEN },
      { env: { RUNNER_DEBUG: '1', GITHUB_API_URL: github.url } },
    )
    expect(result.annotations.map(({ level }) => level)).toEqual(['notice'])
    expectNoSecret(result, [GITHUB_TOKEN, sentry.tokens.organization])
  })

  it('given twice, as input and as variable, is seen nowhere', async () => {
    const sentry = await startSentry()
    const other = userToken('other')
    sentry.fault({ ...always, action: { kind: 'answer', answer: { status: 403, body: { detail: other } } } })
    const result = await gate(sentry, {}, { env: { SENTRY_AUTH_TOKEN: other, RUNNER_DEBUG: '1' } })
    expect(result.code).toBe(1)
    expectNoSecret(result, [other, sentry.tokens.organization])
  })

  it.each(['version', 'environment', 'url', 'organization', 'projects', 'ref', 'deploy-name', 'started-at'])(
    'put into the input %s by mistake is seen nowhere',
    async (name) => {
      const sentry = await startSentry()
      const token = kinds['long']?.(sentry) ?? ''
      const result = await gate(sentry, { 'sentry-auth-token': token, organization: 'acme', [name]: token })
      expect(result.code).toBe(1)
      expectNoSecret(result, [token])
    },
  )

  it('is masked before anything else is said, also in base64', async () => {
    const sentry = await startSentry()
    const token = sentry.tokens.organization
    const { stdout } = await gate(sentry, { 'github-token': GITHUB_TOKEN })
    const lines = stdout.split('\n')
    const first = lines.findIndex((line) => !line.startsWith('::add-mask::'))
    expect(lines.slice(0, first)).toEqual(
      [token, GITHUB_TOKEN].flatMap((text) => [text, btoa(text)]).map((text) => `::add-mask::${text}`),
    )
  })

  it('is in no state, so that the post step does not have it', async () => {
    const sentry = await startSentry()
    const main = await gate(sentry)
    const post = await runPost(main)
    expectNoSecret(post, [sentry.tokens.organization])
    expect(JSON.stringify(main.state)).not.toContain('sntrys')
  })
})
