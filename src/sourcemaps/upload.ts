import { createHash } from 'node:crypto'
import { ActionError } from '../errors.ts'
import type { Clock, Logger } from '../ports.ts'
import { plain } from '../text/sanitize.ts'
import { mapPool } from '../wait/pool.ts'
import type { Assembly, AssembleState, UploadApi, UploadOptions } from './api.ts'
import type { StoredBundle } from './make-bundles.ts'

export interface UploadDeps {
  readonly api: UploadApi
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
}

export interface UploadTarget {
  readonly options: UploadOptions
  readonly projects: readonly string[]
  readonly version: string
  readonly dist: string | undefined
  /** Milliseconds to wait for the server's result; 0: do not wait. */
  readonly waitMs: number
}

export interface Uploaded {
  readonly id: string
  readonly state: 'ok' | 'pending'
  readonly bytesSent: number
}

/** Requests at a time, whatever the server allows: each holds one chunk. */
const MAX_LANES = 3
const FIRST_PAUSE_MS = 250
const MAX_PAUSE_MS = 5000

/** Uploads one bundle and waits until the server has read it. @throws ActionError with the server's reason */
export async function uploadBundle(
  bundle: StoredBundle,
  target: UploadTarget,
  deps: UploadDeps,
): Promise<Uploaded> {
  const first = await uploadOnce(bundle.size, bundle, target, deps)
  if (first.last.state !== 'error') return finished(bundle.id, first)
  // The server keeps this result for ten minutes; other bytes get a fresh one.
  deps.logger.info(`Sentry could not read the bundle (${reason(first.last)}); uploading it once more.`)
  const again = await bundle.remake(2)
  const second = await uploadOnce(again.size, bundle, target, deps)
  if (second.last.state === 'error') throw failed(second.last)
  return finished(bundle.id, { ...second, bytesSent: first.bytesSent + second.bytesSent })
}

interface Attempt {
  readonly last: AssembleState
  readonly bytesSent: number
}

function finished(id: string, { last, bytesSent }: Attempt): Uploaded {
  return { id, bytesSent, state: last.state === 'ok' ? 'ok' : 'pending' }
}

async function uploadOnce(
  size: number,
  bundle: StoredBundle,
  target: UploadTarget,
  deps: UploadDeps,
): Promise<Attempt> {
  const { options, projects, version, dist } = target
  const { checksum, chunks } = await checksums(bundle, size, options.chunkSize)
  const assembly: Assembly = { checksum, projects, version, dist, chunks: chunks.map(({ sha1 }) => sha1) }
  let bytesSent = 0
  const send = async (wanted: readonly string[]): Promise<void> => {
    bytesSent += await sendChunks(chunks, new Set(wanted), bundle, options, deps)
  }
  if (!options.tellsMissing) await send(assembly.chunks)
  let last = await deps.api.assemble(assembly)
  for (let round = 0; last.state === 'not_found'; round += 1) {
    if (round === 2) throw lost(last)
    const missing = last.missingChunks ?? []
    await send(missing.length > 0 ? missing : round > 0 ? assembly.chunks : [])
    last = await deps.api.assemble(assembly)
  }
  return { last: await settle(last, assembly, target.waitMs, deps), bytesSent }
}

/** Waits for the end of assembling. */
async function settle(
  first: AssembleState,
  assembly: Assembly,
  waitMs: number,
  { api, clock, signal, logger }: UploadDeps,
): Promise<AssembleState> {
  const deadline = clock.now() + waitMs
  let last = first
  for (let pause = FIRST_PAUSE_MS; isPending(last); pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
    const left = deadline - clock.now()
    if (left <= 0) return last
    if (pause === MAX_PAUSE_MS) logger.info('Sentry is still reading the bundle.')
    await clock.sleep(Math.min(pause, left), signal)
    last = await api.assemble(assembly)
  }
  return last
}

function isPending({ state }: AssembleState): boolean {
  return state === 'created' || state === 'assembling'
}

interface Chunk {
  readonly sha1: string
  readonly at: number
  readonly size: number
}

async function checksums(
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

/** @returns bytes of the chunks that were sent */
async function sendChunks(
  chunks: readonly Chunk[],
  wanted: ReadonlySet<string>,
  { file }: StoredBundle,
  options: UploadOptions,
  { api, logger }: UploadDeps,
): Promise<number> {
  const unique = new Map(chunks.filter(({ sha1 }) => wanted.has(sha1)).map((chunk) => [chunk.sha1, chunk]))
  const list = [...unique.values()]
  let sent = 0
  await mapPool(list, Math.min(MAX_LANES, options.concurrency), async (chunk) => {
    const body = multipart(chunk)
    await file.read(body.room, chunk.at)
    await api.sendChunk(options.url, body)
    sent += 1
    if (list.length > 1) logger.info(`Uploaded chunk ${sent} of ${list.length} (${chunk.size} bytes).`)
  })
  return list.reduce((sum, { size }) => sum + size, 0)
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

function reason({ detail }: AssembleState): string {
  return plain(detail ?? 'no reason given')
}

function failed(last: AssembleState): ActionError {
  return new ActionError(`Sentry could not read the bundle of source maps: ${reason(last)}.`, {
    title: 'Source maps failed',
    advice:
      'Sentry repeats this result for the same files for 10 minutes. Re-run the job after that; on a self-hosted server, look at the log of its worker.',
  })
}

function lost(last: AssembleState): ActionError {
  return new ActionError(
    `Sentry reported that chunks of the bundle are missing after they were uploaded (${last.missingChunks?.length ?? 0}).`,
    {
      title: 'Source maps failed',
      advice: 'Re-run the job. If the problem persists, check the file store of the Sentry server.',
    },
  )
}
