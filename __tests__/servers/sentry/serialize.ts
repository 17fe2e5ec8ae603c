import type { Context } from './context.ts'
import type { Settings } from './options.ts'
import type { Commit, Deploy, Release, Repository } from './state.ts'
import { versionInfo } from './version.ts'

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
    shortVersion: release.version,
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
        // Platforms of the events that have come in: none.
        platforms: [],
        hasHealthData: release.hasHealthData,
      })),
    firstEvent: null,
    lastEvent: null,
    currentProjectMeta: projectMeta,
    ...(settings.flags.userAgentField ? { userAgent: release.userAgent } : {}),
  }
}

/** `releases` are those that hold the commit: told of `release` alone. */
export function commitObject(
  { state, organization, settings }: Context,
  commit: Commit,
  release: Release,
): object {
  const repository = state.findRepository(organization.slug, commit.repository)
  return {
    id: commit.id,
    message: commit.message,
    dateCreated: commit.dateCreated,
    pullRequest: null,
    suspectCommitType: '',
    ...(repository ? { repository: repositoryObject(repository, settings) } : {}),
    author: author(commit),
    releases: [
      {
        version: release.version,
        shortVersion: release.version,
        ref: release.ref,
        url: release.url,
        dateReleased: release.dateReleased,
        dateCreated: release.dateCreated,
      },
    ],
  }
}

export function deployObject({ id, environment, dateStarted, dateFinished, name, url }: Deploy): object {
  return { id, environment, dateStarted, dateFinished, name, url }
}

/** A repository without integration is what a commits payload leaves behind when it names an unknown one. */
export function repositoryObject(repository: Repository, { flags }: Settings): object {
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
    ...(flags.externalIds ? { externalId: integration ? String(repository.id + 401567205) : null } : {}),
  }
}

function author(commit: Commit): object {
  return commit.authorEmail === null ? {} : { name: commit.authorName, email: commit.authorEmail }
}

function authors(release: Release): object[] {
  const byEmail = new Map<string, object>()
  for (const commit of release.commits) {
    if (commit.authorEmail !== null) byEmail.set(commit.authorEmail, author(commit))
  }
  return [...byEmail.values()]
}
