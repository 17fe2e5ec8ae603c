import type { Named } from '../client/schema.ts'
import type { Mode } from '../status.ts'

export const UPDATE_TYPES = ['security', 'bugfix', 'enhancement', 'recommended', 'newpackage'] as const

export type UpdateType = (typeof UPDATE_TYPES)[number]

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
  readonly updateType: UpdateType
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

/** Fields of a create that an input of its own sets, with that input. */
export const OWNED_FIELDS: Readonly<Record<string, string>> = {
  project_id: 'abf-project',
  commit_hash: 'abf-commit',
  project_version: 'abf-project-version',
  arch_id: 'abf-arches',
  save_to_repository_id: 'abf-repository',
  save_to_platform_id: 'abf-repository',
  build_for_platform_id: 'abf-platform',
  include_repos: 'abf-include-repositories',
  'include_repos[]': 'abf-include-repositories',
  update_type: 'abf-update-type',
  auto_publish: 'abf-auto-publish',
  auto_publish_status: 'abf-auto-publish',
}

/** Further fields of a create that one server or another reads. */
export const KNOWN_OPTIONS: ReadonlySet<string> = new Set([
  'auto_create_container',
  'build_requires',
  'chain_config',
  'enable_32bit',
  'external_nodes',
  'extra_build_lists',
  'extra_params',
  'extra_repositories',
  'include_testing_subrepository',
  'native_build',
  'save_buildroot',
  'use_cached_chroot',
  'use_extra_tests',
])

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
