import type { Arch, Build, Chain, Owner, Platform, Project, Repository, User } from './model.ts'

type Seed<T, K extends keyof T> = Pick<T, K> & Partial<T>

/** What a test has to say about a build; the rest is filled in. */
export type BuildSeed = Seed<Build, 'projectId' | 'archId' | 'saveToRepositoryId'>

/** A project to add: the owner by name, and by default attached to every repository there is. */
export type ProjectSeed = Partial<Omit<Project, 'owner'>> & { readonly name: string; readonly owner?: string }

export type PlatformSeed = Partial<Omit<Platform, 'owner'>> & {
  readonly name: string
  readonly owner?: string
  /** Names of the repositories to create with it (default: main). */
  readonly repositories?: readonly string[]
}

/** The records of one server, open to inspection and change. */
export class World {
  readonly users = new Map<number, User>()
  readonly groups = new Map<number, Owner>()
  readonly arches = new Map<number, Arch>()
  readonly platforms = new Map<number, Platform>()
  readonly repositories = new Map<number, Repository>()
  readonly projects = new Map<number, Project>()
  readonly builds = new Map<number, Build>()
  readonly chains = new Map<number, Chain>()
  readonly clock: () => number
  #lastId = 900

  constructor(clock: () => number) {
    this.clock = clock
  }

  /** An id that nothing has used; build ids share the sequence and so never look like small integers. */
  nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }

  addUser(seed: Seed<User, 'uname'>): User {
    const { uname } = seed
    const user: User = {
      id: this.nextId(),
      name: uname,
      email: `${uname}@example.org`,
      password: `password-of-${uname}`,
      token: `token-of-${uname}`,
      state: 'active',
      siteAdmin: false,
      buildPriority: 50,
      ...seed,
    }
    this.users.set(user.id, user)
    return user
  }

  addGroup(id: number, uname: string): Owner {
    const group: Owner = { id, uname, name: uname, type: 'Group' }
    this.groups.set(id, group)
    return group
  }

  addArch(name: string, id: number = this.nextId()): Arch {
    const arch = { id, name }
    this.arches.set(id, arch)
    return arch
  }

  addPlatform(seed: PlatformSeed): Platform {
    const { owner, repositories = ['main'], ...rest } = seed
    const platform: Platform = {
      id: this.nextId(),
      type: 'main',
      visibility: 'open',
      defaultBranch: seed.name,
      released: false,
      description: seed.name,
      admins: [],
      defaultArches: [],
      ...rest,
      owner: this.owner(owner ?? 'openmandriva'),
    }
    this.platforms.set(platform.id, platform)
    for (const name of repositories) this.addRepository({ name, platformId: platform.id })
    return platform
  }

  addRepository(seed: Seed<Repository, 'name' | 'platformId'>): Repository {
    const repository: Repository = {
      id: this.nextId(),
      publishWithoutQa: true,
      publishOnlyFromBranch: null,
      synchronized: false,
      members: [],
      ...seed,
    }
    this.repositories.set(repository.id, repository)
    return repository
  }

  addProject(seed: ProjectSeed): Project {
    const { owner, ...rest } = seed
    const project: Project = {
      id: this.nextId(),
      visibility: 'open',
      isPackage: true,
      maintainerId: null,
      defaultBranch: 'master',
      repositoryIds: [...this.repositories.keys()],
      writers: [],
      readers: [],
      refs: [],
      commits: [],
      averages: [],
      ...rest,
      owner: this.owner(owner ?? 'openmandriva'),
    }
    this.projects.set(project.id, project)
    return project
  }

  addBuild(seed: BuildSeed): Build {
    const now = this.clock()
    const platformId = this.repository(seed.saveToRepositoryId).platformId
    const build: Build = {
      id: this.nextId() + 812000,
      saveToPlatformId: platformId,
      buildForPlatformId: platformId,
      includeRepos: [seed.saveToRepositoryId],
      userId: [...this.users.keys()][0] ?? 0,
      status: 2000,
      containerStatus: 4000,
      projectVersion: seed.commitHash ?? 'master',
      commitHash: null,
      lastPublishedCommitHash: null,
      autoPublishStatus: 'none',
      updateType: null,
      publisherId: null,
      createdAt: now,
      updatedAt: now,
      startedAt: null,
      duration: null,
      priority: 50,
      packageVersion: null,
      autoCreateContainer: false,
      useCachedChroot: false,
      useExtraTests: true,
      extraRepositories: [],
      extraBuildLists: [],
      extraParams: {},
      massBuild: null,
      chainBuildId: null,
      newCore: true,
      logs: [],
      packages: [],
      failReason: null,
      liveLog: '',
      ...seed,
    }
    this.builds.set(build.id, build)
    return build
  }

  owner(uname: string): Owner {
    for (const group of this.groups.values()) if (group.uname === uname) return group
    const { id, name } = this.user(uname)
    return { id, uname, name, type: 'User' }
  }

  user(uname: string): User {
    return found(
      [...this.users.values()].find((user) => user.uname === uname),
      `user ${uname}`,
    )
  }

  arch(name: string): Arch {
    return found(
      [...this.arches.values()].find((arch) => arch.name === name),
      `arch ${name}`,
    )
  }

  platform(name: string): Platform {
    return found(
      [...this.platforms.values()].find((platform) => platform.name === name),
      `platform ${name}`,
    )
  }

  repository(id: number): Repository {
    return found(this.repositories.get(id), `repository ${id}`)
  }

  /** A repository by platform and name, which only together are unique. */
  repositoryOf(platform: string, name: string): Repository {
    return found(
      this.repositoriesOf(this.platform(platform)).find((repository) => repository.name === name),
      `repository ${platform}/${name}`,
    )
  }

  repositoriesOf(platform: Platform): Repository[] {
    return [...this.repositories.values()].filter((repository) => repository.platformId === platform.id)
  }

  /** A project by its full name, exactly. */
  project(fullname: string): Project {
    return found(
      [...this.projects.values()].find((project) => fullnameOf(project) === fullname),
      fullname,
    )
  }

  build(id: number): Build {
    return found(this.builds.get(id), `build ${id}`)
  }
}

export function fullnameOf(project: Project): string {
  return `${project.owner.uname}/${project.name}`
}

/** The record, or an error: a test that names what does not exist is wrong. */
export function found<T>(record: T | undefined, what: string): T {
  if (record === undefined) throw new Error(`no such record in the stand-in: ${what}`)
  return record
}
