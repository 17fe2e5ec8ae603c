import { describe, expect, it } from 'vitest'
import { toSentryCommits } from '../../../src/sentry/commit-list.ts'

describe('a commit for Sentry', () => {
  const commit = {
    sha: 'a'.repeat(40),
    message: 'm',
    authorName: 'n',
    authorEmail: undefined,
    date: undefined,
  }

  it('leaves out a path of white space, for which Sentry refuses the whole list', () => {
    const files = [
      { status: 'added', path: ' ', previousPath: undefined },
      { status: 'added', path: 'x', previousPath: undefined },
    ]
    const [one] = toSentryCommits([{ ...commit, files }], 'a/b', '2026-01-01T00:00:00Z')
    expect(one?.patch_set).toEqual([{ path: 'x', type: 'A' }])
  })

  it('never holds half a character where an address was cut', () => {
    const authorEmail = `${'a'.repeat(74)}😀@example.org`
    const [one] = toSentryCommits([{ ...commit, authorEmail }], 'a/b', '2026-01-01T00:00:00Z')
    expect(one?.author_email?.isWellFormed()).toBe(true)
  })
})
