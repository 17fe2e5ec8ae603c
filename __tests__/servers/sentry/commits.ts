import { setTimeout as sleep } from 'node:timers/promises'
import type { StandInResponse } from '../server.ts'
import type { Context } from './context.ts'
import { newestFirst } from './dates.ts'
import { crash, refuse } from './errors.ts'
import { paginateByPosition } from './paging.ts'
import type { CommitInput } from './schemas.ts'
import { commitObject, releaseObject } from './serialize.ts'
import type { Commit, Release } from './state.ts'
import { reachRelease } from './visibility.ts'

/**
 * Replaces the commits of a release, at once and as a whole. One writer at a time: others get 409. Null messages and
 * null or mixed timestamps pass validation and crash here, after the release row was saved.
 */
export async function replaceCommits(
  context: Context,
  release: Release,
  given: readonly CommitInput[],
): Promise<void> {
  const dated = given.filter(({ timestamp }) => typeof timestamp === 'string').length
  if (given.some(({ timestamp, message }) => timestamp === null || message === null)) throw crash()
  if (dated !== 0 && dated !== given.length) throw crash()
  if (release.commitsLocked) throw refuse(409, 'Release commits are currently being processed')

  release.commitsLocked = true
  try {
    if (context.settings.commitsMs > 0) await sleep(context.settings.commitsMs)
    const commits = given
      .filter(({ message }) => !message?.includes('#skipsentry'))
      .map((commit) => toRow(context, commit))
      .sort((a, b) => (dated === 0 ? 0 : newestFirst(a.dateCreated, b.dateCreated)))
    release.commits = commits
    for (const { repository, id } of commits) release.headCommits[repository] ??= id
  } finally {
    release.commitsLocked = false
  }
}

/** `refs: []` means this. Heads in more than one repository are one too many for the server. */
export function clearCommits(release: Release): void {
  if (Object.keys(release.headCommits).length > 1) throw crash()
  release.commits = []
  release.headCommits = {}
}

/** GET on the commits of a release: newest first, a page at a time. */
export function listCommits(context: Context): StandInResponse {
  const release = reachRelease(context, 'read')
  // One that was sent twice counts twice and is listed once.
  const rows = [...new Map(release.commits.map((row) => [`${row.repository} ${row.id}`, row])).values()]
  return paginateByPosition(context, rows, (commit) => commitObject(context, commit, release))
}

/**
 * GET `previous-with-commits`: the newest release up to this one that shares a project and has commits, or `{}`. It
 * may be the release itself.
 */
export function previousWithCommits(context: Context): StandInResponse {
  const release = reachRelease(context, 'read')
  const date = (row: Release): string => row.dateReleased ?? row.dateCreated
  const [previous] = context.state.releases
    .filter((row) => row.organization === release.organization && row.commits.length > 0)
    .filter((row) => row.projects.some((slug) => release.projects.includes(slug)))
    .filter((row) => newestFirst(date(row), date(release)) >= 0)
    .sort((a, b) => newestFirst(date(a), date(b)) || b.id - a.id)
  return { status: 200, body: previous ? releaseObject(context, previous) : {} }
}

function toRow({ state, organization }: Context, commit: CommitInput): Commit {
  const repository = commit.repository || `organization-${organization.id}`
  // An unknown name is not an error: it becomes a repository that nothing can be fetched from.
  if (!state.findRepository(organization.slug, repository)) {
    state.addRepository(organization.slug, { name: repository, integration: false })
  }
  return {
    id: commit.id,
    repository,
    message: commit.message ?? null,
    authorName: commit.authorName ?? null,
    authorEmail: authorEmail(commit),
    dateCreated: commit.timestamp ?? state.timestamp(),
    files: commit.files,
  }
}

function authorEmail({ authorEmail: email, authorName: name }: CommitInput): string | null {
  const address = email ?? (name ? `${name.replace(/[^\w.-]/g, '').toLowerCase()}@localhost` : '')
  if (address.length > 75) return `${address.slice(0, 72)}...`
  return address || null
}
