import { describe, expect, test } from 'vitest'
import { ActionError, ReportedError, asActionError, assertNever } from '../../src/errors.ts'
import { setCommitOutputs, setReleaseOutputs } from '../../src/outputs.ts'
import type { Commits } from '../../src/sentry/commits.ts'
import type { Ensured } from '../../src/sentry/release.ts'
import { type Report, renderSummary, sayResult } from '../../src/summary.ts'

const ENSURED: Ensured = {
  release: { version: '1.0', status: 'open', commitCount: 4 },
  created: false,
  attached: [],
  reopened: false,
  updated: [],
  confirmedVersion: '1.0',
  hiddenUntil: 0,
}
const PAGE = 'https://sentry.example/r'
const HEAD = 'abcdef0123456789'.repeat(3).slice(0, 40)
const REPOSITORY = 'https://github.example/acme/app'

function commit(index: number, more: object = {}) {
  return { id: HEAD, message: `Commit ${index}\n\nbody`, timestamp: 't', ...more }
}

function rows(more: Report): string[] {
  const markdown = renderSummary({ version: '1.0', commit: HEAD, ...more })
  return [...markdown.matchAll(/<tr>(.*)<\/tr>/g)].map(([, row = '']) =>
    row.replace('<th align="left">', '').replace('</th><td>', ': ').replace('</td>', ''),
  )
}

describe('the summary', () => {
  test('without anything is its headline', () => {
    expect(renderSummary({})).toBe('### ✅ Sentry release was already there\n\n')
  })

  test('of everything is a table, a list, and the builds', () => {
    const report: Report = {
      version: '1.0',
      commit: HEAD,
      repositoryUrl: REPOSITORY,
      projects: ['web', 'api'],
      release: { ensured: ENSURED, url: PAGE },
      commits: {
        kind: 'sent',
        release: ENSURED.release,
        commits: [commit(1, { author_name: 'Ada' }), commit(2)],
        previousCommit: '0123456789abcdef',
      },
      finalized: '2026-01-01',
      deploy: { id: '5', created: true, environment: 'production', url: undefined },
      heldBack: 'the builds failed',
      builds: '### builds',
    }
    const short = HEAD.slice(0, 12)
    const link = `<a href="${REPOSITORY}/commit/${HEAD}"><code>${short}</code></a>`
    expect(renderSummary(report).split('\n')).toEqual([
      '### ✅ Sentry release was already there',
      '',
      '<table>',
      `<tr><th align="left">Release</th><td><a href="${PAGE}"><code>1.0</code></a></td></tr>`,
      `<tr><th align="left">Commit</th><td><a href="${REPOSITORY}/commit/${HEAD}"><code>${HEAD}</code></a></td></tr>`,
      '<tr><th align="left">Projects</th><td><code>web</code> <code>api</code></td></tr>',
      '<tr><th align="left">Found</th><td>the release</td></tr>',
      '<tr><th align="left">Done</th><td>nothing: it is as asked for</td></tr>',
      `<tr><th align="left">Commits</th><td>2 associated, <a href="${REPOSITORY}/compare/0123456789abcdef...${HEAD}"><code>0123456789ab...${short}</code></a></td></tr>`,
      '<tr><th align="left">Finalized</th><td>2026-01-01</td></tr>',
      '<tr><th align="left">Deploy</th><td><code>production</code>, recorded (<code>5</code>)</td></tr>',
      '<tr><th align="left">Held back</th><td>the builds failed</td></tr>',
      '</table>',
      '',
      '<details><summary>2 commits</summary><ul>',
      `<li>${link} Commit 1 (Ada)</li>`,
      `<li>${link} Commit 2</li>`,
      '</ul></details>',
      '',
      '### builds',
    ])
  })

  test.each<[Commits, string]>([
    [{ kind: 'skipped' }, 'not associated: set-commits is skip'],
    [{ kind: 'present', release: ENSURED.release }, '4, already there'],
    [{ kind: 'present', release: { version: '1.0' } }, 'some, already there'],
    [{ kind: 'refs', release: ENSURED.release, previousCommit: undefined }, 'fetched by Sentry'],
    [{ kind: 'none', reason: 'no right', tried: false }, 'none: no right'],
  ])('says what became of the commits: %j', (commits, words) => {
    expect(rows({ commits })).toContain(`Commits: ${words}`)
  })

  test('links to nothing where the repository is not known', () => {
    const commits: Commits = {
      kind: 'sent',
      release: ENSURED.release,
      commits: [commit(1)],
      previousCommit: 'before',
    }
    expect(rows({ commits })).toContain(`Commits: 1 associated, <code>before...${HEAD.slice(0, 12)}</code>`)
    expect(renderSummary({ commits })).toContain(`<li><code>${HEAD.slice(0, 12)}</code> Commit 1</li>`)
    expect(
      rows({ commits: { kind: 'refs', release: ENSURED.release, previousCommit: 'before' } }).at(-1),
    ).toContain('fetched by Sentry, <code>before...')
  })

  test('lists fifty commits, and counts the rest', () => {
    const list = (count: number): string =>
      renderSummary({
        commits: {
          kind: 'sent',
          release: ENSURED.release,
          commits: Array.from({ length: count }, (_, index) => commit(index)),
          previousCommit: undefined,
        },
      })
    expect(list(52).match(/<li>/g)).toHaveLength(51)
    expect(list(52)).toContain('<li>and 2 more</li>')
    expect(list(50)).not.toContain('more</li>')
  })

  test.each<[Partial<Ensured>, string]>([
    [{ attached: ['web'] }, 'updated'],
    [{ reopened: true }, 'updated'],
    [{ updated: ['ref'] }, 'updated'],
    [{ created: true }, 'created'],
    [{}, 'was already there'],
  ])('is headed by what was done: %j', (change, words) => {
    const markdown = renderSummary({ release: { ensured: { ...ENSURED, ...change }, url: PAGE } })
    expect(markdown.split('\n')[0]).toBe(`### ✅ Sentry release ${words}`)
  })

  test('of a failure repeats its message and its advice, and nothing that was announced', () => {
    const failed = renderSummary({ failure: new ActionError('One\ntwo', { advice: 'Do it.' }) })
    expect(failed.split('\n').slice(0, 5)).toEqual([
      '### ❌ Sentry release: failed',
      '',
      '<blockquote>One<br>two<br>Do it.</blockquote>',
      '',
      '',
    ])
    expect(renderSummary({ failure: new ActionError('One') })).toContain('<blockquote>One</blockquote>')
    expect(renderSummary({ failure: new ReportedError('told') })).not.toContain('blockquote')
  })

  test('ends as one line of the log', () => {
    expect(sayResult({})).toBe('')
    expect(sayResult({ release: { ensured: ENSURED, url: PAGE } })).toBe(
      `Sentry release 1.0 is there: ${PAGE}`,
    )
    expect(sayResult({ release: { ensured: { ...ENSURED, created: true }, url: PAGE } })).toBe(
      `Sentry release 1.0 was created: ${PAGE}`,
    )
  })
})

test('outputs hold what is known, and the commits that were sent rather than those that were there', () => {
  const set: Record<string, string> = {}
  const outputs = { set: (name: string, value: string) => void (set[name] = value) }
  setReleaseOutputs(outputs, { release: { version: '1.0' }, url: PAGE, created: false })
  expect(Object.keys(set)).toEqual(['release-version', 'release-created', 'release-url', 'release-finalized'])
  setCommitOutputs(outputs, {
    kind: 'sent',
    release: ENSURED.release,
    commits: [commit(1)],
    previousCommit: undefined,
  })
  expect(set['commit-count']).toBe('1')
  setCommitOutputs(outputs, { kind: 'present', release: ENSURED.release })
  expect(set['commit-count']).toBe('4')
})

test('a bug of the action says so, with its stack, and shows no depths of what was thrown', () => {
  const error = asActionError(new Error('x'))
  expect(error.advice).toBe('This is a bug of the action itself. Please report it with the log of this step.')
  expect(error.detail).toHaveLength(1)
  expect(asActionError({ a: { b: { c: { d: 'deep' } } } }).message).not.toContain('deep')
  expect(asActionError('text').detail).toEqual([])
  expect(new ReportedError('x').name).toBe('ReportedError')
  expect(() => assertNever({ kind: 'odd' } as never)).toThrow('unreachable: {"kind":"odd"}')
})
