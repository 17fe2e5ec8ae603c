import type { Call } from '../server.ts'
import type { Dialect, Platform, Project, User } from './model.ts'
import type { Refusal } from './replies.ts'
import type { World } from './state.ts'

/** Who asks, or why the server does not accept that it knows. */
export type Identity = { readonly user: User } | { readonly refusal: Refusal } | { readonly banned: User }

/**
 * HTTP Basic in its two forms: login or e-mail with the password, or the API token as the user name. OMV takes the
 * token with any password, ROSA only with an empty one, and ROSA also reads `authentication_token` from the query.
 */
export function identify(dialect: Dialect, world: World, call: Call): Identity {
  const parameter = dialect === 'rosa' ? call.query.get('authentication_token') : null
  const [name, password] = parameter !== null ? [parameter, ''] : basic(call)
  if (name === undefined) return { refusal: 'missing' }
  const user = [...world.users.values()].find((candidate) => {
    if (candidate.token === name) return dialect === 'omv' || password === ''
    return (candidate.uname === name || candidate.email === name) && candidate.password === password
  })
  if (!user) return { refusal: 'wrong' }
  if (user.state === 'banned') return { banned: user }
  if (user.state === 'unconfirmed') return { refusal: 'unconfirmed' }
  return { user }
}

function basic(call: Call): [name?: string, password?: string] {
  const match = /^Basic (.+)$/.exec(call.headers.authorization ?? '')
  if (!match?.[1]) return []
  const [name = '', ...rest] = Buffer.from(match[1], 'base64').toString('utf8').split(':')
  return [name, rest.join(':')]
}

function isOwner(world: World, user: User, { owner }: Project | Platform): boolean {
  // Groups of the real sites have members; here the writers of a project stand for them.
  return owner.type === 'User' && world.users.get(owner.id) === user
}

/** May read the project: everybody when it is open, else its people. */
export function canSee(world: World, user: User | undefined, project: Project): boolean {
  if (project.visibility === 'open') return true
  return user !== undefined && (canWrite(world, user, project) || project.readers.includes(user.id))
}

/** May build the project and change its builds. */
export function canWrite(world: World, user: User, project: Project): boolean {
  return user.siteAdmin || isOwner(world, user, project) || project.writers.includes(user.id)
}

/** May publish where the platform wants QA, and publish again what is published. */
export function administers(world: World, user: User, platform: Platform): boolean {
  return user.siteAdmin || isOwner(world, user, platform) || platform.admins.includes(user.id)
}

export function canSeePlatform(world: World, user: User | undefined, platform: Platform): boolean {
  return platform.visibility === 'open' || (user !== undefined && administers(world, user, platform))
}
