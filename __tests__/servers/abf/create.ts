import type { StandInResponse } from '../server.ts'
import { canSeePlatform, canWrite } from './auth.ts'
import { attributesOf, type Attributes } from './attributes.ts'
import type { Context, Site } from './context.ts'
import type { AutoPublishStatus, Build, Chain, Platform, Project, Repository, User } from './model.ts'
import { broken, forbidden, json, notFound } from './replies.ts'
import { validate } from './validate.ts'

/**
 * POST /build_lists: one request, one build, and nothing recognises a repeated one. An unknown project breaks the
 * server (500) before any right or value is looked at; then rights (403), then values (422 with all complaints).
 */
export function create({ site, call, user }: Context): StandInResponse {
  const { dialect, world } = site
  const asked = attributesOf(call, dialect)
  const project = world.projects.get(asked.integer('project_id') ?? 0)
  if (!project || !user) return dialect === '2012' ? notFound(dialect) : broken(dialect)

  const chain = dialect === 'rosa' ? chainFor(site, asked, user) : undefined
  if (chain === 'unknown') return refusal('ChainBuild not found')
  const repository = world.repositories.get(asked.integer('save_to_repository_id') ?? 0)
  const saveTo = world.platforms.get(repository?.platformId ?? asked.integer('save_to_platform_id') ?? 0)
  const buildFor = world.platforms.get(asked.integer('build_for_platform_id') ?? 0)
  const arch = world.arches.get(asked.integer('arch_id') ?? 0)
  const allowed =
    project.isPackage &&
    canWrite(world, user, project) &&
    (buildFor === undefined || canSeePlatform(world, user, buildFor))
  if (!allowed) return forbidden(dialect)

  const { commitHash, projectVersion } = sourceOf(site, asked, project)
  const autoPublishStatus = effectiveMode(site, asked, repository)
  const complaints = validate(site, asked, {
    project,
    arch,
    repository,
    saveTo,
    buildFor,
    commitHash,
    projectVersion,
    autoPublishStatus,
  })
  if (complaints.length > 0 || !arch || !repository || !saveTo || !buildFor) {
    if (dialect === '2012') return answer2012(null, asked, projectVersion, buildFor?.name, arch?.name)
    return refusal(['BuildList has not been created', ...complaints].join('. '))
  }

  const level = chain && asked.chain['next_level'] === true ? chain.level + 1 : (chain?.level ?? 0)
  const build = world.addBuild({
    projectId: project.id,
    archId: arch.id,
    saveToRepositoryId: repository.id,
    buildForPlatformId: buildFor.id,
    includeRepos: asked.ids('include_repos'),
    userId: user.id,
    status: level > 0 ? 4000 : 2000,
    projectVersion,
    commitHash,
    lastPublishedCommitHash: lastPublished(site, project, repository, arch.id),
    autoPublishStatus: autoPublishStatus as AutoPublishStatus,
    updateType: asked.text('update_type'),
    priority: user.buildPriority,
    autoCreateContainer: autoPublishStatus === 'none' && asked.boolean('auto_create_container', false),
    useCachedChroot: asked.boolean('use_cached_chroot', false),
    useExtraTests: asked.boolean('use_extra_tests', true),
    extraRepositories: extraRepositories(site, asked, saveTo),
    extraBuildLists: extraBuildLists(site, asked, saveTo, arch.id),
    extraParams: asked.extraParams(),
    chainBuildId: chain?.id ?? null,
  })
  if (chain) {
    chain.level = level
    chain.buildIds.push(build.id)
  }
  site.created.push({ id: build.id, asked: asked.raw })
  site.timeline.run(
    build.id,
    site.plans.take(build, 'create') ?? site.lifecycle.usual(build, 'create', build.status),
  )

  if (dialect === '2012') return answer2012(build.id, asked, projectVersion, buildFor.name, arch.name)
  const message = 'BuildList has been created successfully'
  return json({ build_list: { id: build.id, ...(chain && { chain_build_id: chain.id }), message } })
}

function refusal(message: string): StandInResponse {
  return json({ build_list: { id: null, message } }, 422)
}

/** In 2012 the sentence named the build, and a refusal differed from success by its id alone. */
function answer2012(
  id: number | null,
  asked: Attributes,
  version: string,
  platform: string | undefined,
  arch: string | undefined,
): StandInResponse {
  const outcome = id === null ? 'could not been created' : 'has been created successfully'
  const message = `Build list for project version '${version}', platform '${platform ?? ''}' and architecture '${arch ?? asked.text('arch_id') ?? ''}' ${outcome}`
  return json({ build_list: { id, message } })
}

/** OMV leaves the hash of a branch to the worker; ROSA resolves it at once; a bare hash becomes the version. */
function sourceOf(
  site: Site,
  asked: Attributes,
  project: Project,
): { commitHash: string | null; projectVersion: string } {
  const commitHash = asked.text('commit_hash')
  const version = asked.text('project_version')
  if (version === null) return { commitHash, projectVersion: commitHash ?? '' }
  if (commitHash !== null || site.dialect === 'omv') return { commitHash, projectVersion: version }
  const head = project.refs.find(({ ref }) => ref === version)?.sha ?? null
  return { commitHash: head, projectVersion: version }
}

/**
 * The mode that counts: omitted means publish; `external_nodes` means do not; and where the repository wants QA, OMV
 * turns every mode into `testing`, the others turn publishing into nothing.
 */
function effectiveMode({ dialect }: Site, asked: Attributes, repository: Repository | undefined): string {
  const requested = asked.text('external_nodes') === null ? asked.publishMode() : 'none'
  if (repository === undefined || repository.publishWithoutQa) return requested
  if (dialect === 'omv') return 'testing'
  return requested === 'default' ? 'none' : requested
}

function lastPublished(site: Site, project: Project, repository: Repository, archId: number): string | null {
  const published = [...site.world.builds.values()].filter(
    (build) =>
      build.status === 6000 &&
      build.projectId === project.id &&
      build.saveToRepositoryId === repository.id &&
      build.archId === archId,
  )
  return published.toSorted((a, b) => b.updatedAt - a.updatedAt)[0]?.commitHash ?? null
}

/** Main platforms take none; OMV takes those of personal platforms only. What does not fit is dropped in silence. */
function extraRepositories({ dialect, world }: Site, asked: Attributes, saveTo: Platform): number[] {
  if (saveTo.type === 'main') return []
  return asked.ids('extra_repositories').filter((id) => {
    const platform = world.platforms.get(world.repositories.get(id)?.platformId ?? 0)
    return platform !== undefined && (dialect !== 'omv' || platform.type === 'personal')
  })
}

/** Only builds with a finished container, of this arch, and of this platform when it is a main one. */
function extraBuildLists({ world }: Site, asked: Attributes, saveTo: Platform, archId: number): number[] {
  const fits = (build: Build): boolean =>
    build.containerStatus === 6000 &&
    build.archId === archId &&
    (saveTo.type !== 'main' || build.saveToPlatformId === saveTo.id)
  return asked.ids('extra_build_lists').filter((id) => {
    const build = world.builds.get(id)
    return build !== undefined && fits(build)
  })
}

/** ROSA's chains; a new one is recorded even when the build is then refused. */
function chainFor({ world }: Site, asked: Attributes, user: User): Chain | 'unknown' | undefined {
  if (asked.chain['create_chain'] === true) {
    const chain: Chain = { id: world.nextId(), userId: user.id, level: 0, buildIds: [] }
    world.chains.set(chain.id, chain)
    return chain
  }
  const wanted = asked.chain['add_to_chain']
  if (wanted === undefined || wanted === null) return undefined
  const own = [...world.chains.values()].filter((chain) => chain.userId === user.id)
  const chain = wanted === 'last' ? own.at(-1) : own.find(({ id }) => id === wanted || String(id) === wanted)
  return chain ?? 'unknown'
}
