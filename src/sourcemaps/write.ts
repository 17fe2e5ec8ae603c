import type { Files, Replacement } from '../ports.ts'
import { contents } from './contents.ts'
import { changedMeanwhile } from './errors.ts'
import type { PreparedScript } from './prepared-script.ts'
import { sha1 } from './read-script.ts'

/**
 * Writes the ids into scripts and maps, all or none.
 * @returns the scripts as they are now
 */
export async function writeIds(
  scripts: readonly PreparedScript[],
  files: Files,
  signal: AbortSignal,
): Promise<PreparedScript[]> {
  const replacement = files.replace()
  const maps = new Map<string, string>()
  const result: PreparedScript[] = []
  try {
    for (const prepared of scripts) {
      signal.throwIfAborted()
      result.push(prepared.inject ? await stage(prepared, files, replacement, maps) : prepared)
    }
    replacement.commit()
  } catch (error) {
    replacement.discard()
    throw error
  }
  // A map may be shared with a script that keeps its own bytes.
  return result.map((prepared) => ({
    ...prepared,
    mapDigest:
      (prepared.map?.kind === 'file' ? maps.get(prepared.map.path) : undefined) ?? prepared.mapDigest,
  }))
}

async function stage(
  prepared: PreparedScript,
  files: Files,
  replacement: Replacement,
  maps: Map<string, string>,
): Promise<PreparedScript> {
  const { file, map } = prepared
  const script = await files.read(file.path)
  const mapFile = map?.kind === 'file' ? await files.read(map.path) : undefined
  if (sha1(script) !== prepared.digest) throw changedMeanwhile(file.shown)
  if (mapFile && sha1(mapFile) !== prepared.mapDigest)
    throw changedMeanwhile(`the source map of ${file.shown}`)
  const after = contents(prepared, script, mapFile)
  if (map?.kind === 'file' && after.map && !maps.has(map.path)) {
    maps.set(map.path, sha1(after.map))
    await replacement.stage(map.path, after.map)
  }
  await replacement.stage(file.path, after.script)
  return { ...prepared, inject: false, digest: sha1(after.script) }
}
