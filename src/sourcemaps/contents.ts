import { dirname, relative, sep } from 'node:path'
import { injectMap, injectScript } from './inject.ts'
import type { PreparedScript } from './prepared-script.ts'
import { readPrologue } from './prologue.ts'
import { decodeInline, readTrailer } from './reference.ts'

export interface ScriptContents {
  readonly script: Buffer
  /** The map that goes with it: a file, or the one inside of the script. */
  readonly map: Buffer | undefined
}

/** The contents of a script and its map with their id, as they are written and uploaded. */
export function contents(
  prepared: PreparedScript,
  script: Buffer,
  mapFile: Buffer | undefined,
): ScriptContents {
  const { id, inject, map } = prepared
  const trailer = readTrailer(script)
  const bytes = map?.kind === 'inline' ? decodeInline(trailer.reference ?? '') : mapFile
  if (id === undefined) return { script, map: bytes }
  if (!inject) return { script, map: bytes && injectMap(bytes, id) }
  const addedLine = readPrologue(script).hashbang ? 1 : 0
  const changed = bytes && injectMap(bytes, id, addedLine)
  const inline = map?.kind === 'inline' && changed ? { trailer, map: changed } : undefined
  return { script: injectScript(script, id, inline).script, map: changed }
}

/** The path from a script to its map as a URL reference; undefined for an inline map. */
export function mapReference({ file, map }: PreparedScript): string | undefined {
  return map?.kind === 'file' ? relative(dirname(file.path), map.path).split(sep).join('/') : undefined
}
