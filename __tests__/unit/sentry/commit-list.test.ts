import { describe, expect, it } from 'vitest'
import type { Commit } from '../../../src/sentry/commit-source.ts'
import { fit, type SentryCommit, toSentryCommits } from '../../../src/sentry/commit-list.ts'

const NOW = '2026-01-01T00:00:00.000Z'
const COMMIT: Commit = {
  sha: 'a'.repeat(40),
  message: 'Mend it',
  authorName: 'Ada',
  authorEmail: 'ada@example.org',
  date: '2025-12-24T00:00:00Z',
  files: undefined,
}

function converted(more: Partial<Commit>, repository = 'acme/app'): SentryCommit | undefined {
  return toSentryCommits([{ ...COMMIT, ...more }], repository, NOW)[0]
}

function patched(...files: NonNullable<Commit['files']>): SentryCommit['patch_set'] {
  return converted({ files })?.patch_set
}

describe("a commit in Sentry's words", () => {
  it('has all that is known, and nothing that is null', () => {
    expect(converted({})).toEqual({
      id: COMMIT.sha,
      repository: 'acme/app',
      message: 'Mend it',
      author_name: 'Ada',
      author_email: 'ada@example.org',
      timestamp: COMMIT.date,
    })
    expect(converted({ authorName: undefined, authorEmail: ' ', date: undefined, files: [] })).toEqual({
      id: COMMIT.sha,
      repository: 'acme/app',
      message: 'Mend it',
      timestamp: NOW,
    })
  })

  it('has nothing for which Sentry refuses the whole list', () => {
    const odd = converted({
      message: 'a\0b\ud800',
      authorName: '\0',
      authorEmail: 'a\0@example.org',
      date: '1970',
      files: [
        { path: 'a\0.ts', status: 'added', previousPath: undefined },
        { path: 'b.ts', status: 'added', previousPath: undefined },
      ],
    })
    expect(odd).toEqual({
      id: COMMIT.sha,
      repository: 'acme/app',
      message: 'ab\ufffd',
      author_email: 'a@example.org',
      timestamp: NOW,
      patch_set: [{ path: 'b.ts', type: 'A' }],
    })
  })

  it('leaves out a repository whose name Sentry would refuse', () => {
    expect(converted({}, 'r'.repeat(64))?.repository).toHaveLength(64)
    expect(converted({}, 'r'.repeat(65))).not.toHaveProperty('repository')
  })

  it('cuts names and addresses to what Sentry stores', () => {
    const long = converted({ authorName: ` ${'n'.repeat(129)} `, authorEmail: ` ${'e'.repeat(76)} ` })
    expect(long?.author_name).toBe(`${'n'.repeat(127)}…`)
    expect(long?.author_email).toBe('e'.repeat(75))
  })

  it.each([
    ['added', 'A'],
    ['copied', 'A'],
    ['renamed', 'A'],
    ['removed', 'D'],
    ['modified', 'M'],
    ['changed', 'M'],
  ])('says what happened to a file: %s is %s', (status, type) => {
    expect(patched({ path: 'a.ts', status, previousPath: undefined })).toEqual([{ path: 'a.ts', type }])
  })

  it('takes a rename for a deletion and an addition, and only a rename', () => {
    expect(patched({ path: 'b.ts', status: 'renamed', previousPath: 'a.ts' })).toEqual([
      { path: 'a.ts', type: 'D' },
      { path: 'b.ts', type: 'A' },
    ])
    expect(patched({ path: 'b.ts', status: 'copied', previousPath: 'a.ts' })).toEqual([
      { path: 'b.ts', type: 'A' },
    ])
  })

  it('leaves out files that did not change, and paths that old servers refuse', () => {
    const files = [
      { path: 'same.ts', status: 'unchanged', previousPath: undefined },
      { path: 'p'.repeat(256), status: 'added', previousPath: undefined },
      { path: 'p'.repeat(255), status: 'added', previousPath: undefined },
    ]
    expect(patched(...files)).toEqual([{ path: 'p'.repeat(255), type: 'A' }])
    expect(converted({ files: files.slice(0, 2) })).not.toHaveProperty('patch_set')
  })
})

describe('fit', () => {
  const bare = (id: string): SentryCommit => ({ id, message: 'm', timestamp: NOW })
  const full = (id: string): SentryCommit => ({ ...bare(id), patch_set: [{ path: 'a.ts', type: 'M' }] })
  const size = (commit: SentryCommit): number => JSON.stringify(commit).length + 1
  const BARE = size(bare('1'))
  const FULL = size(full('1'))
  const three = ['1', '2', '3'].map(full)

  it('keeps everything that fits, to the byte', () => {
    expect(fit(three, 3 * FULL)).toEqual({ commits: three, withoutFiles: 0, dropped: 0 })
    expect(fit(three, 3 * FULL - 1)).toEqual({
      commits: [full('1'), full('2'), bare('3')],
      withoutFiles: 1,
      dropped: 0,
    })
  })

  it("takes the oldest commits' files first, also when a smaller list would still fit", () => {
    const small = { ...bare('3'), patch_set: [] }
    const { commits } = fit([full('1'), full('2'), small], BARE * 3 + (FULL - BARE) + size(small) - BARE)
    expect(commits).toEqual([full('1'), bare('2'), bare('3')])
  })

  it('drops the oldest commits when even bare ones do not fit', () => {
    expect(fit([full('1'), bare('2')], 2 * BARE)).toMatchObject({ commits: [bare('1'), bare('2')] })
    expect(fit(three, 3 * BARE)).toEqual({ commits: ['1', '2', '3'].map(bare), withoutFiles: 3, dropped: 0 })
    expect(fit(three, 3 * BARE - 1)).toEqual({ commits: ['1', '2'].map(bare), withoutFiles: 2, dropped: 1 })
    expect(fit(three, 2 * BARE)).toEqual({ commits: ['1', '2'].map(bare), withoutFiles: 2, dropped: 1 })
  })

  it('keeps the newest commit whatever its size, and counts bytes, not characters', () => {
    expect(fit(three, 1)).toEqual({ commits: [bare('1')], withoutFiles: 1, dropped: 2 })
    const wide = [{ ...bare('1'), message: 'ä'.repeat(100) }, bare('2')]
    expect(
      fit(
        wide,
        wide.reduce((sum, one) => sum + size(one), 0),
      ).dropped,
    ).toBe(1)
  })

  it('does not count commits that never had files', () => {
    expect(fit([bare('1'), full('2')], 2 * BARE)).toMatchObject({ withoutFiles: 1, dropped: 0 })
    expect(fit([bare('1')], BARE)).toEqual({ commits: [bare('1')], withoutFiles: 0, dropped: 0 })
  })
})
