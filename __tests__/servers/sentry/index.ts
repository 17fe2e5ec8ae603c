import { type StandInResponse, type Call, StandIn } from '../server.ts'
import { ArtifactStore } from './artifacts.ts'
import { type Caller, accessibleProjects, authenticate, enter, requireScopes } from './auth.ts'
import type { Context } from './context.ts'
import { ApiError, forbidden, notFound, refuse } from './errors.ts'
import { RateLimiter } from './limits.ts'
import {
  type SentryOptions,
  type Settings,
  type TokenSeed,
  type UserTokenSeed,
  defaultOrganizations,
  defaultTokens,
  settle,
} from './options.ts'
import { apiRoot, missingSlash } from './organization.ts'
import { FetchQueue } from './refs.ts'
import { type Match, allowedMethods, findRoute } from './routes.ts'
import {
  type Activity,
  type Deploy,
  type Organization,
  type Project,
  type Release,
  type ReleaseSeed,
  type Repository,
  State,
} from './state.ts'
import { opaqueToken, orgToken, userToken } from './tokens.ts'
import { PermissionCache } from './visibility.ts'

export * as answers from './answers.ts'
export type * from './options.ts'
export type {
  Activity,
  Commit,
  Deploy,
  Organization,
  Project,
  Release,
  ReleaseSeed,
  Repository,
} from './state.ts'
export { opaqueToken, orgToken, userToken } from './tokens.ts'

/**
 * A stand-in for Sentry's release API over real HTTP: a small database behind the endpoints, with the habits of the
 * real server that clients trip over. Rows are open to tests, before, during and after requests.
 */
export class SentryStandIn extends StandIn {
  readonly state: State
  readonly artifacts = new ArtifactStore()
  readonly #settings: Settings
  #tokens: TokenSeed[]
  readonly #permissions = new PermissionCache()
  readonly #fetches: FetchQueue
  readonly #limiter: RateLimiter

  constructor(options: SentryOptions = {}) {
    super(options)
    this.#settings = settle(options)
    this.state = new State(this.#settings.now, options.organizations ?? defaultOrganizations)
    this.#fetches = new FetchQueue(this.state)
    this.#limiter = new RateLimiter(this.#settings)
    this.#tokens = [...defaultTokens(this.state.organizations[0]?.slug ?? ''), ...(options.tokens ?? [])]
  }

  /** The base URL with the path prefix, without a trailing slash: what a client is configured with. */
  get baseUrl(): string {
    return `${this.url}${this.#settings.prefix}`
  }

  /** Tokens that work from the start; the organization token names this server, so it needs a running one. */
  get tokens(): { organization: string; user: string; integration: string; weak: string } {
    const organization = this.state.organizations[0]?.slug ?? ''
    return {
      organization: this.issueOrgToken(organization),
      user: userToken('user'),
      integration: opaqueToken('integration'),
      weak: userToken('weak'),
    }
  }

  get releases(): Release[] {
    return this.state.releases
  }

  get deploys(): Deploy[] {
    return this.state.deploys
  }

  get repositories(): Repository[] {
    return this.state.repositories
  }

  get activities(): Activity[] {
    return this.state.activities
  }

  /** The first release with this version; throws when there is none, so that assertions stay short. */
  release(version: string): Release {
    const release = this.releases.find((row) => row.version === version)
    if (!release) throw new Error(`no release ${version}`)
    return release
  }

  /** Inserts a release of the first organization, attached to its first project unless told otherwise. */
  addRelease(seed: ReleaseSeed): Release {
    const project = this.state.organizations[0]?.projects[0]
    return this.state.addRelease({ projects: project ? [project.slug] : [], ...seed })
  }

  /** Registers an organization token that names this server and organization, and returns it. */
  issueOrgToken(organization: string, url: string | null = this.baseUrl): string {
    const token = orgToken({ org: organization, url })
    if (!this.#tokens.some((seed) => seed.token === token)) {
      this.addToken({ kind: 'organization', token, organization })
    }
    return token
  }

  addToken(seed: TokenSeed): string {
    this.#tokens.push(seed)
    return seed.token
  }

  /** Makes the server forget a token: the next request with it gets 401. */
  revoke(token: string): void {
    this.#tokens = this.#tokens.filter((seed) => seed.token !== token)
  }

  /** Renames a project; its old routes respond with 302 with `resource-moved`. */
  renameProject(from: string, to: string): void {
    for (const organization of this.state.organizations) {
      const project = organization.projects.find(({ slug }) => slug === from)
      if (!project) continue
      project.slug = to
      organization.renamed.set(from, to)
    }
    for (const release of this.releases) {
      release.projects = release.projects.map((slug) => (slug === from ? to : slug))
      for (const row of release.environments) if (row.project === from) row.project = to
    }
  }

  /** Holds the writer's lock of a release until the returned function is called; commits get 409 meanwhile. */
  lockCommits(version: string): () => void {
    const release = this.release(version)
    release.commitsLocked = true
    return () => {
      release.commitsLocked = false
    }
  }

  /** Fetches that `refs` have queued and nothing has settled yet. */
  get pendingFetches(): number {
    return this.#fetches.size
  }

  /** Runs the queued fetches: what the background task does after a while. */
  settleRefs(): void {
    this.#fetches.settle()
  }

  /** Forgets all cached permissions, as the passing of a minute does. */
  expirePermissions(): void {
    this.#permissions.clear()
  }

  override async stop(): Promise<void> {
    this.#fetches.stop()
    await super.stop()
  }

  protected override async handle(call: Call): Promise<StandInResponse> {
    const limit = call.path.endsWith('/chunk-upload/')
      ? this.#settings.maxUploadBytes
      : this.#settings.maxBodyBytes
    if (call.bytes.length > limit) return tooLarge
    const path = this.#localPath(call.path)
    const match = path === undefined ? undefined : findRoute(path)
    if (path === '/api/0') return { status: 301, headers: { Location: `${call.path}/`, ...html }, raw: '' }
    if (!match && path !== '/api/0/') {
      return path?.startsWith('/api/0') && !path.endsWith('/') ? missingSlash(call) : unknownRoute
    }

    const { caller, failure } = this.#identify(call)
    const { headers, refusal } = this.#limiter.check(call, match?.route.pattern.source ?? 'root', caller)
    const shared = { Allow: allowedMethods(match?.route), ...headers }
    if (call.method === 'OPTIONS') return { status: 200, headers: { ...shared, ...html }, raw: '' }
    try {
      if (!acceptsJson(call)) throw refuse(406, 'Could not satisfy the request Accept header.')
      if (refusal) throw new ApiError(refusal)
      if (failure) throw failure
      return withHeaders(match ? await this.#dispatch(call, match, caller) : apiRoot(caller), shared)
    } catch (error) {
      if (error instanceof ApiError) return withHeaders(error.answer, shared)
      throw error
    }
  }

  async #dispatch(
    call: Call,
    { route, groups }: Match,
    caller: Caller | undefined,
  ): Promise<StandInResponse> {
    const method = route.methods[call.method]
    requireScopes(caller, route.scopes[call.method] ?? [], this.#settings.flags)
    if (!method) throw refuse(405, `Method "${call.method}" not allowed.`)

    const organization = enter(caller, groups['organization'] ?? '', method.scopes, this.state)
    const project = groups['project']
    const scoped = project === undefined ? undefined : this.#project(call, organization, caller, project)
    const context: Context = {
      call,
      state: this.state,
      settings: this.#settings,
      caller,
      organization,
      project: scoped,
      version: groups['version'] ?? '',
      permissions: this.#permissions,
      fetches: this.#fetches,
      artifacts: this.artifacts,
      origin: this.#settings.linkOrigin ?? this.url,
      users: this.#tokens.filter(isUser).flatMap(({ email }) => email ?? []),
    }
    return await method.handle(context)
  }

  #project(call: Call, organization: Organization, caller: Caller, slugOrId: string): Project {
    const renamed = organization.renamed.get(slugOrId)
    if (renamed !== undefined) {
      const url = call.path.replace(`/${slugOrId}/`, `/${renamed}/`)
      const detail = {
        code: 'resource-moved',
        message: 'Resource has been moved',
        extra: { url, slug: renamed },
      }
      throw refuse(302, detail, { Location: url })
    }
    const project = organization.projects.find(({ id, slug }) => slug === slugOrId || String(id) === slugOrId)
    if (!project) throw notFound()
    if (!accessibleProjects(caller, organization).includes(project)) throw forbidden()
    return project
  }

  #identify(call: Call): { caller?: Caller; failure?: ApiError } {
    try {
      const caller = authenticate(call, this.#tokens)
      return caller ? { caller } : {}
    } catch (error) {
      if (error instanceof ApiError) return { failure: error }
      throw error
    }
  }

  // The path below the prefix with its escapes resolved, as the server's router sees it.
  #localPath(path: string): string | undefined {
    const { prefix } = this.#settings
    if (!path.startsWith(`${prefix}/`)) return undefined
    try {
      return decodeURIComponent(path.slice(prefix.length))
    } catch {
      return path.slice(prefix.length)
    }
  }
}

const html = { 'Content-Type': 'text/html; charset=utf-8' }

const unknownRoute: StandInResponse = { status: 404, headers: html, raw: '' }

/** The only format of the API. */
function acceptsJson({ headers: { accept = '*/*' } }: Call): boolean {
  return /(?:application\/(?:json|\*)|\*\/\*)/i.test(accept)
}

const tooLarge: StandInResponse = {
  status: 413,
  headers: { 'Content-Type': 'text/html' },
  raw: '<html><head><title>413 Request Entity Too Large</title></head></html>',
}

function withHeaders(answer: StandInResponse, headers: Readonly<Record<string, string>>): StandInResponse {
  return { ...answer, headers: { ...answer.headers, ...headers } }
}

function isUser(seed: TokenSeed): seed is UserTokenSeed {
  return seed.kind === 'user'
}
