import { assertNever } from '../errors.ts'
import { formatDuration } from '../wait/durations.ts'
import { formatStatus, type Meaning, type Mode, type Operation, statusInfo } from './status.ts'

/** The decisions of the wait: pure functions from the statuses that were read to an outcome. */

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

export type BuildVerdict = 'success' | 'failure' | 'neutral' | 'cancelled' | 'timed_out'

export type Conclusion = BuildVerdict | 'in_progress'

/** How a build ended. */
export interface BuildOutcome {
  readonly verdict: BuildVerdict
  readonly sentence: string
  /** A success that deserves a warning. */
  readonly warn: boolean
}

/** What one poll read of one build. */
export type Reading = { readonly kind: 'status'; readonly code: number } | { readonly kind: 'missing' }

/** What polls have read of one build so far, as far as decisions need it. */
export interface Track {
  /** The last status; undefined as long as none was read. */
  readonly status: number | undefined
  /** Milliseconds since the epoch at which that status was first read. */
  readonly since: number
  /** Consecutive polls that read it, counted up to `GRACE_POLLS`. */
  readonly polls: number
  /** Consecutive polls that did not find the build. */
  readonly missing: number
  /** The status at the request of this run, which says nothing about its effect until another one was read. */
  readonly before: number | undefined
  /** The build is being cancelled, so the server may delete its record. */
  readonly stopping: boolean
}

/** A status that may pass by itself counts after this many consecutive polls. */
const GRACE_POLLS = 4
/** A build counts as deleted after this many consecutive polls that did not find it. */
const MISSING_POLLS = 3

/** A build that was not polled yet. `status` is known from elsewhere, such as the response to a create. */
export function startTrack(now: number, status?: number): Track {
  return { status, since: now, polls: 0, missing: 0, before: undefined, stopping: false }
}

/** After the server accepted an operation: the status of that moment does not count until it has changed. */
export function afterRequest(track: Track, before: number, now: number, stopping: boolean): Track {
  return { ...track, status: before, before, since: now, polls: 0, stopping: track.stopping || stopping }
}

/** What is known after one more poll; the same object when nothing is new, as with most polls of most builds. */
export function afterPoll(track: Track, reading: Reading, now: number): Track {
  if (reading.kind === 'missing') return { ...track, missing: track.missing + 1 }
  const { code } = reading
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
export function decide(track: Track, mode: Mode, policy: Policy, now: number): BuildOutcome | undefined {
  if (track.missing > 0) return decideMissing(track)
  if (track.status === undefined) return undefined
  return policy.goal === 'build'
    ? decideBuild(track, track.status, mode, policy, now)
    : decideOperation(track, track.status, policy.goal, policy, now)
}

function decideMissing(track: Track): BuildOutcome | undefined {
  if (track.status === undefined) {
    return failure(
      'ABF has no build with this id. The id may be wrong, or ABF has deleted the record, as it does some weeks after a build.',
    )
  }
  if (track.stopping) {
    return outcome('cancelled', 'The build was cancelled, and the server has deleted its record.')
  }
  if (track.missing < MISSING_POLLS) return undefined
  return failure(
    `The server has deleted the build; its last status was ${formatStatus(track.status)}. Operators do that to builds that are stuck.`,
  )
}

function decideBuild(
  track: Track,
  code: number,
  mode: Mode,
  policy: Policy,
  now: number,
): BuildOutcome | undefined {
  const { sentence, meaning } = statusInfo(code)
  const meant: Meaning = meaning[mode]
  switch (meant) {
    case 'wait':
      return undefined
    case 'grace':
      return graceIsOver(track, policy, now)
        ? outcome('neutral', formatNotPublished(mode, now - track.since))
        : undefined
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

function formatNotPublished(mode: Mode, ms: number): string {
  const where = mode === 'testing' ? 'into testing ' : ''
  return `Built, but not published ${where}as requested: ABF did not start to publish within ${formatDuration(ms)}. ABF does not report why. Common reasons: the repository takes only builds of one branch (set abf-project-version to that branch), or it waits for the builds of other architectures.`
}

/** The outcome when the build is already where the operation would bring it. */
export function alreadyDone(operation: Operation, code: number): BuildOutcome | undefined {
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
): BuildOutcome | undefined {
  const done = alreadyDone(operation, code)
  if (done) return done
  const { phase, sentence, progress } = statusInfo(code)
  const reached = progress[operation]
  // ROSA only queues a job, so the old status stays for a while. A new failure between two polls looks the same.
  if (code === track.before) {
    return reached === 'repeatable' && graceIsOver(track, policy, now)
      ? failure(`${sentence} The status was the same before this run, and has not changed since.`)
      : undefined
  }
  if (operation === 'cancel' && reached === 'underway') {
    return track.polls >= GRACE_POLLS
      ? outcome(
          'cancelled',
          'ABF has accepted the cancel. A queued build keeps this status until the server deletes it.',
        )
      : undefined
  }
  if (reached !== 'missed' && phase !== 'end') return undefined
  return failure(
    operation === 'cancel' ? `It was too late to cancel: the build had ended. ${sentence}` : sentence,
  )
}

function graceIsOver(track: Track, policy: Policy, now: number): boolean {
  return track.polls >= GRACE_POLLS && now - track.since >= policy.graceMs
}

/** What several builds come to, and the first one that decided it (-1 when there is none). */
export function conclude(outcomes: readonly (BuildOutcome | undefined)[]): {
  readonly conclusion: Conclusion
  readonly decisive: number
} {
  const first = (verdict: BuildVerdict | undefined): number =>
    outcomes.findIndex((candidate) => candidate?.verdict === verdict)
  for (const verdict of ['failure', 'cancelled', 'timed_out'] as const) {
    if (first(verdict) >= 0) return { conclusion: verdict, decisive: first(verdict) }
  }
  if (outcomes.includes(undefined)) return { conclusion: 'in_progress', decisive: first(undefined) }
  const success = first('success')
  if (success >= 0) return { conclusion: 'success', decisive: success }
  return { conclusion: 'neutral', decisive: first('neutral') }
}

export function failure(sentence: string): BuildOutcome {
  return outcome('failure', sentence)
}

export function outcome(verdict: BuildVerdict, sentence: string): BuildOutcome {
  return { verdict, sentence, warn: false }
}
