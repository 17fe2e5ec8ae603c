import type { StandInResponse } from '../server.ts'
import { accessibleProjects, tokenScopes } from './auth.ts'
import type { Context } from './context.ts'
import { newestFirst } from './dates.ts'
import { crash, type FieldErrors, refuse } from './errors.ts'
import { paginate } from './paging.ts'
import { deployObject } from './serialize.ts'
import type { Deploy, Project, Release } from './state.ts'
import { Fields, NULL, readObject } from './validation.ts'
import { reachRelease, visibleProjects } from './visibility.ts'

/** GET the deploys of a release, newest finish first: of each project and environment only the latest, or on older servers all. */
export function listDeploys(context: Context): StandInResponse {
  const release = reachRelease(context, 'read')
  const visible = visibleProjects(context, { joinedOnly: false }).map(({ slug }) => slug)
  const shown = release.environments.filter(
    ({ project }) => visible.length === 0 || visible.includes(project),
  )
  const latest = new Set(shown.map(({ lastDeploy }) => lastDeploy))
  const rows = context.state
    .deploysOf(release)
    .filter(({ id }) => !context.settings.flags.latestDeploysOnly || latest.has(id))
    .sort((a, b) => newestFirst(a.dateFinished, b.dateFinished))
  return paginate(context, rows, deployObject)
}

/**
 * POST a deploy: always adds a row, whatever was there. Without `projects` it counts for every project of the
 * release. An absent release and a missing access to one of its projects are the same 404.
 */
export function createDeploy(context: Context): StandInResponse {
  const { state, organization, settings, call } = context
  const release = reachRelease(context, 'write')
  const fields = new Fields(readObject(call), settings.flags.indexedErrors)
  const environment = fields.text('environment', { required: true, max: 64 }) ?? ''
  if (/[\n\r\f/]/.test(environment)) fields.fail('environment', 'Invalid value for environment')
  const name = fields.text('name', { max: 64, optional: true })
  const url = fields.url('url')
  const dateStarted = fields.date('dateStarted')
  const dateFinished = fields.date('dateFinished')
  const named = readProjects(context, fields)
  fields.finish()

  const projects = named ?? attachedProjects(context, release)
  const strangers = projects.filter(({ slug }) => !release.projects.includes(slug)).map(({ slug }) => slug)
  if (strangers.length > 0) {
    const message = `Invalid projects (${strangers.join(', ')}) for release ${release.version}`
    throw refuse(400, { code: 'parameter-validation-error', message, extra: { context: '' } })
  }
  // Null is a valid field, but not a valid column.
  if (dateFinished === null || (url ?? '').length > 200) throw crash()

  organization.environments.add(environment)
  const slugs = projects.map(({ slug }) => slug)
  const deploy = state.addDeploy({
    organization: organization.slug,
    releaseId: release.id,
    version: release.version,
    environment,
    name: name ?? null,
    url: url ?? null,
    dateStarted: dateStarted ?? null,
    dateFinished: dateFinished ?? state.timestamp(),
    projects: slugs,
  })
  for (const project of slugs) noteDeploy(context, release, deploy, project)
  return { status: 201, body: deployObject(deploy) }
}

function noteDeploy(
  { state }: Context,
  release: Release,
  { id, environment }: Deploy,
  project: string,
): void {
  const row = release.environments.find((e) => e.project === project && e.environment === environment)
  if (row) row.lastDeploy = id
  else release.environments.push({ project, environment, lastDeploy: id })
  state.activities.push({ type: 'deploy', project, version: release.version })
}

function readProjects(context: Context, fields: Fields): Project[] | undefined {
  const values = fields.values('projects', { filled: true })
  if (!values) return undefined
  const { caller, organization } = context
  const accessible = accessibleProjects(caller, organization)
  const granted = tokenScopes(caller.token)
  const { releasesScopeInDeploy, projectIdsInDeploy } = context.settings.flags
  const mayRead =
    caller.token.kind === 'organization' ||
    granted.includes('project:read') ||
    (releasesScopeInDeploy && granted.includes('project:releases'))
  const errors: FieldErrors = {}
  const projects = new Set<Project>()
  values.forEach((value, index) => {
    const project = organization.projects.find(
      ({ id, slug }) => value === slug || (projectIdsInDeploy && String(value) === String(id)),
    )
    if (value === null) errors[String(index)] = [NULL]
    else if (!project) errors[String(index)] = ['Invalid project']
    else if (!mayRead || !accessible.includes(project)) {
      errors[String(index)] = ['Insufficient access to project']
    } else projects.add(project)
  })
  if (Object.keys(errors).length > 0) return fields.failItems('projects', errors)
  return [...projects]
}

function attachedProjects({ organization }: Context, release: Release): Project[] {
  return organization.projects.filter(({ slug }) => release.projects.includes(slug))
}
