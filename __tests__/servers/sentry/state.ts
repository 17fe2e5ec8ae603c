import type { OrganizationSeed, RepositorySeed, SourceCommit } from './options.ts'
import { crash } from './errors.ts'
import { formatDate } from './dates.ts'

export type ReleaseStatus = 'open' | 'archived'

export interface Project {
  readonly id: number
  slug: string
  readonly platform: string
  readonly teams: readonly string[]
}

export interface Organization {
  readonly id: number
  readonly slug: string
  readonly openMembership: boolean
  readonly requires: 'sso' | '2fa' | undefined
  readonly projects: Project[]
  /** Names of environments ever seen; filtering by any other is a 404. */
  readonly environments: Set<string>
  /** Former project slugs and what they became. */
  readonly renamed: Map<string, string>
}

export interface Repository {
  readonly id: number
  readonly organization: string
  readonly name: string
  readonly integration: boolean
  readonly status: 'active' | 'hidden' | 'deleted'
  readonly history: readonly SourceCommit[] | undefined
  readonly dateCreated: string
}

export interface Commit {
  readonly id: string
  readonly repository: string
  readonly message: string | null
  readonly authorName: string | null
  readonly authorEmail: string | null
  readonly dateCreated: string
  readonly files: readonly { readonly path: string; readonly type: string }[]
}

/** The row that ties a release to an environment of a project; made by a deploy or by events. */
export interface ReleaseEnvironment {
  project: string
  readonly environment: string
  lastDeploy: string | null
}

export interface Release {
  readonly id: number
  readonly organization: string
  readonly version: string
  status: ReleaseStatus
  ref: string | null
  url: string | null
  owner: string | null
  readonly dateCreated: string
  dateReleased: string | null
  readonly userAgent: string | null
  /** Slugs, in the order of attaching. Empty for an orphan. */
  projects: string[]
  /** Newest first. */
  commits: Commit[]
  /** Head commit by repository name. */
  headCommits: Record<string, string>
  environments: ReleaseEnvironment[]
  /** While true, requests that bring commits get 409. */
  commitsLocked: boolean
  referencedByIssues: boolean
  hasHealthData: boolean
}

export interface Deploy {
  readonly id: string
  readonly organization: string
  readonly releaseId: number
  readonly version: string
  readonly environment: string
  readonly name: string | null
  readonly url: string | null
  readonly dateStarted: string | null
  readonly dateFinished: string
  /** Slugs. */
  readonly projects: readonly string[]
}

/** A line in a project's activity stream. */
export interface Activity {
  readonly type: 'release' | 'deploy'
  readonly project: string
  readonly version: string
}

export type ReleaseSeed = Partial<Omit<Release, 'id' | 'commits'>> & {
  readonly version: string
  readonly commits?: readonly SourceCommit[]
}

/** All rows of the stand-in's database. Tests may read and change them freely. */
export class State {
  readonly organizations: Organization[] = []
  readonly repositories: Repository[] = []
  readonly releases: Release[] = []
  readonly deploys: Deploy[] = []
  readonly activities: Activity[] = []
  /** What the server mailed to people instead of responding with an error. */
  readonly mails: string[] = []
  readonly #now: () => number
  #ids = {
    organization: 71,
    project: 4507310065287168,
    repository: 918273,
    release: 1204417733,
    deploy: 61730094,
  }
  #lastMicros = 0

  constructor(now: () => number, seeds: readonly OrganizationSeed[]) {
    this.#now = now
    for (const seed of seeds) this.addOrganization(seed)
  }

  addOrganization(seed: OrganizationSeed): Organization {
    const organization: Organization = {
      id: this.#ids.organization++,
      slug: seed.slug,
      openMembership: seed.openMembership ?? true,
      requires: seed.requires,
      projects: (seed.projects ?? []).map((entry) => {
        const project = typeof entry === 'string' ? { slug: entry } : entry
        return {
          id: project.id ?? this.#ids.project++,
          slug: project.slug,
          platform: project.platform ?? 'other',
          teams: project.teams ?? [project.slug],
        }
      }),
      environments: new Set(),
      renamed: new Map(),
    }
    this.organizations.push(organization)
    for (const repository of seed.repositories ?? []) this.addRepository(seed.slug, repository)
    return organization
  }

  addRepository(organization: string, seed: string | RepositorySeed): Repository {
    const given: RepositorySeed = typeof seed === 'string' ? { name: seed } : seed
    const repository: Repository = {
      id: this.#ids.repository++,
      organization,
      name: given.name,
      integration: given.integration ?? true,
      status: given.status ?? 'active',
      history: given.history,
      dateCreated: this.timestamp(),
    }
    this.repositories.push(repository)
    return repository
  }

  /** Inserts a release row. Doing so twice for one version makes the damaged state some servers are in. */
  addRelease(seed: ReleaseSeed): Release {
    const { commits, ...given } = seed
    const release: Release = {
      organization: this.organizations[0]?.slug ?? '',
      status: 'open',
      ref: null,
      url: null,
      owner: null,
      dateCreated: this.timestamp(),
      dateReleased: null,
      userAgent: null,
      projects: [],
      headCommits: {},
      environments: [],
      commitsLocked: false,
      referencedByIssues: false,
      hasHealthData: false,
      ...given,
      id: this.#ids.release++,
      commits: (commits ?? []).map((commit) => this.storedCommit(commit, '')),
    }
    this.releases.push(release)
    const organization = this.organizations.find(({ slug }) => slug === release.organization)
    for (const { environment } of release.environments) organization?.environments.add(environment)
    return release
  }

  addDeploy(row: Omit<Deploy, 'id'>): Deploy {
    const deploy: Deploy = { ...row, id: String(this.#ids.deploy++) }
    this.deploys.push(deploy)
    return deploy
  }

  storedCommit(commit: SourceCommit, repository: string): Commit {
    return {
      id: commit.id,
      repository,
      message: commit.message ?? null,
      authorName: commit.authorName ?? null,
      authorEmail: commit.authorEmail ?? null,
      dateCreated: commit.timestamp ?? this.timestamp(),
      files: [],
    }
  }

  organization(slugOrId: string): Organization | undefined {
    return this.organizations.find(({ slug, id }) => slug === slugOrId || String(id) === slugOrId)
  }

  /** The row with exactly this version. Two rows are a crash (500) for every call that names the version. */
  findRelease(organization: string, version: string): Release | undefined {
    const rows = this.releases.filter((row) => row.organization === organization && row.version === version)
    if (rows.length > 1) throw crash()
    return rows[0]
  }

  deleteRelease(release: Release): void {
    remove(this.releases, (row) => row === release)
    remove(this.deploys, (row) => row.releaseId === release.id)
  }

  deploysOf(release: Release): Deploy[] {
    return this.deploys.filter((row) => row.releaseId === release.id)
  }

  findRepository(organization: string, name: string): Repository | undefined {
    return this.repositories.find(
      (row) => row.organization === organization && row.name === name && row.status === 'active',
    )
  }

  /** The current time with microseconds, strictly later than the one before: rows keep their order. */
  timestamp(): string {
    this.#lastMicros = Math.max(this.#now() * 1000, this.#lastMicros + 1)
    return formatDate(this.#lastMicros)
  }
}

function remove<Row>(rows: Row[], matches: (row: Row) => boolean): void {
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const row = rows[index]
    if (row !== undefined && matches(row)) rows.splice(index, 1)
  }
}
