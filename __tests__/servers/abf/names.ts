import type { StandInResponse } from '../server.ts'
import { canSee, canSeePlatform, canWrite } from './auth.ts'
import { page, seconds, toInteger, type Context, type Route } from './context.ts'
import type { Platform, Project, User } from './model.ts'
import { forbidden, json, notFound } from './replies.ts'
import { ownerJson, platformJson, projectJson, repositoryJson } from './serialize.ts'
import { fullnameOf, type World } from './state.ts'

type Json = Record<string, unknown>

/** What turns names into ids. The `:id` of a route takes no dot, so names with a dot end at the catch-all. */
export const nameRoutes: readonly Route[] = [
  { method: 'GET', path: '/projects/get_id', open: ['omv'], run: getId },
  { method: 'GET', path: '/projects', run: ownProjects },
  { method: 'GET', path: '/projects/:id', open: ['omv'], run: showProject },
  { method: 'GET', path: '/projects/:id/refs_list', only: ['rosa'], run: refsList },
  { method: 'GET', path: '/platforms', run: platforms },
  { method: 'GET', path: '/platforms/platforms_for_build', open: ['omv'], run: platformsForBuild },
  { method: 'GET', path: '/platforms/:id', open: ['omv'], run: showPlatform },
  { method: 'GET', path: '/repositories/:id', open: ['omv'], run: showRepository },
  { method: 'GET', path: '/repositories/:id/projects', open: ['omv'], run: projectsOfRepository },
  { method: 'GET', path: '/arches', open: ['omv', 'rosa'], run: arches },
  { method: 'GET', path: '/search', open: ['rosa'], run: search },
]

/**
 * GET /projects/get_id: the project of that owner and name, else the first whose full name contains them, whatever
 * their case, with `_` and `%` as wildcards. So a name that does not exist may well be responded with 200.
 */
function getId({ site, call, user }: Context): StandInResponse {
  const wanted = `${call.query.get('owner') ?? ''}/${call.query.get('name') ?? ''}`
  const projects = [...site.world.projects.values()]
  const pattern = likePattern(wanted)
  const project =
    projects.find((candidate) => fullnameOf(candidate) === wanted) ??
    projects.find((candidate) => pattern.test(fullnameOf(candidate)))
  if (!project) return notFound(site.dialect)
  if (!canSee(site.world, user, project)) return forbidden(site.dialect)
  return json({ project: { ...projectJson(site, project), owner: ownerJson(project.owner) } })
}

function likePattern(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(escaped.replaceAll('_', '.').replaceAll('%', '.*'), 'is')
}

/** The fields that a project has beyond its name; ROSA adds a few. */
function projectDetails({ site }: Context, project: Project): Json {
  return {
    ...projectJson(site, project),
    ...(site.dialect === 'omv' ? {} : { description: project.name, has_issues: true }),
    ancestry: null,
    default_branch: project.defaultBranch,
    is_package: project.isPackage,
    publish_i686_into_x86_64: false,
    created_at: 1_400_000_000,
    updated_at: seconds(site.world.clock()),
    owner: ownerJson(project.owner),
  }
}

/** GET /projects: only those that the caller belongs to. */
function ownProjects(context: Context): StandInResponse {
  const { site, user } = context
  const own = [...site.world.projects.values()].filter(
    (project) => user && (canWrite(site.world, user, project) || project.readers.includes(user.id)),
  )
  return json({
    projects: page(context, own).map((project) => projectDetails(context, project)),
    url: '/api/v1/projects.json',
  })
}

/** GET /projects/:id: says where the project may be saved; the addresses in there carry names instead of ids. */
function showProject(context: Context): StandInResponse {
  const { site, user, id } = context
  const project = site.world.projects.get(toInteger(id))
  if (!project) return notFound(site.dialect)
  if (!canSee(site.world, user, project)) return forbidden(site.dialect)
  const repositories = project.repositoryIds.flatMap((repositoryId) => {
    const repository = site.world.repositories.get(repositoryId)
    const platform = repository && site.world.platforms.get(repository.platformId)
    if (!platform) return []
    const url = `/api/v1/repositories/${repository.name}.json`
    return [{ id: repository.id, name: repository.name, url, platform: briefPlatform(platform) }]
  })
  const statistics = project.averages.map(({ archId, seconds, builds }) => ({
    average_build_time: seconds,
    build_count: builds,
    arch_id: archId,
  }))
  return json({
    project: { ...projectDetails(context, project), project_statistics: statistics, repositories },
  })
}

function briefPlatform({ id, name }: Platform): Json {
  return { id, name, url: `/api/v1/platforms/${name}.json` }
}

/** GET /projects/:id/refs_list: ROSA only, as it alone hosts git. */
function refsList({ site, user, id }: Context): StandInResponse {
  const project = site.world.projects.get(toInteger(id))
  if (!project) return notFound(site.dialect)
  if (!canSee(site.world, user, project)) return forbidden(site.dialect)
  const refs = project.refs.map(({ ref, type, sha }) => ({ ref, object: { type, sha } }))
  return json({ refs_list: refs, url: `/api/v1/projects/${project.id}/refs_list.json` })
}

function platformRow(world: World, platform: Platform): Json {
  const repositories = world.repositoriesOf(platform).map(repositoryJson)
  return { ...platformJson(platform), owner: ownerJson(platform.owner), repositories }
}

function visiblePlatforms(world: World, user: User | undefined): Platform[] {
  return [...world.platforms.values()].filter((platform) => canSeePlatform(world, user, platform))
}

function platformList(context: Context, rows: readonly Platform[]): StandInResponse {
  const list = rows.map((platform) => platformRow(context.site.world, platform))
  return json({ platforms: list, url: '/api/v1/platforms.json' })
}

/** GET /platforms?type=: credentials on every server, paged. */
function platforms(context: Context): StandInResponse {
  const type = context.call.query.get('type')
  const rows = visiblePlatforms(context.site.world, context.user)
  return platformList(context, page(context, type ? rows.filter((platform) => platform.type === type) : rows))
}

/** GET /platforms/platforms_for_build: main platforms by name; OMV pages even these, the others send all. */
function platformsForBuild(context: Context): StandInResponse {
  const rows = visiblePlatforms(context.site.world, context.user)
    .filter((platform) => platform.type === 'main')
    .toSorted((a, b) => a.name.localeCompare(b.name))
  return platformList(context, context.site.dialect === 'omv' ? page(context, rows) : rows)
}

/** GET /platforms/:id_or_name. */
function showPlatform({ site, user, id }: Context): StandInResponse {
  const platform = [...site.world.platforms.values()].find(
    (candidate) => String(candidate.id) === id || candidate.name === id,
  )
  if (!platform) return notFound(site.dialect)
  if (!canSeePlatform(site.world, user, platform)) return forbidden(site.dialect)
  return json({
    platform: {
      ...platformRow(site.world, platform),
      description: platform.description,
      parent_platform_id: null,
      released: platform.released,
      distrib_type: 'mdv',
      default_branch: platform.defaultBranch,
      created_at: 1_370_000_000,
      updated_at: 1_785_000_000,
      products: [],
    },
  })
}

/** GET /repositories/:id: by number only, as every platform has a "main". */
function showRepository({ site, user, id }: Context): StandInResponse {
  const repository = site.world.repositories.get(toInteger(id))
  const platform = repository && site.world.platforms.get(repository.platformId)
  if (!platform) return notFound(site.dialect)
  if (!canSeePlatform(site.world, user, platform)) return forbidden(site.dialect)
  return json({
    repository: {
      ...repositoryJson(repository),
      description: repository.name,
      publish_without_qa: repository.publishWithoutQa,
      created_at: 1_370_000_000,
      updated_at: 1_785_000_000,
      platform: briefPlatform(platform),
    },
  })
}

/** GET /repositories/:id/projects: paged. */
function projectsOfRepository(context: Context): StandInResponse {
  const { site, user, id } = context
  const repository = site.world.repositories.get(toInteger(id))
  if (!repository) return notFound(site.dialect)
  const rows = [...site.world.projects.values()].filter(
    (project) => project.repositoryIds.includes(repository.id) && canSee(site.world, user, project),
  )
  const projects = page(context, rows).map((project) => projectJson(site, project))
  const url = `/api/v1/repositories/${repository.id}/projects.json`
  return json({ repository: { ...repositoryJson(repository), projects }, url })
}

/** GET /arches: paged, and without an address of its own. */
function arches(context: Context): StandInResponse {
  return json({ architectures: page(context, [...context.site.world.arches.values()]) })
}

/** GET /search: substrings of names. */
function search(context: Context): StandInResponse {
  const { site, call, user } = context
  const query = (call.query.get('query') ?? '').toLowerCase()
  const has = (text: string): boolean => text.toLowerCase().includes(query)
  const { world } = site
  const finders: Record<string, () => Json[]> = {
    projects: () =>
      [...world.projects.values()]
        .filter((project) => canSee(world, user, project) && has(fullnameOf(project)))
        .map((project) => projectJson(site, project)),
    users: () =>
      [...world.users.values()]
        .filter(({ uname }) => has(uname))
        .map(({ id, uname, name }) => ownerJson({ id, uname, name, type: 'User' })),
    groups: () => [...world.groups.values()].filter(({ uname }) => has(uname)).map(ownerJson),
    platforms: () =>
      visiblePlatforms(world, user)
        .filter(({ name }) => has(name))
        .map(platformJson),
  }
  const type = call.query.get('type') ?? ''
  const wanted = finders[type] ? [type] : Object.keys(finders)
  const results = wanted.map((key) => [key, page(context, finders[key]?.() ?? [])])
  return json({ results: Object.fromEntries(results), url: '/api/v1/search.json' })
}
