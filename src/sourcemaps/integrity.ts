import { createHash } from 'node:crypto'
import type { Found } from './discover.ts'
import type { Files } from '../ports.ts'
import { shownPath } from './paths.ts'
import type { PreparedScript } from './prepared-script.ts'

/** What becomes wrong because a script or a map changes: hashes of it, and compressed copies of it. */

/** Bytes. Pages and manifests are smaller. */
const MAX_PAGE = 5 * 1024 * 1024

/** Hashes as pages and manifests write them: integrity attributes in base64, lists of service workers in hex. */
const BASE64 = /sha(256|384|512)-([A-Za-z0-9+/]{43,86}={0,2})/g
const HEX = /(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9a-f])/g
const HEX_ALGORITHMS: Readonly<Record<number, string>> = { 32: 'md5', 40: 'sha1', 64: 'sha256' }

/** Only a script with one of these words can hold hashes: the list of a service worker, or a loader of other scripts. */
const WORDS_OF_LISTS = ['revision', 'sha256-', 'sha384-', 'sha512-']

/** Whether a script is worth a search for hashes of others. */
export function mayHoldHashes(script: Buffer): boolean {
  return script.length <= MAX_PAGE && WORDS_OF_LISTS.some((word) => script.includes(word))
}

type Encoding = 'base64' | 'hex'

interface Hashes {
  /** By `algorithm encoding`. */
  readonly kinds: Map<string, { readonly algorithm: string; readonly encoding: Encoding }>
  /** By hash: where it stands, relative to the workspace. */
  readonly pages: Map<string, string>
}

/** A file that is about to change. */
interface Changing {
  readonly path: string
  readonly shown: string
}

/**
 * Files that hold a hash of a script or map whose bytes are about to change, which a browser would then refuse.
 * @returns sentences, one a changing file
 */
export async function findHashes(
  found: Found,
  scripts: readonly PreparedScript[],
  files: Files,
): Promise<string[]> {
  const changing = changingFiles(scripts, found.workspace)
  if (changing.length === 0) return []
  const hashes: Hashes = { kinds: new Map(), pages: new Map() }
  const lists = scripts.flatMap(({ file, mayHoldHashes }) => (mayHoldHashes ? [file.path] : []))
  for (const page of [...found.pages, ...lists]) await collect(page, found.workspace, files, hashes)
  if (hashes.pages.size === 0) return []
  const sentences: string[] = []
  for (const { path, shown } of changing) {
    const bytes = await files.read(path)
    const page = [...hashes.kinds.values()]
      .map(({ algorithm, encoding }) =>
        hashes.pages.get(createHash(algorithm).update(bytes).digest(encoding)),
      )
      .find((name) => name !== undefined)
    if (page !== undefined) sentences.push(`${page} holds a hash of ${shown}, which is not valid any more.`)
  }
  return sentences
}

/** Compressed copies of files that are about to change: a server that prefers them would deliver the old ones. */
export function findCopies(found: Found, scripts: readonly PreparedScript[]): string[] {
  return changingFiles(scripts, found.workspace).flatMap(({ path, shown }) =>
    ['.gz', '.br', '.zst']
      .filter((extension) => found.compressed.has(path + extension))
      .map((extension) => `${shown}${extension} is a copy of ${shown} without its debug id.`),
  )
}

function changingFiles(scripts: readonly PreparedScript[], workspace: string): Changing[] {
  return scripts
    .filter(({ inject }) => inject)
    .flatMap(({ file, map }) => [
      { path: file.path, shown: file.shown },
      ...(map?.kind === 'file' ? [{ path: map.path, shown: shownPath(map.path, workspace) }] : []),
    ])
}

async function collect(
  path: string,
  workspace: string,
  files: Files,
  { kinds, pages }: Hashes,
): Promise<void> {
  const entry = await files.entry(path)
  if (entry?.kind !== 'file' || entry.size > MAX_PAGE) return
  const text = (await files.read(path)).toString('latin1')
  const add = (hash: string, algorithm: string, encoding: Encoding): void => {
    kinds.set(`${algorithm} ${encoding}`, { algorithm, encoding })
    if (!pages.has(hash)) pages.set(hash, shownPath(path, workspace))
  }
  for (const [, bits = '', hash = ''] of text.matchAll(BASE64)) add(hash, `sha${bits}`, 'base64')
  for (const [hash] of text.matchAll(HEX)) add(hash, HEX_ALGORITHMS[hash.length] ?? 'sha256', 'hex')
}
