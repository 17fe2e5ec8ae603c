import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActionError, CancelledError } from '../../src/errors.ts'
import { Redactor } from '../../src/text/redact.ts'
import type { Ensured } from '../../src/sentry/release.ts'
import { type Report, renderSummary } from '../../src/summary.ts'
import { decoded, hostileText } from './doubles.ts'

const COMMIT = 'a'.repeat(40)
const UNCHANGED: Ensured = {
  release: { version: '1.0', status: 'open' },
  created: false,
  attached: [],
  reopened: false,
  updated: [],
  confirmedVersion: '1.0',
  hiddenUntil: 0,
}

function reportOf(changes: Partial<Ensured> = {}): Report {
  return {
    version: '1.0',
    commit: COMMIT,
    repositoryUrl: 'https://github.com/acme/web',
    projects: ['web', 'api'],
    release: {
      ensured: { ...UNCHANGED, ...changes },
      url: 'https://acme.sentry.io/explore/releases/1.0/?project=11',
    },
  }
}

/** The rows of the table as a reader sees them. */
function rowsOf(markdown: string): Record<string, string> {
  const rows = Array.from(markdown.matchAll(/<tr><th align="left">(.*?)<\/th><td>(.*?)<\/td><\/tr>/g))
  return Object.fromEntries(
    rows.map(([, label = '', html = '']) => [label, decoded(html.replace(/<[^>]*>/g, ''))]),
  )
}

describe('renderSummary', () => {
  it('of a created release', () => {
    const markdown = renderSummary(reportOf({ created: true }))
    expect(markdown).toMatch(/^### ✅ Sentry release created\n/)
    expect(rowsOf(markdown)).toMatchObject({
      Release: '1.0',
      Commit: COMMIT,
      Projects: 'web api',
      Found: 'no release of exactly this version',
      Done: expect.stringMatching(/^created; confirmed/) as string,
    })
    expect(markdown).toContain(
      '<a href="https://acme.sentry.io/explore/releases/1.0/?project=11"><code>1.0</code></a>',
    )
    expect(markdown).toContain(`href="https://github.com/acme/web/commit/${COMMIT}"`)
  })

  it('of a release that was there', () => {
    const markdown = renderSummary(reportOf())
    expect(markdown).toMatch(/^### ✅ Sentry release was already there\n/)
    expect(rowsOf(markdown)).toMatchObject({ Found: 'the release', Done: 'nothing: it is as asked for' })
  })

  it('of an archived release that was left so', () => {
    const release = { version: '1.0', status: 'archived' }
    expect(rowsOf(renderSummary(reportOf({ release })))).toMatchObject({ Found: 'the release, archived' })
  })

  it('of attached, reopened and updated releases', () => {
    const markdown = renderSummary(reportOf({ attached: ['api'], reopened: true, updated: ['ref', 'url'] }))
    expect(markdown).toMatch(/^### ✅ Sentry release updated\n/)
    expect(rowsOf(markdown)).toMatchObject({
      Found: 'the release, archived, without all projects',
      Done: expect.stringMatching(/^attached to api, reopened, updated ref and url; confirmed/) as string,
    })
  })

  it('of a failure: what failed, what to do, and what was known by then', () => {
    const failure = new ActionError('Two inputs\nare wrong', {
      advice: 'Correct them.',
      detail: ['not shown'],
    })
    const markdown = renderSummary({ ...reportOf(), failure })
    expect(markdown).toMatch(/^### ❌ Sentry release: failed\n/)
    expect(markdown).toContain('<blockquote>Two inputs<br>are wrong<br>Correct them.</blockquote>')
    expect(markdown).not.toContain('not shown')
    expect(rowsOf(markdown)).toMatchObject({ Release: '1.0' })
  })

  it('of a failure before anything was known', () => {
    const markdown = renderSummary({ failure: new ActionError('no') })
    expect(markdown).toContain('<blockquote>no</blockquote>')
    expect(markdown).not.toContain('<table>')
  })

  it('of a cancelled run', () => {
    expect(renderSummary({ failure: new CancelledError('SIGINT') })).toMatch(
      /^### ⏹️ Sentry release: cancelled\n/,
    )
  })

  it('links nowhere without an address', () => {
    expect(renderSummary({ version: '1.0', commit: COMMIT })).not.toContain('href')
  })

  it('leaves nothing of foreign texts but text', () => {
    const sha = hostileText.map((text) => text.toWellFormed())
    const hostile: fc.Arbitrary<Report> = fc.record({
      version: hostileText,
      commit: hostileText,
      repositoryUrl: hostileText,
      projects: fc.array(hostileText, { maxLength: 3 }),
      release: fc.record({
        url: hostileText,
        ensured: fc.record({
          release: fc.record({ version: hostileText, status: hostileText }),
          created: fc.boolean(),
          attached: fc.array(hostileText, { maxLength: 2 }),
          reopened: fc.boolean(),
          updated: fc.constant(['ref']),
          confirmedVersion: hostileText,
          hiddenUntil: fc.constant(0),
        }),
      }),
      commits: fc.record({
        kind: fc.constant('sent' as const),
        release: fc.record({ version: hostileText }),
        previousCommit: sha,
        commits: fc.array(
          fc.record({
            id: sha,
            message: hostileText,
            author_name: hostileText,
            timestamp: hostileText,
          }),
          { maxLength: 3 },
        ),
      }),
      finalized: hostileText,
      deploy: fc.record({
        id: hostileText,
        created: fc.boolean(),
        environment: hostileText,
        url: hostileText,
      }),
      failure: fc
        .tuple(hostileText, hostileText)
        .map(([message, advice]) => new ActionError(message, { advice, detail: [message] })),
    })
    const OURS =
      /<\/?(?:table|tr|td|th|code|blockquote|details|summary|ul|li|a)>|<br>|<th align="left">|<a href="[^"<>\s]*">/g
    fc.assert(
      fc.property(hostile, (report) => {
        const markdown = renderSummary(report)
        const rest = markdown.replace(OURS, '').replace(/&#\d+;/g, '')
        expect(rest.replace(/^### /, '')).not.toMatch(/[<>"`[\]|*_&#\r\u2028\u202E\u001B\u0085]/)
        // Markdown begins again after a blank line, so our own tags have to follow each.
        for (const block of markdown.trim().split(/\n\s*\n/)) {
          expect(block).toMatch(/^(?:### |<blockquote>|<table>|<details>)/)
        }
      }),
    )
  })

  it('does not hide a secret from the redactor behind numeric entities', () => {
    const token = `sntryu_${'0123456789abcdef'.repeat(4)}`
    const redactor = new Redactor()
    redactor.add(token)
    const failure = new ActionError(`input projects: expected slugs, got "${token}"`)
    const written = redactor.redact(renderSummary({ version: token, failure }))
    expect(decoded(written)).not.toContain(token)
  })
})
