import type { Build } from './model.ts'
import type { World } from './state.ts'

type Patch = Partial<
  Pick<
    Build,
    | 'status'
    | 'containerStatus'
    | 'commitHash'
    | 'autoPublishStatus'
    | 'publisherId'
    | 'duration'
    | 'packageVersion'
    | 'logs'
    | 'packages'
    | 'failReason'
    | 'liveLog'
    | 'updatedAt'
  >
>

/**
 * What happens to a build next, and when: so long after the step before (`afterMs`), or once the state before was read
 * so many times (`afterReads`). When neither is given, after the usual pace, or one read when there is no pace.
 */
export interface Step extends Patch {
  readonly afterMs?: number
  readonly afterReads?: number
  /** The record is deleted; every later request is responded with 404. */
  readonly gone?: true
  /** Files that the worker sends with this report instead of the usual ones. */
  readonly files?: Readonly<Record<string, string | Buffer>>
  /** Checked when the step is due; when it does not hold, this and all later steps are dropped. */
  readonly when?: (build: Build) => boolean
}

/** A step, or only the status it leads to. */
export type Script = readonly (number | Step)[]

export type Apply = (build: Build, step: Step) => void

interface Course {
  readonly steps: Step[]
  /** When the step before took effect, in real time: clients wait in real time, whatever the clock says. */
  since: number
  reads: number
}

/** Moves builds along their scripts whenever somebody looks, so that no timer outlives a test. */
export class Timeline {
  readonly #world: World
  readonly #apply: Apply
  readonly #pace: number | undefined
  readonly #courses = new Map<number, Course>()

  constructor(world: World, pace: number | undefined, apply: Apply) {
    this.#world = world
    this.#pace = pace
    this.#apply = apply
  }

  /** Replaces what was still to come for this build. */
  run(id: number, script: Script): void {
    const steps = script.map((entry): Step => (typeof entry === 'number' ? { status: entry } : entry))
    this.#courses.set(id, { steps, since: performance.now(), reads: 0 })
  }

  /** Applies every step that is due, several at once when nobody has looked for long. */
  advance(): void {
    for (const [id, course] of this.#courses) {
      const build = this.#world.builds.get(id)
      if (!build) {
        this.#courses.delete(id)
        continue
      }
      this.#advance(build, course)
    }
  }

  /** A client has seen the present state of this build. */
  read(id: number): void {
    const course = this.#courses.get(id)
    if (course) course.reads += 1
  }

  #advance(build: Build, course: Course): void {
    for (let step = course.steps[0]; step; step = course.steps[0]) {
      const timed = step.afterReads === undefined && (step.afterMs ?? this.#pace) !== undefined
      const afterMs = step.afterMs ?? (timed ? (this.#pace ?? 0) : 0)
      const afterReads = step.afterReads ?? (timed ? 0 : 1)
      if (course.reads < afterReads || performance.now() - course.since < afterMs) return
      if (step.when && !step.when(build)) {
        course.steps.length = 0
        return
      }
      course.steps.shift()
      course.since = timed ? course.since + afterMs : performance.now()
      course.reads = 0
      this.#apply(build, step)
    }
  }
}
