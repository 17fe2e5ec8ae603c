/** All that is known of the status codes of a build list: one row a code. Nothing else names a code. */

/** Publish mode of a build as the server reports it in `auto_publish_status`. */
export type Mode = 'none' | 'default' | 'testing'

/** `built`: publishing may still follow. `end`: nothing follows without a request. */
export type Phase = 'queue' | 'build' | 'built' | 'publish' | 'stopping' | 'end' | 'unknown'

/**
 * What a code means for a build that is waited for: `success`, `warned` (the build is good, what came after is not),
 * `neutral`, `failure` and `cancelled` are final; `wait` is not; `grace` becomes `neutral` when it lasts; `tests` and
 * `arch` are final, and an input decides how.
 */
export type Meaning =
  'wait' | 'grace' | 'success' | 'warned' | 'neutral' | 'failure' | 'cancelled' | 'tests' | 'arch'

/** Requests that change an existing build. */
export type Operation = 'publish' | 'publish-into-testing' | 'reject' | 'cancel'

/**
 * What a code means for an operation:
 * - `done`: the build is where the operation brings it.
 * - `underway`: it is on its way there, so no request is needed.
 * - `accepted`: the server accepts the request.
 * - `repeatable`: the same, and the code is the failure of an earlier request of this kind.
 * - `refused`: the server refuses the request; the build may still change.
 * - `missed`: the server refuses the request, and the build will not get there any more.
 */
export type Progress = 'done' | 'underway' | 'accepted' | 'repeatable' | 'refused' | 'missed'

/** Which log file says most: of the build itself, of the builder's script, of the tests, or of the publisher. */
export type LogKind = 'build' | 'script' | 'tests' | 'publish'

export interface StatusInfo {
  readonly code: number
  /** A few words for tables and logs. */
  readonly name: string
  /** What happened, as a sentence for a reader who does not know ABF. */
  readonly sentence: string
  readonly phase: Phase
  readonly meaning: Readonly<Record<Mode, Meaning>>
  readonly progress: Readonly<Record<Operation, Progress>>
  readonly log: LogKind
  /** Whether that log says why the build has this status. */
  readonly explainedByLog: boolean
  /** Whether `abf-reuse` takes a build with this status instead of submitting one. */
  readonly reusable: boolean
}

type Details = Partial<Omit<StatusInfo, 'code' | 'name' | 'sentence' | 'phase'>>

const WAITING = progress('refused', 'refused', 'refused', 'refused')
const CANCELLABLE = progress('refused', 'refused', 'refused', 'accepted')
const OVER = progress('missed', 'missed', 'missed', 'missed')

/** A build that failed: most codes that are final are of this kind. */
const FAILED: Details = { meaning: all('failure'), progress: OVER, explainedByLog: true }
/** The build is good, but its packages did not get into the repository. */
const NOT_PUBLISHED: Details = {
  meaning: modes('warned', 'failure', 'failure'),
  log: 'publish',
  explainedByLog: true,
}

/** Today's servers produce these; 16000 only ROSA's, and those below 600 only servers of about 2012. */
const TABLE: readonly StatusInfo[] = [
  row(0, 'built', 'The build is complete.', 'built', {
    meaning: modes('success', 'grace', 'grace'),
    progress: progress('accepted', 'accepted', 'accepted', 'missed'),
    reusable: true,
  }),
  row(666, 'build failed', 'The build failed.', 'end', FAILED),
  row(
    777,
    'packages lost',
    'Built files had vanished from the file store when they were to be published.',
    'end',
    { ...NOT_PUBLISHED, progress: OVER },
  ),
  row(2000, 'queued', 'The build waits for a free builder.', 'queue', {
    progress: CANCELLABLE,
    reusable: true,
  }),
  row(2500, 'tests queued', 'The tests wait to be run again.', 'queue', { reusable: true }),
  row(2550, 'tests running', 'The tests are run again.', 'build', { reusable: true }),
  row(3000, 'building', 'A builder works on it.', 'build', { progress: CANCELLABLE, reusable: true }),
  row(4000, 'waiting', 'The build is not in the queue yet.', 'queue', { reusable: true }),
  row(5000, 'cancelled', 'The build was cancelled, or it ran past the time limit of the server.', 'end', {
    meaning: all('cancelled'),
    progress: progress('missed', 'missed', 'missed', 'done'),
    log: 'script',
    explainedByLog: true,
  }),
  row(6000, 'published', 'The packages are published.', 'end', {
    meaning: all('success'),
    progress: progress('done', 'done', 'missed', 'missed'),
    reusable: true,
  }),
  row(7000, 'publishing', 'The packages are being published.', 'publish', {
    meaning: modes('success', 'wait', 'wait'),
    progress: progress('underway', 'underway', 'refused', 'missed'),
    reusable: true,
  }),
  row(8000, 'publishing failed', 'The packages were built, but could not be published.', 'end', {
    ...NOT_PUBLISHED,
    progress: progress('repeatable', 'repeatable', 'accepted', 'missed'),
  }),
  row(9000, 'rejected', 'The packages were built, but somebody rejected them.', 'end', {
    meaning: modes('warned', 'failure', 'failure'),
    progress: progress('missed', 'missed', 'done', 'missed'),
  }),
  row(10000, 'cancelling', 'The build is being cancelled.', 'stopping', {
    progress: progress('refused', 'refused', 'refused', 'underway'),
  }),
  row(
    11000,
    'tests failed',
    'The packages were built, but their tests failed. That is also what happens when the version is not newer than the one in the repository.',
    'end',
    {
      meaning: all('tests'),
      progress: progress('accepted', 'accepted', 'accepted', 'missed'),
      log: 'tests',
      explainedByLog: true,
    },
  ),
  row(12000, 'published into testing', 'The packages are published, in testing only.', 'end', {
    meaning: modes('success', 'neutral', 'success'),
    progress: progress('accepted', 'done', 'accepted', 'missed'),
    reusable: true,
  }),
  row(13000, 'publishing into testing', 'The packages are being published into testing.', 'publish', {
    meaning: modes('success', 'wait', 'wait'),
    progress: progress('refused', 'underway', 'refused', 'missed'),
    reusable: true,
  }),
  row(
    14000,
    'publishing into testing failed',
    'The packages were built, but could not be published into testing.',
    'end',
    { ...NOT_PUBLISHED, progress: progress('accepted', 'repeatable', 'accepted', 'missed') },
  ),
  row(
    15000,
    'architecture not permitted',
    'The package excludes this architecture, so nothing was built.',
    'end',
    { meaning: all('arch'), progress: OVER, log: 'script', explainedByLog: true, reusable: true },
  ),
  row(16000, 'restarting', 'The build is being started again.', 'queue', { reusable: true }),
  row(1, 'platform not found', 'The server did not find the platform.', 'end', FAILED),
  row(2, 'platform pending', 'The platform was not ready.', 'end', FAILED),
  row(3, 'project not found', 'The server did not find the project.', 'end', FAILED),
  row(4, 'version not found', 'The server did not find this version of the project.', 'end', FAILED),
  row(6, 'source error', 'The server could not use the source of the project.', 'end', FAILED),
  row(555, 'dependencies not found', 'Dependencies of the package were missing.', 'end', FAILED),
]

/** The status of a build right after its create. */
export const SUBMITTED = 2000

const BY_CODE: ReadonlyMap<number, StatusInfo> = new Map(TABLE.map((info) => [info.code, info]))

/** All codes that are known, for tests and documentation. */
export const KNOWN_CODES: readonly number[] = TABLE.map(({ code }) => code)

/** What is known of a code; an unknown one is waited on, because a newer server may have more steps. */
export function statusInfo(code: number): StatusInfo {
  return BY_CODE.get(code) ?? row(code, `status ${code}`, `The status ${code} is not known.`, 'unknown')
}

export function isKnown(code: number): boolean {
  return BY_CODE.has(code)
}

/** The codes from which the server accepts an operation. */
export function codesThatAccept(operation: Operation): readonly number[] {
  return TABLE.filter((info) => accepts(info.code, operation)).map(({ code }) => code)
}

export function accepts(code: number, operation: Operation): boolean {
  return ['accepted', 'repeatable'].includes(statusInfo(code).progress[operation])
}

/** True when the publish mode decides whether the build is over. */
export function modeMatters(code: number): boolean {
  const { none, default: usual, testing } = statusInfo(code).meaning
  return none !== usual || usual !== testing
}

/** `building (3000)`: the words with the number that the site and its users know. */
export function formatStatus(code: number | undefined): string {
  if (code === undefined) return 'no status'
  return isKnown(code) ? `${statusInfo(code).name} (${code})` : `unknown status ${code}`
}

function row(code: number, name: string, sentence: string, phase: Phase, details: Details = {}): StatusInfo {
  return {
    code,
    name,
    sentence,
    phase,
    meaning: all('wait'),
    progress: WAITING,
    log: 'build',
    explainedByLog: false,
    reusable: false,
    ...details,
  }
}

function modes(none: Meaning, usual: Meaning, testing: Meaning): StatusInfo['meaning'] {
  return { none, default: usual, testing }
}

function all(meaning: Meaning): StatusInfo['meaning'] {
  return modes(meaning, meaning, meaning)
}

function progress(
  publish: Progress,
  testing: Progress,
  reject: Progress,
  cancel: Progress,
): StatusInfo['progress'] {
  return { publish, 'publish-into-testing': testing, reject, cancel }
}
