import { createHash } from 'node:crypto'
import { type Found, shownPath } from './discover.ts'
import type { Files } from '../ports.ts'
import type { PreparedScript } from './prepare.ts'

/** Bytes. Pages and manifests are smaller. */
const MAX_PAGE = 5 * 1024 * 1024

/** Hashes as pages and manifests write them: integrity attributes in base64, lists of service workers in hex. */
const BASE64 = /sha(256|384|512)-([A-Za-z0-9+/]{43,86}={0,2})/g
const HEX = /(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9a-f])/g
const HEX_ALGORITHMS: Readonly<Record<number, string>> = { 32: 'md5', 40: 'sha1', 64: 'sha256' }

type Encoding = 'base64' | 'hex'

interface Hashes {
  /** By `algorithm encoding`. */
  readonly kinds: Map<string, { readonly algorithm: string; readonly encoding: Encoding }>
  /** By hash: where it stands. */
  readonly pages: Map<string, string>
}

/**
 * Files that hold a hash of a script whose bytes are about to change, which a browser would then refuse.
 * @returns sentences, one a script
 */
export async function findHashes(
  found: Found,
  scripts: readonly PreparedScript[],
  files: Files,
): Promise<string[]> {
  const changing = scripts.filter(({ inject }) => inject)
  const hashes: Hashes = { kinds: new Map(), pages: new Map() }
  for (const page of changing.length > 0 ? found.pages : [])
    await collect(page, found.workspace, files, hashes)
  if (hashes.pages.size === 0) return []
  const sentences: string[] = []
  for (const { file } of changing) {
    const script = await files.read(file.path)
    const page = [...hashes.kinds.values()]
      .map(({ algorithm, encoding }) =>
        hashes.pages.get(createHash(algorithm).update(script).digest(encoding)),
      )
      .find((name) => name !== undefined)
    if (page !== undefined)
      sentences.push(`${page} holds a hash of ${file.shown}, which is not valid any more.`)
  }
  return sentences
}

async function collect(
  path: string,
  workspace: string,
  files: Files,
  { kinds, pages }: Hashes,
): Promise<void> {
  const entry = await files.entry(path)
  if (entry?.kind !== 'file' || entry.size > MAX_PAGE) return
  const text = (await files.read(path)).toString('utf8')
  const add = (hash: string, algorithm: string, encoding: Encoding): void => {
    kinds.set(`${algorithm} ${encoding}`, { algorithm, encoding })
    if (!pages.has(hash)) pages.set(hash, shownPath(path, workspace))
  }
  for (const [, bits = '', hash = ''] of text.matchAll(BASE64)) add(hash, `sha${bits}`, 'base64')
  for (const [hash] of text.matchAll(HEX)) add(hash, HEX_ALGORITHMS[hash.length] ?? 'sha256', 'hex')
}
