import { dirname, posix } from 'node:path'
import { type Artifact, type Bundle, type BundleOwner, BundleWriter } from './bundle.ts'
import { embedSources } from './embed.ts'
import { changedMeanwhile, failure } from './errors.ts'
import type { Files, ScratchFile } from '../ports.ts'
import { contents, mapReference } from './contents.ts'
import type { PreparedScript } from './prepared-script.ts'
import { sha1 } from './read-script.ts'
import { stripSources } from './rewrite.ts'
import { type Compressed, compressFile } from './zip.ts'

/** A bundle in a temporary file. */
export interface StoredBundle extends Bundle {
  readonly file: ScratchFile
  /** Writes the same files again as other bytes: Sentry remembers for ten minutes what a checksum led to. */
  remake(attempt: number): Promise<Bundle>
}

export interface BundleOptions {
  readonly owner: BundleOwner
  readonly files: Files
  /** Absolute, without links. */
  readonly workspace: string
  readonly stripPrefix: string | undefined
  /** Bytes. */
  readonly maxSize: number
  readonly signal: AbortSignal
}

/** Makes the bundles one after another; each is deleted when the next is requested. One script and its map are held at a time. */
export async function* makeBundles(
  scripts: readonly PreparedScript[],
  options: BundleOptions,
): AsyncGenerator<StoredBundle, void> {
  const queue = scripts.filter(({ upload }) => upload)
  let next = 0
  let carried: Pair | undefined
  while (next < queue.length || carried) {
    const file = await options.files.scratch()
    try {
      const writer = new BundleWriter(file)
      if (carried) await addPair(writer, carried)
      carried = undefined
      for (; next < queue.length; next += 1) {
        options.signal.throwIfAborted()
        const pair = await readPair(queue[next] as PreparedScript, options)
        if (writer.fits(pair, options.maxSize)) await addPair(writer, pair)
        else if (writer.files === 0) throw tooLarge(queue[next] as PreparedScript, options.maxSize)
        else {
          carried = pair
          next += 1
          break
        }
      }
      const end = writer.size
      const bundle = await writer.finish(options.owner)
      yield {
        ...bundle,
        file,
        remake: async (attempt) => {
          await file.truncate(end)
          return await writer.finish({ ...options.owner, attempt })
        },
      }
    } finally {
      await file.close()
    }
  }
}

const BYTE_ORDER_MARK = Buffer.from('\ufeff')

type Pair = readonly { readonly artifact: Artifact; readonly compressed: Compressed }[]

async function addPair(writer: BundleWriter, pair: Pair): Promise<void> {
  for (const { artifact, compressed } of pair) await writer.add(artifact, compressed)
}

async function readPair(prepared: PreparedScript, options: BundleOptions): Promise<Pair> {
  const { file, id, map } = prepared
  const { files } = options
  const read = await files.read(file.path)
  const mapFile = map?.kind === 'file' ? await files.read(map.path) : undefined
  if (sha1(read) !== prepared.digest) throw changedMeanwhile(file.shown)
  if (mapFile && sha1(mapFile) !== prepared.mapDigest)
    throw changedMeanwhile(`the source map of ${file.shown}`)
  const content = contents(prepared, read, mapFile)
  const place = content.map && mapPlace(prepared)
  const artifacts: Artifact[] = [
    {
      type: 'minified_source',
      url: file.url,
      debugId: id,
      sourcemap: place?.reference,
      content: content.script,
    },
  ]
  if (content.map && place) {
    const uploaded = await finishMap(prepared, content.map, options)
    artifacts.push({ type: 'source_map', url: place.url, debugId: id, content: uploaded })
  }
  const pair = []
  for (const artifact of artifacts) pair.push({ artifact, compressed: await compressFile(artifact.content) })
  return pair
}

/** A map as it is uploaded: with the contents of its sources, and their paths as the user wants them. */
async function finishMap(
  { file, map, withoutContent }: PreparedScript,
  content: Buffer,
  { files, workspace, stripPrefix }: BundleOptions,
): Promise<Buffer> {
  const directory = dirname(map?.kind === 'file' ? map.path : file.path)
  // Sentry's reader does not know the mark.
  const bom = content.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0
  const json = content.subarray(bom)
  const whole = withoutContent > 0 ? await embedSources(json, { files, workspace, directory }) : json
  return stripPrefix === undefined ? whole : stripSources(whole, stripPrefix)
}

/** Where the map is in the bundle: where it is relative to the script, or beside it when a URL cannot express that. */
function mapPlace(prepared: PreparedScript): { readonly url: string; readonly reference: string } {
  const { url } = prepared.file
  const reference = mapReference(prepared)
  const [, origin = '', path = ''] = /^([a-z][a-z0-9+.-]*:\/\/[^/]*|~?)(.*)$/is.exec(url) ?? []
  const joined = reference === undefined ? undefined : posix.join(posix.dirname(path), reference)
  const climbs =
    reference !== undefined && posix.join(posix.dirname(path).slice(1), reference).startsWith('..')
  if (reference === undefined || joined === undefined || climbs) {
    return { url: `${url}.map`, reference: `${posix.basename(url)}.map` }
  }
  return { url: origin + joined, reference }
}

function tooLarge({ file }: PreparedScript, limit: number): Error {
  return failure(
    `${file.shown} and its source map do not fit into one bundle of ${limit} bytes, the limit of this Sentry.`,
    'Split the script, or leave sourcesContent out of its map.',
  )
}
