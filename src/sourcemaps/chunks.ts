import { createHash } from 'node:crypto'
import { HttpError } from '../http/failure.ts'
import type { Logger } from '../ports.ts'
import { mapPool } from '../wait/pool.ts'
import type { UploadApi, UploadOptions } from './api.ts'
import type { StoredBundle } from './make-bundles.ts'

/** Requests at a time, whatever the server allows: each holds one chunk. */
const MAX_LANES = 3

export interface Chunk {
  readonly sha1: string
  readonly at: number
  readonly size: number
}

/** A chunk did not reach the server, and a smaller one may. */
export class OversizedChunkError extends Error {
  override readonly name = 'OversizedChunkError'
  readonly failure: HttpError

  constructor(message: string, failure: HttpError) {
    super(message)
    this.failure = failure
  }
}

/** SHA-1 of the first `size` bytes of a bundle, and of each chunk. */
export async function checksums(
  { file }: StoredBundle,
  size: number,
  chunkSize: number,
): Promise<{ readonly checksum: string; readonly chunks: readonly Chunk[] }> {
  const whole = createHash('sha1')
  const chunks: Chunk[] = []
  const buffer = Buffer.alloc(Math.min(size, chunkSize))
  for (let at = 0; at < size; at += chunkSize) {
    const bytes = buffer.subarray(0, Math.min(chunkSize, size - at))
    await file.read(bytes, at)
    whole.update(bytes)
    chunks.push({ sha1: createHash('sha1').update(bytes).digest('hex'), at, size: bytes.length })
  }
  return { checksum: whole.digest('hex'), chunks }
}

/**
 * @returns bytes of the chunks that were sent
 * @throws OversizedChunkError when a proxy refuses the size (413), or the line is too slow for it
 */
export async function sendChunks(
  chunks: readonly Chunk[],
  wanted: ReadonlySet<string>,
  { file }: StoredBundle,
  options: UploadOptions,
  { api, logger }: { readonly api: UploadApi; readonly logger: Logger },
): Promise<number> {
  const unique = new Map(chunks.filter(({ sha1 }) => wanted.has(sha1)).map((chunk) => [chunk.sha1, chunk]))
  const list = [...unique.values()]
  let sent = 0
  await mapPool(list, Math.min(MAX_LANES, options.concurrency), async (chunk) => {
    const body = multipart(chunk)
    await file.read(body.room, chunk.at)
    try {
      await api.sendChunk(options.url, body)
    } catch (error) {
      throw oversized(error) ?? error
    }
    sent += 1
    if (list.length > 1) logger.info(`Uploaded chunk ${sent} of ${list.length} (${chunk.size} bytes).`)
  })
  return list.reduce((sum, { size }) => sum + size, 0)
}

function oversized(error: unknown): OversizedChunkError | undefined {
  if (!(error instanceof HttpError)) return undefined
  if (error.status === 413) return new OversizedChunkError('is too large for the server (413)', error)
  return error.kind === 'timeout'
    ? new OversizedChunkError('takes longer than request-timeout', error)
    : undefined
}

/**
 * A form with one file, named by its SHA-1. The bytes are those of a zip, which compression would not make smaller:
 * they are sent as they are, which every server takes.
 */
function multipart({ sha1, size }: Chunk): { bytes: Buffer; room: Buffer; contentType: string } {
  const boundary = `----chunk-${sha1}`
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${sha1}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  const bytes = Buffer.alloc(head.length + size + tail.length)
  head.copy(bytes, 0)
  tail.copy(bytes, head.length + size)
  return {
    bytes,
    room: bytes.subarray(head.length, head.length + size),
    contentType: `multipart/form-data; boundary=${boundary}`,
  }
}
