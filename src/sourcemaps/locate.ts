import { basename, sep } from 'node:path'
import { isInside, type ScriptFile, shownPath } from './discover.ts'
import type { Files } from '../ports.ts'
import { decodeInline, mapCandidates, type Trailer } from './reference.ts'

export type MapPlace = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'inline' }

interface Context {
  readonly files: Files
  /** Absolute, without links. */
  readonly workspace: string
  /** Absolute paths of all maps, by their names. */
  readonly mapsByName: ReadonlyMap<string, readonly string[]>
  readonly notices: string[]
}

/** The map of a script, wherever it is. */
export interface Located {
  readonly map: MapPlace | undefined
  readonly bytes: Buffer | undefined
  readonly named: string | undefined
}

export async function locateMap(
  file: ScriptFile,
  { reference }: Trailer,
  context: Context,
): Promise<Located> {
  const { files, workspace, mapsByName, notices } = context
  const inline = reference === undefined ? undefined : decodeInline(reference)
  if (inline) return { map: { kind: 'inline' }, bytes: inline, named: 'inline' }
  const candidates = mapCandidates(file.path.split(sep).join('/'), reference)
  for (const candidate of candidates) {
    const path = await readableMap(candidate, files, workspace)
    if (path !== undefined)
      return { map: { kind: 'file', path }, bytes: await files.read(path), named: reference }
  }
  const names = new Set(candidates.map((candidate) => basename(candidate)))
  const elsewhere = [...names].flatMap((name) => mapsByName.get(name) ?? [])
  const [only] = elsewhere
  if (only === undefined || elsewhere.length > 1)
    return { map: undefined, bytes: undefined, named: reference }
  notices.push(
    `${file.shown}: its map is taken from ${shownPath(only, workspace)}, the only one of that name.`,
  )
  return { map: { kind: 'file', path: only }, bytes: await files.read(only), named: reference }
}

/** The real path of a regular file inside of the workspace. */
async function readableMap(path: string, files: Files, workspace: string): Promise<string | undefined> {
  const real = path.includes('\0') ? undefined : await files.realPath(path)
  if (real === undefined || !isInside(real, workspace)) return undefined
  return (await files.entry(real))?.kind === 'file' ? real : undefined
}
