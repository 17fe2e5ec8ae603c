import type { AbfStandIn, Build, FileStoreStandIn } from '../../__tests__/servers/abf/index.ts'
import { SHA } from '../../__tests__/runner/runner.ts'

/** Names, accounts and chains, below the API; some are there on ROSA only, and some nowhere. */
const READS = `
  projects.json projects/40217.json projects/40217/refs_list.json projects/40400.json projects/1.json
  platforms.json platforms/31.json platforms/rolling.json platforms/none.json
  repositories/14.json repositories/1.json repositories/14/projects.json
  user.json users/77.json users/nobody.json search.json?type=users&query=a search.json?query=gtk
  chain_builds/last.json chain_builds/1.json`

/** Adds a build of the account of the tests, and gives its id. */
export function buildAt(abf: AbfStandIn, status: number, more: Partial<Build> = {}): string {
  const place = { projectId: 40217, archId: 2, saveToRepositoryId: 14, commitHash: SHA, userId: 501 }
  return String(abf.addBuild({ ...place, status, ...more }).id)
}

/** Asks for what the action has no use for, so that every operation is held against its description. */
export async function askTheRest(
  abf: AbfStandIn,
  store: FileStoreStandIn,
  url: string,
  files: string,
): Promise<void> {
  abf.rateLimit.limit = Number.MAX_SAFE_INTEGER
  const json = { Accept: 'application/json', 'Content-Type': 'application/json' }
  const headers = { Authorization: abf.basic(), ...json }
  const send = async (method: string, path: string, body?: unknown): Promise<void> => {
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
    await (await fetch(new URL(path, url), init)).arrayBuffer()
  }
  // Pages and files are described as taking no credentials, and Prism refuses any there.
  const read = async (address: URL): Promise<void> => {
    await (await fetch(address)).arrayBuffer()
  }

  const chained = { commit_hash: SHA, update_type: 'bugfix', chain_config: { create_chain: true } }
  const place = { project_id: 40217, arch_id: 2, save_to_repository_id: 14, build_for_platform_id: 31 }
  await send('POST', '/api/v1/build_lists.json', {
    build_list: { ...place, ...chained, include_repos: [14] },
  })
  const [chain = 1] = abf.world.chains.keys()
  for (const path of [...READS.trim().split(/\s+/), `chain_builds/${chain}.json`]) {
    await send('GET', `/api/v1/${path}`)
  }
  for (const action of ['create_container', 'rerun_tests']) {
    for (const status of [0, 3000]) {
      await send('PUT', `/api/v1/build_lists/${buildAt(abf, status)}/${action}.json`, {})
    }
  }
  const usable = buildAt(abf, 0, { containerStatus: 6000, massBuild: { id: 3, name: 'all' } })
  await send('GET', `/api/v1/build_lists/${usable}.json`)
  for (const id of [buildAt(abf, 3000), buildAt(abf, 666, { failReason: 'no space' }), '1']) {
    await read(new URL(`/build_lists/${id}.json`, url))
    await read(new URL(`/build_lists/${id}/log`, url))
  }

  const sha1 = store.put('script_output.log', 'done')
  for (const path of [sha1, `${sha1}.log?show=true`, SHA]) {
    await read(new URL(`/api/v1/file_stores/${path}`, files))
  }
  for (const hash of [sha1, SHA]) {
    await read(new URL(`/api/v1/file_stores.json?hash=${hash}`, files))
  }
}
