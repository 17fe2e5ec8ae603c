import type { Named } from '../client/schema.ts'
import type { Mode } from '../status.ts'

/** What is to be built, in the user's words: names, or ids in digits. */
export interface WantedBuild {
  readonly project: string
  /** Full SHA in lower case. */
  readonly commit: string
  /** Branch or tag; undefined builds exactly the commit. */
  readonly projectVersion: string | undefined
  readonly repository: string
  /** Undefined: the platform of the repository. */
  readonly platform: string | undefined
  /** Empty: chosen for the platform. */
  readonly includeRepositories: readonly string[]
  readonly arches: readonly string[]
  /** As the input abf-update-type allows. */
  readonly updateType: string
  readonly mode: Mode
  /** Further fields of the create, passed on as they are. */
  readonly options: Readonly<Record<string, unknown>>
}

/** A record by its id; `label` is how to call it in messages. */
export interface Ref {
  readonly id: number
  readonly label: string
}

/** The same in the server's ids. */
export interface Target {
  readonly project: Ref
  readonly repository: Ref
  readonly platform: Ref
  readonly includeRepositories: readonly number[]
  readonly arches: readonly Named[]
}

/**
 * The fields of `POST /build_lists` for one architecture: nothing that was not asked for, except what servers would
 * otherwise decide to our surprise (`auto_publish_status` is `default` when it is missing, which publishes).
 */
export function createFields(
  wanted: WantedBuild,
  target: Target,
  arch: Named,
): Readonly<Record<string, unknown>> {
  return {
    ...wanted.options,
    project_id: target.project.id,
    commit_hash: wanted.commit,
    // With a version OMV builds its head and takes the commit for a label only.
    ...(wanted.projectVersion === undefined ? {} : { project_version: wanted.projectVersion }),
    arch_id: arch.id,
    save_to_repository_id: target.repository.id,
    build_for_platform_id: target.platform.id,
    include_repos: target.includeRepositories,
    update_type: wanted.updateType,
    // Old servers know only the boolean. Today's read both, and the later key wins.
    auto_publish: wanted.mode === 'default',
    auto_publish_status: wanted.mode,
  }
}

/** What `filter[project_version]` finds a build under: a bare commit becomes its own version. */
export function storedVersion({ projectVersion, commit }: WantedBuild): string {
  return projectVersion ?? commit
}
