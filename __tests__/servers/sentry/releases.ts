import type { StandInResponse } from '../server.ts'
import { accessibleProjects } from './auth.ts'
import { replaceCommits } from './commits.ts'
import type { Context } from './context.ts'
import { newestFirst } from './dates.ts'
import { crash, invalid, notFound, refuse } from './errors.ts'
import { paginate } from './paging.ts'
import { setRefs } from './refs.ts'
import { type NewReleaseInput, readNewRelease } from './schemas.ts'
import { search } from './search.ts'
import { releaseObject } from './serialize.ts'
import type { Project, Release } from './state.ts'
import { semanticVersion } from './version.ts'
import { readObject } from './validation.ts'
import { visibleProjects } from './visibility.ts'

const sessionSorts = new Set([
  'crash_free_sessions',
  'crash_free_users',
  'sessions',
  'users',
  'sessions_24h',
  'users_24h',
])

/**
 * GET the releases of an organization. Hides archived ones unless asked, and everything outside the caller's
 * projects; a caller without projects gets `[]` and no `Link` header.
 */
export function listReleases(context: Context): StandInResponse {
  const { call, state, settings, organization } = context
  const { query } = call
  const projects = visibleProjects(context, { joinedOnly: true }).map(({ slug }) => slug)
  const environments = query.getAll('environment')
  if (projects.length === 0) return { status: 200, body: [] }
  if (environments.some((name) => !organization.environments.has(name))) throw notFound()

  const all = state.releases.filter((row) => row.organization === organization.slug)
  checkSummaryPeriod(query)
  const status = query.get('status') ?? 'open'
  if (!['', 'open', 'archived'].includes(status)) throw refuse(400, 'invalid value for status')
  let rows = all.filter((row) => status === '' || row.status === status)
  if (environments.length > 0) {
    rows = rows.filter((row) =>
      row.environments.some((e) => environments.includes(e.environment) && projects.includes(e.project)),
    )
  }
  const needle = query.get('query')
  if (needle) {
    const { releaseSearchKey, finalizedSearchKey, releaseSearchLists: lists } = settings.flags
    const keys = [...(releaseSearchKey ? ['release'] : []), ...(finalizedSearchKey ? ['finalized'] : [])]
    rows = search(needle, rows, { projects, environments, all, keys, lists })
  }
  rows = rows.filter((row) => row.projects.some((slug) => projects.includes(slug)))
  rows = order(rows, query.get('sort') || 'date', query.get('flatten') === '1')
  rows = between(rows, query, settings.now())
  return paginate(context, rows, (row) => releaseObject(context, row))
}

/**
 * POST: get or create by organization and version. 201 when the row or any project link is new, otherwise 208 with
 * the same body. On an existing row only `projects`, `status`, `commits` and `refs` have an effect. Everything up to
 * the links is committed before commits and refs are looked at, so a 400 or 409 may leave a release behind.
 */
export async function createRelease(context: Context): Promise<StandInResponse> {
  const { call, state, settings, caller, organization } = context
  const input = readNewRelease(readObject(call), settings.flags, context.users, 'organization')
  const allowed = visibleProjects(context, { joinedOnly: settings.flags.createInJoinedTeams })
  const projects = input.projects.map((entry) => findProject(context, allowed, entry))

  const { release, created } = getOrCreate(context, input, 256)
  await settings.afterInsert(release, created)

  const reachable = new Set(accessibleProjects(caller, organization).map(({ slug }) => slug))
  if (release.projects.some((slug) => !reachable.has(slug))) {
    const names = release.projects.join(', ')
    throw invalid({ projects: [`You do not have permission to one of the projects: ${names}`] })
  }
  if (input.status) release.status = input.status
  const attached = projects.filter((project) => attach(release, project))
  if (release.dateReleased !== null) {
    for (const { slug } of attached) {
      state.activities.push({ type: 'release', project: slug, version: release.version })
    }
  }
  if (input.commits.length > 0) await replaceCommits(context, release, input.commits)
  if (input.refs?.length) setRefs(context, release, input.refs, input.commits.length === 0)
  return { status: created || attached.length > 0 ? 201 : 208, body: releaseObject(context, release) }
}

/** GET the releases of one project: open ones only, and `query` is never anything but a substring. */
export function listProjectReleases(context: Context, project: Project): StandInResponse {
  const needle = (context.call.query.get('query') ?? '').toLowerCase()
  const environment = context.call.query.get('environment')
  const rows = context.state.releases
    .filter((row) => row.organization === context.organization.slug && row.status === 'open')
    .filter((row) => row.projects.includes(project.slug) && row.version.toLowerCase().includes(needle))
    .filter(
      ({ environments }) =>
        !environment || environments.some((e) => e.environment === environment && e.project === project.slug),
    )
    .sort(
      (a, b) => newestFirst(a.dateReleased ?? a.dateCreated, b.dateReleased ?? b.dateCreated) || b.id - a.id,
    )
  return paginate(context, rows, (row) => releaseObject(context, row))
}

/** POST a release of one project: 201 exactly when the project was not attached yet. `refs` are ignored. */
export async function createProjectRelease(context: Context, project: Project): Promise<StandInResponse> {
  const { call, state, settings } = context
  const input = readNewRelease(readObject(call), settings.flags, context.users, 'project')
  const { release, created } = getOrCreate(context, input, Number.POSITIVE_INFINITY)
  await settings.afterInsert(release, created)

  if (input.status) release.status = input.status
  const attached = attach(release, project)
  if (input.commits.length > 0) await replaceCommits(context, release, input.commits)
  if (created && release.dateReleased !== null) {
    state.activities.push({ type: 'release', project: project.slug, version: release.version })
  }
  return { status: attached ? 201 : 208, body: releaseObject(context, release) }
}

function getOrCreate(
  { call, state, organization }: Context,
  input: NewReleaseInput,
  userAgentLength: number,
): { release: Release; created: boolean } {
  const existing = state.findRelease(organization.slug, input.version)
  if (existing) return { release: existing, created: false }
  // The field takes any length, the column 200 characters.
  if ((input.url ?? '').length > 200) throw crash()
  const release = state.addRelease({
    organization: organization.slug,
    version: input.version,
    ref: input.ref ?? null,
    url: input.url ?? null,
    owner: input.owner ?? null,
    dateReleased: input.dateReleased ?? null,
    status: input.status ?? 'open',
    userAgent: (call.headers['user-agent'] ?? '').slice(0, userAgentLength),
  })
  return { release, created: true }
}

function findProject({ settings: { flags } }: Context, allowed: readonly Project[], entry: unknown): Project {
  // A list in the list is more than the server can look up.
  if (Array.isArray(entry)) throw crash()
  const project = allowed.find(({ id, slug }) => {
    if (entry === slug) return true
    if (!flags.projectIdsInBody) return false
    return entry === id || (flags.numericStringProjects && entry === String(id))
  })
  if (project) return project
  const message = flags.projectIdsInBody ? 'Invalid project ids or slugs' : 'Invalid project slugs'
  throw invalid({ projects: [message] })
}

function attach(release: Release, project: Project): boolean {
  if (release.projects.includes(project.slug)) return false
  release.projects.push(project.slug)
  return true
}

function order(rows: Release[], sort: string, flattened: boolean): Release[] {
  const byDate = [...rows].sort((a, b) => newestFirst(a.dateCreated, b.dateCreated) || b.id - a.id)
  if (sort === 'date' || sort === 'adoption') return byDate
  if (sort === 'build') {
    const build = ({ version }: Release): number => Number(semanticVersion(version)?.build ?? Number.NaN)
    return byDate.filter((row) => !Number.isNaN(build(row))).sort((a, b) => build(b) - build(a))
  }
  if (sort === 'semver') return byDate.sort(bySemver)
  if (!sessionSorts.has(sort)) throw refuse(400, 'invalid sort')
  if (!flattened) throw refuse(400, 'sorting by crash statistics requires flattening (flatten=1)')
  return byDate
}

function bySemver(a: Release, b: Release): number {
  const [left, right] = [semanticVersion(a.version), semanticVersion(b.version)]
  if (!left || !right) return Number(Boolean(right)) - Number(Boolean(left))
  return left.parts.reduce((sign, part, index) => sign || (right.parts[index] ?? 0) - part, 0)
}

const SUMMARY_PERIODS = ['1h', '24h', '1d', '48h', '2d', '7d', '14d', '30d', '90d']

function checkSummaryPeriod(query: URLSearchParams): void {
  const period = query.get('summaryStatsPeriod')
  if (period === null || SUMMARY_PERIODS.includes(period)) return
  const choices = SUMMARY_PERIODS.map((choice) => `'${choice}'`).join(', ')
  throw refuse(400, `Invalid summaryStatsPeriod. Valid choices are ${choices}`)
}

function between(rows: Release[], query: URLSearchParams, now: number): Release[] {
  const period = query.get('statsPeriod')
  const match = /^(\d+)([smhdw])$/.exec(period ?? '')
  if (period && !match) throw refuse(400, `Invalid date range: Invalid statsPeriod: '${period}'`)
  const unit = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[match?.[2] ?? 's'] ?? 1
  const given = match ? [] : ['start', 'end'].flatMap((name) => query.get(name) ?? [])
  if (given.length === 1) throw refuse(400, 'Invalid date range: start and end are both required')
  const wrong = given.find((text) => Number.isNaN(Date.parse(text)))
  if (wrong !== undefined) {
    throw refuse(400, `Invalid date range: ${wrong} is not a valid ISO8601 date query`)
  }
  const start = match ? now - Number(match[1]) * unit * 1000 : Date.parse(query.get('start') ?? '')
  const end = match ? now : Date.parse(query.get('end') ?? '')
  if (Number.isNaN(start) || Number.isNaN(end)) return rows
  return rows.filter(({ dateCreated }) => {
    const created = Date.parse(dateCreated)
    return created >= start && created <= end
  })
}
