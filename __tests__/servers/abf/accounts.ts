import type { StandInResponse } from '../server.ts'
import { seconds, type Context, type Route } from './context.ts'
import type { User } from './model.ts'
import { json, notFound } from './replies.ts'

/** Accounts and ROSA's chains: what belongs to the caller. */
export const accountRoutes: readonly Route[] = [
  { method: 'GET', path: '/user', run: currentUser },
  { method: 'GET', path: '/users/:id', open: ['omv'], run: showUser },
  { method: 'GET', path: '/chain_builds/last', only: ['rosa'], run: (context) => chain(context, 'last') },
  { method: 'GET', path: '/chain_builds/:id', only: ['rosa'], run: (context) => chain(context, context.id) },
]

/** What both account routes tell; most of a profile is empty for an account that only builds. */
function profile({ site }: Context, user: User): Record<string, unknown> {
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    uname: user.uname,
    language: 'en',
    own_projects_count: 0,
    professional_experience: null,
    site: null,
    company: null,
    location: null,
    build_priority: user.buildPriority,
    created_at: 1_700_000_000,
    updated_at: seconds(site.world.clock()),
    avatar_url: `https://gravatar.example.org/avatar/${user.id}`,
    url: `/api/v1/users/${user.id}.json`,
    html_url: `/${user.uname}`,
  }
}

/** GET /user: the one read that looks at the credentials on every server. */
function currentUser(context: Context): StandInResponse {
  const { site, user } = context
  if (!user) return notFound(site.dialect)
  return json({ user: { ...profile(context, user), role: user.siteAdmin ? 'admin' : '' } })
}

/** GET /users/:id_or_uname. */
function showUser(context: Context): StandInResponse {
  const { site, id } = context
  const user = [...site.world.users.values()].find(
    (candidate) => String(candidate.id) === id || candidate.uname === id,
  )
  return user ? json({ user: profile(context, user) }) : notFound(site.dialect)
}

/** GET /chain_builds/:id and /last: the owner's only; no last one is a 404 with a body of its own. */
function chain({ site, user }: Context, wanted: string): StandInResponse {
  const own = [...site.world.chains.values()].filter(({ userId }) => userId === user?.id)
  const found = wanted === 'last' ? own.at(-1) : own.find(({ id }) => String(id) === wanted)
  if (!found) return wanted === 'last' ? json({ chain_build: null }, 404) : notFound(site.dialect)
  const arches = found.buildIds.flatMap((id) => {
    const archId = site.world.builds.get(id)?.archId
    return archId === undefined ? [] : [site.world.arches.get(archId)?.name]
  })
  return json({ chain_build: { id: found.id, arches: [...new Set(arches)] } })
}
