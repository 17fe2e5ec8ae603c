import { quoted } from '../text/sanitize.ts'
import type { Previous } from './commits-api.ts'
import { isProject } from './links.ts'
import type { Release } from './schema.ts'
import type { SentrySession } from './session.ts'
import { retryWhileHidden } from './visibility.ts'

/** Where the range of commits of a release begins. */
export interface RangeStart {
  readonly version: string
  /** Given by the user; wins. */
  readonly previousCommit: string | undefined
  /** What the version begins with, before its commit SHA. */
  readonly versionPrefix: string | undefined
  /** Slugs or numeric ids. */
  readonly projects: readonly string[]
  /** Milliseconds since the epoch until which Sentry may hide the release (404). */
  readonly hiddenUntil: number
}

/**
 * The last commit of the release before this one: with a prefix, of the newest earlier release with the same prefix
 * and a project of this step, else of the one that Sentry names.
 * @throws HttpError when Sentry refuses
 */
export async function findPreviousCommit(
  { version, previousCommit, versionPrefix, projects, hiddenUntil }: RangeStart,
  session: SentrySession,
): Promise<Previous> {
  const { api, logger } = session
  if (previousCommit !== undefined) return { kind: 'previous', commit: previousCommit }
  if (versionPrefix === undefined) {
    const previous = await retryWhileHidden(() => api.previousCommit(version), hiddenUntil, session)
    return previous ?? { kind: 'none' }
  }
  const rows = await api.withPrefix(versionPrefix)
  if (!rows) {
    logger.info('Sentry could not list the releases, so the previous release with the prefix is unknown.')
    return { kind: 'none' }
  }
  const previous = newestBefore(rows, version, versionPrefix, projects)
  const commit = previous && (previous.lastCommit?.id || derivedCommit(previous.version, versionPrefix))
  if (!previous || !commit) return { kind: 'none' }
  logger.info(`The previous release with the prefix ${quoted(versionPrefix)} is ${quoted(previous.version)}.`)
  return { kind: 'previous', commit }
}

/** @param rows newest first, all with the prefix */
function newestBefore(
  rows: readonly Release[],
  version: string,
  prefix: string,
  projects: readonly string[],
): Release | undefined {
  const own = rows.findIndex((row) => row.version === version)
  return rows.slice(own + 1).find((row) => {
    // "web-" is also what "web-admin-" begins with: a SHA at the end must be all that follows the prefix.
    if (/.[0-9a-f]{40}$/i.test(row.version.slice(prefix.length)) && !derivedCommit(row.version, prefix)) {
      return false
    }
    const hasCommit = Boolean(row.lastCommit?.id) || derivedCommit(row.version, prefix) !== undefined
    const attached = row.projects ?? []
    const shared =
      attached.length === 0 || projects.some((one) => attached.some((row) => isProject(row, one)))
    return hasCommit && shared
  })
}

/** The commit that a version consists of, behind its prefix. */
function derivedCommit(version: string, prefix: string): string | undefined {
  const rest = version.slice(prefix.length)
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(rest) ? rest.toLowerCase() : undefined
}
