import type { StandInResponse } from '../server.ts'
import { assemble, chunkOptions, listBundles, lookUpArtifacts, uploadChunks } from './artifacts.ts'
import { scopes } from './auth.ts'
import { listCommits, previousWithCommits } from './commits.ts'
import type { Context } from './context.ts'
import { notFound, refuse } from './errors.ts'
import { createDeploy, listDeploys } from './deploys.ts'
import {
  getOrganization,
  getProject,
  listEnvironments,
  listProjects,
  listRepositories,
} from './organization.ts'
import {
  deleteProjectRelease,
  deleteRelease,
  getProjectRelease,
  getRelease,
  updateProjectRelease,
  updateRelease,
} from './release.ts'
import { createProjectRelease, createRelease, listProjectReleases, listReleases } from './releases.ts'
import type { Project } from './state.ts'

type Result = StandInResponse | Promise<StandInResponse>

interface Method {
  readonly scopes: readonly string[]
  readonly handle: (context: Context) => Result
}

export interface Route {
  /** Matched against the decoded path, so an encoded slash in a version leads nowhere. */
  readonly pattern: RegExp
  readonly methods: Readonly<Record<string, Method>>
  /** Scopes by method, also of those that the route does not have: they are looked at first. */
  readonly scopes: Readonly<Record<string, readonly string[]>>
}

const organization = '^/api/0/organizations/(?<organization>[^/]+)/'
const project = '^/api/0/projects/(?<organization>[^/]+)/(?<project>[^/]+)/'
const version = 'releases/(?<version>[^/]+)/'

const notImitated = (): never => {
  throw refuse(501, 'The stand-in does not imitate this request.')
}

const { readReleases: read, writeReleases: write, deleteReleases: erase } = scopes

/** Every route of the API, and of each method the scopes of which one is needed. */
const routes: readonly Route[] = [
  route(`${organization}$`, { GET: { scopes: scopes.readOrganization, handle: getOrganization } }),
  route(`${organization}projects/$`, { GET: { scopes: scopes.readOrganization, handle: listProjects } }),
  route(`${organization}environments/$`, {
    GET: { scopes: scopes.readOrganization, handle: listEnvironments },
  }),
  route(
    `${organization}repos/$`,
    {
      GET: { scopes: scopes.readRepositories, handle: listRepositories },
      POST: { scopes: scopes.writeRepositories, handle: notImitated },
    },
    {},
  ),
  route(`${organization}releases/$`, {
    GET: { scopes: read, handle: listReleases },
    POST: { scopes: write, handle: createRelease },
  }),
  route(`${organization}${version}$`, {
    GET: { scopes: read, handle: getRelease },
    PUT: { scopes: write, handle: updateRelease },
    DELETE: { scopes: erase, handle: deleteRelease },
  }),
  route(`${organization}${version}commits/$`, { GET: { scopes: read, handle: listCommits } }),
  route(`${organization}${version}previous-with-commits/$`, {
    GET: { scopes: read, handle: previousWithCommits },
  }),
  route(`${organization}${version}deploys/$`, {
    GET: { scopes: read, handle: listDeploys },
    POST: { scopes: write, handle: createDeploy },
  }),
  route(`${organization}chunk-upload/$`, {
    GET: { scopes: read, handle: chunkOptions },
    POST: { scopes: write, handle: uploadChunks },
  }),
  route(`${organization}artifactbundle/assemble/$`, { POST: { scopes: write, handle: assemble } }),
  route(`${project}files/artifact-bundles/$`, { GET: { scopes: read, handle: inProject(listBundles) } }),
  route(`${project}artifact-lookup/$`, { GET: { scopes: read, handle: inProject(lookUpArtifacts) } }),
  route(
    `${project}$`,
    {
      GET: { scopes: scopes.readProject, handle: inProject(getProject) },
      PUT: { scopes: scopes.writeProject, handle: notImitated },
      DELETE: { scopes: ['project:admin'], handle: notImitated },
    },
    {},
  ),
  route(`${project}releases/$`, {
    GET: { scopes: read, handle: inProject(listProjectReleases) },
    POST: { scopes: write, handle: inProject(createProjectRelease) },
  }),
  route(`${project}${version}$`, {
    GET: { scopes: read, handle: inProject(getProjectRelease) },
    PUT: { scopes: write, handle: inProject(updateProjectRelease) },
    DELETE: { scopes: erase, handle: inProject(deleteProjectRelease) },
  }),
]

function route(
  pattern: string,
  methods: Readonly<Record<string, Method>>,
  others: Route['scopes'] = { GET: read, POST: write, PUT: write, DELETE: erase },
): Route {
  const own = Object.entries(methods).map(([method, { scopes }]) => [method, scopes])
  return { pattern: new RegExp(pattern), methods, scopes: { ...others, ...Object.fromEntries(own) } }
}

/** The value of `Allow`, which every response has; the root of the API only reads. */
export function allowedMethods(route: Route | undefined): string {
  const own = ['GET', 'POST', 'PUT', 'DELETE'].filter(
    (method) => route?.methods[method] ?? (!route && method === 'GET'),
  )
  return [...own, ...(own.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
}

export interface Match {
  readonly route: Route
  readonly groups: Readonly<Record<string, string | undefined>>
}

export function findRoute(path: string): Match | undefined {
  for (const candidate of routes) {
    const match = candidate.pattern.exec(path)
    if (match) return { route: candidate, groups: match.groups ?? {} }
  }
  return undefined
}

function inProject(handle: (context: Context, project: Project) => Result): Method['handle'] {
  return (context) => {
    if (!context.project) throw notFound()
    return handle(context, context.project)
  }
}
