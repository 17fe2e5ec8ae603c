import { basename, sep } from 'node:path'
import type { Found, ScriptFile } from './discover.ts'
import { isInside, shownPath } from './paths.ts'
import type { Files } from '../ports.ts'
import { readScript } from './read-script.ts'
import { guessedMaps, isInline, mapNames, namedMaps, readTrailer } from './reference.ts'

export type MapPlace = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'inline' }

/** Where the map of a script is; nothing of the contents of either. */
export interface Located {
  readonly file: ScriptFile
  /** Why the script cannot be handled at all. */
  readonly problem: string | undefined
  /** What the script itself names. */
  readonly reference: string | undefined
  readonly map: MapPlace | undefined
  /** How the map was found; when two scripts claim one map, the lower number is right. */
  readonly tier: Tier
}

/** 0: the script names it, and the map has the name of the script. 1: the script names it. 2: it has the name of the script. 3: a guess. */
export type Tier = 0 | 1 | 2 | 3

interface LocateContext {
  readonly files: Files
  /** Absolute, without links. */
  readonly workspace: string
  /** Absolute paths of all maps, by their names. */
  readonly mapsByName: ReadonlyMap<string, readonly string[]>
  /** Maps that scripts name, or have the name of a script. A guess never takes them. */
  readonly claimed: Set<string>
  readonly notices: string[]
}

/**
 * Finds the map of each script: the one that the script names, then the one that has its name, then what tools usually
 * write. A guess never takes a map from the script that names it.
 * @returns in the order of `tier`
 */
export async function locateMaps(
  found: Found,
  files: Files,
): Promise<{ readonly scripts: readonly Located[]; readonly notices: readonly string[] }> {
  const mapsByName = new Map<string, string[]>()
  for (const path of found.maps) {
    const same = mapsByName.get(basename(path))
    if (same) same.push(path)
    else mapsByName.set(basename(path), [path])
  }
  const { workspace } = found
  const context: LocateContext = { files, workspace, mapsByName, claimed: new Set(), notices: [] }
  const scripts: Located[] = []
  for (const file of found.scripts) {
    const located = await readReference(file, context)
    if (located) scripts.push(located)
  }
  for (const tier of [2, 3] as const) {
    for (const { map } of scripts) if (map?.kind === 'file') context.claimed.add(map.path)
    for (const [index, located] of scripts.entries()) {
      if (!located.map && located.problem === undefined) scripts[index] = await guess(located, tier, context)
    }
  }
  return { scripts: scripts.toSorted((a, b) => a.tier - b.tier), notices: context.notices }
}

/** A script with the map that it names. */
async function readReference(file: ScriptFile, context: LocateContext): Promise<Located | undefined> {
  const none = { file, problem: undefined, reference: undefined, map: undefined, tier: 3 } as const
  const script = await readScript(file.path, context.files)
  if ('problem' in script) return { ...none, problem: script.problem }
  if (script.length === 0) {
    context.notices.push(`${file.shown}: the script is empty and left out.`)
    return undefined
  }
  const { reference } = readTrailer(script)
  if (reference === undefined) return none
  // Such a reference may have many megabytes, and is not kept.
  if (isInline(reference)) return { ...none, map: { kind: 'inline' }, tier: 0 }
  const path = await firstMap(namedMaps(slashes(file.path), reference), new Set(), context)
  if (path === undefined) return { ...none, reference }
  const tier = path === `${file.path}.map` ? 0 : 1
  return { ...none, reference, map: { kind: 'file', path }, tier }
}

/** A script whose map has its name (2), or one of the names that tools give to maps (3). */
async function guess(located: Located, tier: 2 | 3, context: LocateContext): Promise<Located> {
  const { file, reference } = located
  const script = slashes(file.path)
  const guesses = reference === undefined ? guessedMaps(script) : []
  const candidates = tier === 2 ? [`${script}.map`] : guesses
  const path = await firstMap(candidates, context.claimed, context)
  if (path !== undefined) return { ...located, map: { kind: 'file', path }, tier }
  const only = tier === 2 ? undefined : onlyMap(mapNames(script, reference), context)
  if (only === undefined) return located
  context.notices.push(
    `${file.shown}: its map is taken from ${shownPath(only, context.workspace)}, the only one of that name.`,
  )
  return { ...located, map: { kind: 'file', path: only }, tier }
}

/** The only map below the roots with one of the names, wherever it is. */
function onlyMap(names: readonly string[], { mapsByName, claimed }: LocateContext): string | undefined {
  const elsewhere = names.flatMap((name) => mapsByName.get(name) ?? [])
  const [only] = elsewhere
  return only === undefined || elsewhere.length > 1 || claimed.has(only) ? undefined : only
}

/** The real path of the first that is a regular file inside of the workspace. */
async function firstMap(
  candidates: readonly string[],
  excluded: ReadonlySet<string>,
  { files, workspace }: LocateContext,
): Promise<string | undefined> {
  for (const candidate of candidates) {
    const real = candidate.includes('\0') ? undefined : await files.realPath(candidate)
    if (real === undefined || !isInside(real, workspace) || excluded.has(real)) continue
    if ((await files.entry(real))?.kind === 'file') return real
  }
  return undefined
}

function slashes(path: string): string {
  return path.split(sep).join('/')
}
