import type { Call } from '../server.ts'
import type { Role, ServerFlags, TokenSeed } from './options.ts'
import type { Organization, Project, State } from './state.ts'
import { forbidden, notFound, unauthorized } from './errors.ts'

/** Who a request comes from. */
export interface Caller {
  readonly token: TokenSeed
  /** What the permission cache and the rate limiter tell callers apart by. */
  readonly id: string
}

/** Scopes of which any one lets a request pass. */
export const scopes = {
  readReleases: ['org:ci', 'project:admin', 'project:read', 'project:releases', 'project:write'],
  writeReleases: ['org:ci', 'project:admin', 'project:releases', 'project:write'],
  deleteReleases: ['project:admin', 'project:releases'],
  readRepositories: ['org:admin', 'org:ci', 'org:integrations', 'org:read', 'org:write'],
  writeRepositories: ['org:admin', 'org:integrations', 'org:write'],
  readOrganization: ['org:admin', 'org:read', 'org:write'],
  writeProject: ['project:admin', 'project:write'],
  readProject: ['project:admin', 'project:read', 'project:write'],
} as const satisfies Readonly<Record<string, readonly string[]>>

const memberScopes = ['org:read', 'project:read', 'project:releases']
const adminScopes = [...memberScopes, 'org:integrations', 'project:write', 'project:admin']
const roleScopes: Readonly<Record<Role, readonly string[]>> = {
  member: memberScopes,
  admin: adminScopes,
  manager: [...adminScopes, 'org:write'],
  owner: [...adminScopes, 'org:write', 'org:admin'],
}

export function tokenScopes(token: TokenSeed): readonly string[] {
  return token.kind === 'organization' ? ['org:ci'] : token.scopes
}

/** Reads the `Authorization` header: undefined without bearer credentials, 401 for bad ones. */
export function authenticate(call: Call, tokens: readonly TokenSeed[]): Caller | undefined {
  const [scheme, text, ...rest] = (call.headers.authorization ?? '').trim().split(/\s+/)
  if (scheme?.toLowerCase() !== 'bearer') return undefined
  if (text === undefined) throw unauthorized('Invalid token header. No credentials provided.')
  if (rest.length > 0) throw unauthorized('Invalid token header. Token string should not contain spaces.')

  const token = tokens.find((candidate) => candidate.token === text)
  if (!token) throw unauthorized(text.startsWith('sntrys_') ? 'Invalid org token' : 'Invalid token')
  if (token.kind === 'user' && token.state === 'expired') throw unauthorized('Token expired')
  if (token.kind === 'user' && token.state === 'inactive') throw unauthorized('User inactive or deleted')
  return { token, id: `${token.kind} ${text}` }
}

/** 401 without a caller, 403 when the token carries none of the scopes. */
export function requireScopes(
  caller: Caller | undefined,
  wanted: readonly string[],
  flags: ServerFlags,
): asserts caller is Caller {
  if (!caller) throw unauthorized('Authentication credentials were not provided.')
  if (tokenScopes(caller.token).some((scope) => wanted.includes(scope))) return
  throw forbidden(
    flags.insufficientScopeHeader
      ? { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${wanted.join(' ')}"` }
      : {},
  )
}

/** The organization of a route: 404 when unknown, 403 or 401 when it is not the caller's to enter. */
export function enter(
  caller: Caller,
  slugOrId: string,
  wanted: readonly string[],
  state: State,
): Organization {
  const organization = state.organization(slugOrId)
  if (!organization) throw notFound()
  const { token } = caller
  if (token.kind === 'user' && token.limitedTo !== undefined && token.limitedTo !== organization.slug) {
    throw unauthorized('Unauthorized organization access.')
  }
  if (token.organization !== organization.slug) throw forbidden()
  if (token.kind !== 'user') return organization

  const { slug, requires } = organization
  if (requires === 'sso') {
    const extra = { loginUrl: `/auth/login/${slug}/` }
    throw unauthorized({ code: 'sso-required', message: 'Must login via SSO', extra })
  }
  if (requires === '2fa') {
    const message = 'Organization requires two-factor authentication to be enabled'
    throw unauthorized({ code: '2fa-required', message, extra: {} })
  }
  const granted = roleScopes[token.role ?? 'member']
  // The role narrows a token; `org:ci` is no role's scope and is left to the token alone.
  if (
    !token.scopes.some((scope) => wanted.includes(scope) && (scope === 'org:ci' || granted.includes(scope)))
  ) {
    throw forbidden()
  }
  return organization
}

/** Projects the caller belongs to: of a joined team for people, all for organization tokens and integrations. */
export function joinedProjects({ token }: Caller, { projects }: Organization): Project[] {
  if (token.kind !== 'user') return [...projects]
  const joined = token.teams ?? []
  return projects.filter(({ teams }) => teams.some((team) => joined.includes(team)))
}

/** Projects the caller may reach: open membership and global roles widen the joined ones. */
export function accessibleProjects(caller: Caller, organization: Organization): Project[] {
  const { token } = caller
  if (token.kind !== 'user' || organization.openMembership) return [...organization.projects]
  if (token.role === 'manager' || token.role === 'owner') return [...organization.projects]
  return joinedProjects(caller, organization)
}
