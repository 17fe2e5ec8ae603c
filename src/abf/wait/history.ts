import { HttpError } from '../../http/failure.ts'
import type { Logger } from '../../ports.ts'
import type { AbfApi } from '../client/api.ts'
import type { BuildRecord } from '../build.ts'
import type { Usual } from './schedule.ts'
import type { Average } from '../client/schema.ts'

/** How long the builds of a project usually take. */
export interface History {
  /** Asks the server, one request for each project, at most once. A failure is not worth more than a line for debugging. */
  learn(records: readonly BuildRecord[]): Promise<void>
  usual(record: BuildRecord): Usual | undefined
}

/** By the id of the architecture; `undefined` is all of them together. */
type ProjectHistory = ReadonlyMap<number | undefined, Usual>

/** More projects than this are not asked about: it is the last of many builds that ends a wait. */
const MOST_PROJECTS = 3

export function createHistory(api: Pick<AbfApi, 'averages'>, logger: Logger): History {
  const known = new Map<number, ProjectHistory>()

  async function ask(projectId: number): Promise<void> {
    known.set(projectId, new Map())
    try {
      known.set(projectId, digest(await api.averages(projectId)))
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      logger.debug(`How long builds of project ${projectId} usually take is not known: ${error.message}`)
    }
  }

  return {
    async learn(records) {
      const projects = new Set(records.flatMap((record) => projectIdOf(record) ?? []))
      if (projects.size > MOST_PROJECTS) return
      for (const id of projects) if (!known.has(id)) await ask(id)
    },
    usual(record) {
      const project = known.get(projectIdOf(record) ?? 0)
      return project?.get(record.expected?.arch.id ?? record.build?.arch?.id) ?? project?.get(undefined)
    },
  }
}

function projectIdOf({ expected, build, projectId }: BuildRecord): number | undefined {
  return expected?.projectId ?? build?.project?.id ?? projectId
}

function digest(averages: readonly Average[]): ProjectHistory {
  const all = averages.length === 0 ? [] : [[undefined, total(averages, false)] as const]
  return new Map([...all, ...averages.map((one) => [one.arch_id, total([one], true)] as const)])
}

function total(averages: readonly Average[], sameArch: boolean): Usual {
  const builds = averages.reduce((sum, { build_count }) => sum + build_count, 0)
  const seconds = averages.reduce((sum, one) => sum + one.average_build_time * one.build_count, 0)
  return { meanMs: (seconds / builds) * 1000, builds, sameArch }
}
