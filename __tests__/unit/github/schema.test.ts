import { describe, expect, it } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { CommitListSchema, ComparisonSchema, FilesSchema, parse } from '../../../src/github/schema.ts'

const COMMIT = { sha: 'a', commit: { message: 'm' } }
const COMPARISON = { status: 'ahead', total_commits: 1, commits: [COMMIT] }

function refused(work: () => unknown): ActionError {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof ActionError) return thrown
  }
  throw new Error('expected an ActionError')
}

describe("GitHub's responses", () => {
  it.each([
    ['a commit without people', {}],
    ['a commit whose people are not known', { author: null, committer: null }],
    ['a commit of people without a name', { author: {}, committer: { name: null, email: null, date: null } }],
    [
      'a commit with all of it',
      { author: { name: 'Ada', email: 'a@b.example', date: '2026-01-01T00:00:00Z' } },
    ],
    ['a commit with more than is used', { tree: { sha: 'b' }, author: { name: 'Ada', login: 'ada' } }],
  ])('accept %s', (_, more) => {
    const commits = [{ ...COMMIT, commit: { message: 'm', ...more }, parents: [] }]
    expect(parse(CommitListSchema, commits)).toEqual(commits)
    expect(parse(ComparisonSchema, { ...COMPARISON, commits })).toEqual({ ...COMPARISON, commits })
  })

  it('accept a commit without files, and files that were or were not renamed', () => {
    expect(parse(FilesSchema, {})).toEqual({})
    const files = [
      { status: 'renamed', filename: 'b', previous_filename: 'a' },
      { status: 'added', filename: 'c', sha: 'd' },
    ]
    expect(parse(FilesSchema, { files })).toEqual({ files })
  })

  it.each([7, null, {}, { sha: 7, commit: {} }, { sha: 'b', commit: null }])(
    'lose only the item that cannot be read: %j',
    (odd) => {
      expect(parse(CommitListSchema, [COMMIT, odd])).toEqual([COMMIT])
      const file = { status: 'added', filename: 'c' }
      expect(parse(FilesSchema, { files: [odd, file] })).toEqual({ files: [file] })
    },
  )

  it('keep a commit of which a text or a person cannot be read', () => {
    const odd = [
      { sha: 'a', commit: { message: null, author: { name: 7, email: 'e' }, committer: 'x' } },
      { sha: 'b', commit: { message: 'm' } },
    ]
    expect(parse(CommitListSchema, odd)).toEqual([
      { sha: 'a', commit: { message: '', author: { name: undefined, email: 'e' }, committer: undefined } },
      { sha: 'b', commit: { message: 'm', author: undefined, committer: undefined } },
    ])
  })

  it.each([
    ['no list', {}, 'no such list'],
    ['nothing', undefined, 'no such list'],
    ['a page', '<html>', 'no such list'],
    ['nothing but something else', [7, 'x'], 'no such list'],
    ['no commit with a SHA', [{ commit: { message: 'm' } }], 'no such list'],
  ])('are refused when there is %s, with the place', (_, data, place) => {
    const error = refused(() => parse(CommitListSchema, data))
    expect(error.message).toBe(`GitHub sent a response in an unknown format (${place}).`)
    expect(error.advice).toBe(
      'Check that GITHUB_API_URL is the address of a GitHub API, or set set-commits: skip.',
    )
  })

  it.each([
    [{ ...COMPARISON, status: undefined }, 'field status'],
    [{ ...COMPARISON, total_commits: '1' }, 'field total_commits'],
    [{ ...COMPARISON, commits: undefined }, 'field commits'],
  ])('of a comparison are refused without what is used: %j', (data, place) => {
    expect(refused(() => parse(ComparisonSchema, data)).message).toContain(`(${place})`)
  })

  it.each([
    [{ files: {} }, 'field files'],
    [{ files: [{ status: 'added' }] }, 'field files'],
    [{ files: [{ filename: 'a' }, null] }, 'field files'],
  ])('of files are refused without what is used: %j', (data, place) => {
    expect(refused(() => parse(FilesSchema, data)).message).toContain(`(${place})`)
  })
})
