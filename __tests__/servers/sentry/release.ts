import type { StandInResponse } from '../server.ts'
import { clearCommits, replaceCommits } from './commits.ts'
import type { Context } from './context.ts'
import { crash, notFound, refuse } from './errors.ts'
import { setRefs } from './refs.ts'
import { type ReleaseInput, readRelease } from './schemas.ts'
import { releaseObject } from './serialize.ts'
import type { Project, Release } from './state.ts'
import { readObject } from './validation.ts'
import { reachRelease, requestedProjects, visibleProjects } from './visibility.ts'

/** GET one release: exact and case-sensitive, archived or not. `?project=` only adds the neighbours in it. */
export function getRelease(context: Context): StandInResponse {
  const release = reachRelease(context, 'read')
  const { all, ids, slugs } = requestedProjects(context)
  if (all || ids.length + slugs.length === 0) return { status: 200, body: releaseObject(context, release) }
  const [project] = visibleProjects(context, { joinedOnly: false })
  if (!project) throw notFound()
  return { status: 200, body: releaseObject(context, release, neighbours(context, release, project)) }
}

/**
 * PUT: applies truthy values only, so nothing can be cleared, and `status: open` (a zero in the database) does not
 * restore. `dateReleased` overwrites each time; the activity is written the first time. What is saved stays saved
 * when commits or refs fail afterwards.
 */
export async function updateRelease(context: Context): Promise<StandInResponse> {
  const release = reachRelease(context, 'write')
  const input = readRelease(readObject(context.call), context.settings.flags)
  const wasReleased = release.dateReleased !== null
  apply(release, input)
  if (input.commits.length > 0) await replaceCommits(context, release, input.commits)
  if (input.refs?.length) setRefs(context, release, input.refs, input.commits.length === 0)
  else if (input.refs) clearCommits(release)
  if (!wasReleased) noteReleased(context, release, release.projects)
  return { status: 200, body: releaseObject(context, release) }
}

/** DELETE: 204, or 400 while issues or health data need the release. */
export function deleteRelease(context: Context): StandInResponse {
  return remove(context, reachRelease(context, 'write'))
}

/** GET one release of one project. */
export function getProjectRelease(context: Context, project: Project): StandInResponse {
  return { status: 200, body: releaseObject(context, ofProject(context, project)) }
}

/** PUT on a project's release: like the organization's, without `refs` and without a look at other projects. */
export async function updateProjectRelease(context: Context, project: Project): Promise<StandInResponse> {
  const release = ofProject(context, project)
  const input = readRelease(readObject(context.call), context.settings.flags)
  const wasReleased = release.dateReleased !== null
  apply(release, input)
  if (input.commits.length > 0) await replaceCommits(context, release, input.commits)
  if (!wasReleased) noteReleased(context, release, [project.slug])
  return { status: 200, body: releaseObject(context, release) }
}

/** DELETE on a project's release removes it for every project. */
export function deleteProjectRelease(context: Context, project: Project): StandInResponse {
  return remove(context, ofProject(context, project))
}

function apply(release: Release, { dateReleased, ref, url, status }: ReleaseInput): void {
  if (url && url.length > 200) throw crash()
  if (dateReleased) release.dateReleased = dateReleased
  if (ref) release.ref = ref
  if (url) release.url = url
  if (status === 'archived') release.status = status
}

function noteReleased({ state }: Context, release: Release, projects: readonly string[]): void {
  if (release.dateReleased === null) return
  for (const project of projects)
    state.activities.push({ type: 'release', project, version: release.version })
}

function remove({ state }: Context, release: Release): StandInResponse {
  if (release.referencedByIssues) {
    throw refuse(400, 'This release is referenced by active issues and cannot be removed.')
  }
  if (release.hasHealthData) throw refuse(400, 'This release has health data and cannot be removed.')
  state.deleteRelease(release)
  return { status: 204 }
}

function ofProject({ state, organization, version }: Context, project: Project): Release {
  const release = state.findRelease(organization.slug, version)
  if (!release?.projects.includes(project.slug)) throw notFound()
  return release
}

function neighbours({ state, call, organization }: Context, release: Release, project: Project): object {
  if (!['', 'date', 'build', 'semver'].includes(call.query.get('sort') ?? ''))
    throw refuse(400, 'invalid sort')
  const rows = state.releases.filter(
    (row) => row.organization === organization.slug && row.projects.includes(project.slug),
  )
  const index = rows.indexOf(release)
  return {
    prevReleaseVersion: rows[index - 1]?.version ?? null,
    nextReleaseVersion: rows[index + 1]?.version ?? null,
    firstReleaseVersion: rows[0]?.version ?? null,
    lastReleaseVersion: rows.at(-1)?.version ?? null,
    sessionsLowerBound: null,
    sessionsUpperBound: null,
  }
}
