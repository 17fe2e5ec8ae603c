import type { Named } from '../client/schema.ts'
import type { Mode } from '../status.ts'

/** The build as the inputs describe it: names, or ids as digits. */
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

/** A record of the server by its id, with a label for messages. */
export interface LabeledId {
  readonly id: number
  readonly label: string
}

/** The same with the ids of the server. */
export interface BuildTarget {
  readonly project: LabeledId
  readonly repository: LabeledId
  readonly platform: LabeledId
  readonly includeRepositories: readonly number[]
  readonly arches: readonly Named[]
}

/**
 * The fields of `POST /build_lists` for one architecture: those that were given, and those whose default on the server
 * would surprise (`auto_publish_status` is `default` when it is missing, which publishes).
 */
export function createFields(
  wanted: WantedBuild,
  target: BuildTarget,
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

/** The value of `filter[project_version]` that finds a build: servers use the commit when there is no version. */
export function storedVersion({ projectVersion, commit }: WantedBuild): string {
  return projectVersion ?? commit
}
