import { StandIn, type StandInResponse, type Call, type ServerOptions } from '../server.ts'
import { accountRoutes } from './accounts.ts'
import { actionRoutes } from './actions.ts'
import { Shelf, type Storage } from './artifacts.ts'
import { identify } from './auth.ts'
import { buildListRoutes } from './build-lists.ts'
import type { Route, Site } from './context.ts'
import { defaultWorld } from './default-world.ts'
import { Lifecycle } from './lifecycle.ts'
import { next, type Event } from './machine.ts'
import type { Arch, Build, Dialect, Platform, Project, Repository, User } from './model.ts'
import { nameRoutes } from './names.ts'
import { Plans, type Match, type PlanOptions } from './plans.ts'
import { RateLimit } from './rate-limit.ts'
import { frameworkError, notFound, rateLimited, redirect, unauthorized, withEtag } from './replies.ts'
import type { BuildSeed, PlatformSeed, ProjectSeed, World } from './state.ts'
import { Timeline, type Script } from './timeline.ts'
import { webPage } from './web.ts'

export { commitOf } from './default-world.ts'
export { FileStoreStandIn } from './file-store.ts'
export type * from './model.ts'
export type { Match, PlanOptions, Trigger } from './plans.ts'
export type { Script, Step } from './timeline.ts'

export interface AbfOptions extends ServerOptions {
  readonly dialect: Dialect
  /** Where the files of builds go; without, they get addresses that nobody serves. */
  readonly fileStore?: Storage
  /** OMV: requests per hour and account (default 3000). */
  readonly rateLimit?: number
  /** The server's clock in milliseconds, for time stamps and the hour of the rate limit (default: the real one). */
  readonly clock?: () => number
  /** Real milliseconds that a state of a build lasts when its script does not say; without, until it was read once. */
  readonly pace?: number
  /** Milliseconds until a build cancelled in the queue is deleted (default: only `sweep` deletes it). */
  readonly sweepAfterMs?: number
}

const ROUTES: readonly (Route & { readonly pattern: RegExp })[] = [
  ...buildListRoutes,
  ...actionRoutes,
  ...nameRoutes,
  ...accountRoutes,
].map((route) => ({
  ...route,
  pattern: new RegExp(`^/api/v1${route.path.replace(':id', '([^/.]+)')}(?:\\.json)?$`),
}))

/**
 * An Automatic Build Farm on loopback: the API that a client uses, and builds that move on by script. It responds as
 * the chosen server does where that is awkward, too; `world` holds its records for a test to look at and to change.
 */
export class AbfStandIn extends StandIn {
  readonly dialect: Dialect
  readonly world: World
  readonly rateLimit: RateLimit
  /** Every build that a POST made, in order, with the `build_list` that asked for it. */
  readonly created: Site['created'] = []
  readonly #clock: () => number
  readonly #site: Site

  constructor(options: AbfOptions) {
    super(options)
    const { dialect, fileStore = 'http://file-store.invalid', pace } = options
    this.dialect = dialect
    this.#clock = options.clock ?? Date.now
    this.world = defaultWorld(dialect, this.#clock)
    this.rateLimit = new RateLimit(options.rateLimit ?? 3000, this.#clock)
    const lifecycle = new Lifecycle(dialect, this.world, new Shelf(dialect, this.world, fileStore), options)
    this.#site = {
      dialect,
      world: this.world,
      lifecycle,
      plans: new Plans(this.world),
      timeline: new Timeline(this.world, pace, (build, step) => {
        lifecycle.apply(build, step)
      }),
      base: () => this.url,
      created: this.created,
    }
  }

  /** All builds as they are at this moment, oldest first. */
  get builds(): Build[] {
    this.#site.timeline.advance()
    return [...this.world.builds.values()]
  }

  /** One build as it is at this moment; throws when it is gone. */
  build(id: number): Build {
    this.#site.timeline.advance()
    return this.world.build(id)
  }

  /** Replaces what is to come for builds that exist. */
  script(target: number | Match, script: Script): void {
    const { plans, timeline } = this.#site
    for (const build of this.builds) {
      if (typeof target === 'number' ? build.id === target : plans.matches(build, target)) {
        timeline.run(build.id, script)
      }
    }
  }

  /** Lays down what is to come for builds not made yet, or for builds on which an action is still to be done. */
  plan(match: Match, script: Script, options: PlanOptions = {}): void {
    this.#site.plans.add(match, script, options)
  }

  /** Brings a build to this status now, allowed or not, and drops its script. */
  setStatus(id: number, status: number): void {
    const build = this.build(id)
    this.#site.timeline.run(id, [])
    this.#site.lifecycle.apply(build, { status })
  }

  /** Lets something happen to a build as a worker, a publisher or an administrator would; throws when it cannot. */
  happen(id: number, event: Event): void {
    const build = this.build(id)
    const to = next(this.dialect, build.status, event)
    if (to === undefined) throw new Error(`${event} cannot happen to build ${id} at ${build.status}`)
    if (event === 'restart') {
      build.logs = []
      build.packages = []
      build.duration = null
      const head = this.world.projects
        .get(build.projectId)
        ?.refs.find(({ ref }) => ref === build.projectVersion)
      build.commitHash = head?.sha ?? build.commitHash
    }
    this.setStatus(id, to)
  }

  /** Deletes a record as the clean-up or an operator does. */
  remove(id: number): void {
    this.#site.lifecycle.remove(this.build(id))
  }

  /** Deletes every build still at 10000, as the server does an hour or more after the cancel. */
  sweep(): void {
    for (const build of this.builds) {
      if (build.status === 10000) this.#site.lifecycle.remove(build)
    }
  }

  /** Adds a build that stays as it is until a script or an action moves it. */
  addBuild(seed: BuildSeed): Build {
    return this.world.addBuild(seed)
  }

  addProject(seed: ProjectSeed): Project {
    return this.world.addProject(seed)
  }

  addPlatform(seed: PlatformSeed): Platform {
    return this.world.addPlatform(seed)
  }

  addRepository(seed: Parameters<World['addRepository']>[0]): Repository {
    return this.world.addRepository(seed)
  }

  addArch(name: string): Arch {
    return this.world.addArch(name)
  }

  addUser(seed: Parameters<World['addUser']>[0]): User {
    return this.world.addUser(seed)
  }

  /** The value of an Authorization header for this user: token and empty password, which every server takes. */
  basic(uname = 'ci_bot'): string {
    return `Basic ${Buffer.from(`${this.world.user(uname).token}:`).toString('base64')}`
  }

  protected handle(call: Call): StandInResponse {
    const answer = this.#limited(call)
    const headers = { Date: new Date(this.#clock()).toUTCString(), ...answer.headers }
    return { ...answer, headers }
  }

  #limited(call: Call): StandInResponse {
    if (this.dialect !== 'omv' || !call.path.startsWith('/api/v1/')) return this.#answer(call)
    const identity = identify(this.dialect, this.world, call)
    const remaining = this.rateLimit.take('user' in identity ? `user:${identity.user.id}` : 'address')
    const answer = remaining < 0 ? rateLimited() : this.#answer(call)
    return { ...answer, headers: { ...answer.headers, ...this.rateLimit.headers(remaining) } }
  }

  #answer(call: Call): StandInResponse {
    if (isMalformed(call)) return frameworkError(call, 400)
    this.#site.timeline.advance()
    const route = ROUTES.find(
      ({ method, pattern, only }) =>
        method === call.method && pattern.test(call.path) && only?.includes(this.dialect) !== false,
    )
    // Only GET has a catch-all in the application; any other miss gets the response of the framework below it.
    if (!route && call.method !== 'GET') return frameworkError(call, 404)
    if (call.query.has('token')) return redirect(`${this.url}/users/sign_in`)
    if (!route) return webPage(this.#site, call) ?? notFound(this.dialect)
    const id = decodeURIComponent(route.pattern.exec(call.path)?.[1] ?? '')
    if (route.open?.includes(this.dialect)) {
      return withEtag(call, route.run({ site: this.#site, call, user: undefined, id }))
    }
    const identity = identify(this.dialect, this.world, call)
    if ('banned' in identity) return redirect(`${this.url}/`)
    if ('refusal' in identity) return unauthorized(this.dialect, identity.refusal)
    return withEtag(call, route.run({ site: this.#site, call, user: identity.user, id }))
  }
}

/** A body that says it is JSON and is not, which the framework refuses before anybody else sees it. */
function isMalformed(call: Call): boolean {
  const isJson = call.headers['content-type']?.includes('json') === true
  return isJson && call.text.trim() !== '' && call.json === undefined
}
