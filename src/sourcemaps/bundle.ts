import { createHash, type Hash } from 'node:crypto'
import { toUuid } from './debug-id.ts'
import {
  type Compressed,
  compressFile,
  directory,
  directoryEntrySize,
  entrySize,
  localHeader,
  MAX_ENTRIES,
  type ZipEntry,
} from './zip.ts'

/** One file of a bundle. */
export interface Artifact {
  readonly type: 'minified_source' | 'source_map'
  /** As a stack frame has it, such as `~/assets/app.js`. */
  readonly url: string
  readonly debugId: string | undefined
  /** Of a script: its map, relative to it. */
  readonly sourcemap?: string | undefined
  readonly content: Buffer
}

/** What a bundle belongs to. */
export interface BundleOwner {
  readonly organization: string
  /** Slugs or ids. */
  readonly projects: readonly string[]
  readonly release: string
  readonly dist: string | undefined
  /** Makes other bytes, and so another checksum, of the same files. */
  readonly attempt?: number
}

/** Takes the bytes of a file one after another. */
export interface Sink {
  write(bytes: Buffer): Promise<void>
}

export interface Bundle {
  readonly id: string
  readonly size: number
  readonly files: number
}

interface ManifestFile {
  readonly type: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

const MAGIC = Buffer.from('SYSB\x02\0\0\0', 'latin1')
const MANIFEST = 'manifest.json'
/** Room for the manifest's attributes and the end of the directory. */
const RESERVE = 64 * 1024

/** Writes one artifact bundle, file by file: nothing but the directory is held. */
export class BundleWriter {
  readonly #sink: Sink
  readonly #entries: ZipEntry[] = []
  readonly #files: Record<string, ManifestFile> = {}
  readonly #hash: Hash = createHash('sha1')
  readonly #names = new Set<string>()
  #size = 0
  #manifestSize = 0
  #directorySize = 0

  constructor(sink: Sink) {
    this.#sink = sink
  }

  get files(): number {
    return this.#entries.length
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size
  }

  /** Whether the compressed artifacts still fit into a bundle of `limit` bytes. */
  fits(
    artifacts: readonly { readonly artifact: Artifact; readonly compressed: Compressed }[],
    limit: number,
  ): boolean {
    if (this.#entries.length + artifacts.length >= MAX_ENTRIES) return false
    const added = artifacts.reduce(
      (sum, { artifact, compressed }) =>
        sum + entrySize(artifact.url, compressed.bytes.length) + 3 * Buffer.byteLength(artifact.url) + 300,
      0,
    )
    return this.#size + this.#directorySize + this.#manifestSize + added + RESERVE <= limit
  }

  async add(artifact: Artifact, compressed: Compressed): Promise<void> {
    const { type, url, debugId, sourcemap } = artifact
    const path = this.#path(url)
    const headers = {
      ...(debugId === undefined ? {} : { 'debug-id': debugId }),
      ...(sourcemap === undefined ? {} : { sourcemap }),
    }
    this.#files[path] = { type, url, headers }
    this.#manifestSize += Buffer.byteLength(JSON.stringify([path, this.#files[path]]))
    const digest = createHash('sha1').update(artifact.content).digest('hex')
    this.#hash.update(`${JSON.stringify([url, type, digest, headers])}\n`)
    await this.#write(path, compressed)
  }

  /** Writes manifest and directory; may be done again when the sink was cut back to the size before. */
  async finish(owner: BundleOwner): Promise<Bundle> {
    const [files, size, directorySize] = [this.#entries.length, this.#size, this.#directorySize]
    const id = toUuid(this.#hash.copy().digest())
    const manifest = Buffer.from(JSON.stringify({ files: this.#files, ...attributes(id, owner) }))
    await this.#write(MANIFEST, await compressFile(manifest))
    const end = directory(this.#entries, this.#size)
    await this.#put(end)
    const bundle = { id, files, size: this.#size }
    this.#entries.length = files
    this.#size = size
    this.#directorySize = directorySize
    return bundle
  }

  async #write(path: string, compressed: Compressed): Promise<void> {
    if (this.#size === 0) await this.#put(MAGIC)
    const name = Buffer.from(path)
    this.#entries.push({
      name,
      crc: compressed.crc,
      size: compressed.size,
      compressedSize: compressed.bytes.length,
      at: this.#size,
    })
    this.#directorySize += directoryEntrySize(name)
    await this.#put(localHeader(name, compressed))
    await this.#put(compressed.bytes)
  }

  async #put(bytes: Buffer): Promise<void> {
    await this.#sink.write(bytes)
    this.#size += bytes.length
  }

  #path(url: string): string {
    const path = bundlePath(url)
    for (let number = 0; ; number += 1) {
      const candidate = number === 0 ? path : `${path}.${number}`
      if (this.#names.has(candidate)) continue
      this.#names.add(candidate)
      return candidate
    }
  }
}

/** `~/a.js` is at `files/_/_/a.js`, `https://host/a.js` at `files/https/host/a.js`. */
export function bundlePath(url: string): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)\/*(.*)$/is.exec(url)
  if (match) return `files/${match[1] ?? ''}/${match[2] || '_'}/${match[3] ?? ''}`
  return `files/_/_/${url.replace(/^~?\/*/, '')}`
}

/**
 * The manifest's texts. Sentry remembers for ten minutes what it did with a checksum, for all projects of an organization
 * together: with several projects, their names are in the bytes, so that other projects make another checksum.
 */
function attributes(id: string, owner: BundleOwner): Record<string, string> {
  const { organization, projects, release, dist, attempt = 1 } = owner
  const sorted = [...projects].sort()
  const note = [
    ...(sorted.length > 1 ? [`projects ${sorted.join(',')}`] : []),
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
  ].join('; ')
  return {
    debug_id: id,
    org: organization,
    ...(sorted.length === 1 ? { project: sorted[0] ?? '' } : {}),
    release,
    ...(dist === undefined ? {} : { dist }),
    ...(note === '' ? {} : { note }),
  }
}
