import { accessibleProjects, joinedProjects } from './auth.ts'
import type { Context } from './context.ts'
import { forbidden, notFound, refuse } from './errors.ts'
import type { Project, Release } from './state.ts'

/** What `?project=` and `?projectSlug=` ask for. */
interface Requested {
  readonly all: boolean
  readonly ids: readonly number[]
  readonly slugs: readonly string[]
}

/**
 * The projects a request is about. Named ones must be accessible (403); `-1` is everything accessible; none named
 * is everything accessible too, or only joined teams' projects on the list and create routes.
 */
export function visibleProjects(context: Context, rule: { readonly joinedOnly: boolean }): Project[] {
  const { caller, organization } = context
  const requested = requestedProjects(context)
  const accessible = accessibleProjects(caller, organization)
  if (requested.all) return accessible
  if (requested.ids.length + requested.slugs.length === 0) {
    return rule.joinedOnly ? joinedProjects(caller, organization) : accessible
  }
  const find = (matches: (project: Project) => boolean): Project | undefined => {
    const project = accessible.find(matches)
    if (!project && context.settings.flags.projectSlugsInQuery) throw forbidden()
    return project
  }
  const byId = requested.ids.map((id) => find((project) => project.id === id))
  if (byId.includes(undefined)) throw forbidden()
  // An older server looks for what is there of the slugs, and may find none.
  const bySlug = requested.slugs.map((slug) => find((project) => project.slug === slug))
  return [...byId, ...bySlug].filter((project) => project !== undefined)
}

export function requestedProjects({ call, settings }: Context): Requested {
  const ids: number[] = []
  const slugs: string[] = []
  const { projectSlugsInQuery: slugsToo } = settings.flags
  for (const value of call.query.getAll('project')) {
    if (value === '' && slugsToo) continue
    if (/^-?\d+$/.test(value)) ids.push(Number(value))
    else if (slugsToo) slugs.push(value)
    else throw refuse(400, 'Invalid project parameter. Values must be numbers.')
  }
  slugs.push(...call.query.getAll('projectSlug').filter((text) => text !== ''))
  return {
    all: ids.includes(-1) || slugs.includes('$all'),
    ids: [...new Set(ids)].sort((a, b) => a - b),
    slugs: [...new Set(slugs)].sort(),
  }
}

/**
 * Remembers for a minute whether a caller may see a release, "no" included. So a release that was out of reach
 * keeps responding with 404 for a while after a create has attached a project that would open it.
 */
export class PermissionCache {
  readonly #entries = new Map<string, { readonly allowed: boolean; readonly until: number }>()

  clear(): void {
    this.#entries.clear()
  }

  remember(key: string, now: number, lifetime: number, decide: () => boolean): boolean {
    const entry = this.#entries.get(key)
    if (entry && entry.until > now) return entry.allowed
    const allowed = decide()
    this.#entries.set(key, { allowed, until: now + lifetime })
    return allowed
  }
}

/**
 * The release of a detail route. Absent and out of reach are the same 404, but only the second goes through the
 * permission cache. Reading takes access to any attached project, writing to all of them.
 */
export function reachRelease(context: Context, purpose: 'read' | 'write'): Release {
  const { state, settings, caller, organization, version, permissions } = context
  const release = state.findRelease(organization.slug, version)
  if (!release) throw notFound()

  const needsAll = purpose === 'write' && settings.flags.allProjectsForWrites
  const requested = requestedProjects(context)
  const key = JSON.stringify([caller.id, organization.id, release.id, requested, needsAll])
  const allowed = permissions.remember(key, settings.now(), settings.permissionCacheMs, () => {
    const visible = new Set(visibleProjects(context, { joinedOnly: false }).map(({ slug }) => slug))
    const attached = release.projects
    if (attached.length === 0) return false
    return needsAll ? attached.every((slug) => visible.has(slug)) : attached.some((slug) => visible.has(slug))
  })
  if (!allowed) throw notFound()
  return release
}
