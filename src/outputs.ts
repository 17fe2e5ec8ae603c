import type { Outputs } from './ports.ts'
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
  if (release.id !== undefined && release.id !== null) outputs.set('release-id', String(release.id))
  outputs.set('release-created', String(created))
  outputs.set('release-url', url)
  if (confirmedVersion !== undefined) outputs.set('confirmed-version', confirmedVersion)
}
