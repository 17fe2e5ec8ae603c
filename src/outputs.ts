import type { Outputs } from './ports.ts'
import type { Commits } from './sentry/commits.ts'
import type { Deployed } from './sentry/deploy.ts'
import { numericId } from './sentry/links.ts'
import type { Release } from './sentry/schema.ts'

/** What is known about the release so far. */
export interface ReleaseFacts {
  readonly release: Release
  readonly url: string
  readonly created: boolean
  /** Read back from Sentry; undefined until then. */
  readonly confirmedVersion?: string | undefined
}

/** Writes the outputs of the release; called again whenever more is known, so that a later failure loses none. */
export function setReleaseOutputs(outputs: Outputs, facts: ReleaseFacts): void {
  const { release, url, created, confirmedVersion } = facts
  outputs.set('release-version', release.version)
  const id = numericId(release.id)
  if (id !== undefined) outputs.set('release-id', id)
  outputs.set('release-created', String(created))
  outputs.set('release-url', url)
  if (confirmedVersion !== undefined) outputs.set('confirmed-version', confirmedVersion)
  setReleaseState(outputs, release)
}

/** What changes while a release goes through its life. */
export function setReleaseState(outputs: Outputs, release: Release): void {
  outputs.set('release-finalized', String(Boolean(release.dateReleased)))
  if (typeof release.commitCount === 'number') outputs.set('commit-count', String(release.commitCount))
}

export function setCommitOutputs(outputs: Outputs, commits: Commits): void {
  if ('release' in commits) setReleaseState(outputs, commits.release)
  if (commits.kind === 'sent') outputs.set('commit-count', String(commits.commits.length))
}

export function setDeployOutputs(outputs: Outputs, deploy: Deployed): void {
  outputs.set('deploy-id', deploy.id)
}
