import type { Build } from './model.ts'
import { fullnameOf, type World } from './state.ts'
import type { Script } from './timeline.ts'

/** What sets a script going: a build made, or one of the actions on it. */
export type Trigger =
  | 'create'
  | 'cancel'
  | 'publish'
  | 'publish_into_testing'
  | 'reject_publish'
  | 'rerun_tests'
  | 'create_container'

/** Which builds are meant, by name or by any other property. */
export type Match =
  | {
      readonly arch?: string
      readonly project?: string
      readonly platform?: string
      readonly version?: string
    }
  | ((build: Build) => boolean)

export interface PlanOptions {
  /** Default: when the build is created. */
  readonly on?: Trigger
  /** How many builds it serves before it is used up (default: all). */
  readonly times?: number
}

/** Scripts laid down before the builds exist; the newest that matches is taken. */
export class Plans {
  readonly #world: World
  readonly #plans: { match: Match; script: Script; on: Trigger; left: number }[] = []

  constructor(world: World) {
    this.#world = world
  }

  add(match: Match, script: Script, { on = 'create', times = Number.POSITIVE_INFINITY }: PlanOptions): void {
    this.#plans.unshift({ match, script, on, left: times })
  }

  take(build: Build, on: Trigger): Script | undefined {
    const plan = this.#plans.find(
      (candidate) => candidate.on === on && candidate.left > 0 && this.matches(build, candidate.match),
    )
    if (!plan) return undefined
    plan.left -= 1
    return plan.script
  }

  matches(build: Build, match: Match): boolean {
    if (typeof match === 'function') return match(build)
    const { arches, projects, platforms } = this.#world
    const project = projects.get(build.projectId)
    return (
      (match.arch === undefined || match.arch === arches.get(build.archId)?.name) &&
      (match.project === undefined || (project !== undefined && match.project === fullnameOf(project))) &&
      (match.platform === undefined || match.platform === platforms.get(build.buildForPlatformId)?.name) &&
      (match.version === undefined || match.version === build.projectVersion)
    )
  }
}
