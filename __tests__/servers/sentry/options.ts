import type { ServerOptions } from '../server.ts'
import { artifactDefaults, type ArtifactSettings } from './artifacts.ts'
import type { Release } from './state.ts'
import { opaqueToken, userToken } from './tokens.ts'

/** Which server the stand-in imitates; `flags` overrides single traits. */
export type Generation = '2026' | '2025' | '23.7' | 'old'

/** Traits that differ between Sentry versions in the field. */
export interface ServerFlags {
  /** `?project=` takes slugs besides numbers; older servers respond with 400. */
  readonly projectSlugsInQuery: boolean
  /** `projects` of a create takes numeric ids besides slugs. */
  readonly projectIdsInBody: boolean
  /** A numeric string in `projects` of a create finds the project with that id (since 25.12.1). */
  readonly numericStringProjects: boolean
  /** `release:` is a search key; without, the response is 400. */
  readonly releaseSearchKey: boolean
  /** `finalized:` is a search key; without, the response is 400. */
  readonly finalizedSearchKey: boolean
  /** `release:[a,b]` finds each of the list; older servers find none. */
  readonly releaseSearchLists: boolean
  /** `per_page` below 1 is refused; older servers take it. */
  readonly positivePages: boolean
  /** `author_email` of a commit takes 200 characters; older servers 75 (before 2024). */
  readonly longAuthorEmails: boolean
  /** A repository has `externalId`. */
  readonly externalIds: boolean
  /** A create takes only projects of teams that the caller has joined; older servers those that the caller may reach. */
  readonly createInJoinedTeams: boolean
  /** The release object carries `userAgent`. */
  readonly userAgentField: boolean
  /** A missing scope is named in `WWW-Authenticate` (since June 2026). */
  readonly insufficientScopeHeader: boolean
  /** PUT, DELETE and creating a deploy need access to every attached project (since March 2026). */
  readonly allProjectsForWrites: boolean
  /** Errors inside lists are keyed by index; older servers merge them into one object. */
  readonly indexedErrors: boolean
  /** Carriage return and backslash are forbidden in versions, besides what always was. */
  readonly strictVersions: boolean
  /** The list of deploys has only the latest of each project and environment; older servers list all and ignore `?project=`. */
  readonly latestDeploysOnly: boolean
  /** `projects` of a deploy takes numeric ids (since 24.8). */
  readonly projectIdsInDeploy: boolean
  /** `projects` of a deploy takes a token with only `project:releases` (since 24.10). */
  readonly releasesScopeInDeploy: boolean
  /** An organization token may list the repositories (since 23.8). */
  readonly repositoriesForOrgTokens: boolean
}

const modern: ServerFlags = {
  projectSlugsInQuery: true,
  projectIdsInBody: true,
  numericStringProjects: true,
  releaseSearchKey: true,
  finalizedSearchKey: true,
  releaseSearchLists: true,
  positivePages: true,
  longAuthorEmails: true,
  externalIds: true,
  createInJoinedTeams: true,
  userAgentField: true,
  insufficientScopeHeader: true,
  allProjectsForWrites: true,
  indexedErrors: true,
  strictVersions: true,
  latestDeploysOnly: true,
  projectIdsInDeploy: true,
  releasesScopeInDeploy: true,
  repositoriesForOrgTokens: true,
}

const presets: Readonly<Record<Generation, ServerFlags>> = {
  '2026': modern,
  '2025': {
    ...modern,
    projectSlugsInQuery: false,
    numericStringProjects: false,
    insufficientScopeHeader: false,
    allProjectsForWrites: false,
  },
  '23.7': {
    ...modern,
    projectSlugsInQuery: false,
    projectIdsInBody: false,
    numericStringProjects: false,
    insufficientScopeHeader: false,
    allProjectsForWrites: false,
    finalizedSearchKey: false,
    releaseSearchLists: false,
    positivePages: false,
    longAuthorEmails: false,
    externalIds: false,
    createInJoinedTeams: false,
    indexedErrors: false,
    latestDeploysOnly: false,
    projectIdsInDeploy: false,
    releasesScopeInDeploy: false,
    repositoriesForOrgTokens: false,
  },
  old: {
    projectSlugsInQuery: false,
    projectIdsInBody: false,
    numericStringProjects: false,
    releaseSearchKey: false,
    finalizedSearchKey: false,
    releaseSearchLists: false,
    positivePages: false,
    longAuthorEmails: false,
    externalIds: false,
    createInJoinedTeams: false,
    userAgentField: false,
    insufficientScopeHeader: false,
    allProjectsForWrites: false,
    indexedErrors: false,
    strictVersions: false,
    latestDeploysOnly: false,
    projectIdsInDeploy: false,
    releasesScopeInDeploy: false,
    repositoriesForOrgTokens: false,
  },
}

export interface ProjectSeed {
  readonly slug: string
  readonly id?: number
  readonly platform?: string
  /** Teams that own the project; default: one team named like the project. */
  readonly teams?: readonly string[]
}

/** One commit of a repository that Sentry can read through an integration. */
export interface SourceCommit {
  readonly id: string
  readonly message?: string
  readonly authorName?: string
  readonly authorEmail?: string
  readonly timestamp?: string
}

export interface RepositorySeed {
  readonly name: string
  /** Without an integration (default: with) head commits are stored but nothing is ever fetched. */
  readonly integration?: boolean
  readonly status?: 'active' | 'hidden' | 'deleted'
  /** What the provider would return, oldest first; without it a fetch yields the head commit alone. */
  readonly history?: readonly SourceCommit[]
}

export interface OrganizationSeed {
  readonly slug: string
  /** Whether members may reach projects of teams they have not joined (default true). */
  readonly openMembership?: boolean
  /** Members get 401 with a `detail` object until they sign in that way. */
  readonly requires?: 'sso' | '2fa'
  readonly projects?: readonly (string | ProjectSeed)[]
  readonly repositories?: readonly (string | RepositorySeed)[]
}

export type Role = 'member' | 'admin' | 'manager' | 'owner'

export interface OrganizationTokenSeed {
  readonly kind: 'organization'
  readonly token: string
  readonly organization: string
}

export interface UserTokenSeed {
  readonly kind: 'user'
  readonly token: string
  readonly organization: string
  readonly scopes: readonly string[]
  /** Teams the owner has joined (default none). */
  readonly teams?: readonly string[]
  readonly role?: Role
  readonly name?: string
  readonly email?: string
  readonly state?: 'active' | 'expired' | 'inactive'
  /** The only organization the token may be used for, when it was limited to one. */
  readonly limitedTo?: string
}

export interface IntegrationTokenSeed {
  readonly kind: 'integration'
  readonly token: string
  readonly organization: string
  readonly scopes: readonly string[]
}

export type TokenSeed = OrganizationTokenSeed | UserTokenSeed | IntegrationTokenSeed

export interface SentryOptions extends ServerOptions {
  /** Default: `acme` with the projects `web`, `api`, `worker` and the repository `acme/storefront`. */
  readonly organizations?: readonly OrganizationSeed[]
  /** Tokens in addition to the four default ones. */
  readonly tokens?: readonly TokenSeed[]
  readonly generation?: Generation
  readonly flags?: Partial<ServerFlags>
  /** Path below which a self-hosted server lives, e.g. `/sentry`. */
  readonly prefix?: string
  /** Scheme and host in `Link` headers, when the server thinks it is somewhere else. */
  readonly linkOrigin?: string
  /** How long "may this caller see this release" is remembered (default 60 000 ms). */
  readonly permissionCacheMs?: number
  /** Larger request bodies get 413 (default 2.5 MB). */
  readonly maxBodyBytes?: number
  /** Larger uploads of chunks get 413, as from a proxy in front (default 64 MiB). */
  readonly maxUploadBytes?: number
  readonly artifacts?: Partial<ArtifactSettings>
  /** Off by default, as on self-hosted servers. */
  readonly rateLimit?: { readonly limit: number; readonly windowMs: number }
  /** Fetches queued by `refs` finish after this time; without it only `settleRefs()` finishes them. */
  readonly refsDelayMs?: number
  /** How long storing a commit list takes, while the release is locked (default 0). */
  readonly commitsMs?: number
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number
  /** Awaited between the commit of a release row and of its project links: the place where races happen. */
  readonly afterInsert?: (release: Release, created: boolean) => void | Promise<void>
}

/** The options with every default filled in. */
export interface Settings {
  readonly flags: ServerFlags
  readonly prefix: string
  readonly linkOrigin: string | undefined
  readonly permissionCacheMs: number
  readonly maxBodyBytes: number
  readonly maxUploadBytes: number
  readonly artifacts: ArtifactSettings
  readonly rateLimit: { readonly limit: number; readonly windowMs: number } | undefined
  readonly refsDelayMs: number | undefined
  readonly commitsMs: number
  readonly now: () => number
  readonly afterInsert: (release: Release, created: boolean) => void | Promise<void>
}

export function settle(options: SentryOptions): Settings {
  return {
    flags: { ...presets[options.generation ?? '2026'], ...options.flags },
    prefix: (options.prefix ?? '').replace(/\/+$/, ''),
    linkOrigin: options.linkOrigin,
    permissionCacheMs: options.permissionCacheMs ?? 60_000,
    maxBodyBytes: options.maxBodyBytes ?? 2_621_440,
    maxUploadBytes: options.maxUploadBytes ?? 64 * 1024 * 1024,
    artifacts: { ...artifactDefaults, ...options.artifacts },
    rateLimit: options.rateLimit,
    refsDelayMs: options.refsDelayMs,
    commitsMs: options.commitsMs ?? 0,
    now: options.now ?? Date.now,
    afterInsert: options.afterInsert ?? (() => undefined),
  }
}

export const defaultOrganizations: readonly OrganizationSeed[] = [
  {
    slug: 'acme',
    projects: [
      { slug: 'web', id: 4507310046216192, platform: 'javascript' },
      { slug: 'api', id: 4507310052573184, platform: 'node' },
      { slug: 'worker', id: 4507310058930176, platform: 'python' },
    ],
    repositories: ['acme/storefront'],
  },
]

/** A member of the teams of `web` and `api`, an integration, and a token whose scopes open nothing. */
export function defaultTokens(organization: string): TokenSeed[] {
  const member = { kind: 'user', organization } as const
  return [
    {
      ...member,
      token: userToken('user'),
      scopes: ['org:read', 'project:read', 'project:releases'],
      teams: ['web', 'api'],
      name: 'Rowan Pike',
      email: 'rowan@acme.example',
    },
    {
      kind: 'integration',
      token: opaqueToken('integration'),
      organization,
      scopes: ['org:read', 'project:releases'],
    },
    { ...member, token: userToken('weak'), scopes: ['event:read'], teams: ['web', 'api'] },
  ]
}
