import { plain } from '../text/sanitize.ts'
import type { Outcome, Track } from './outcome.ts'
import { startTrack } from './outcome.ts'
import type { LogTail } from './report/log-tail.ts'
import { type Build, modeOf, type Named } from './client/schema.ts'
import type { Mode } from './status.ts'

/** How a build came to be this step's concern. Only `submitted` ones are this run's own, to cancel when it must. */
export type Origin = 'submitted' | 'reused' | 'given'

/** What a build must turn out to be, for those that this run asked for. */
export interface Expected {
  readonly projectId: number
  readonly project: string
  readonly arch: Named
  readonly commit: string
  readonly platform: string
  readonly repository: string
  /** As asked for; the server may have its own mind. */
  readonly mode: Mode
}

/** One build and all that is known of it; the only thing in this folder that changes over time. */
export interface BuildRecord {
  readonly id: number
  readonly origin: Origin
  readonly expected: Expected | undefined
  /** As a list gave it. */
  projectId: number | undefined
  track: Track
  /** The last full description. */
  build: Build | undefined
  /** The publish mode in force; undefined until the server has told. */
  mode: Mode | undefined
  /** Each status seen, with the milliseconds since the epoch at which it was first seen. */
  readonly history: { readonly code: number; readonly at: number }[]
  /** Undefined as long as the build is not over for this step. */
  outcome: Outcome | undefined
  log: LogTail | undefined
}

export function createRecord(
  id: number,
  origin: Origin,
  now: number,
  more: { readonly expected?: Expected; readonly build?: Build; readonly status?: number } = {},
): BuildRecord {
  const { expected, build, status = build?.status } = more
  return {
    id,
    origin,
    expected,
    projectId: undefined,
    track: startTrack(now, status),
    build,
    mode: build && modeOf(build),
    history: status === undefined ? [] : [{ code: status, at: now }],
    outcome: undefined,
    log: undefined,
  }
}

export function projectOf({ expected, build }: BuildRecord): string | undefined {
  return build?.project?.fullname || (expected?.project ?? build?.project?.name)
}

export function archOf({ expected, build }: BuildRecord): string | undefined {
  return build?.arch?.name ?? expected?.arch.name
}

/** `owner/name x86_64 (build 812001)`: how a build is called in logs. */
export function labelOf(record: BuildRecord): string {
  const words = [projectOf(record), archOf(record)].flatMap((text) =>
    text === undefined ? [] : plain(text, 80),
  )
  return words.length === 0 ? `build ${record.id}` : `${words.join(' ')} (build ${record.id})`
}

/** What is wrong with a finished build that is not the one asked for; undefined when all that is known fits. */
export function mismatch({ expected, build }: BuildRecord): string | undefined {
  if (!expected || !build) return undefined
  const { commit_hash: commit, arch, project } = build
  if (commit !== undefined && commit.toLowerCase() !== expected.commit) {
    return `ABF built commit ${plain(commit, 64)} instead of ${expected.commit}. With abf-project-version it builds what that branch holds when a builder starts; leave it out to build exactly the commit.`
  }
  if (arch !== undefined && arch.id !== expected.arch.id) {
    return `ABF built for ${plain(arch.name, 40)} instead of ${plain(expected.arch.name, 40)}.`
  }
  if (project !== undefined && project.id !== expected.projectId) {
    return `ABF built project ${plain(project.fullname ?? String(project.id), 80)} instead of ${plain(expected.project, 80)}.`
  }
  return undefined
}
