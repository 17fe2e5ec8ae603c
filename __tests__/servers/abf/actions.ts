import type { StandInResponse } from '../server.ts'
import { administers, canSeePlatform, canWrite } from './auth.ts'
import { toInteger, type Context, type Route, type Site } from './context.ts'
import { CONTAINER, next, STATUS, takesContainer, type Event } from './machine.ts'
import type { Build, User } from './model.ts'
import type { Trigger } from './plans.ts'
import { forbidden, json, notFound } from './replies.ts'
import { buildUrl } from './serialize.ts'

type ActionName = Exclude<Trigger, 'create'>

interface Action {
  readonly done: string
  readonly refused: string
  /** The key of the response of 2012; absent where that server had no such action. */
  readonly flag2012?: string
  readonly event?: Event
  /** A lost right and, for publishing, a wrong state: both end as 403. */
  readonly allowed: (site: Site, user: User, build: Build) => boolean
  /** Whether it can be done now; `event` decides when absent. */
  readonly possible?: (build: Build) => boolean
}

const ACTIONS: Record<ActionName, Action> = {
  cancel: {
    done: 'Build canceled',
    refused: 'Errors during build cancelation!',
    flag2012: 'is_canceled',
    event: 'cancel',
    allowed: writes,
  },
  publish: {
    done: 'Build is queued for publishing',
    refused: 'Errors during build publishing!',
    flag2012: 'is_published',
    event: 'publish',
    allowed: (site, user, build) =>
      // Only in 2012 was the state looked at after the rights.
      (site.dialect === '2012' || (possible(site, build, 'publish') && site.lifecycle.publishable(build))) &&
      mayPublish(site, user, build),
  },
  publish_into_testing: {
    done: 'Build is queued for publishing',
    refused: 'Errors during build publishing!',
    event: 'publishIntoTesting',
    allowed: (site, user, build) => {
      if (!possible(site, build, 'publishIntoTesting') || !site.lifecycle.branchAllows(build)) return false
      const main = site.world.platforms.get(build.saveToPlatformId)?.type === 'main'
      return builds(site, user, build) || (main && mayPublish(site, user, build))
    },
  },
  reject_publish: {
    done: 'Publishing rejected',
    refused: 'Rejecting publishing failed',
    flag2012: 'is_rejected',
    event: 'rejectPublish',
    allowed: mayJudge,
  },
  rerun_tests: {
    done: 'Build is queued for rerun tests',
    refused: 'Errors during rerun tests!',
    event: 'rerunTests',
    allowed: builds,
  },
  create_container: {
    done: 'Container is queued for creating',
    refused: 'Errors during container creating!',
    allowed: (site, user, build) => {
      const platform = site.world.platforms.get(build.saveToPlatformId)
      return writes(site, user, build) || (platform !== undefined && administers(site.world, user, platform))
    },
    possible: takesContainer,
  },
}

/** The PUTs on a build; none of them takes a body. */
export const actionRoutes: readonly Route[] = Object.entries(ACTIONS).map(([name, action]) => ({
  method: 'PUT',
  path: `/build_lists/:id/${name}`,
  ...(action.flag2012 === undefined ? { only: ['omv', 'rosa'] as const } : {}),
  run: (context: Context) => act(context, name as ActionName, action),
}))

function possible(site: Site, build: Build, event: Event): boolean {
  return next(site.dialect, build.status, event) !== undefined
}

function writes({ world }: Site, user: User, build: Build): boolean {
  const project = world.projects.get(build.projectId)
  return project !== undefined && canWrite(world, user, project)
}

/** The right to create a build: a package, write access, and a platform that one may see. */
function builds(site: Site, user: User, build: Build): boolean {
  const platform = site.world.platforms.get(build.buildForPlatformId)
  return (
    site.world.projects.get(build.projectId)?.isPackage === true &&
    writes(site, user, build) &&
    (platform === undefined || canSeePlatform(site.world, user, platform))
  )
}

/** Project writers judge where publishing goes without QA; elsewhere the administrators of the platform. */
function mayJudge(site: Site, user: User, build: Build): boolean {
  const platform = site.world.platforms.get(build.saveToPlatformId)
  if (site.world.repositories.get(build.saveToRepositoryId)?.publishWithoutQa === true) {
    return writes(site, user, build)
  }
  return platform !== undefined && administers(site.world, user, platform)
}

/** Publishing again what is published takes an administrator of the platform or a member of the repository. */
function mayPublish(site: Site, user: User, build: Build): boolean {
  if (build.status !== STATUS.build_published) return mayJudge(site, user, build)
  const platform = site.world.platforms.get(build.saveToPlatformId)
  const members = site.world.repositories.get(build.saveToRepositoryId)?.members ?? []
  return members.includes(user.id) || (platform !== undefined && administers(site.world, user, platform))
}

/** PUT /build_lists/:id/<action>: 403 before 422, and the message is all that tells success from failure. */
function act({ site, user, id }: Context, name: ActionName, action: Action): StandInResponse {
  const build = site.world.builds.get(toInteger(id))
  if (!build) return notFound(site.dialect)
  if (!user || !action.allowed(site, user, build)) return forbidden(site.dialect)
  const to = action.event && next(site.dialect, build.status, action.event)
  if (!(action.possible ? action.possible(build) : to !== undefined))
    return answer(site, build, action, false)

  const before = build.status
  if (name === 'publish' || name === 'publish_into_testing' || name === 'reject_publish')
    build.publisherId = user.id
  const queued = name === 'publish' && site.dialect === 'rosa'
  if (to === undefined) site.lifecycle.apply(build, { containerStatus: CONTAINER.creating })
  else if (!queued) site.lifecycle.apply(build, { status: to })
  site.timeline.run(build.id, site.plans.take(build, name) ?? site.lifecycle.usual(build, name, before))
  return answer(site, build, action, true)
}

/** In 2012 a refusal was a 200, too, with a flag that says no. */
function answer(site: Site, build: Build, action: Action, done: boolean): StandInResponse {
  const message = done ? action.done : action.refused
  if (site.dialect === '2012') {
    return json({ [action.flag2012 ?? 'done']: done, url: buildUrl(build.id), message })
  }
  return json({ build_list: { id: done ? build.id : null, message } }, done ? 200 : 422)
}
