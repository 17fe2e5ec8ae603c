import type { Context } from './context.ts'
import type { Commit, Deploy, Release, Repository } from './state.ts'

interface SemanticVersion {
  readonly package: string | null
  readonly parts: readonly [number, number, number, number]
  readonly pre: string | null
  readonly build: string | null
}

/** The parts of `package@1.2.3-pre+build`; undefined for any other version, such as a commit hash. */
export function semanticVersion(version: string): SemanticVersion | undefined {
  const match = /^(?:([^@]+)@)?(\d+)\.(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([\w.-]+))?(?:\+(.+))?$/.exec(version)
  if (!match) return undefined
  const [, name = null, major, minor, patch = '0', revision = '0', pre = null, build = null] = match
  return { package: name, parts: [Number(major), Number(minor), Number(patch), Number(revision)], pre, build }
}

/** The release object of list, detail, create and update. */
export function releaseObject(context: Context, release: Release, projectMeta: object = {}): object {
  const { state, settings, organization } = context
  const deploys = state.deploysOf(release)
  const [lastCommit] = release.commits
  const lastDeploy = deploys.at(-1)
  return {
    id: release.id,
    version: release.version,
    status: release.status,
    shortVersion: shortVersion(release.version),
    versionInfo: versionInfo(release.version),
    ref: release.ref,
    url: release.url,
    dateReleased: release.dateReleased,
    dateCreated: release.dateCreated,
    data: {},
    newGroups: 0,
    owner: release.owner === null ? null : { username: release.owner, email: release.owner },
    commitCount: release.commits.length,
    lastCommit: lastCommit ? commitObject(context, lastCommit, release) : null,
    deployCount: deploys.length,
    lastDeploy: lastDeploy ? deployObject(lastDeploy) : null,
    authors: authors(release),
    projects: organization.projects
      .filter(({ slug }) => release.projects.includes(slug))
      .map(({ id, slug, platform }) => ({
        id,
        slug,
        name: slug,
        newGroups: 0,
        platform,
        platforms: [platform],
        hasHealthData: release.hasHealthData,
      })),
    firstEvent: null,
    lastEvent: null,
    currentProjectMeta: projectMeta,
    ...(settings.flags.userAgentField ? { userAgent: release.userAgent } : {}),
  }
}

export function commitObject({ state, organization }: Context, commit: Commit, release?: Release): object {
  const repository = state.findRepository(organization.slug, commit.repository)
  return {
    id: commit.id,
    message: commit.message,
    dateCreated: commit.dateCreated,
    pullRequest: null,
    suspectCommitType: '',
    ...(repository ? { repository: repositoryObject(repository) } : {}),
    author: author(commit),
    releases: release
      ? [
          {
            version: release.version,
            shortVersion: shortVersion(release.version),
            ref: release.ref,
            url: release.url,
            dateReleased: release.dateReleased,
            dateCreated: release.dateCreated,
          },
        ]
      : [],
  }
}

export function deployObject({ id, environment, dateStarted, dateFinished, name, url }: Deploy): object {
  return { id, environment, dateStarted, dateFinished, name, url }
}

/** A repository without integration is what a commits payload leaves behind when it names an unknown one. */
export function repositoryObject(repository: Repository): object {
  const { integration, name } = repository
  return {
    id: String(repository.id),
    name,
    url: integration ? `https://github.com/${name}` : null,
    provider: integration
      ? { id: 'integrations:github', name: 'GitHub' }
      : { id: 'unknown', name: 'Unknown Provider' },
    status: repository.status,
    dateCreated: repository.dateCreated,
    integrationId: integration ? '55012' : null,
    externalSlug: integration ? name : null,
    externalId: integration ? String(repository.id + 401567205) : null,
  }
}

function author(commit: Commit): object | null {
  return commit.authorEmail === null ? null : { name: commit.authorName, email: commit.authorEmail }
}

function authors(release: Release): object[] {
  const byEmail = new Map<string, object>()
  for (const commit of release.commits) {
    const person = author(commit)
    if (person && commit.authorEmail !== null) byEmail.set(commit.authorEmail, person)
  }
  return [...byEmail.values()]
}

function shortVersion(version: string): string {
  return semanticVersion(version) ? version.replace(/^[^@]+@/, '') : version
}

function versionInfo(version: string): object {
  const semantic = semanticVersion(version)
  if (!semantic) {
    const hash = /^[0-9a-f]{40}$/.test(version)
    return {
      package: null,
      version: { raw: version },
      description: hash ? version.slice(0, 12) : version,
      buildHash: hash ? version : null,
    }
  }
  const [major, minor, patch] = semantic.parts
  return {
    package: semantic.package,
    version: {
      raw: version,
      major,
      minor,
      patch,
      pre: semantic.pre,
      buildCode: semantic.build,
      components: 3,
    },
    description: shortVersion(version).replace(/\+(.+)$/, ' ($1)'),
    buildHash: null,
  }
}
