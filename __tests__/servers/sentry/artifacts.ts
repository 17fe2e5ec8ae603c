import { createHash } from 'node:crypto'
import { gunzipSync, inflateRawSync } from 'node:zlib'
import type { StandInResponse } from '../server.ts'
import { accessibleProjects } from './auth.ts'
import { type AssembleBody, readAssembleBody, wrong } from './assemble-body.ts'
import type { Context } from './context.ts'
import { crash, notFound } from './errors.ts'
import type { Project } from './state.ts'

/** How the server takes artifact bundles. */
export interface ArtifactSettings {
  /** `v2`: assemble tells missing chunks. `v1`: it never does. `none`: a server of before 2023. */
  readonly accept: 'v2' | 'v1' | 'none'
  /** Bytes. */
  readonly chunkSize: number
  readonly maxRequestSize: number
  readonly maxFileSize: number
  readonly concurrency: number
  /** Polls that return `assembling` before the end. */
  readonly pendingPolls: number
  /** The `url` of the options; default: this server. */
  readonly uploadUrl?: string
  /** Makes the worker fail with this detail; undefined: it does its work. */
  readonly workerFails?: (checksum: string) => string | undefined
}

export const artifactDefaults: ArtifactSettings = {
  accept: 'v2',
  chunkSize: 8 * 1024 * 1024,
  maxRequestSize: 32 * 1024 * 1024,
  maxFileSize: 2 * 1024 * 1024 * 1024,
  concurrency: 8,
  pendingPolls: 0,
}

interface Assembly {
  state: 'created' | 'assembling' | 'ok' | 'error'
  detail: string | null
  polls: number
  readonly since: number
  /** Whether the worker was told of it. */
  queued: boolean
}

export interface StoredBundle {
  readonly id: string
  readonly checksum: string
  bytes: Buffer
  readonly files: ReadonlyMap<string, Buffer>
  readonly manifest: Manifest
  readonly releases: Set<string>
  readonly projects: Set<string>
}

export interface Manifest {
  readonly debug_id?: string
  readonly files: Readonly<Record<string, { type: string; url: string; headers?: Record<string, string> }>>
  readonly [attribute: string]: unknown
}

/** What the server stores of one organization. */
export class ArtifactStore {
  readonly chunks = new Map<string, Buffer>()
  readonly assemblies = new Map<string, Assembly>()
  readonly bundles: StoredBundle[] = []
}

/** Milliseconds for which the state of a checksum is remembered, whatever project or release asks. */
const STATE_LIFE = 10 * 60 * 1000
const CHUNKS_PER_REQUEST = 64
const ACCEPTED_FILES = [
  'debug_files',
  'release_files',
  'pdbs',
  'sources',
  'bcsymbolmaps',
  'il2cpp',
  'portablepdbs',
] as const

export function chunkOptions({ settings, call, origin }: Context): StandInResponse {
  const { accept, chunkSize, maxRequestSize, maxFileSize, concurrency, uploadUrl } = settings.artifacts
  const bundles = { v2: ['artifact_bundles', 'artifact_bundles_v2'], v1: ['artifact_bundles'], none: [] }
  return {
    status: 200,
    body: {
      url: uploadUrl ?? `${origin}${call.path}`,
      chunkSize,
      chunksPerRequest: CHUNKS_PER_REQUEST,
      maxFileSize,
      maxRequestSize,
      concurrency,
      hashAlgorithm: 'sha1',
      compression: ['gzip'],
      accept: [...ACCEPTED_FILES, ...bundles[accept]],
    },
  }
}

export function uploadChunks({ call, settings, artifacts }: Context): StandInResponse {
  const { chunkSize, maxRequestSize } = settings.artifacts
  const encoded = call.headers['content-encoding'] === 'gzip'
  const parts = readParts(call.bytes, call.headers['content-type'] ?? '')
  const isChunk = ({ field }: Part): boolean => field === 'file' || field === 'file_gzip'
  // A part without a file name is a text, which the handler takes for a file.
  if (parts.some((part) => isChunk(part) && part.name === undefined)) throw crash()
  if (encoded && parts.some(({ field }) => field === 'file_gzip')) {
    throw wrong('Cannot combine Content-Encoding with file_gzip field')
  }
  const chunks = parts.filter(isChunk).map(({ field, name, bytes }) => ({
    name,
    bytes: encoded || field === 'file_gzip' ? gunzipSync(bytes) : bytes,
  }))
  if (chunks.length > CHUNKS_PER_REQUEST) throw wrong('Too many chunks')
  if (chunks.reduce((sum, { bytes }) => sum + bytes.length, 0) > maxRequestSize)
    throw wrong('Request too large')
  if (chunks.some(({ bytes }) => bytes.length > chunkSize)) throw wrong('Chunk size too large')
  if (chunks.some(({ name, bytes }) => sha1(bytes) !== name)) throw wrong('Checksum mismatch')
  for (const { name = '', bytes } of chunks) artifacts.chunks.set(name, bytes)
  return { status: 200, raw: '' }
}

export function assemble(context: Context): StandInResponse {
  const { call, settings, artifacts } = context
  const body = readAssembleBody(call.json)
  const projects = readProjects(context, body.projects)
  const cached = artifacts.assemblies.get(body.checksum)
  if (cached && settings.now() - cached.since < STATE_LIFE)
    return answer(poll(cached, body, projects, context))
  const missing = body.chunks.filter((chunk) => !artifacts.chunks.has(chunk))
  if (settings.artifacts.accept === 'v2' && missing.length > 0) {
    return { status: 200, body: { state: 'not_found', missingChunks: missing } }
  }
  // Without chunks it is taken for a poll of something that nobody has begun.
  if (body.chunks.length === 0) return { status: 200, body: { state: 'not_found', missingChunks: [] } }
  const fresh: Assembly = { state: 'created', detail: null, polls: 0, since: settings.now(), queued: false }
  artifacts.assemblies.set(body.checksum, fresh)
  // The state is stored before this is checked, so that a poll never ends.
  if (body.dist !== undefined && body.version === undefined) {
    throw wrong('You need to specify a release together with a dist')
  }
  fresh.queued = true
  return { status: 200, body: { state: 'created', missingChunks: [] } }
}

/** `GET …/artifact-lookup/?debug_id=…` */
export function lookUpArtifacts({ artifacts, call, project, origin }: Context): StandInResponse {
  if (!project) throw notFound()
  const download = call.query.get('download')
  if (download !== null) {
    const bundle = artifacts.bundles[Number(/^artifact_bundle\/(\d+)$/.exec(download)?.[1] ?? '0') - 1]
    if (!bundle) throw notFound()
    return { status: 200, headers: { 'Content-Type': 'application/octet-stream' }, raw: bundle.bytes }
  }
  const wanted = call.query.get('debug_id')
  const found = artifacts.bundles.flatMap((bundle, index) => {
    const ids = Object.values(bundle.manifest.files).map(({ headers }) => headers?.['debug-id'])
    const id = `artifact_bundle/${index + 1}`
    const url = `${origin}${call.path}?download=${id}`
    return bundle.projects.has(project.slug) && wanted !== null && ids.includes(wanted)
      ? [{ id, type: 'bundle', url, resolved_with: 'debug-id' }]
      : []
  })
  return { status: 200, body: found }
}

/** `GET …/files/artifact-bundles/?query=…`: with the releases of all projects. */
export function listBundles({ artifacts, call, project }: Context): StandInResponse {
  const query = call.query.get('query') ?? ''
  const found = artifacts.bundles.filter(
    ({ id, projects }) => projects.has(project?.slug ?? '') && id.includes(query),
  )
  const body = found.map(({ id, releases, manifest }) => ({
    bundleId: id,
    associations: [...releases].map((text) => {
      const [release, dist = null] = text.split(' ')
      return { release, dist }
    }),
    fileCount: Object.keys(manifest.files).length,
  }))
  return { status: 200, body }
}

function readProjects(context: Context, named: readonly string[]): Project[] {
  const { organization, caller, settings } = context
  const distinct = [...new Set(named)]
  if (distinct.length === 0) throw wrong('You need to specify at least one project')
  const found = distinct.map((name) =>
    organization.projects.find(
      ({ id, slug }) => slug === name || (settings.flags.projectIdsInBody && String(id) === name),
    ),
  )
  const projects = found.filter((project) => project !== undefined)
  if (new Set(projects).size !== distinct.length) throw wrong('One or more projects are invalid')
  if (projects.some((project) => !accessibleProjects(caller, organization).includes(project)))
    throw notFound()
  return projects
}

/** What the worker has done by this request. */
function poll(
  assembly: Assembly,
  body: AssembleBody,
  projects: readonly Project[],
  context: Context,
): Assembly {
  if (!assembly.queued || assembly.state === 'ok' || assembly.state === 'error') return assembly
  if (assembly.polls < context.settings.artifacts.pendingPolls) {
    assembly.polls += 1
    assembly.state = 'assembling'
    return assembly
  }
  assembly.detail = work(body, projects, context) ?? null
  assembly.state = assembly.detail === null ? 'ok' : 'error'
  return assembly
}

/** @returns why the bundle is not stored */
function work(
  body: AssembleBody,
  projects: readonly Project[],
  { artifacts, settings }: Context,
): string | undefined {
  const { checksum, chunks, version, dist } = body
  const fails = settings.artifacts.workerFails?.(checksum)
  if (fails !== undefined) return fails
  const parts = chunks.map((chunk) => artifacts.chunks.get(chunk))
  if (parts.includes(undefined)) return 'Not all chunks available for assembling'
  const bytes = Buffer.concat(parts as Buffer[])
  if (bytes.length > settings.artifacts.maxFileSize) return 'File exceeds maximum size'
  if (sha1(bytes) !== checksum) return 'Reported checksum mismatch'
  const files = unzip(bytes)
  const manifest = files && readManifest(files)
  if (!files || !manifest) return 'failed to extract bundle'
  const ids = Object.values(manifest.files).filter(({ headers }) => headers?.['debug-id'])
  if (ids.length === 0 && version === undefined) {
    return 'uploading a bundle without debug ids or release is prohibited'
  }
  const id = manifest.debug_id ?? checksum
  let bundle = artifacts.bundles.find((one) => one.id === id)
  if (!bundle) {
    bundle = { id, checksum, bytes, files, manifest, releases: new Set(), projects: new Set() }
    artifacts.bundles.push(bundle)
  }
  bundle.bytes = bytes
  if (version !== undefined) bundle.releases.add(dist === undefined ? version : `${version} ${dist}`)
  for (const { slug } of projects) bundle.projects.add(slug)
  return undefined
}

function readManifest(files: ReadonlyMap<string, Buffer>): Manifest | undefined {
  try {
    const manifest = JSON.parse(files.get('manifest.json')?.toString() ?? '') as Manifest
    const { files: listed, ...attributes } = manifest
    const texts = Object.values(attributes).every((value) => typeof value === 'string')
    return texts && Object.keys(listed).every((path) => files.has(path)) ? manifest : undefined
  } catch {
    return undefined
  }
}

/** The files of a zip, by its directory; undefined when it is none. */
export function unzip(bytes: Buffer): Map<string, Buffer> | undefined {
  try {
    const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
    const files = new Map<string, Buffer>()
    let at = bytes.readUInt32LE(end + 16)
    for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
      const [method, size, nameLength] = [
        bytes.readUInt16LE(at + 10),
        bytes.readUInt32LE(at + 20),
        bytes.readUInt16LE(at + 28),
      ]
      const rest = bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
      const local = bytes.readUInt32LE(at + 42)
      const data = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
      const packed = bytes.subarray(data, data + size)
      files.set(
        bytes.toString('utf8', at + 46, at + 46 + nameLength),
        method === 8 ? inflateRawSync(packed) : packed,
      )
      at += 46 + nameLength + rest
    }
    return files
  } catch {
    return undefined
  }
}

interface Part {
  readonly field: string
  readonly name: string | undefined
  readonly bytes: Buffer
}

function readParts(body: Buffer, contentType: string): Part[] {
  const boundary = /boundary="?([^";]+)/.exec(contentType)?.[1]
  if (boundary === undefined) return []
  const mark = Buffer.from(`\r\n--${boundary}`)
  const parts: Part[] = []
  let at = body.indexOf(`--${boundary}`) + mark.length - 2
  for (;;) {
    const headEnd = body.indexOf('\r\n\r\n', at)
    const end = headEnd < 0 ? -1 : body.indexOf(mark, headEnd)
    if (end < 0) return parts
    const head = body.toString('utf8', at, headEnd)
    parts.push({
      field: /[; ]name="([^"]*)"/.exec(head)?.[1] ?? '',
      name: /filename="([^"]*)"/.exec(head)?.[1],
      bytes: body.subarray(headEnd + 4, end),
    })
    at = end + mark.length
  }
}

function answer({ state, detail }: Assembly): StandInResponse {
  return { status: 200, body: { state, detail, missingChunks: [] } }
}

function sha1(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex')
}
