import type { HttpResponse } from '../../http/response.ts'
import type { Requests } from './requests.ts'
import {
  ArchesResponse,
  type Named,
  type Platform,
  PlatformResponse,
  PlatformsResponse,
  type Project,
  ProjectResponse,
  type AbfRepository,
  RepositoryResponse,
  UserResponse,
} from './schema.ts'

/** The most rows that a server sends at once; its default is 20. */
export const PAGE_SIZE = 100
/** A longer list is cut here. */
const MAX_PAGES = 10
/** A search returns at most this many builds. */
export const MAX_FOUND = PAGE_SIZE * MAX_PAGES

/** The calls that turn names into ids. All of them only read. */
export interface Names {
  /** `GET /projects/get_id`: undefined for 404. The server may return another project: compare `fullname`. */
  findProject(owner: string, name: string): Promise<Project | undefined>
  /** `GET /platforms/platforms_for_build`: all main platforms with their repositories. */
  platformsForBuild(): Promise<readonly Platform[]>
  /** `GET /platforms/:id_or_name`: undefined for 404, which a name with a dot always gets. */
  platform(idOrName: string): Promise<Platform | undefined>
  /** `GET /platforms?type=personal`: those that the account may see; needs credentials everywhere. */
  personalPlatforms(): Promise<readonly Platform[]>
  /** `GET /repositories/:id`: undefined for 404. */
  repository(id: number): Promise<AbfRepository | undefined>
  /** `GET /arches`. */
  arches(): Promise<readonly Named[]>
  /** `GET /user`: the login of the account, which every server checks here. */
  login(): Promise<string>
}

export function createNames({ get, parse }: Requests): Names {
  const platforms = async (path: string, intent: string): Promise<readonly Platform[]> => {
    const { rows } = await readPages(
      (page) => get(`${path}per_page=${PAGE_SIZE}&page=${page}`, intent),
      (response) => parse(PlatformsResponse, response).platforms,
    )
    return rows
  }

  return {
    async findProject(owner, name) {
      // URLSearchParams also encodes a plus, which servers read as a space.
      const query = new URLSearchParams({ owner, name }).toString()
      const response = await get(`projects/get_id.json?${query}`, 'find the project')
      return response.status === 404 ? undefined : parse(ProjectResponse, response).project
    },
    platformsForBuild: () =>
      platforms('platforms/platforms_for_build.json?', 'list the platforms to build for'),
    async platform(idOrName) {
      // The path takes no dot, not even an encoded one.
      if (idOrName.includes('.')) return undefined
      const response = await get(`platforms/${encodeURIComponent(idOrName)}.json`, 'look up the platform')
      return response.status === 404 ? undefined : parse(PlatformResponse, response).platform
    },
    personalPlatforms: () => platforms('platforms.json?type=personal&', 'list the personal platforms'),
    async repository(id) {
      const response = await get(`repositories/${id}.json`, 'look up the repository')
      return response.status === 404 ? undefined : parse(RepositoryResponse, response).repository
    },
    async arches() {
      const { rows } = await readPages(
        (page) => get(`arches.json?per_page=${PAGE_SIZE}&page=${page}`, 'list the architectures'),
        (response) => parse(ArchesResponse, response).architectures,
      )
      return rows
    },
    async login() {
      return parse(UserResponse, await get('user.json', 'check the credentials')).user.uname
    },
  }
}

/** The rows of a list, and whether the server has more of them. */
export interface Pages<T> {
  readonly rows: readonly T[]
  readonly more: boolean
}

/**
 * The first ten pages of a list. Servers give no total, so a page that is not full is the last one, and only the
 * eleventh page tells whether ten full ones were all.
 */
export async function readPages<T>(
  request: (page: number) => Promise<HttpResponse>,
  read: (response: HttpResponse) => readonly T[],
): Promise<Pages<T>> {
  const rows: T[] = []
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const some = read(await request(page))
    rows.push(...some)
    // Some servers send some lists whole, so a page may also be longer than requested.
    if (some.length !== PAGE_SIZE) return { rows, more: false }
  }
  return { rows, more: read(await request(MAX_PAGES + 1)).length > 0 }
}
