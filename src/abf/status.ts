/** What every status code of a build list means. Pure data; nothing else compares codes with meanings. */

/** Publish mode of a build as the server reports it in `auto_publish_status`. */
export type Mode = 'none' | 'default' | 'testing'

/** `built`: publishing may still follow. `end`: nothing follows by itself. */
export type Phase = 'queue' | 'build' | 'built' | 'publish' | 'stopping' | 'end' | 'unknown'

/**
 * What a code means for somebody who waits: `success`, `warned` (the build is good, what came after is not),
 * `neutral`, `failure` and `cancelled` are ends; `wait` is none; `grace` becomes `neutral` when it lasts;
 * `tests` and `arch` are ends that an input judges.
 */
export type Meaning =
  'wait' | 'grace' | 'success' | 'warned' | 'neutral' | 'failure' | 'cancelled' | 'tests' | 'arch'

export interface StatusInfo {
  readonly code: number
  /** A few words for tables and logs. */
  readonly name: string
  /** What happened, as a sentence for somebody who does not know ABF. */
  readonly sentence: string
  readonly phase: Phase
  readonly meaning: Readonly<Record<Mode, Meaning>>
}

/** Codes that decisions name. */
export const STATUS = {
  built: 0,
  filesLost: 777,
  queued: 2000,
  building: 3000,
  cancelled: 5000,
  published: 6000,
  publishing: 7000,
  publishFailed: 8000,
  rejected: 9000,
  cancelling: 10000,
  testsFailed: 11000,
  inTesting: 12000,
  publishingIntoTesting: 13000,
  testingFailed: 14000,
  archNotPermitted: 15000,
} as const

const WAIT = all('wait')
const FAILURE = all('failure')

/** Servers produce these; 16000 is known to ROSA's fork only, and those below 600 to servers of about 2012. */
const TABLE: readonly StatusInfo[] = [
  row(0, 'built', 'The build is complete.', 'built', modes('success', 'grace', 'grace')),
  row(666, 'build failed', 'The build failed.', 'end', FAILURE),
  row(
    777,
    'packages lost',
    'Built files had vanished from the file store when they were to be published.',
    'end',
    modes('warned', 'failure', 'failure'),
  ),
  row(2000, 'queued', 'The build waits for a free builder.', 'queue', WAIT),
  row(2500, 'tests queued', 'The tests wait to be run again.', 'queue', WAIT),
  row(2550, 'tests running', 'The tests are run again.', 'build', WAIT),
  row(3000, 'building', 'A builder works on it.', 'build', WAIT),
  row(4000, 'waiting', 'The build is not in the queue yet.', 'queue', WAIT),
  row(
    5000,
    'cancelled',
    'The build was cancelled, or it ran past the time limit of the server.',
    'end',
    all('cancelled'),
  ),
  row(6000, 'published', 'The packages are published.', 'end', all('success')),
  row(7000, 'publishing', 'The packages are being published.', 'publish', modes('success', 'wait', 'wait')),
  row(
    8000,
    'publishing failed',
    'The packages were built, but could not be published.',
    'end',
    modes('warned', 'failure', 'failure'),
  ),
  row(
    9000,
    'rejected',
    'The packages were built, but somebody rejected them.',
    'end',
    modes('warned', 'failure', 'failure'),
  ),
  row(10000, 'cancelling', 'The build is being cancelled.', 'stopping', WAIT),
  row(
    11000,
    'tests failed',
    'The packages were built, but their tests failed. That is also what happens when the version is not newer than the one in the repository.',
    'end',
    all('tests'),
  ),
  row(
    12000,
    'published into testing',
    'The packages are published, in testing only.',
    'end',
    modes('success', 'neutral', 'success'),
  ),
  row(
    13000,
    'publishing into testing',
    'The packages are being published into testing.',
    'publish',
    modes('success', 'wait', 'wait'),
  ),
  row(
    14000,
    'publishing into testing failed',
    'The packages were built, but could not be published into testing.',
    'end',
    modes('warned', 'failure', 'failure'),
  ),
  row(
    15000,
    'architecture not permitted',
    'The package excludes this architecture, so nothing was built.',
    'end',
    all('arch'),
  ),
  row(16000, 'restarting', 'The build is being started again.', 'queue', WAIT),
  row(1, 'platform not found', 'The server did not find the platform.', 'end', FAILURE),
  row(2, 'platform pending', 'The platform was not ready.', 'end', FAILURE),
  row(3, 'project not found', 'The server did not find the project.', 'end', FAILURE),
  row(4, 'version not found', 'The server did not find this version of the project.', 'end', FAILURE),
  row(6, 'source error', 'The server could not use the source of the project.', 'end', FAILURE),
  row(555, 'dependencies not found', 'Dependencies of the package were missing.', 'end', FAILURE),
]

const BY_CODE: ReadonlyMap<number, StatusInfo> = new Map(TABLE.map((info) => [info.code, info]))

/** All codes that are known, for tests and documentation. */
export const KNOWN_CODES: readonly number[] = TABLE.map(({ code }) => code)

/** What is known of a code; an unknown one is waited on, because a newer server may have more steps. */
export function statusInfo(code: number): StatusInfo {
  return BY_CODE.get(code) ?? row(code, `status ${code}`, `The status ${code} is not known.`, 'unknown', WAIT)
}

export function isKnown(code: number): boolean {
  return BY_CODE.has(code)
}

/** True when it takes the publish mode to say whether the build is over. */
export function modeMatters(code: number): boolean {
  const { none, default: usual, testing } = statusInfo(code).meaning
  return none !== usual || usual !== testing
}

/** `building (3000)`: the words with the number that the site and its people use. */
export function sayStatus(code: number | undefined): string {
  if (code === undefined) return 'no status'
  return isKnown(code) ? `${statusInfo(code).name} (${code})` : `unknown status ${code}`
}

function row(
  code: number,
  name: string,
  sentence: string,
  phase: Phase,
  meaning: StatusInfo['meaning'],
): StatusInfo {
  return { code, name, sentence, phase, meaning }
}

function modes(none: Meaning, usual: Meaning, testing: Meaning): StatusInfo['meaning'] {
  return { none, default: usual, testing }
}

function all(meaning: Meaning): StatusInfo['meaning'] {
  return modes(meaning, meaning, meaning)
}
