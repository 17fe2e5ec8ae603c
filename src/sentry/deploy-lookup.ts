import { ActionError, CancelledError } from '../errors.ts'
import { listOfVersion } from './api.ts'
import { pages, parse, releasePath } from './call.ts'
import { explain, SCOPES } from './errors.ts'
import { isProject, numericId } from './links.ts'
import { type Deploy, DeployListSchema, type Release } from './schema.ts'
import type { SentrySession } from './session.ts'

/** What makes two deploys of a release the same one. */
export interface DeployIdentity {
  readonly environment: string
  readonly name: string | undefined
  readonly url: string | undefined
  /** Slugs or numeric ids. */
  readonly projects: readonly string[]
}

type Session = Pick<SentrySession, 'call' | 'account'>

export interface Lookup {
  /** Undefined when no deploy has this identity, as far as Sentry reports it. */
  readonly deploy: Deploy | undefined
  /** Ids of the deploys that differ in their projects at most. */
  readonly similar: ReadonlySet<string>
}

/**
 * Looks for a deploy of exactly this identity. A deploy object does not name its projects, so they are derived from
 * the lists that Sentry gives for one project (`?project=`). Where that cannot be decided, no deploy is found:
 * a duplicate is noticed and can be deleted, a missing one is not.
 * @throws HttpError when Sentry refuses to list the deploys
 */
export async function findDeploy(
  release: Release,
  identity: DeployIdentity,
  session: Session,
): Promise<Lookup | 'hidden'> {
  const attached = release.projects ?? []
  const isWanted = (project: (typeof attached)[number]): boolean =>
    identity.projects.some((wanted) => isProject(project, wanted))
  const wantedIds = attached.filter(isWanted).map(({ id }) => numericId(id))
  const otherIds = attached.filter((project) => !isWanted(project)).map(({ id }) => numericId(id))
  const first = await listDeploys(release.version, wantedIds.slice(0, 1), session)
  if (first === 'hidden') return 'hidden'
  const matches = (first ?? []).filter((deploy) => isSimilar(deploy, identity))
  const similar = new Set(matches.map(deployId))
  const absent: Lookup = { deploy: undefined, similar }
  if (!first || matches.length === 0 || !isAttachedTo(release, identity.projects)) return absent
  const [newest] = matches
  if (newest && wantedIds.length === 1 && otherIds.length === 0) return { deploy: newest, similar }

  const lists = [first]
  for (const id of wantedIds.slice(1)) {
    const list = await listDeploys(release.version, [id], session)
    if (!list || list === 'hidden') return absent
    lists.push(list)
  }
  const others = otherIds.length === 0 ? undefined : await listDeploys(release.version, otherIds, session)
  if (others === 'hidden' || (otherIds.length > 0 && !others)) return absent
  const exact = matches.find(
    (deploy) => lists.every((list) => contains(list, deploy)) && !(others && contains(others, deploy)),
  )
  if (differ(others ? [...lists, others] : lists)) return { deploy: exact, similar }
  // The lists are the same: the deploys are those of all these projects, or the server ignores `?project=` (23.7 does).
  const many = first.filter((deploy) => sameText(deploy.environment, identity.environment)).length > 1
  if (!newest || (wantedIds.length > 1 && many)) return absent
  for (const id of wantedIds) {
    if ((await isDeployedTo(release.version, identity.environment, id, session)) !== true) return absent
  }
  for (const id of otherIds) {
    if ((await isDeployedTo(release.version, identity.environment, id, session)) !== false) return absent
  }
  return { deploy: newest, similar }
}

function isAttachedTo({ projects }: Release, wanted: readonly string[]): boolean {
  return wanted.every((one) => projects?.some((project) => isProject(project, one)))
}

/** Looks for the deploy that a POST without a response may have added: new, with exactly the dates that were sent. */
export async function findSentDeploy(
  release: Release,
  identity: DeployIdentity,
  sent: {
    readonly dateStarted: string
    readonly dateFinished: string
    /** Ids that were there before. */
    readonly before: ReadonlySet<string>
  },
  session: Session,
): Promise<Deploy | 'hidden' | undefined> {
  const list = await listDeploys(release.version, [], session)
  if (!list || list === 'hidden') return list
  return list.find(
    (deploy) =>
      isSimilar(deploy, identity) &&
      !sent.before.has(deployId(deploy)) &&
      sameTime(deploy.dateStarted, sent.dateStarted) &&
      sameTime(deploy.dateFinished, sent.dateFinished),
  )
}

export function deployId({ id }: Deploy): string {
  return String(id)
}

/** All pages; undefined when the token may not see one of the projects (403). */
async function listDeploys(
  version: string,
  projects: readonly (string | undefined)[],
  { call, account }: Session,
): Promise<Deploy[] | 'hidden' | undefined> {
  const ids = projects.filter((id) => id !== undefined)
  const deploys: Deploy[] = []
  const list = pages(call, {
    method: 'GET',
    path: `${releasePath(version)}deploys/`,
    query: ids.length > 0 ? { project: ids } : {},
    intent: 'look up the deploys',
  })
  for await (const response of list) {
    if (response.status === 404) return 'hidden'
    if (response.status === 403 && ids.length > 0 && !response.isLimit) return undefined
    if (response.status !== 200) throw explain(response, account, SCOPES.read)
    deploys.push(...parse(DeployListSchema, response))
  }
  return deploys
}

/**
 * Whether the release was deployed to an environment for one project. The list of releases knows that on every server,
 * but not by which deploy. Undefined when it does not report it.
 */
async function isDeployedTo(
  version: string,
  environment: string,
  project: string | undefined,
  { call }: Session,
): Promise<boolean | undefined> {
  const list = listOfVersion(version, 'look up the environments of the release')
  if (!list || project === undefined) return undefined
  try {
    const response = await call({
      ...list.call,
      query: { ...list.call.query, project, environment: environment.trim() },
    })
    // 404: no deploy and no event has used this environment yet.
    if (response.status === 404) return false
    return list.read(response)?.some((row) => row.version === version)
  } catch (error) {
    // The list also reads from the event store, which can be down.
    if (error instanceof ActionError && !(error instanceof CancelledError)) return undefined
    throw error
  }
}

function isSimilar(deploy: Deploy, { environment, name, url }: DeployIdentity): boolean {
  return sameText(deploy.environment, environment) && sameText(deploy.name, name) && sameText(deploy.url, url)
}

/** Sentry cuts white space off and keeps a missing text as null or as an empty one. */
function sameText(one: string | null | undefined, other: string | null | undefined): boolean {
  return (one ?? '').trim() === (other ?? '').trim()
}

function sameTime(one: string | null | undefined, other: string): boolean {
  return typeof one === 'string' && Date.parse(one) === Date.parse(other)
}

function contains(list: readonly Deploy[], wanted: Deploy): boolean {
  return list.some((deploy) => deployId(deploy) === deployId(wanted))
}

function differ(lists: readonly (readonly Deploy[])[]): boolean {
  return new Set(lists.map((list) => list.map(deployId).sort().join())).size > 1
}
