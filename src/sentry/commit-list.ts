import type { Commit } from './commit-source.ts'
import { shorten } from '../text/sanitize.ts'

/** A commit as PUT /releases/{version}/ takes it. */
export interface SentryCommit {
  readonly id: string
  readonly repository?: string
  readonly message: string
  readonly author_name?: string
  readonly author_email?: string
  readonly timestamp: string
  readonly patch_set?: readonly PatchedFile[]
}

export interface PatchedFile {
  readonly path: string
  readonly type: 'A' | 'M' | 'D'
}

/** Characters; longer values are a 400, on old servers (before 2024) already these. */
const MAX_LENGTH = { repository: 64, authorName: 128, authorEmail: 75, path: 255 } as const

/** Sentry and what stands before it refuse or time out on more. */
export const MAX_LIST_BYTES = 1_000_000

/**
 * Commits in the form that Sentry takes, in the order given (newest first). Every one has a timestamp, because the server sorts by
 * it and fails on a mixture; nothing is null, which the server accepts and then fails on (500).
 * @param now ISO 8601, for a commit without a date
 */
export function toSentryCommits(commits: readonly Commit[], repository: string, now: string): SentryCommit[] {
  return commits.map((commit) => {
    const name = clean(commit.authorName ?? '').trim()
    const email = clean(commit.authorEmail ?? '').trim()
    const files = commit.files?.flatMap(patched)
    return {
      id: commit.sha,
      // Too long a name is a 400; without one Sentry files the commit under a placeholder.
      ...(repository.length <= MAX_LENGTH.repository ? { repository } : {}),
      message: clean(commit.message),
      ...(name ? { author_name: shorten(name, MAX_LENGTH.authorName) } : {}),
      // The server stores no more of an address than this, so cutting it here changes nothing.
      ...(email ? { author_email: Array.from(email).slice(0, MAX_LENGTH.authorEmail).join('') } : {}),
      timestamp: isDate(commit.date) ? commit.date : now,
      ...(files && files.length > 0 ? { patch_set: files } : {}),
    }
  })
}

/** Without NUL and lone surrogates, for which Sentry refuses the whole list. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '')
}

/** Whether Sentry reads it as a time; it refuses the whole list for one that it cannot read. */
function isDate(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text))
}

/** A rename is a deletion and an addition. Paths for which Sentry refuses the whole list are left out. */
function patched(file: NonNullable<Commit['files']>[number]): PatchedFile[] {
  const { path, previousPath } = file
  const entries: PatchedFile[] =
    file.status === 'renamed' && previousPath !== undefined
      ? [
          { path: previousPath, type: 'D' },
          { path, type: 'A' },
        ]
      : file.status === 'unchanged'
        ? []
        : [{ path, type: file.status === 'removed' ? 'D' : ADDS.has(file.status) ? 'A' : 'M' }]
  return entries.filter(
    ({ path }) => path.length <= MAX_LENGTH.path && path.trim() !== '' && clean(path) === path,
  )
}

const ADDS = new Set(['added', 'copied', 'renamed'])

/** The part of a list that fits. */
export interface Fitted {
  readonly commits: readonly SentryCommit[]
  /** Commits that lost their list of files. */
  readonly withoutFiles: number
  /** Commits left out, the oldest ones. */
  readonly dropped: number
}

/**
 * The commits that fit into `limit` bytes of JSON: lists of files go first, the oldest commits' first, then the oldest
 * commits. The newest one always stays: an empty list would delete what Sentry has.
 */
export function fit(commits: readonly SentryCommit[], limit: number): Fitted {
  const sizes = commits.map((commit) => bytes(commit))
  const bare = commits.map((commit) => withoutFiles(commit))
  const bareSizes = bare.map((commit) => bytes(commit))
  const bareTotal = sum(bareSizes)

  let room = limit - bareTotal
  const kept: SentryCommit[] = []
  if (room >= 0) {
    let open = true
    commits.forEach((commit, index) => {
      const extra = (sizes[index] ?? 0) - (bareSizes[index] ?? 0)
      open = open && extra <= room
      if (open) room -= extra
      kept.push(open ? commit : (bare[index] ?? commit))
    })
  } else {
    let used = 0
    for (const [index, commit] of bare.entries()) {
      used += bareSizes[index] ?? 0
      if (used > limit && index > 0) break
      kept.push(commit)
    }
  }
  const withFiles = commits.slice(0, kept.length).filter((commit) => commit.patch_set).length
  return {
    commits: kept,
    withoutFiles: withFiles - kept.filter((commit) => commit.patch_set).length,
    dropped: commits.length - kept.length,
  }
}

function withoutFiles(commit: SentryCommit): SentryCommit {
  const { patch_set: files, ...rest } = commit
  return files ? rest : commit
}

function bytes(commit: SentryCommit): number {
  return Buffer.byteLength(JSON.stringify(commit)) + 1
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
