import { assertNever } from '../../errors.ts'
import type { Phase } from '../status.ts'

/**
 * When to look again: pure functions. A pause costs waiting, a look costs a request; the pause is chosen so that the
 * waiting it is likely to cause is worth one request. Where the end is unlikely, that makes it long, and where the end
 * is near, short.
 */

/** The average of a project's successful builds on an architecture, as the server keeps it. */
export interface Usual {
  readonly meanMs: number
  /** How many builds the average is of. */
  readonly builds: number
  /** False when it is over all architectures, because that of the build is not known. */
  readonly sameArch: boolean
}

/** What is known of a build that is not over. */
export interface OpenBuild {
  readonly phase: Phase
  /** Milliseconds since the phase began; undefined when it began before anybody looked. */
  readonly ageMs: number | undefined
  readonly usual: Usual | undefined
}

/** What is left of a limit of requests that all jobs of an account share. */
export interface Budget {
  /** Requests that a look takes. */
  readonly cost: number
  /** Requests that may still be made; undefined when the server has no limit, or does not tell. */
  readonly left: number | undefined
  /** Milliseconds until the count starts again. */
  readonly resetMs: number
}

/**
 * How long something takes, as a log-logistic distribution: half of it ends before the median, and the larger the shape
 * the closer together. Its tail is heavy, so what has taken long is likely to go on for long.
 */
interface Spread {
  readonly medianMs: number
  readonly shape: number
}

/** Milliseconds of waiting that are worth one request: twice as dear, and there are 0.7 as many requests. */
const PRICE_MS = 650
/** Quicker looks would be a burden to the server and tell nothing more: workers report every few seconds. */
const SHORTEST_MS = 2000

/** Builds of one project on one architecture differ mostly by the builder that they get. */
const REPEATED = 6
/** Architectures of one project differ more. */
const OTHER_ARCH = 4
/** Builds that break do so at any moment: this many within the time that a good one takes. */
const BREAKS = 0.15
const UNKNOWN_BUILD: Spread = { medianMs: 15 * 60_000, shape: 2 }
/** The publisher starts every three minutes, takes minutes, and sometimes waits behind a lock for hours. */
const PUBLISHING: Spread = { medianMs: 150_000, shape: 1.7 }
/** A worker sees a cancel within seconds; then it has to clean up, and to send what there is. */
const STOPPING: Spread = { medianMs: 60_000, shape: 1.5 }

/**
 * Milliseconds until the next look, from 1 s (less only if `longestMs` is less) to `longestMs`. It ends the wait when
 * all builds are over, so it is the chance of that which counts: the pause, times the chance that all end within it,
 * divided by two (the end comes in the middle of it) is `PRICE_MS`.
 */
export function nextPause(builds: readonly OpenBuild[], longestMs: number): number {
  const worth = (pauseMs: number): boolean => (pauseMs * chanceOver(builds, pauseMs)) / 2 <= PRICE_MS
  if (longestMs <= SHORTEST_MS || worth(longestMs)) return longestMs
  // Both factors grow with the pause, so it can be narrowed down.
  let [low, high] = [SHORTEST_MS, longestMs]
  while (high - low > 50) {
    const middle = (low + high) / 2
    if (worth(middle)) low = middle
    else high = middle
  }
  return Math.round(low)
}

/** The shortest pause that leaves requests until the count starts again, if this job were the only one from now on. */
export function leastPause({ cost, left, resetMs }: Budget): number {
  if (left === undefined) return 0
  return Math.ceil(Math.min(resetMs, (cost * resetMs) / Math.max(left, 1)))
}

/** The chance that all these builds end within so many milliseconds. */
export function chanceOver(builds: readonly OpenBuild[], withinMs: number): number {
  let chance = 1
  for (const build of builds) {
    chance *= -Math.expm1(-hazard(build, withinMs))
    // Thousands of builds: the rest can only make it smaller.
    if (chance < 1e-9) return 0
  }
  return chance
}

/** The cumulative hazard of the next `withinMs` milliseconds. */
function hazard({ phase, ageMs, usual }: OpenBuild, withinMs: number): number {
  switch (phase) {
    case 'publish':
    case 'built':
    case 'end':
      return grown(PUBLISHING, ageMs ?? 0, withinMs)
    case 'stopping':
      return grown(STOPPING, ageMs ?? 0, withinMs)
    case 'queue':
      // If it is started within the pause, then in the middle of it.
      return building(usual, 0, withinMs / 2)
    case 'build':
    case 'unknown':
      return building(usual, ageMs, withinMs)
    default:
      return assertNever(phase)
  }
}

function building(usual: Usual | undefined, ageMs: number | undefined, withinMs: number): number {
  const breaks = usual ? (BREAKS * withinMs) / usual.meanMs : 0
  const spread = usual ? spreadOf(usual) : UNKNOWN_BUILD
  // Of something that began at an unknown time, any moment may be the last.
  return (
    breaks +
    (ageMs === undefined
      ? grown({ ...spread, shape: 1 }, 0, withinMs)
      : grown(spread, Math.max(ageMs, 0), withinMs))
  )
}

/** The fewer builds the average is of, the less it says of the next one. */
function spreadOf({ meanMs, builds, sameArch }: Usual): Spread {
  const shape = (sameArch ? REPEATED : OTHER_ARCH) / Math.sqrt(1 + 1 / Math.max(builds, 1))
  const angle = Math.PI / shape
  return { medianMs: (meanMs * Math.sin(angle)) / angle, shape }
}

function grown({ medianMs, shape }: Spread, ageMs: number, withinMs: number): number {
  const until = (ms: number): number => Math.log1p((ms / medianMs) ** shape)
  return until(ageMs + withinMs) - until(ageMs)
}
