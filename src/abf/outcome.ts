import { assertNever } from '../errors.ts'
import { sayDuration } from '../wait/durations.ts'
import { formatStatus, type Meaning, type Mode, type Operation, statusInfo } from './status.ts'

/** The decisions of the wait: pure functions from what was seen to what it means. */

/** What is waited for: the end of a build, or the effect of an operation on it. */
export type Goal = 'build' | Operation

export interface Policy {
  readonly goal: Goal
  /** Status 11000. */
  readonly testsFailed: 'fail' | 'accept'
  /** Status 15000. */
  readonly unpermittedArch: 'skip' | 'fail'
  /** Milliseconds for which a status that may pass by itself is given time, besides `GRACE_POLLS` polls. */
  readonly graceMs: number
}

export type Verdict = 'success' | 'failure' | 'neutral' | 'cancelled' | 'timed_out'

export type Conclusion = Verdict | 'in_progress'

/** How a build came out. */
export interface Outcome {
  readonly verdict: Verdict
  readonly sentence: string
  /** A success that somebody should look at. */
  readonly warn: boolean
}

/** What a poll found of one build. */
export type Sighting = { readonly kind: 'status'; readonly code: number } | { readonly kind: 'missing' }

/** What has been seen of one build so far, as far as decisions need it. */
export interface Track {
  /** The last status seen; undefined while the build was never seen. */
  readonly status: number | undefined
  /** Milliseconds since the epoch at which that status was first seen. */
  readonly since: number
  /** Polls in a row that saw it, counted up to the four that make a difference. */
  readonly polls: number
  /** Polls in a row that did not find the build. */
  readonly missing: number
  /** The status before this run's operation, which says nothing about its effect until another one was seen. */
  readonly before: number | undefined
  /** A cancel was seen or sent, so the record may vanish. */
  readonly stopping: boolean
}

/** A status that may pass by itself is believed after this many polls in a row. */
const GRACE_POLLS = 4
/** A build that vanished is believed to be gone after this many polls in a row. */
const MISSING_POLLS = 3

/** A build of which nothing was polled yet. `status` is what is known from elsewhere, such as the answer to a create. */
export function startTrack(now: number, status?: number): Track {
  return { status, since: now, polls: 0, missing: 0, before: undefined, stopping: false }
}

/** After an operation was accepted: the status of that moment does not count until it has changed. */
export function acted(track: Track, before: number, now: number, stopping: boolean): Track {
  return { ...track, status: before, before, since: now, polls: 0, stopping: track.stopping || stopping }
}

/** What is known after one more poll; the same object when that has told nothing new, as most polls of most builds do. */
export function advance(track: Track, sighting: Sighting, now: number): Track {
  if (sighting.kind === 'missing') return { ...track, missing: track.missing + 1 }
  const { code } = sighting
  const same = code === track.status
  if (same && track.polls === GRACE_POLLS && track.missing === 0) return track
  return {
    status: code,
    since: same ? track.since : now,
    polls: same ? Math.min(track.polls + 1, GRACE_POLLS) : 1,
    missing: 0,
    before: code === track.before ? track.before : undefined,
    stopping: track.stopping || statusInfo(code).phase === 'stopping',
  }
}

/** The outcome of a build, or undefined as long as it has to be waited for. */
export function decide(track: Track, mode: Mode, policy: Policy, now: number): Outcome | undefined {
  if (track.missing > 0) return decideMissing(track)
  if (track.status === undefined) return undefined
  return policy.goal === 'build'
    ? decideBuild(track, track.status, mode, policy, now)
    : decideOperation(track, track.status, policy.goal, policy, now)
}

function decideMissing(track: Track): Outcome | undefined {
  if (track.status === undefined) {
    return failure(
      'There is no build of this number, or no longer: records are deleted some weeks after a build.',
    )
  }
  if (track.stopping) {
    return outcome('cancelled', 'The build was cancelled, and the server has deleted its record.')
  }
  if (track.missing < MISSING_POLLS) return undefined
  return failure(
    `The server has deleted the build; it was last seen ${formatStatus(track.status)}. Operators do that to builds that are stuck.`,
  )
}

function decideBuild(
  track: Track,
  code: number,
  mode: Mode,
  policy: Policy,
  now: number,
): Outcome | undefined {
  const { sentence, meaning } = statusInfo(code)
  const meant: Meaning = meaning[mode]
  switch (meant) {
    case 'wait':
      return undefined
    case 'grace':
      return lasted(track, policy, now) ? outcome('neutral', stayedBuilt(mode, now - track.since)) : undefined
    case 'success':
      return outcome('success', sentence)
    case 'warned':
      return { verdict: 'success', sentence, warn: true }
    case 'neutral':
    case 'failure':
    case 'cancelled':
      return outcome(meant, sentence)
    case 'tests':
      return policy.testsFailed === 'accept'
        ? { verdict: 'success', sentence, warn: true }
        : outcome('failure', sentence)
    case 'arch':
      return outcome(policy.unpermittedArch === 'skip' ? 'neutral' : 'failure', sentence)
    default:
      return assertNever(meant)
  }
}

function stayedBuilt(mode: Mode, ms: number): string {
  const where = mode === 'testing' ? 'into testing ' : ''
  return `Built, but not published ${where}as asked: the server did not begin to within ${sayDuration(ms)}. It does not say why; common reasons are a repository that takes only builds of one branch (give it as abf-project-version), or that waits for other architectures.`
}

/** The outcome when the build is already where the operation would bring it. */
export function alreadyDone(operation: Operation, code: number): Outcome | undefined {
  const { progress, sentence } = statusInfo(code)
  if (progress[operation] !== 'done') return undefined
  return outcome(operation === 'cancel' ? 'cancelled' : 'success', sentence)
}

function decideOperation(
  track: Track,
  code: number,
  operation: Operation,
  policy: Policy,
  now: number,
): Outcome | undefined {
  const done = alreadyDone(operation, code)
  if (done) return done
  const { phase, sentence, progress } = statusInfo(code)
  const reached = progress[operation]
  // ROSA only queues a job, so the old status stays for a while; a failure that comes back quickly looks the same.
  if (code === track.before) {
    return reached === 'repeatable' && lasted(track, policy, now)
      ? failure(`${sentence} That was so before this run, and nothing has changed since.`)
      : undefined
  }
  if (operation === 'cancel' && reached === 'underway') {
    return track.polls >= GRACE_POLLS
      ? outcome('cancelled', 'The cancel is noted; a queued build stays so until the server deletes it.')
      : undefined
  }
  if (reached !== 'missed' && phase !== 'end') return undefined
  return failure(operation === 'cancel' ? `Too late to cancel: the build is over. ${sentence}` : sentence)
}

function lasted(track: Track, policy: Policy, now: number): boolean {
  return track.polls >= GRACE_POLLS && now - track.since >= policy.graceMs
}

/** What several builds come to, and the first one that decided it (-1 when there is none). */
export function conclude(outcomes: readonly (Outcome | undefined)[]): {
  readonly conclusion: Conclusion
  readonly decisive: number
} {
  const first = (verdict: Verdict | undefined): number =>
    outcomes.findIndex((candidate) => candidate?.verdict === verdict)
  for (const verdict of ['failure', 'cancelled', 'timed_out'] as const) {
    if (first(verdict) >= 0) return { conclusion: verdict, decisive: first(verdict) }
  }
  if (outcomes.includes(undefined)) return { conclusion: 'in_progress', decisive: first(undefined) }
  const success = first('success')
  if (success >= 0) return { conclusion: 'success', decisive: success }
  return { conclusion: 'neutral', decisive: first('neutral') }
}

export function failure(sentence: string): Outcome {
  return outcome('failure', sentence)
}

export function outcome(verdict: Verdict, sentence: string): Outcome {
  return { verdict, sentence, warn: false }
}
