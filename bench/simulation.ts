import { type OpenBuild, nextPause } from '../src/abf/wait/schedule.ts'

/**
 * How soon a wait sees the end of its builds, and with how many requests, without a server and without time: builds are
 * drawn at random, and a schedule looks at them. See README.md for where their durations come from.
 */

/** One build: seconds from its submission. */
interface Build {
  readonly started: number
  readonly built: number
  readonly ended: number
  /** Milliseconds: what the server gives as the average of the builds before it. */
  readonly averageMs: number
}

/** The builds that one step waits for. */
export type Run = readonly Build[]

export interface Schedule {
  readonly name: string
  /** Requests besides the looks. */
  readonly extra: number
  /** Seconds until the next look. */
  readonly pause: (open: readonly { readonly build: Build; readonly view: OpenBuild }[]) => number
}

export interface Result {
  /** Seconds from the end of the last build to the look that sees it. */
  readonly mean: number
  readonly p95: number
  /** Per run. */
  readonly requests: number
}

/** How many architectures a step builds for: one is the default, three are usual for OpenMandriva. */
export type Workload = 'mixed' | 'one architecture' | 'three architectures'

const SHARE_OF_ONE: Readonly<Record<Workload, number>> = {
  mixed: 0.5,
  'one architecture': 1,
  'three architectures': 0,
}

/** The same pause every time. */
export function fixed(seconds: number): Schedule {
  return { name: `fixed ${seconds} s`, extra: 0, pause: () => seconds }
}

/** The schedule of the action with this longest pause. */
export function ours(longestSeconds: number, history: boolean): Schedule {
  const known = history ? 'with history' : 'without'
  return {
    name: `ours, at most ${longestSeconds} s, ${known}`,
    extra: history ? 1 : 0,
    pause: (open) =>
      nextPause(
        open.map(({ build, view }) => (history ? { ...view, usualMs: build.averageMs } : view)),
        longestSeconds * 1000,
      ) / 1000,
  }
}

/** Draws runs; the same seed gives the same ones. */
export function drawRuns(count: number, workload: Workload = 'mixed', seed = 42): Run[] {
  const dice = createDice(seed)
  return Array.from({ length: count }, () => {
    const usual = Math.min(12 * 60 * dice.spread(1.2), 10 * 3600)
    const one = dice.share() < SHARE_OF_ONE[workload]
    const publishes = dice.share() < 1 / 3
    return Array.from({ length: one ? 1 : 3 }, () => drawBuild(usual * dice.spread(0.2), publishes, dice))
  })
}

function drawBuild(usual: number, publishes: boolean, dice: Dice): Build {
  // Mostly a builder is free soon; behind a mass build it takes long.
  const started = dice.share() < 0.7 ? dice.wait(3 * 60) : dice.wait(40 * 60)
  const fails = dice.share() < 0.15
  const whole = 60 + usual * dice.spread(0.25)
  // Half of the failures are missing dependencies, found in the first minutes.
  const early = dice.share() < 0.5 ? 60 + dice.wait(90) : 60 + usual * dice.share()
  const built = started + (fails ? Math.min(early, whole) : whole)
  // The publisher starts every three minutes.
  const published = fails || !publishes ? 0 : 180 * dice.share() + 60 * dice.spread(0.6)
  // The average is over all time, with machines and compilers that are gone.
  const averageMs = 1000 * (60 + usual) * dice.spread(0.15)
  return { started, built, ended: built + published, averageMs }
}

/** Lets a schedule look at all runs until it has seen their end. */
export function simulate(runs: readonly Run[], schedule: Schedule): Result {
  const each = runs.map((run) => watch(run, schedule))
  const delays = each.map(({ delay }) => delay).toSorted((a, b) => a - b)
  return {
    mean: average(delays),
    p95: delays[Math.floor(delays.length * 0.95)] ?? 0,
    requests: average(each.map(({ looks }) => looks)) + schedule.extra,
  }
}

function watch(run: Run, { pause }: Schedule): { readonly delay: number; readonly looks: number } {
  const seen = run.map(() => ({ phase: 'queue' as OpenBuild['phase'], since: 0 }))
  let before = 0
  let now = 0
  for (let looks = 1; ; looks += 1) {
    const open = run.flatMap((build, index) => {
      const state = seen[index]
      const phase = phaseAt(build, now)
      if (!state || phase === 'end') return []
      // The description of a single build says when it changed; a list does not.
      if (phase !== state.phase) state.since = run.length === 1 ? changedAt(build, phase) : (before + now) / 2
      state.phase = phase
      return { build, view: { phase, ageMs: (now - state.since) * 1000, usualMs: undefined } }
    })
    if (open.length === 0) return { delay: now - Math.max(...run.map(({ ended }) => ended)), looks }
    before = now
    now += pause(open)
  }
}

function phaseAt({ started, built, ended }: Build, now: number): OpenBuild['phase'] {
  if (now >= ended) return 'end'
  if (now >= built) return 'publish'
  return now >= started ? 'build' : 'queue'
}

function changedAt({ started, built }: Build, phase: OpenBuild['phase']): number {
  return phase === 'publish' ? built : started
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

interface Dice {
  /** Evenly from 0 to 1. */
  share(): number
  /** Log-normal around 1. */
  spread(sigma: number): number
  /** Exponential. */
  wait(mean: number): number
}

/** Numbers by chance that a seed repeats (a multiplicative generator of Park and Miller). */
function createDice(seed: number): Dice {
  let state = seed
  const share = (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  return {
    share,
    spread: (sigma) => Math.exp(sigma * Math.sqrt(-2 * Math.log(share())) * Math.cos(2 * Math.PI * share())),
    wait: (mean) => -mean * Math.log(share()),
  }
}
