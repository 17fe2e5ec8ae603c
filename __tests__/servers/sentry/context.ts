import type { Call } from '../server.ts'
import type { Caller } from './auth.ts'
import type { ArtifactStore } from './artifacts.ts'
import type { PermissionCache } from './visibility.ts'
import type { FetchQueue } from './refs.ts'
import type { Settings } from './options.ts'
import type { Organization, Project, State } from './state.ts'

/** What a handler works with: the request and everything its route resolved to. */
export interface Context {
  readonly call: Call
  readonly state: State
  readonly settings: Settings
  readonly caller: Caller
  readonly organization: Organization
  /** The project of a project-scoped route. */
  readonly project: Project | undefined
  /** The version in the path; empty when the route has none. */
  readonly version: string
  readonly permissions: PermissionCache
  readonly fetches: FetchQueue
  readonly artifacts: ArtifactStore
  /** Scheme and host for absolute links. */
  readonly origin: string
  /** User names and addresses by which `owner` finds someone. */
  readonly users: readonly string[]
}
