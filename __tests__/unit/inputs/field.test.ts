import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseLogs, logUrl } from '../../../src/abf/report/log-tail.ts'
import { MAX_FOUND, PAGE_SIZE, readPages } from '../../../src/abf/client/lookups.ts'
import { formatStatus, KNOWN_CODES, statusInfo } from '../../../src/abf/status.ts'
import { retryHint } from '../../../src/http/retry.ts'
import { parseFilter, parseOptions } from '../../../src/inputs/abf-keys.ts'
import { Refusals } from '../../../src/inputs/field.ts'
import {
  parseArches,
  parseBuildIds,
  parseMode,
  parsePair,
  parsePairs,
  parsePlatform,
  parseTime,
} from '../../../src/inputs/parsers.ts'
import { Redactor } from '../../../src/text/redact.ts'
import { pages, type SentryCall } from '../../../src/sentry/call.ts'
import { fit, type SentryCommit, toSentryCommits } from '../../../src/sentry/commit-list.ts'
import { numericId } from '../../../src/sentry/links.ts'
import { hostileText, incoming, responseOf } from '../doubles.ts'

const id = fc.integer({ min: 1, max: 2_147_483_647 })
const separator = fc.constantFrom(' ', ',', '\n', ', ', '\r\n\t', ',,')
const word = fc.stringMatching(/^[a-z0-9]{1,10}$/)
const anything = fc.oneof(hostileText, fc.string({ unit: 'binary', maxLength: 40 }), fc.json())

describe('the parsers of ABF inputs', () => {
  it('read back every list of ids that is written, as a list or as the JSON of the output', () => {
    const noGap = separator.filter((text) => !/,\s*,/.test(text))
    fc.assert(
      fc.property(fc.array(id, { minLength: 1, maxLength: 30 }), noGap, (ids, between) => {
        const once = [...new Set(ids)]
        expect(parseBuildIds(ids.join(between))).toEqual(once)
        expect(parseBuildIds(JSON.stringify(ids, undefined, 1))).toEqual(once)
      }),
    )
  })

  it('give ids that servers can hold, or nothing, for any text', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.stringMatching(/^[[\]0-9, -]{1,20}$/)), (text) => {
        const ids = parseBuildIds(text) ?? [1]
        expect(ids.every((one) => Number.isSafeInteger(one) && one >= 1 && one <= 2_147_483_647)).toBe(true)
        expect(new Set(ids).size).toBe(ids.length)
      }),
    )
  })

  it('take no name that could change the path or the query that it becomes part of', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(parsePair(text) ?? 'a/b').not.toMatch(/[\s?#%]|^\/|\/$|\/.*\//)
        expect(parsePlatform(text) ?? 'x').toMatch(/^[\w.-]+$/)
        expect(parseArches(text) ?? []).toSatisfy((list: string[]) =>
          list.every((one) => /^[\w-]+$/.test(one)),
        )
        expect(parsePairs(text) ?? []).toSatisfy((list: string[]) =>
          list.every((one) => parsePair(one) === one),
        )
        expect([undefined, 'none', 'default', 'testing']).toContain(parseMode(text))
      }),
    )
  })

  it('read back every filter that is written, in any order and with any space around', () => {
    const keys = fc.uniqueArray(fc.constantFrom('status', 'arch_id', 'id', 'save_to_platform_id'), {
      minLength: 1,
    })
    fc.assert(
      fc.property(keys, fc.nat(99_999), fc.constantFrom('', ' ', '\t'), (names, number, space) => {
        const text = names.map((key) => `${space}${key}${space}=${space}${number}${space}`).join('\r\n')
        expect(parseFilter(text)).toEqual(Object.fromEntries(names.map((key) => [key, String(number)])))
      }),
    )
  })

  it('never throw, and give a reason for everything that they refuse', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const results = [parseFilter(text), parseOptions(text)]
        const refused = results.flatMap((result) => (result instanceof Refusals ? result.list : []))
        expect(refused.every(({ expected }) => expected !== '')).toBe(true)
      }),
    )
  })

  it('keep every build option as it was written', () => {
    const option = fc.dictionary(fc.stringMatching(/^use_[a-z]{1,8}$/), fc.jsonValue())
    fc.assert(
      fc.property(option, (options) => {
        const json = JSON.stringify(options)
        expect(JSON.stringify(parseOptions(json))).toBe(json)
      }),
    )
  })
})

describe('retryHint', () => {
  const headers = fc.dictionary(
    fc.constantFrom(
      'date',
      'retry-after',
      'x-ratelimit-reset',
      'x-ratelimit-remaining',
      'x-sentry-rate-limit-reset',
    ),
    fc.oneof(
      anything,
      fc.nat().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      fc.constantFrom('0', '-0', '1e9', '0x10', 'Infinity', '9'.repeat(400), ' 5 ', '+5'),
    ),
  )

  it('is nothing, or a span that is not negative, for any headers and status', () => {
    fc.assert(
      fc.property(headers, fc.integer({ min: 100, max: 599 }), (given, status) => {
        const hint = retryHint(status, (name) => given[name], Date.UTC(2026, 0, 1)) ?? 0
        expect(hint).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('is the same span in either form of Retry-After', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(4_000_000_000), (seconds, at) => {
        const date = new Date(at * 1000).toUTCString()
        const then = new Date((at + seconds) * 1000).toUTCString()
        const hint = (after: string) =>
          retryHint(503, (name) => ({ date, 'retry-after': after })[name], Date.UTC(2026, 0, 1))
        expect([hint(String(seconds)), hint(then)]).toEqual([seconds * 1000, seconds * 1000])
      }),
    )
  })
})

describe('pages', () => {
  /** The queries that are asked for, when every answer has this `Link`. */
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

  it('end, for any Link', async () => {
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

  it('end at the fiftieth when every one points to another, and take nothing but the cursor', async () => {
    const queries = await asked(
      (page) => `<https://evil.example/x/?a=b>; rel="next"; results="true"; cursor="1:${page}:0"`,
    )
    expect(queries).toHaveLength(50)
    expect(queries[1]).toEqual({ per_page: '100', cursor: '1:1:0' })
  })
})

describe('readPages', () => {
  it('gives all rows up to the first page that is not full, and never more than ten pages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(0, 1, 99, 100, 100, 100, 101, 5000)), async (sizes) => {
        let requests = 0
        const { rows, more } = await readPages(
          (page) => {
            requests = page
            return Promise.resolve(responseOf(incoming(200)))
          },
          () => Array.from({ length: sizes[requests - 1] ?? PAGE_SIZE }, () => requests),
        )
        const first = sizes.findIndex((size) => size !== PAGE_SIZE)
        const read = first < 0 || first > 9 ? 11 : first + 1
        const rest = sizes[10] ?? PAGE_SIZE
        expect(more).toBe(read === 11 && rest > 0)
        expect(requests).toBe(read)
        expect(rows.length).toBeLessThanOrEqual(MAX_FOUND + 5000)
        expect(new Set(rows).has(read) || read === 11 || sizes[read - 1] === 0).toBe(true)
      }),
    )
  })
})

describe('what servers write', () => {
  it('never makes the choice of logs throw, nor an address that is no web address', () => {
    const log = fc.record({
      file_name: fc.oneof(anything, fc.constantFrom('build.log', 'build.x.log.gz', 'root.log', 'tests.log')),
      size: fc.option(fc.double(), { nil: undefined }),
      url: fc.oneof(anything, fc.webUrl()),
    })
    fc.assert(
      fc.property(fc.array(log), fc.constantFrom(...KNOWN_CODES, 17, -1), (files, code) => {
        const chosen = chooseLogs(code, files)
        expect(chosen.every((file) => files.includes(file) && file.size !== 0)).toBe(true)
        for (const { url } of files) {
          const address = logUrl(url, 'https://abf.example/')
          expect(['https:', 'http:', undefined]).toContain(address?.protocol)
          expect(`${address?.username ?? ''}${address?.password ?? ''}`).toBe('')
        }
      }),
    )
  })

  it('never gives an id that is not in digits', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.double(), fc.constant(null)), (value) => {
        expect(numericId(value) ?? '1').toMatch(/^\d{1,20}$/)
      }),
    )
  })

  it('is waited on when it is a code that nobody knows', () => {
    fc.assert(
      fc.property(fc.integer(), (code) => {
        const { meaning, name } = statusInfo(code)
        const known = KNOWN_CODES.includes(code)
        expect(known || Object.values(meaning).every((one) => one === 'wait')).toBe(true)
        expect([formatStatus(code).includes(String(code)), name.length > 0]).toEqual([true, true])
      }),
    )
  })

  it('is JSON as JSON knows it, without secrets in any of its texts, or nothing', () => {
    const redactor = new Redactor()
    redactor.add('s3cret/"token"')
    const redact = (text: string): string => redactor.redact(text)
    const read = (json: string): unknown => responseOf(incoming(200, json), redact).json
    // An integer that a number cannot hold exactly is read as the text of its digits.
    const exact = (_: string, value: unknown): unknown =>
      typeof value === 'number' && /^-?\d+$/.test(String(value)) && !Number.isSafeInteger(value)
        ? String(value)
        : value
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.stringify(read(JSON.stringify(value)))).toBe(JSON.stringify(value, exact))
      }),
    )
    const escaped = (text: string): string =>
      Array.from(text, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
    fc.assert(
      fc.property(fc.string({ maxLength: 5 }), fc.boolean(), (before, hidden) => {
        const text = JSON.stringify(`${before} s3cret/"token" after`)
        const json = hidden ? `"${escaped(`${before} s3cret/"token" after`)}"` : text
        expect(read(`{"a":[${json}]}`)).toEqual({ a: [`${before} *** after`] })
      }),
    )
    expect(read('['.repeat(1_000_000))).toBeUndefined()
    expect(Array.isArray(read(`${'['.repeat(100_000)}${']'.repeat(100_000)}`))).toBe(true)
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

  it('keep to the lengths that Sentry has room for, and all have a date', () => {
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

  it('fit into the limit from the newest on, and what is left out is counted', () => {
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

describe('parseTime', () => {
  it('gives a moment that everybody can read, or nothing', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.stringMatching(/^[0-9TZ:+. -]{1,30}$/)), (text) => {
        const time = parseTime(text) ?? '2026-01-01T00:00:00.000Z'
        expect(new Date(time).toISOString()).toBe(time)
      }),
    )
  })
})

it('words are read from any list of them', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), separator, (words, between) => {
      expect(parseArches(words.join(between))).toEqual([...new Set(words)])
    }),
  )
})
