import { ActionError } from '../errors.ts'
import type { Clock, Logger } from '../ports.ts'
import { toSingleLine } from '../text/sanitize.ts'
import type { Assembly, AssembleState, UploadApi, UploadOptions } from './api.ts'
import { checksums, OversizedChunkError, sendChunks } from './chunks.ts'
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
  /** Whether all scripts have debug ids, so that a project needs no more than the bundle. */
  readonly byDebugId: boolean
  /** Milliseconds to wait for the server's result; 0: do not wait. */
  readonly waitMs: number
}

export interface Uploaded {
  readonly id: string
  readonly state: 'ok' | 'pending'
  readonly bytesSent: number
}

/** Bytes. Nobody limits requests to less than this on purpose. */
const MIN_CHUNK = 256 * 1024
const FIRST_PAUSE_MS = 250
const MAX_PAUSE_MS = 5000

/** Uploads one bundle and waits until the server has read it. @throws ActionError with the server's reason */
export async function uploadBundle(
  bundle: StoredBundle,
  target: UploadTarget,
  deps: UploadDeps,
): Promise<Uploaded> {
  // These servers do not say which chunks they have, so a second run would send all of them again.
  if (!target.options.reportsMissing && target.byDebugId && (await deps.api.hasBundle(bundle.id, target))) {
    return { id: bundle.id, state: 'ok', bytesSent: 0 }
  }
  const first = await uploadWhole(bundle.size, bundle, target, deps)
  if (first.last.state !== 'error') return finished(bundle.id, first)
  // The server keeps this result for ten minutes; other bytes get a fresh one.
  deps.logger.info(`Sentry could not read the bundle (${reason(first.last)}); uploading it once more.`)
  const again = await bundle.remake(2)
  const second = await uploadWhole(again.size, bundle, target, deps)
  if (second.last.state === 'error') throw failed(second.last)
  return finished(bundle.id, { ...second, bytesSent: first.bytesSent + second.bytesSent })
}

interface UploadAttempt {
  readonly last: AssembleState
  readonly bytesSent: number
}

function finished(id: string, { last, bytesSent }: UploadAttempt): Uploaded {
  return { id, bytesSent, state: last.state === 'ok' ? 'ok' : 'pending' }
}

/** Uploads in chunks of the size that the server names, and in smaller ones where a proxy refuses these (413) or the line is slow. */
async function uploadWhole(
  size: number,
  bundle: StoredBundle,
  target: UploadTarget,
  deps: UploadDeps,
): Promise<UploadAttempt> {
  for (let chunkSize = Math.min(target.options.chunkSize, size); ; chunkSize = Math.ceil(chunkSize / 2)) {
    try {
      return await uploadOnce(size, chunkSize, bundle, target, deps)
    } catch (error) {
      if (!(error instanceof OversizedChunkError)) throw error
      if (chunkSize <= MIN_CHUNK) throw error.failure
      deps.logger.info(`A chunk of ${chunkSize} bytes ${error.message}; the chunks are halved.`)
    }
  }
}

async function uploadOnce(
  size: number,
  chunkSize: number,
  bundle: StoredBundle,
  target: UploadTarget,
  deps: UploadDeps,
): Promise<UploadAttempt> {
  const { options, projects, version, dist } = target
  const { checksum, chunks } = await checksums(bundle, size, chunkSize)
  const assembly: Assembly = { checksum, projects, version, dist, chunks: chunks.map(({ sha1 }) => sha1) }
  let bytesSent = 0
  const send = async (wanted: readonly string[]): Promise<void> => {
    bytesSent += await sendChunks(chunks, new Set(wanted), bundle, options, deps)
  }
  if (!options.reportsMissing) await send(assembly.chunks)
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

function reason({ detail }: AssembleState): string {
  return toSingleLine(detail ?? 'no reason given')
}

function failed(last: AssembleState): ActionError {
  return new ActionError(`Sentry could not read the bundle of source maps: ${reason(last)}.`, {
    title: 'Source maps failed',
    advice:
      'Sentry repeats this result for the same files for 10 minutes. Re-run the job after that; on a self-hosted server, read the log of its worker.',
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
