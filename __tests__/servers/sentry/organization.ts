import type { StandInResponse, Call } from '../server.ts'
import { type Caller, accessibleProjects, tokenScopes } from './auth.ts'
import type { Context } from './context.ts'
import { forbidden } from './errors.ts'
import { paginate } from './paging.ts'
import { repositoryObject } from './serialize.ts'
import type { Project } from './state.ts'
import { opaqueToken } from './tokens.ts'

/** GET `/api/0/`: which scopes the token has, and whose it is (nobody's for organization tokens). */
export function apiRoot(caller: Caller | undefined): StandInResponse {
  if (!caller) return { status: 200, body: { version: '0', auth: null, user: null } }
  const { token } = caller
  const id = String(Number.parseInt(opaqueToken(caller.id).slice(0, 6), 16))
  const user =
    token.kind === 'user'
      ? { id, name: token.name ?? id, username: token.email ?? id, email: token.email ?? id }
      : null
  return { status: 200, body: { version: '0', auth: { scopes: tokenScopes(token) }, user } }
}

/** GET the repositories, by name: active ones unless `status` says otherwise; `query` is a substring. */
export function listRepositories(context: Context): StandInResponse {
  const { token } = context.caller
  if (token.kind === 'organization' && !context.settings.flags.repositoriesForOrgTokens) throw forbidden()
  const { query } = context.call
  const status = query.get('status') || 'active'
  const needle = (query.get('query') ?? '').toLowerCase()
  const integration = query.get('integration_id')
  const rows = context.state.repositories
    .filter((row) => row.organization === context.organization.slug && row.status === status)
    .filter((row) => row.name.toLowerCase().includes(needle))
    .filter((row) => integration === null || (row.integration && integration === '55012'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return paginate(context, rows, (row) => repositoryObject(row, context.settings))
}

/** GET the organization: not for organization tokens, whose one scope does not reach it. */
export function getOrganization({ organization: { id, slug } }: Context): StandInResponse {
  return { status: 200, body: { id: String(id), slug, name: slug } }
}

/** GET the projects of the organization; the ids here are strings, unlike those in a release. */
export function listProjects(context: Context): StandInResponse {
  return paginate(context, accessibleProjects(context.caller, context.organization), projectObject)
}

/** GET the environments of the organization. */
export function listEnvironments({ organization }: Context): StandInResponse {
  const names = [...organization.environments].sort()
  return { status: 200, body: names.map((name, index) => ({ id: String(index + 1), name })) }
}

/** GET one project. */
export function getProject(_context: Context, project: Project): StandInResponse {
  return { status: 200, body: projectObject(project) }
}

/** The 404 of a path without its trailing slash, which no redirect follows. A JSON request gets a JSON hint. */
export function missingSlash(call: Call): StandInResponse {
  const hint = 'Route not found, did you forget a trailing slash?'
  if (call.headers['content-type']?.startsWith('application/json')) {
    return { status: 404, body: { info: `${hint} try: ${call.path}/` } }
  }
  const raw = `${hint}\n\ntry: ${call.path}/\n${' '.repeat(call.path.length + 5)}^\n`
  return { status: 404, headers: { 'Content-Type': 'text/plain' }, raw }
}

function projectObject({ id, slug, platform }: Project): object {
  return { id: String(id), slug, name: slug, platform }
}
