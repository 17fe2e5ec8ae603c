import { ActionError } from '../errors.ts'
import type { Files, StagedFile } from '../ports.ts'
import { contents } from './contents.ts'
import { type PreparedScript, sha1 } from './prepare.ts'

/**
 * Writes the ids into scripts and maps: everything to temporary files first, then one rename each, the map before its
 * script. When one file cannot be written, none is changed.
 * @returns the scripts as they are now
 */
export async function writeIds(
  scripts: readonly PreparedScript[],
  files: Files,
  signal: AbortSignal,
): Promise<PreparedScript[]> {
  const staged: StagedFile[] = []
  const maps = new Map<string, string>()
  const result: PreparedScript[] = []
  try {
    for (const prepared of scripts) {
      signal.throwIfAborted()
      result.push(prepared.inject ? await stage(prepared, files, staged, maps) : prepared)
    }
    // From here on nothing is asked of the disk but names.
    for (const file of staged) await file.commit()
  } catch (error) {
    for (const file of staged) await file.discard()
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
  staged: StagedFile[],
  maps: Map<string, string>,
): Promise<PreparedScript> {
  const { file, map } = prepared
  const script = await files.read(file.path)
  const mapFile = map?.kind === 'file' ? await files.read(map.path) : undefined
  if (sha1(script) !== prepared.digest || (mapFile && sha1(mapFile) !== prepared.mapDigest)) {
    throw new ActionError(
      `${file.shown} or its source map was changed by another process while this step ran.`,
      {
        title: 'Source maps failed',
        advice: 'Run this step after everything that writes to the build directory has ended.',
      },
    )
  }
  const after = contents(prepared, script, mapFile)
  if (map?.kind === 'file' && after.map && !maps.has(map.path)) {
    maps.set(map.path, sha1(after.map))
    staged.push(await files.stage(map.path, after.map))
  }
  staged.push(await files.stage(file.path, after.script))
  return { ...prepared, inject: false, digest: sha1(after.script) }
}
