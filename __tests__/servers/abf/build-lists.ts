import type { StandInResponse } from '../server.ts'
import { canSee } from './auth.ts'
import { page, seconds, toInteger, type Context, type Route } from './context.ts'
import { create } from './create.ts'
import type { Build } from './model.ts'
import { broken, forbidden, json, notFound } from './replies.ts'
import { buildJson, buildJson2012, buildUrl } from './serialize.ts'

/** The list, one build, and making one. */
export const buildListRoutes: readonly Route[] = [
  { method: 'GET', path: '/build_lists', open: ['omv'], run: (context) => index(context) },
  {
    method: 'GET',
    path: '/projects/:id/build_lists',
    open: ['omv'],
    only: ['omv', 'rosa'],
    run: (context) => indexOfProject(context),
  },
  { method: 'GET', path: '/build_lists/:id', open: ['omv'], run: (context) => show(context) },
  { method: 'POST', path: '/build_lists', run: (context) => create(context) },
]

/** GET /projects/:id/build_lists: 403 for a hidden project, 404 for none. */
function indexOfProject(context: Context): StandInResponse {
  const { site, user, id } = context
  const project = site.world.projects.get(toInteger(id))
  if (!project) return notFound(site.dialect)
  if (!canSee(site.world, user, project)) return forbidden(site.dialect)
  return index(context, project.id)
}

/** GET /build_lists: newest change first, no total; the end of the list is an empty page. */
function index(context: Context, projectId?: number): StandInResponse {
  const { site, call } = context
  const scope = [...site.world.builds.values()]
    .filter((build) => projectId === undefined || build.projectId === projectId)
    .filter((build) => matches(context, build, projectId !== undefined))
    .toSorted((a, b) => b.updatedAt - a.updatedAt || b.id - a.id)
  const rows = page(context, scope)
  const body = {
    build_lists: rows.map((build) => {
      const url = buildUrl(build.id)
      return site.dialect === '2012'
        ? { id: build.id, name: site.world.projects.get(build.projectId)?.name, status: build.status, url }
        : { id: build.id, status: build.status, project_id: build.projectId, url }
    }),
    url: listUrl(call.query),
  }
  for (const { id } of rows) site.timeline.read(id)
  return json(body)
}

/** The list names its own address with the filters only, and never the project's. */
function listUrl(query: URLSearchParams): string {
  const filters = new URLSearchParams([...query].filter(([key]) => key.startsWith('filter[')))
  return `/api/v1/build_lists.json${filters.size > 0 ? `?${filters.toString()}` : ''}`
}

function matches(context: Context, build: Build, inProject: boolean): boolean {
  const { site, call } = context
  const { query } = call
  const ids = [...query.getAll('filter[id]'), ...query.getAll('filter[id][]')].filter((id) => id !== '')
  // Asking by id sets every other filter aside, and visibility too. The list of 2012 did not know the key.
  if (ids.length > 0 && site.dialect !== '2012') return ids.some((id) => toInteger(id) === build.id)

  if (!isOwnedAsAsked(context, build, inProject)) return false
  const status = query.get('filter[status]')
  if (status && toInteger(status) !== build.status) return false
  for (const [key, value] of [
    ['arch_id', build.archId],
    ['save_to_platform_id', build.saveToPlatformId],
    ['build_for_platform_id', build.buildForPlatformId],
    ['save_to_repository_id', build.saveToRepositoryId],
  ] as const) {
    const wanted = query.get(`filter[${key}]`)
    // An empty value is the number 0 here, which no record has.
    if (wanted !== null && toInteger(wanted) !== value) return false
  }
  const version = query.get('filter[project_version]')
  if (version && version !== build.projectVersion) return false
  const name = query.get('filter[project_name]')
  if (name && site.world.projects.get(build.projectId)?.name.includes(name) !== true) return false
  const massBuild = query.get('filter[mass_build_id]')
  if (massBuild && (massBuild === '-1' ? null : toInteger(massBuild)) !== (build.massBuild?.id ?? null))
    return false
  if (site.dialect === 'rosa') {
    const newCore = query.get('filter[new_core]')
    if (newCore && (newCore === '1') !== (build.newCore === true)) return false
  }
  if (!within(query, 'updated_at', build.updatedAt)) return false
  // Today's servers parse the range of creation and then forget it.
  return site.dialect !== '2012' || within(query, 'created_at', build.createdAt)
}

/** Who sees what: one's own by default when signed in, everything readable in a project or when anonymous. */
function isOwnedAsAsked({ site, user, call }: Context, build: Build, inProject: boolean): boolean {
  const project = site.world.projects.get(build.projectId)
  const asked = call.query.get('filter[ownership]')
  const ownership = asked || (inProject || !user ? 'everything' : 'owned')
  const own = user !== undefined && build.userId === user.id
  if (ownership === 'owned') return own
  if (ownership === 'related') {
    const person = user && project && (project.owner.id === user.id || project.writers.includes(user.id))
    return own || person === true
  }
  return own || (project !== undefined && canSee(site.world, user, project))
}

function within(query: URLSearchParams, field: string, milliseconds: number): boolean {
  const from = moment(query.get(`filter[${field}_start]`))
  const to = moment(query.get(`filter[${field}_end]`))
  const at = seconds(milliseconds)
  return (from === undefined || at >= from) && (to === undefined || at <= to)
}

/** Unix seconds or DD/MM/YYYY; anything else is no bound at all. */
function moment(text: string | null): number | undefined {
  const [, day, month, year] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(text?.trim() ?? '') ?? []
  if (day && month && year) return Date.UTC(Number(year), Number(month) - 1, Number(day)) / 1000
  return text && /^\d+$/.test(text.trim()) ? Number(text) : undefined
}

/** GET /build_lists/:id: 404 once the record is deleted, 500 for good once its repository is. */
function show({ site, user, id }: Context): StandInResponse {
  const { dialect, world, timeline } = site
  const build = world.builds.get(toInteger(id))
  if (!build) return notFound(dialect)
  const project = world.projects.get(build.projectId)
  if (!world.repositories.has(build.saveToRepositoryId) || !project) return broken(dialect)
  if (build.userId !== user?.id && !canSee(world, user, project)) return forbidden(dialect)
  const body = { build_list: dialect === '2012' ? buildJson2012(site, build) : buildJson(site, build) }
  timeline.read(build.id)
  return json(body)
}
