import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { computeDebugId, pluginDebugId } from './debug-id.ts'
import type { Found, ScriptFile } from './discover.ts'
import type { Files } from '../ports.ts'
import { type Located, locateMap, type MapPlace } from './locate.ts'
import { type MapFacts, readMap } from './map.ts'
import { readTrailer } from './reference.ts'
import { verifyMap } from './verify.ts'

export type InjectMode = 'true' | 'false' | 'check'

/** What is known of a script before anything is written; no contents, so that a build of any size fits. */
export interface PreparedScript {
  readonly file: ScriptFile
  readonly map: MapPlace | undefined
  /** The id that the script has or gets. */
  readonly id: string | undefined
  /** Whether the script itself is changed. */
  readonly inject: boolean
  /** Why no error in this script will be resolved; undefined: it will. */
  readonly reason: string | undefined
  /** Whether script and map go into the bundle. */
  readonly upload: boolean
  readonly segments: number
  readonly withoutContent: number
  /** SHA-1 of the contents that were read. */
  readonly digest: string
  readonly mapDigest: string | undefined
}

export interface Prepared {
  readonly scripts: readonly PreparedScript[]
  readonly notices: readonly string[]
}

interface Context {
  readonly found: Found
  readonly files: Files
  readonly workspace: string
  readonly mode: InjectMode
  readonly mapsByName: ReadonlyMap<string, readonly string[]>
  /** By the path of a map: the script that has it, and its digest. */
  readonly owners: Map<
    string,
    { readonly shown: string; readonly digest: string; readonly id: string | undefined }
  >
  readonly ids: Map<string, { readonly shown: string; readonly digest: string }>
  readonly notices: string[]
}

/** Bytes. Node cannot hold a longer text than 512 MiB, and Sentry processes much less. */
const MAX_SCRIPT = 256 * 1024 * 1024

/** Looks at every script and its map: which id it has or gets, and whether errors in it will be resolved. */
export async function prepare(found: Found, mode: InjectMode, files: Files): Promise<Prepared> {
  const mapsByName = new Map<string, string[]>()
  for (const path of found.maps) {
    const name = basename(path)
    mapsByName.set(name, [...(mapsByName.get(name) ?? []), path])
  }
  const context: Context = {
    found,
    files,
    workspace: found.workspace,
    mode,
    mapsByName,
    owners: new Map(),
    ids: new Map(),
    notices: [],
  }
  const scripts: PreparedScript[] = []
  for (const file of found.scripts) {
    const prepared = await prepareScript(file, context)
    if (prepared) scripts.push(prepared)
  }
  return { scripts, notices: context.notices }
}

export function sha1(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex')
}

async function prepareScript(file: ScriptFile, context: Context): Promise<PreparedScript | undefined> {
  const { files, mode, notices } = context
  const script = await files.read(file.path)
  if (script.length === 0) {
    notices.push(`${file.shown}: the script is empty and left out.`)
    return undefined
  }
  const digest = sha1(script)
  const nothing = {
    map: undefined,
    id: undefined,
    inject: false,
    upload: false,
    segments: 0,
    withoutContent: 0,
  }
  const unusable = unusableScript(script)
  if (unusable !== undefined) return { ...nothing, file, digest, mapDigest: undefined, reason: unusable }

  const trailer = readTrailer(script)
  const located = await locateMap(file, trailer, context)
  const facts = located.bytes && readMap(located.bytes)
  const own = trailer.debugId ?? pluginDebugId(script)
  const inMap = facts && !('problem' in facts) ? facts.debugId : undefined
  const owner = located.map?.kind === 'file' ? context.owners.get(located.map.path) : undefined
  const computed = mode === 'true' ? computeDebugId(script, located.bytes) : undefined
  const id = own ?? owner?.id ?? inMap ?? computed
  if (own !== undefined && inMap !== undefined && own !== inMap) {
    notices.push(
      `${file.shown}: the script has debug id ${own}, its map ${inMap}; the one of the script is uploaded.`,
    )
  }
  const check = checkMap(file, script, located, facts, context)
  const clash = takeId(id, file.shown, digest, context)
  if (located.map?.kind === 'file' && !owner) {
    context.owners.set(located.map.path, { shown: file.shown, digest, id })
  }
  const reason = check.reason ?? clash
  return {
    file,
    digest,
    mapDigest: located.bytes && sha1(located.bytes),
    map: check.reason === undefined ? located.map : undefined,
    id,
    inject: mode === 'true' && own === undefined && clash === undefined && check.foreign === undefined,
    reason,
    upload: clash === undefined && check.foreign === undefined,
    segments: check.segments,
    withoutContent: facts && !('problem' in facts) ? facts.withoutContent : 0,
  }
}

/** Why a file with the name of a script is none that can be handled. */
function unusableScript(script: Buffer): string | undefined {
  if (script.length > MAX_SCRIPT) return 'the script is larger than 256 MiB'
  if (script[0] === 0x1f && script[1] === 0x8b)
    return 'the file is compressed with gzip: run this step before compression'
  const magic = script.toString('hex', 0, 8)
  if (magic === 'c61fbc03c103191f')
    return 'Hermes bytecode: upload it with the tools of Sentry for React Native'
  if (magic.startsWith('e5d10bfb')) return 'a RAM bundle: upload it with the tools of Sentry for React Native'
  return isUtf8(script) ? undefined : 'the script is not UTF-8'
}

interface MapCheck {
  readonly reason: string | undefined
  readonly segments: number
  /** The map belongs to another script, so that neither may be changed. */
  readonly foreign?: string
}

function checkMap(
  file: ScriptFile,
  script: Buffer,
  { map, named }: Located,
  facts: MapFacts | { readonly problem: string } | undefined,
  context: Context,
): MapCheck {
  if (!map || !facts) {
    const reason = named === undefined ? 'no source map found' : `source map ${named.slice(0, 200)} not found`
    return {
      reason: reason.startsWith('source map data:') ? 'the inline map cannot be read' : reason,
      segments: 0,
    }
  }
  if ('problem' in facts) return { reason: facts.problem, segments: 0 }
  const owner = map.kind === 'file' ? context.owners.get(map.path) : undefined
  if (owner && owner.digest !== sha1(script)) {
    const reason = `shares its source map with ${owner.shown}, which is another script`
    return { reason, segments: 0, foreign: owner.shown }
  }
  const verdict = verifyMap(facts, script.toString('utf8'))
  if (!verdict.usable) return { reason: verdict.reason, segments: 0 }
  if (script.includes('eval("') && script.includes('sourceURL=webpack')) {
    context.notices.push(
      `${file.shown}: a development build of webpack (eval); errors in it may not be resolved.`,
    )
  }
  return { reason: undefined, segments: verdict.segments }
}

/** Two scripts with one id: Sentry would take the map of either. */
function takeId(id: string | undefined, shown: string, digest: string, { ids }: Context): string | undefined {
  if (id === undefined) return undefined
  const other = ids.get(id)
  if (other && other.digest !== digest)
    return `has the same debug id as ${other.shown}, which is another script`
  ids.set(id, { shown, digest })
  return undefined
}
