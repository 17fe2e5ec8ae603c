/** Which server is being played: the two living forks of rosa-build, or the ABF of about 2012. */
export type Dialect = 'omv' | 'rosa' | '2012'

export type Visibility = 'open' | 'hidden'

export type AutoPublishStatus = 'none' | 'default' | 'testing'

export interface Owner {
  readonly id: number
  readonly uname: string
  readonly name: string | null
  readonly type: 'User' | 'Group'
}

export interface User {
  readonly id: number
  readonly uname: string
  name: string | null
  email: string
  password: string
  token: string
  /** `banned` is what the site calls a locked account. */
  state: 'active' | 'banned' | 'unconfirmed'
  /** Site administrators may do everything. */
  siteAdmin: boolean
  buildPriority: number
}

export interface Arch {
  readonly id: number
  readonly name: string
}

export interface Platform {
  readonly id: number
  readonly name: string
  readonly type: 'main' | 'personal'
  readonly owner: Owner
  visibility: Visibility
  defaultBranch: string | null
  released: boolean
  description: string
  /** Users who administer it besides the owner. */
  admins: number[]
  /** The arches that a repository with synchronised publications waits for. */
  defaultArches: number[]
}

export interface Repository {
  readonly id: number
  readonly name: string
  readonly platformId: number
  publishWithoutQa: boolean
  /** OMV: only builds of this branch may be published. Nothing in the API shows it. */
  publishOnlyFromBranch: string | null
  /** Publishes only when every default arch has built the same commit. Nothing in the API shows it. */
  synchronized: boolean
  members: number[]
}

export interface GitRef {
  readonly ref: string
  readonly type: 'commit' | 'tag'
  sha: string
}

export interface Project {
  readonly id: number
  readonly name: string
  readonly owner: Owner
  visibility: Visibility
  isPackage: boolean
  maintainerId: number | null
  defaultBranch: string
  /** Where its packages may be saved. */
  repositoryIds: number[]
  writers: number[]
  readers: number[]
  refs: GitRef[]
  /** Commits known to the server besides the heads of `refs`. */
  commits: string[]
  /** The average of all its successful builds on an architecture, in seconds, as the server keeps it. */
  averages: { archId: number; seconds: number; builds: number }[]
}

/** One entry of `logs`: `size` is MiB, a string when a worker filed it and a number for a publish log. */
export interface LogFile {
  readonly fileName: string
  readonly size: string | number
  readonly url: string
  readonly sha1: string
}

export interface BuiltPackage {
  readonly id: number
  readonly name: string
  readonly version: string
  readonly release: string
  readonly epoch: number | null
  readonly type: 'source' | 'binary'
  readonly updatedAt: number
  /** Empty when the file is not in the file store. */
  readonly url: string
}

/** A build list: one package, one architecture, one platform. Times are milliseconds of the stand-in's clock. */
export interface Build {
  readonly id: number
  readonly projectId: number
  readonly archId: number
  readonly saveToPlatformId: number
  readonly saveToRepositoryId: number
  readonly buildForPlatformId: number
  readonly includeRepos: readonly number[]
  readonly userId: number
  status: number
  containerStatus: number
  projectVersion: string
  commitHash: string | null
  lastPublishedCommitHash: string | null
  /** The effective value, after the server has overridden what was asked for. */
  autoPublishStatus: AutoPublishStatus
  updateType: string | null
  publisherId: number | null
  createdAt: number
  updatedAt: number
  startedAt: number | null
  duration: number | null
  priority: number
  packageVersion: string | null
  autoCreateContainer: boolean
  useCachedChroot: boolean
  useExtraTests: boolean
  extraRepositories: number[]
  extraBuildLists: number[]
  extraParams: Record<string, string>
  massBuild: { id: number; name: string } | null
  chainBuildId: number | null
  newCore: boolean | null
  logs: LogFile[]
  packages: BuiltPackage[]
  /** What the worker said went wrong; only the site's own JSON shows it. */
  failReason: string | null
  /** The tail of the log while the build runs. */
  liveLog: string
}

/** ROSA: builds that use each other's results, level after level. */
export interface Chain {
  readonly id: number
  readonly userId: number
  level: number
  readonly buildIds: number[]
}
