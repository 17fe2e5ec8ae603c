import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { Redactor } from '../../../src/text/redact.ts'
import type { Report } from '../../../src/summary/report.ts'
import { renderSummary } from '../../../src/summary/summary.ts'
import { decoded, hostileText } from '../doubles.ts'

describe('renderSummary', () => {
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
      environment: hostileText,
      heldBack: hostileText,
      deploy: fc.record({
        id: hostileText,
        created: fc.boolean(),
        url: hostileText,
      }),
      failure: fc
        .tuple(hostileText, hostileText)
        .map(([message, advice]) => new ActionError(message, { advice, detail: [message] })),
    })
    const OURS =
      /<\/?(?:table|tr|td|th|code|blockquote|p|strong|details|summary|ul|li|a)>|<br>|<th align="left">|<a href="[^"<>\s]*">/g
    fc.assert(
      fc.property(hostile, (report) => {
        const markdown = renderSummary(report)
        const rest = markdown.replace(OURS, '').replace(/&#\d+;/g, '')
        expect(rest.replace(/^### /, '')).not.toMatch(/[<>"`[\]|*_&#\r\u2028\u202E\u001B\u0085]/)
        // Markdown begins again after a blank line, so our own tags have to follow each.
        for (const block of markdown.trim().split(/\n\s*\n/)) {
          expect(block).toMatch(/^(?:### |<blockquote>|<p>|<table>|<ul>|<details>)/)
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
