import type { Site } from './context.ts'
import { seconds } from './context.ts'
import type { Build, Owner, Platform, Project, Repository, User } from './model.ts'
import { found, fullnameOf, type World } from './state.ts'

type Json = Record<string, unknown>

export function ownerJson({ id, name, uname, type }: Owner): Json {
  return { id, name, uname, type, url: `/api/v1/${type === 'User' ? 'users' : 'groups'}/${id}.json` }
}

function userJson({ id, name, uname }: User): Json {
  return ownerJson({ id, name, uname, type: 'User' })
}

export function platformJson({ id, name, visibility, type }: Platform): Json {
  return { id, name, visibility, platform_type: type, url: `/api/v1/platforms/${id}.json` }
}

export function repositoryJson({ id, name }: Repository): Json {
  return { id, name, url: `/api/v1/repositories/${id}.json` }
}

/** `maintainer` is absent, not null, when a project has none; OMV sends GitHub addresses, ROSA its own. */
export function projectJson(site: Site, project: Project): Json {
  const maintainer = project.maintainerId === null ? undefined : site.world.users.get(project.maintainerId)
  const fullname = fullnameOf(project)
  const git =
    site.dialect === 'omv'
      ? `git://github.com/OpenMandrivaAssociation/${project.name}.git`
      : `https://abf.example.org/${fullname}.git`
  return {
    id: project.id,
    name: project.name,
    visibility: project.visibility,
    fullname,
    url: `/api/v1/projects/${project.id}.json`,
    git_url: git,
    ...(maintainer && {
      maintainer: {
        id: maintainer.id,
        uname: maintainer.uname,
        name: maintainer.name,
        email: maintainer.email,
        url: `/api/v1/users/${maintainer.id}`,
      },
    }),
  }
}

export function buildUrl(id: number): string {
  return `/api/v1/build_lists/${id}.json`
}

function repositoryWithPlatform(world: World, id: number): Json {
  const repository = world.repository(id)
  return {
    ...repositoryJson(repository),
    platform: platformJson(found(world.platforms.get(repository.platformId), `platform of repository ${id}`)),
  }
}

/** Empty until a container exists, then an absolute address on the downloads host. */
function containerPath(world: World, build: Build): string {
  if (build.containerStatus !== 6000) return ''
  const platform = world.platforms.get(build.saveToPlatformId)?.name
  const arch = world.arches.get(build.archId)?.name
  const repository = world.repositories.get(build.saveToRepositoryId)?.name
  return `https://abf-downloads.example.org/${platform}/container/${build.id}/${arch}/${repository}/release/`
}

/** `show` of today: `size` of a log is a string or a number, and keys come and go between the forks. */
export function buildJson(site: Site, build: Build): Json {
  const { dialect, world } = site
  const platform = found(world.platforms.get(build.buildForPlatformId), `platform of build ${build.id}`)
  const saveTo = found(world.platforms.get(build.saveToPlatformId), `target of build ${build.id}`)
  const user = found(world.users.get(build.userId), `user of build ${build.id}`)
  const publisher = build.publisherId === null ? undefined : world.users.get(build.publisherId)
  const logs = build.logs.map(({ fileName, size, url }) => ({ file_name: fileName, size, url }))
  return {
    id: build.id,
    container_status: build.containerStatus,
    status: build.status,
    duration: build.duration,
    priority: build.priority,
    auto_publish_status: build.autoPublishStatus,
    package_version: build.packageVersion,
    commit_hash: build.commitHash,
    last_published_commit_hash: build.lastPublishedCommitHash,
    auto_create_container: build.autoCreateContainer,
    use_cached_chroot: build.useCachedChroot,
    use_extra_tests: build.useExtraTests,
    build_log_url: `/build_lists/${build.id}/log`,
    container_path: containerPath(world, build),
    arch: found(world.arches.get(build.archId), `arch of build ${build.id}`),
    created_at: seconds(build.createdAt),
    updated_at: seconds(build.updatedAt),
    project: projectJson(site, found(world.projects.get(build.projectId), `project of build ${build.id}`)),
    save_to_repository: repositoryWithPlatform(world, build.saveToRepositoryId),
    build_for_platform: platformJson(platform),
    user: userJson(user),
    include_repos: build.includeRepos.map((id) => repositoryWithPlatform(world, id)),
    extra_repositories: build.extraRepositories.map((id) => repositoryWithPlatform(world, id)),
    extra_build_lists: build.extraBuildLists.flatMap((id) => {
      const extra = world.builds.get(id)
      if (!extra) return []
      return [{ id, status: extra.status, container_path: containerPath(world, extra), url: buildUrl(id) }]
    }),
    extra_params: build.extraParams,
    mass_build: build.massBuild,
    ...(dialect === 'rosa' && build.newCore === false ? {} : { logs }),
    packages: build.packages.map(({ id, name, version, release, epoch, type, updatedAt, url }) => ({
      id,
      name,
      version,
      release,
      epoch,
      type,
      updated_at: seconds(updatedAt),
      url,
      ...(saveTo.type === 'main' ? { dependent_projects: [] } : {}),
    })),
    url: buildUrl(build.id),
    ...(dialect === 'rosa' ? { update_type: build.updateType, new_core: build.newCore } : {}),
    ...(publisher ? { publisher: userJson(publisher) } : {}),
  }
}

/** `show` of 2012: a boolean `auto_publish`, the owner, the version asked for, and no lists of results. */
export function buildJson2012({ world }: Site, build: Build): Json {
  const project = found(world.projects.get(build.projectId), `project of build ${build.id}`)
  const platform = found(world.platforms.get(build.buildForPlatformId), `platform of build ${build.id}`)
  const brief = ({ id, name }: Platform): Json => ({ id, name, url: `/api/v1/platforms/${id}.json` })
  const repository = (id: number): Json => {
    const record = world.repository(id)
    const home = found(world.platforms.get(record.platformId), `platform of repository ${id}`)
    return { ...repositoryJson(record), platform: brief(home) }
  }
  return {
    id: build.id,
    name: project.name,
    container_path: containerPath(world, build),
    status: build.status,
    project_version: build.projectVersion,
    package_version: build.packageVersion,
    project: {
      id: project.id,
      name: project.name,
      fullname: fullnameOf(project),
      url: `/api/v1/projects/${project.id}.json`,
    },
    build_for_platform: brief(platform),
    save_to_repository: repository(build.saveToRepositoryId),
    arch: found(world.arches.get(build.archId), `arch of build ${build.id}`),
    is_circle: false,
    update_type: build.updateType,
    build_requires: false,
    auto_publish: build.autoPublishStatus === 'default',
    commit_hash: build.commitHash,
    priority: build.priority,
    duration: build.duration,
    build_log_url: `/downloads/${platform.name}/container/${project.name}-${build.id}/log/${project.name}/build.log`,
    advisory: null,
    mass_build: build.massBuild && { ...build.massBuild, url: `/api/v1/mass_builds/${build.massBuild.id}` },
    owner: { id: project.owner.id, name: project.owner.name, url: `/users/${project.owner.id}.json` },
    include_repos: build.includeRepos.map(repository),
    url: buildUrl(build.id),
  }
}
