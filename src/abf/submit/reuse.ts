import { mapPool } from '../../wait/pool.ts'
import type { AbfApi, Filter } from '../client/api.ts'
import type { Pending } from '../submitted-builds.ts'
import { READS_AT_ONCE } from '../client/requests.ts'
import { compareOptions, type Differences, type WantedOptions } from './options.ts'
import { type Build, modeOf, type Row } from '../client/schema.ts'
import { type Mode, statusInfo } from '../status.ts'

/** What makes two builds the same, besides the publish mode. */
export type Sought = Omit<Pending, 'since' | 'archId' | 'known'>

export interface EqualBuilds {
  /** A build to take instead of a new one, by architecture id. */
  readonly byArch: ReadonlyMap<number, Build>
  /** The first build by architecture id that fits but for its options or repositories. */
  readonly others: ReadonlyMap<number, OtherBuild>
  /** Ids of all builds of the same source that were there before. */
  readonly seen: ReadonlySet<number>
}

/** A build of the same source that was made with other options, or perhaps so. */
export interface OtherBuild extends Differences {
  readonly id: number
}

/** What makes two builds of the same source the same. */
export interface WantedSame extends WantedOptions {
  readonly archIds: readonly number[]
  readonly mode: Mode
}

/** More than so many builds are not opened in search of an equal one. */
const MOST_OPENED = 20

/**
 * Builds of the same source, newest change first. Servers cannot filter by commit, but they file a build of a bare
 * commit under that commit as its version, and one of a branch under the branch: so one list of few rows does.
 */
export async function listEqual(api: AbfApi, sought: Sought, more: Filter = {}): Promise<readonly Row[]> {
  const filter: Filter = {
    project_version: sought.version,
    save_to_repository_id: String(sought.repositoryId),
    build_for_platform_id: String(sought.platformId),
    // All that may be read, in the one word that every server takes for it; the default is one's own.
    ownership: 'index',
    ...more,
  }
  const name = sought.project.split('/')[1]
  const rows =
    (await api.searchProject(sought.projectId, filter)) ??
    (await api.searchNewest(name === undefined ? filter : { ...filter, project_name: name }))
  return rows.filter((row) => row.project_id === undefined || row.project_id === sought.projectId)
}

/**
 * Looks for builds that can be taken instead of submitting: of the same project, commit, platform, repository, mode,
 * included repositories and options, and still good for something. One list, and one look at each candidate until every architecture has its build.
 */
export async function findEqual(api: AbfApi, sought: Sought, wanted: WantedSame): Promise<EqualBuilds> {
  const { archIds, mode } = wanted
  const only: Filter = archIds.length === 1 ? { arch_id: String(archIds[0]) } : {}
  const rows = await listEqual(api, sought, only)
  const candidates = rows.filter(({ status }) => statusInfo(status).reusable).slice(0, MOST_OPENED)
  const sameMode = modeCheck(api, sought.repositoryId, mode)
  const byArch = new Map<number, Build>()
  const others = new Map<number, OtherBuild>()

  for (let next = 0; next < candidates.length && byArch.size < archIds.length;) {
    const some = candidates.slice(next, next + archIds.length - byArch.size)
    next += some.length
    for (const build of await open(api, some)) {
      const arch = build.arch?.id
      const fits = arch !== undefined && archIds.includes(arch) && !byArch.has(arch) && isEqual(build, sought)
      // The list may be a moment old.
      if (!fits || !statusInfo(build.status).reusable || !(await sameMode(build))) continue
      const differences = compareOptions(build, wanted)
      const same = differences.different.length === 0 && differences.unreported.length === 0
      if (same) byArch.set(arch, build)
      else if (!others.has(arch)) others.set(arch, { id: build.id, ...differences })
    }
  }
  return { byArch, others, seen: new Set(rows.map(({ id }) => id)) }
}

/** The builds that can be shown, out of `rows`. */
export async function open(api: AbfApi, rows: readonly Row[]): Promise<Build[]> {
  const shown = await mapPool(rows, READS_AT_ONCE, (row) => api.show(row.id))
  return shown.flatMap((found) => (found.kind === 'build' ? [found.build] : []))
}

/** Everything that is asked for must be told and be the same. */
export function isEqual(build: Build, sought: Sought): boolean {
  return (
    build.project?.id === sought.projectId &&
    build.save_to_repository?.id === sought.repositoryId &&
    build.build_for_platform?.id === sought.platformId &&
    build.commit_hash?.toLowerCase() === sought.commit
  )
}

/**
 * Where a repository requires QA, the servers rewrite the mode (OMV turns every one into `testing`, ROSA `default` into
 * `none`), so there any mode counts as the same. The repository is read only when that can be the reason.
 */
function modeCheck(api: AbfApi, repositoryId: number, wanted: Mode): (build: Build) => Promise<boolean> {
  let needsQa: Promise<boolean> | undefined
  return async (build) => {
    const mode = modeOf(build)
    if (mode === undefined || mode === wanted) return mode === wanted
    needsQa ??= api.repository(repositoryId).then((found) => found?.publish_without_qa === false)
    return needsQa
  }
}
