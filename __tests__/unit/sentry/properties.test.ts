import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pages, type SentryCall } from '../../../src/sentry/call.ts'
import { fit, type SentryCommit, toSentryCommits } from '../../../src/sentry/commit-list.ts'
import { numericId } from '../../../src/sentry/links.ts'
import { hostileText, incoming, responseOf } from '../doubles.ts'

const anything = fc.oneof(hostileText, fc.string({ unit: 'binary', maxLength: 40 }), fc.json())

describe('pages', () => {
  /** The queries that are asked for, when every response has this `Link`. */
  async function asked(link: (page: number) => string): Promise<SentryCall['query'][]> {
    const queries: SentryCall['query'][] = []
    const list = pages(
      (call) => {
        queries.push(call.query)
        return Promise.resolve(responseOf(incoming(200, [], { link: link(queries.length) })))
      },
      { method: 'GET', path: 'x/', intent: 'look' },
    )
    for await (const response of list) expect(response.status).toBe(200)
    return queries
  }

  it('end after two requests for any Link header', async () => {
    const part = fc.constantFrom(
      '<https://evil.example/?cursor=1:0:0>',
      'rel="next"',
      'rel="previous"',
      'results="true"',
      'results="false"',
      'cursor="1:0:0"',
      'cursor=""',
      ', <',
      ';',
      '"',
    )
    const link = fc.oneof(
      anything,
      fc.array(part, { maxLength: 8 }).map((parts) => parts.join('; ')),
    )
    await fc.assert(
      fc.asyncProperty(link, async (text) => {
        expect((await asked(() => text)).length).toBeLessThanOrEqual(2)
      }),
    )
  })

  it('end at page 50 when every page links to another, and use only the cursor', async () => {
    const queries = await asked(
      (page) => `<https://evil.example/x/?a=b>; rel="next"; results="true"; cursor="1:${page}:0"`,
    )
    expect(queries).toHaveLength(50)
    expect(queries[1]).toEqual({ per_page: '100', cursor: '1:1:0' })
  })
})

describe('commits for Sentry', () => {
  const file = fc.record({
    status: fc.constantFrom('added', 'removed', 'modified', 'renamed', 'copied', 'unchanged', 'odd'),
    path: fc.string({ minLength: 1, maxLength: 300 }),
    previousPath: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
  })
  const commit = fc.record({
    sha: fc.stringMatching(/^[0-9a-f]{40}$/),
    message: fc.string({ maxLength: 400 }),
    authorName: fc.option(fc.string({ maxLength: 300 }), { nil: undefined }),
    authorEmail: fc.option(fc.string({ maxLength: 200 }), { nil: undefined }),
    date: fc.option(fc.constant('2026-01-01T00:00:00Z'), { nil: undefined }),
    files: fc.option(fc.array(file, { maxLength: 5 }), { nil: undefined }),
  })
  const some = fc.array(commit, { minLength: 1, maxLength: 12 })
  const NOW = '2026-02-02T00:00:00.000Z'

  it('respect the lengths that Sentry allows, and all have a date', () => {
    fc.assert(
      fc.property(some, (commits) => {
        for (const one of toSentryCommits(commits, 'acme/storefront', NOW)) {
          expect(Array.from(one.author_name ?? '').length).toBeLessThanOrEqual(128)
          expect((one.author_email ?? '').length).toBeLessThanOrEqual(75)
          expect((one.patch_set ?? []).every(({ path }) => path.length <= 255)).toBe(true)
          expect([one.timestamp !== '', one.author_name === '', one.author_email === '']).toEqual([
            true,
            false,
            false,
          ])
        }
      }),
    )
  })

  it('fit into the limit, newest first, and the omitted ones are counted', () => {
    fc.assert(
      fc.property(some, fc.nat(6000), (commits, limit) => {
        const all: readonly SentryCommit[] = toSentryCommits(commits, 'acme/storefront', NOW)
        const fitted = fit(all, limit)
        const kept = fitted.commits
        expect(kept.map(({ id: sha }) => sha)).toEqual(all.slice(0, kept.length).map(({ id: sha }) => sha))
        expect([kept.length >= 1, kept.length + fitted.dropped]).toEqual([true, all.length])
        const size = Buffer.byteLength(JSON.stringify(kept))
        expect(size <= limit + 2 || kept.length === 1).toBe(true)
        const lost = kept.filter((one, index) => all[index]?.patch_set && !one.patch_set).length
        expect(fitted.withoutFiles).toBe(lost)
      }),
    )
  })
})

it('numericId returns digits only', () => {
  fc.assert(
    fc.property(fc.oneof(anything, fc.double(), fc.constant(null)), (value) => {
      expect(numericId(value) ?? '1').toMatch(/^\d{1,20}$/)
    }),
  )
})
