import { toSingleLine } from '../text/sanitize.ts'
import type { BuildOutcome, Track } from './outcome.ts'
import { startTrack } from './outcome.ts'
import type { LogTail } from './report/log-tail.ts'
import { type Build, modeOf, type Named } from './client/schema.ts'
import type { Mode } from './status.ts'

/** Why this step handles a build. Only `submitted` ones are this run's own, which it may cancel. */
export type Origin = 'submitted' | 'reused' | 'given'

/** What this run requested, to compare the finished build with. */
export interface Expected {
  readonly projectId: number
  readonly project: string
  readonly arch: Named
  readonly commit: string
  readonly platform: string
  readonly repository: string
  /** As requested; the server may change it. */
  readonly mode: Mode
}

/** One build and all that is known of it. It changes while the step runs. */
export interface BuildRecord {
  readonly id: number
  readonly origin: Origin
  readonly expected: Expected | undefined
  /** From a list. */
  projectId: number | undefined
  track: Track
  /** The last full description. */
  build: Build | undefined
  /** The publish mode in force; undefined until the server reports it. */
  mode: Mode | undefined
  /** Each status, with the milliseconds since the epoch at which this step first read it. */
  readonly history: { readonly code: number; readonly at: number }[]
  /** Whether the first status of `history` began when this step read it, and not earlier. */
  readonly seenFromStart: boolean
  /** Undefined as long as the step has to wait for the build. */
  outcome: BuildOutcome | undefined
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
    // The response to a create has no description yet.
    seenFromStart: origin === 'submitted' && build === undefined,
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

/** `owner/name x86_64 (build 812001)`: the name of a build in messages. */
export function labelOf(record: BuildRecord): string {
  const words = [projectOf(record), archOf(record)].flatMap((text) =>
    text === undefined ? [] : toSingleLine(text, 80),
  )
  return words.length === 0 ? `build ${record.id}` : `${words.join(' ')} (build ${record.id})`
}

/** Why a finished build is not the requested one; undefined when everything that the server reports fits. */
export function mismatch({ expected, build }: BuildRecord): string | undefined {
  if (!expected || !build) return undefined
  const { commit_hash: commit, arch, project } = build
  if (commit !== undefined && commit.toLowerCase() !== expected.commit) {
    return `ABF built commit ${toSingleLine(commit, 64)} instead of ${expected.commit}. With abf-project-version, ABF builds the head of that branch at the time when a builder starts. Remove abf-project-version to build exactly the commit.`
  }
  if (arch !== undefined && arch.id !== expected.arch.id) {
    return `ABF built for ${toSingleLine(arch.name, 40)} instead of ${toSingleLine(expected.arch.name, 40)}.`
  }
  if (project !== undefined && project.id !== expected.projectId) {
    return `ABF built project ${toSingleLine(project.fullname ?? String(project.id), 80)} instead of ${toSingleLine(expected.project, 80)}.`
  }
  return undefined
}
