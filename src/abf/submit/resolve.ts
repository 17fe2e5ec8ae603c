import { ActionError } from '../../errors.ts'
import { toSingleLine, quoted } from '../../text/sanitize.ts'
import type { AbfApi } from '../client/api.ts'
import type { LabeledId, BuildTarget, WantedBuild } from './fields.ts'
import type { Named, Platform } from '../client/schema.ts'

/** The repository from which a build takes its dependencies by default. */
const MAIN = 'main'

type Lookups = Pick<AbfApi, 'findProject' | 'platformsForBuild' | 'platform' | 'personalPlatforms' | 'arches'>

/**
 * Turns the names in `wanted` into ids with few parallel requests: one for the project, one for all platforms and
 * repositories, one for all architectures, and one more for a personal platform. A number is used as an id, unchecked.
 * @throws ActionError for a name that the server does not have; HttpError when it refuses or fails
 */
export async function resolve(wanted: WantedBuild, api: Lookups): Promise<BuildTarget> {
  const [project, arches, places] = await Promise.all([
    resolveProject(wanted.project, api),
    resolveArches(wanted.arches, api),
    resolvePlaces(wanted, api),
  ])
  return { project, arches, ...places }
}

async function resolveProject(wanted: string, api: Lookups): Promise<LabeledId> {
  if (isId(wanted)) return { id: Number(wanted), label: `project ${wanted}` }
  const slash = wanted.indexOf('/')
  const found = await api.findProject(wanted.slice(0, slash), wanted.slice(slash + 1))
  if (found?.fullname === wanted) return { id: found.id, label: wanted }
  // Without an exact match the server returns any project whose name contains this one.
  const other = found ? `, only ${quoted(found.fullname ?? found.name ?? `number ${found.id}`)}` : ''
  throw unknown(`abf-project: ABF has no project ${quoted(wanted)}${other}.`, [
    'Give the project as owner/name exactly as ABF shows it (the owner on ABF often differs from the one on GitHub), or its numeric id. Hidden projects can only be given by id.',
  ])
}

async function resolveArches(wanted: readonly string[], api: Lookups): Promise<Named[]> {
  const known = wanted.every(isId) ? [] : await api.arches()
  const found = wanted.map((name): Named => {
    const arch = known.find((candidate) => candidate.name === name || String(candidate.id) === name)
    if (arch) return arch
    if (isId(name)) return { id: Number(name), name: `architecture ${name}` }
    throw unknown(`abf-arches: ABF has no architecture ${quoted(name)}.`, [`It has ${names(known)}.`])
  })
  // A name and a number may mean the same architecture.
  return [...new Map(found.map((arch) => [arch.id, arch])).values()]
}

/** A repository with its platform; undefined when that is not known. */
interface RepositoryPlace {
  readonly repository: LabeledId
  readonly home: Platform | undefined
}

async function resolvePlaces(
  wanted: WantedBuild,
  api: Lookups,
): Promise<Pick<BuildTarget, 'repository' | 'platform' | 'includeRepositories'>> {
  const { repository, platform, includeRepositories } = wanted
  const numbers = [repository, platform ?? '', ...includeRepositories].every(isId)
  const known = numbers && includeRepositories.length > 0 ? [] : await api.platformsForBuild()
  const place = await findPlace(repository, 'abf-repository', known, api)
  const buildFor = findBuildPlatform(wanted, place, known)
  return {
    repository: place.repository,
    platform: { id: buildFor.id, label: buildFor.name },
    includeRepositories:
      includeRepositories.length > 0
        ? await includedAsGiven(includeRepositories, buildFor, known, api)
        : await includedByDefault(place, buildFor, api),
  }
}

async function findPlace(
  wanted: string,
  input: string,
  known: readonly Platform[],
  api: Lookups,
): Promise<RepositoryPlace> {
  if (isId(wanted)) {
    const id = Number(wanted)
    const home = known.find(({ repositories }) => repositories.some((repository) => repository.id === id))
    const name = home?.repositories.find((repository) => repository.id === id)?.name
    return { repository: { id, label: home && name ? `${home.name}/${name}` : `repository ${id}` }, home }
  }
  const slash = wanted.indexOf('/')
  const [platform, name] = [wanted.slice(0, slash), wanted.slice(slash + 1)]
  const home = known.find((candidate) => candidate.name === platform) ?? (await findPersonal(platform, api))
  if (!home) {
    throw unknown(`${input}: ABF has no platform ${quoted(platform)}.`, [
      `Main platforms are ${names(known)}. A hidden platform can only be given by the numeric id of its repository.`,
    ])
  }
  const found = home.repositories.find((repository) => repository.name === name)
  if (found) return { repository: { id: found.id, label: `${home.name}/${found.name}` }, home }
  throw unknown(`${input}: platform ${quoted(home.name)} has no repository ${quoted(name)}.`, [
    `It has ${names(home.repositories)}.`,
  ])
}

/** Personal platforms are not in the list of those to build for. */
function findPersonal(name: string, api: Lookups): Promise<Platform | undefined> {
  return name.includes('.')
    ? api.personalPlatforms().then((list) => list.find((platform) => platform.name === name))
    : api.platform(name)
}

/** The platform to build for, with the repositories that are known of it. */
function findBuildPlatform(
  wanted: WantedBuild,
  { home }: RepositoryPlace,
  known: readonly Platform[],
): Platform {
  const { platform, repository } = wanted
  if (platform !== undefined) {
    const found = known.find(({ id, name }) => name === platform || String(id) === platform)
    if (found) return found
    if (isId(platform))
      return {
        id: Number(platform),
        name: `platform ${platform}`,
        platform_type: undefined,
        repositories: [],
      }
    throw unknown(`abf-platform: ABF has no platform ${quoted(platform)} to build for.`, [
      `It has ${names(known)}.`,
    ])
  }
  if (home && (home.platform_type === 'main' || known.includes(home))) return home
  throw unknown(`abf-platform: required, because ${quoted(repository)} does not belong to a main platform.`, [
    `Give abf-platform: one of ${names(known)}.`,
  ])
}

async function includedAsGiven(
  wanted: readonly string[],
  buildFor: Platform,
  known: readonly Platform[],
  api: Lookups,
): Promise<number[]> {
  const places = await Promise.all(
    wanted.map((item) => findPlace(item, 'abf-include-repositories', known, api)),
  )
  const foreign = places.find(({ home }) => home !== undefined && home.id !== buildFor.id)
  if (foreign) {
    throw unknown(
      `abf-include-repositories: ${quoted(foreign.repository.label)} does not belong to ${quoted(buildFor.name)}, the platform to build for.`,
      [
        'ABF takes only repositories of that platform. Put others into extra_repositories of abf-build-options.',
      ],
    )
  }
  return [...new Set(places.map(({ repository }) => repository.id))]
}

/** `main` of the platform, and the repository itself where it is in that platform. */
async function includedByDefault(
  place: RepositoryPlace,
  buildFor: Platform,
  api: Lookups,
): Promise<number[]> {
  const repositories =
    buildFor.repositories.length > 0
      ? buildFor.repositories
      : ((await api.platform(String(buildFor.id)))?.repositories ?? [])
  const main = repositories.find(({ name }) => name === MAIN)
  const own = repositories.find(({ id }) => id === place.repository.id)
  const ids = [...new Set([main, own].flatMap((repository) => repository?.id ?? []))]
  if (ids.length > 0) return ids
  throw unknown(
    `abf-include-repositories: required, because ${quoted(buildFor.name)} has no repository named ${MAIN}.`,
    ['Give abf-include-repositories.'],
  )
}

function isId(text: string): boolean {
  return /^\d+$/.test(text)
}

function names(list: readonly Named[]): string {
  return list.length === 0 ? 'none' : list.map(({ name }) => toSingleLine(name, 60)).join(', ')
}

function unknown(message: string, advice: readonly string[]): ActionError {
  return new ActionError(message, { title: 'Unknown name on ABF', advice: advice.join(' ') })
}
