import type { HttpResponse } from '../http/response.ts'
import { asProject, type Caller, parse } from './call.ts'
import { isProject } from './links.ts'
import { ReleaseListSchema } from './schema.ts'

export interface NewRelease {
  readonly version: string
  /** Slugs or numeric ids. */
  readonly projects: readonly string[]
  readonly ref?: string | undefined
  readonly url?: string | undefined
  readonly status?: 'open' | undefined
}

/**
 * POST of a release, in the form of `projects` that the server takes. After a 400 about projects it uses the next
 * form: all projects within reach of a personal token; digits as text, which is a slug, and from 25.12.1 an id, too;
 * slugs instead of ids, for servers before 24.8.
 * @returns the first response that does not refuse the projects, else the first one of all
 */
export async function postWithProjects(
  release: NewRelease,
  call: Caller,
  widens: boolean,
): Promise<HttpResponse> {
  const post = (
    projects: readonly (string | number)[],
    query?: { readonly project: '-1' },
  ): Promise<HttpResponse> =>
    call({
      method: 'POST',
      path: 'releases/',
      body: { ...release, projects },
      intent: 'create the release',
      query,
    })
  const ALL = { project: '-1' } as const
  const { projects } = release
  const first = await post(projects.map(asProject))
  if (!rejectsProjects(first)) return first
  if (widens) {
    // Without it only projects of joined teams count.
    const response = await post(projects.map(asProject), ALL)
    if (!refused(response)) return response
  }
  if (projects.every((project) => typeof asProject(project) === 'string')) return first
  const query = widens ? ALL : undefined
  const text = await post(projects, query)
  if (!refused(text)) return text
  const slugs = await Promise.all(projects.map((project) => slugOf(project, call)))
  const known = slugs.filter((slug) => slug !== undefined)
  if (known.length < projects.length) return first
  const response = await post(known, query)
  return refused(response) ? first : response
}

/** The slug of a numeric id, from any release of that project: what every token that may create releases can read. */
async function slugOf(project: string, call: Caller): Promise<string | undefined> {
  if (typeof asProject(project) === 'string') return project
  const response = await call({
    method: 'GET',
    path: 'releases/',
    query: { project, status: '', per_page: '1' },
    intent: 'look up the slug of the project',
  })
  if (response.status !== 200) return undefined
  const [release] = parse(ReleaseListSchema, response)
  return release?.projects?.find((candidate) => isProject(candidate, project))?.slug ?? undefined
}

/** Whatever the reason is, the first refusal is the one to explain. */
function refused({ status }: HttpResponse): boolean {
  return status === 400 || status === 403
}

function rejectsProjects(response: HttpResponse): boolean {
  const body = response.json
  return response.status === 400 && typeof body === 'object' && body !== null && 'projects' in body
}
