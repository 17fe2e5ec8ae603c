import { computeDebugId, pluginDebugId } from './debug-id.ts'
import type { Found } from './discover.ts'
import type { Files } from '../ports.ts'
import { mayHoldHashes } from './integrity.ts'
import { type Located, locateMaps } from './locate.ts'
import { isEvalBuild, matchMap, type Owner } from './match.ts'
import { readScript, sha1 } from './read-script.ts'
import { readTrailer } from './reference.ts'
import type { PreparedScript } from './prepared-script.ts'
import type { InjectMode } from './options.ts'

export interface Prepared {
  readonly scripts: readonly PreparedScript[]
  readonly notices: readonly string[]
}

interface PrepareContext {
  readonly files: Files
  readonly mode: InjectMode
  /** By the path of a map. */
  readonly owners: Map<string, Owner>
  readonly ids: Map<string, { readonly shown: string; readonly digest: string }>
  readonly notices: string[]
}

/** Reads every script and its map: which id it has or gets, and whether errors in it will be resolved. */
export async function prepare(found: Found, mode: InjectMode, files: Files): Promise<Prepared> {
  const located = await locateMaps(found, files)
  const notices = [...located.notices]
  const context: PrepareContext = { files, mode, owners: new Map(), ids: new Map(), notices }
  const scripts: PreparedScript[] = []
  for (const one of located.scripts) scripts.push(await prepareScript(one, context))
  return { scripts: scripts.toSorted((a, b) => (a.file.url < b.file.url ? -1 : 1)), notices }
}

const NOTHING = {
  map: undefined,
  mapDigest: undefined,
  id: undefined,
  segments: 0,
  withoutContent: 0,
  mayHoldHashes: false,
}

async function prepareScript(located: Located, context: PrepareContext): Promise<PreparedScript> {
  const { files, mode, owners, notices } = context
  const { file, map } = located
  const script = located.problem === undefined ? await readScript(file.path, files) : located
  if (!Buffer.isBuffer(script)) {
    return { ...NOTHING, file, digest: '', inject: false, upload: false, reason: script.problem }
  }
  const digest = sha1(script)
  const trailer = readTrailer(script)
  const owner = map?.kind === 'file' ? owners.get(map.path) : undefined
  const match = await matchMap(located, { script, reference: trailer.reference }, owner, files)
  const own = trailer.debugId ?? pluginDebugId(script)
  const computed = mode === 'true' ? computeDebugId(script, match.bytes) : undefined
  // The id in a map that does not fit is the one of another script.
  const inMap = match.reason === undefined ? match.debugId : undefined
  const id = own ?? (match.foreign ? undefined : owner?.id) ?? inMap ?? computed
  if (own !== undefined && match.debugId !== undefined && own !== match.debugId) {
    notices.push(
      `${file.shown}: the script has debug id ${own}, its map ${match.debugId}; the one of the script is uploaded.`,
    )
  }
  if (map && isEvalBuild(script)) {
    notices.push(`${file.shown}: a development build of webpack (eval); errors in it may not be resolved.`)
  }
  const clash = takeId(id, file.shown, digest, context)
  const reason = match.reason ?? clash
  // A map that does not fit leaves its place to the next script that claims it.
  if (map?.kind === 'file' && !owner && reason === undefined) {
    owners.set(map.path, { shown: file.shown, digest, id })
  }
  return {
    file,
    digest,
    mapDigest: match.bytes && sha1(match.bytes),
    map: match.reason === undefined ? map : undefined,
    id,
    inject: mode === 'true' && own === undefined && clash === undefined && !match.foreign,
    reason,
    upload: clash === undefined && !match.foreign,
    segments: match.segments,
    withoutContent: match.withoutContent,
    mayHoldHashes: mayHoldHashes(script),
  }
}

/** Two scripts with one id: Sentry would take the map of either. */
function takeId(
  id: string | undefined,
  shown: string,
  digest: string,
  { ids }: PrepareContext,
): string | undefined {
  if (id === undefined) return undefined
  const other = ids.get(id)
  if (other && other.digest !== digest)
    return `has the same debug id as ${other.shown}, which is another script`
  ids.set(id, { shown, digest })
  return undefined
}
