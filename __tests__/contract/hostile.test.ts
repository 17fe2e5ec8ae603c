import { describe, expect, it } from 'vitest'
import { type ActionResult, actionFile, SHA } from '../runner/runner.ts'
import type { StandInResponse } from '../servers/server.ts'
import { gate, startSentry } from './helpers.ts'

const always = { times: Number.POSITIVE_INFINITY }

/** Texts with which a server could act: on the runner, on a terminal, on a reader, on the files of outputs. */
const texts: Readonly<Record<string, string>> = {
  'a command': '::error::owned',
  'commands on lines of their own':
    'x\n::set-output name=release-id::1\r::stop-commands::t\u2028::add-mask::e\u0085 \t ::error::owned',
  'a legacy command': '##[group]owned ##[error]owned %0A::error::owned%0D%25',
  'terminal escapes': 'a\0b\u001B[2J\u001B]0;owned\u0007\u009B31m\u001B[31mred',
  'bidirectional marks': 'a\u202Egnp.exe\u2066b\u200Bc\uFEFF',
  markup:
    '<img src=x onerror=alert(1)></code></table><script>alert(1)</script><a href="https://evil.example">x</a>',
  markdown:
    '`code` **bold** [x](https://evil.example) ![x](https://evil.example/x.png) @everyone #1 | a | b |',
  'the end of a file command': 'EOF\nrelease-created<<EOF\ntrue\nEOF\nghadelimiter_0',
  'half a character': 'a\uD800b\uDC00',
  'a very long line': 'A'.repeat(200_000),
}

/** The commands that the action itself uses. */
const OWN = /^::(add-mask::|group::|endgroup::|debug::|(error|warning|notice)( title=[\w .,%:]+)?::)/

function expectHarmless(result: ActionResult): void {
  const lines = result.stdout.split(/[\r\n\u0085\u2028\u2029]/)
  expect(lines.filter((line) => line.trimStart().startsWith('::') && !OWN.test(line))).toEqual([])
  expect(result.annotations.filter(({ message }) => message === 'owned' || message === 'e')).toEqual([])
  const shown = lines.filter((line) => !line.startsWith('::add-mask::')).join('\n') + result.summary
  expect(shown).not.toContain('##[')
  // Control, bidirectional and invisible characters; line breaks and the sign in the headline are our own.
  expect(/[^\n\P{Cc}]|\p{Cf}|\p{Zl}|\p{Zp}/u.exec(shown)).toBeNull()
  expect([result.stderr, shown.length < 50_000]).toEqual(['', true])
  const text = result.summary.replace(/<a href="https?:\/\/(?:127\.0\.0\.1:|github\.com\/)[^"<>\s]*">/g, '')
  expect(text).not.toMatch(/<(img|script|a) |`|\*\*|\]\(|@everyone| #1 /)
  expect(result.summary.match(/<\/table>/g) ?? []).toHaveLength(result.summary.includes('<table>') ? 1 : 0)
  const known = Object.keys(actionFile.outputs)
  expect(Object.keys(result.outputs).filter((name) => !known.includes(name))).toEqual([])
}

/** Responses that hold a text, by the requests that get them. */
const answers: Readonly<
  Record<string, { method: string; path: RegExp; answer: (text: string) => StandInResponse }>
> = {
  'an error in JSON': {
    method: 'GET',
    path: /releases/,
    answer: (text) => ({ status: 403, body: { detail: text, [text]: [text] } }),
  },
  'an error in plain text': {
    method: 'POST',
    path: /releases/,
    answer: (text) => ({ status: 400, headers: { 'Content-Type': 'text/plain' }, raw: text }),
  },
  'the title of a web page': {
    method: 'GET',
    path: /releases/,
    answer: (text) => ({ status: 500, raw: `<html><title>${text}</title>` }),
  },
  'the version of an answer': {
    method: 'POST',
    path: /releases/,
    answer: (text) => ({ status: 201, body: { version: text, projects: [{ slug: text }] } }),
  },
  'the version of a look-up': {
    method: 'GET',
    path: /releases\/\w+\/$/,
    answer: (text) => ({ status: 200, body: { version: text } }),
  },
  'fields of a release': {
    method: 'GET',
    path: /releases\/\w+\/$/,
    answer: (text) => ({
      status: 200,
      body: {
        version: SHA,
        id: text,
        status: text,
        ref: text,
        url: text,
        dateReleased: text,
        projects: [{ slug: 'web', id: text, name: text }],
        commitCount: 1,
      },
    }),
  },
  'the id of a deploy': {
    method: 'POST',
    path: /deploys/,
    answer: (text) => ({ status: 201, body: { id: text } }),
  },
  'the address of a redirect': {
    method: 'GET',
    path: /releases/,
    answer: (text) => ({
      status: 302,
      headers: {
        Location: `https://evil.example/${encodeURIComponent(text.toWellFormed().slice(0, 4000))}`,
      },
    }),
  },
}

describe.concurrent('a hostile server', () => {
  it.each(Object.entries(answers))('cannot act through %s', async (_place, { method, path, answer }) => {
    for (const text of Object.values(texts)) {
      const sentry = await startSentry()
      sentry.addRelease({ version: SHA })
      sentry.fault({ ...always, method, path, action: { kind: 'answer', answer: answer(text) } })
      const inputs = { retries: '0', environment: 'production', 'github-token': '' }
      const result = await gate(sentry, inputs, { env: { RUNNER_DEBUG: '1' } })
      expectHarmless(result)
      expect(result.stdout).not.toContain('bug of the action')
    }
  })
})

describe.concurrent('an id that is none', () => {
  it.each([
    ['a word', 'x'],
    ['two lines', '1\n2'],
    ['terminal escapes', '\u001B[31m'],
    ['very long', 'A'.repeat(200_000)],
  ])('is not passed on: %s', async (_name, id) => {
    const sentry = await startSentry()
    sentry.addRelease({ version: SHA })
    const body = { version: SHA, id, projects: [{ slug: 'web', id }], dateReleased: '2026-01-02T03:04:05Z' }
    sentry.fault({ path: /releases\/\w+\/$/, action: { kind: 'answer', answer: { status: 200, body } } })
    const { outputs } = await gate(sentry, { 'set-commits': 'skip' })
    expect(outputs['release-id'] ?? '').toMatch(/^\d*$/)
    expect(outputs['release-url']).toMatch(/^[!-~]{1,500}$/)
  })
})

describe.concurrent('hostile inputs', () => {
  it.each(Object.entries(texts))('cannot act: %s', async (_name, text) => {
    const sentry = await startSentry()
    const safe = text.replaceAll('\0', '').slice(0, 100_000)
    const result = await gate(sentry, {
      version: safe.slice(0, 190),
      environment: safe,
      ref: safe.slice(0, 190),
      url: safe,
      projects: safe,
      'deploy-name': safe,
    })
    expect(result.code).toBe(1)
    expectHarmless(result)
  })

  it.each(['::error::owned', '##[group]x', '<b>x<b>', '`x` @everyone'])(
    'that Sentry accepts cannot act either: version %s',
    async (version) => {
      const sentry = await startSentry()
      const result = await gate(sentry, { version, environment: version, 'deploy-name': version })
      expect([result.code, result.outputs['release-version']]).toEqual([0, version])
      expectHarmless({ ...result, outputs: {} })
    },
  )
})
