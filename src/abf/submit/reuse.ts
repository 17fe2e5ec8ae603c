import { mapPool } from '../../wait/pool.ts'
import type { AbfApi, Filter } from '../client/api.ts'
import type { Pending } from '../submitted-builds.ts'
import { MAX_PARALLEL_READS } from '../client/requests.ts'
import { compareOptions, type Differences, type WantedOptions } from './options.ts'
import { type Build, modeOf, type BuildRow } from '../client/schema.ts'
import { type Mode, statusInfo } from '../status.ts'

/** What two builds of the same source have in common. */
export type BuildKey = Omit<Pending, 'since' | 'archId' | 'known'>

export interface ReusableBuilds {
  /** The build to reuse, by architecture id. */
  readonly byArch: ReadonlyMap<number, Build>
  /** By architecture id, the first build that differs only in options or included repositories. */
  readonly others: ReadonlyMap<number, OtherBuild>
  /** Ids of all builds of the same source that existed before. */
  readonly existing: ReadonlySet<number>
}

/** A build of the same source whose options differ, or may differ. */
export interface OtherBuild extends Differences {
  readonly id: number
}

/** What else must be equal for a build to be reused. */
export interface WantedBuilds extends WantedOptions {
  readonly archIds: readonly number[]
  readonly mode: Mode
}

/** At most this many builds are read in search of one to reuse. */
const MAX_OPENED = 20

/**
 * Builds of the same source, newest change first. Servers cannot filter by commit. But they store the commit as the
 * version of a build without a branch, so one short list is enough.
 */
export async function listSameSource(
  api: AbfApi,
  sought: BuildKey,
  more: Filter = {},
): Promise<readonly BuildRow[]> {
  const filter: Filter = {
    project_version: sought.version,
    save_to_repository_id: String(sought.repositoryId),
    build_for_platform_id: String(sought.platformId),
    // Every build that may be read. Every server knows this value; the default is the builds of the account.
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
 * Finds builds to reuse: with the same project, commit, platform, repository, mode, included repositories and options,
 * and in a status that allows it. Takes one list, and one request for each candidate until every architecture has a build.
 */
export async function findReusable(
  api: AbfApi,
  sought: BuildKey,
  wanted: WantedBuilds,
): Promise<ReusableBuilds> {
  const { archIds, mode } = wanted
  const only: Filter = archIds.length === 1 ? { arch_id: String(archIds[0]) } : {}
  const rows = await listSameSource(api, sought, only)
  const candidates = rows.filter(({ status }) => statusInfo(status).reusable).slice(0, MAX_OPENED)
  const sameMode = modeCheck(api, sought.repositoryId, mode)
  const byArch = new Map<number, Build>()
  const others = new Map<number, OtherBuild>()

  for (let next = 0; next < candidates.length && byArch.size < archIds.length;) {
    const some = candidates.slice(next, next + archIds.length - byArch.size)
    next += some.length
    for (const build of await open(api, some)) {
      const arch = build.arch?.id
      const fits =
        arch !== undefined && archIds.includes(arch) && !byArch.has(arch) && isSameSource(build, sought)
      // The status may have changed since the list.
      if (!fits || !statusInfo(build.status).reusable || !(await sameMode(build))) continue
      const differences = compareOptions(build, wanted)
      const same = differences.different.length === 0 && differences.unreported.length === 0
      if (same) byArch.set(arch, build)
      else if (!others.has(arch)) others.set(arch, { id: build.id, ...differences })
    }
  }
  return { byArch, others, existing: new Set(rows.map(({ id }) => id)) }
}

/** The builds that can be shown, out of `rows`. */
export async function open(api: AbfApi, rows: readonly BuildRow[]): Promise<Build[]> {
  const shown = await mapPool(rows, MAX_PARALLEL_READS, (row) => api.show(row.id))
  return shown.flatMap((found) => (found.kind === 'build' ? [found.build] : []))
}

/** Every value must be reported and equal. */
export function isSameSource(build: Build, sought: BuildKey): boolean {
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
