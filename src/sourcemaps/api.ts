import * as z from 'zod/mini'
import { ActionError } from '../errors.ts'
import type { HttpResponse } from '../http/response.ts'
import { asProject, type Caller, parse } from '../sentry/call.ts'
import { parseUrl } from '../text/url.ts'
import { type SentryAccount, explain } from '../sentry/errors.ts'

/** Any one of these lets a token upload artifact bundles. */
const SCOPES = ['org:ci', 'project:write', 'project:admin', 'project:releases']

/** Bytes. Sentry names 8 MiB; larger chunks would only take more memory. */
const MAX_CHUNK = 8 * 1024 * 1024

const OptionsSchema = z.object({
  url: z.string(),
  chunkSize: z.number().check(z.positive()),
  maxRequestSize: z.number().check(z.positive()),
  maxFileSize: z.optional(z.number().check(z.positive())),
  concurrency: z.number().check(z.positive()),
  hashAlgorithm: z.string(),
  accept: z.optional(z.array(z.string())),
})

const AssembleSchema = z.object({
  state: z.enum(['not_found', 'created', 'assembling', 'ok', 'error']),
  missingChunks: z.optional(z.array(z.string())),
  detail: z.nullish(z.string()),
})

const BundleListSchema = z.array(
  z.object({
    bundleId: z.string(),
    associations: z.array(z.object({ release: z.string(), dist: z.nullish(z.string()) })),
  }),
)

export type AssembleState = z.infer<typeof AssembleSchema>

export interface UploadOptions {
  readonly url: URL
  /** Bytes. */
  readonly chunkSize: number
  /** Bytes; undefined on servers that do not report it. */
  readonly maxFileSize: number | undefined
  readonly concurrency: number
  /** Whether the response to assemble names the missing chunks; older servers need all chunks first. */
  readonly reportsMissing: boolean
  /** Where the server wants the chunks, when the token may not go there. */
  readonly refusedUrl: string | undefined
}

/** What to assemble. */
export interface Assembly {
  readonly checksum: string
  readonly chunks: readonly string[]
  readonly projects: readonly string[]
  readonly version: string
  readonly dist: string | undefined
}

export interface UploadApi {
  /** @throws ActionError for a server that takes no artifact bundles */
  options(): Promise<UploadOptions>
  assemble(assembly: Assembly): Promise<AssembleState>
  /** Whether every project has the bundle for this release; false also when the server does not report it. */
  hasBundle(id: string, assembly: Pick<Assembly, 'projects' | 'version' | 'dist'>): Promise<boolean>
  /** Sends one chunk; the same chunk may be sent again. */
  sendChunk(url: URL, body: { readonly bytes: Buffer; readonly contentType: string }): Promise<void>
}

export function createUploadApi(call: Caller, account: SentryAccount): UploadApi {
  return {
    async options() {
      const response = await call({ method: 'GET', path: 'chunk-upload/', intent: 'ask how to upload' })
      if (response.status !== 200) throw explain(response, account, SCOPES)
      const { accept = [], url, ...options } = parse(OptionsSchema, response)
      const chunkSize = Math.min(options.chunkSize, options.maxRequestSize, MAX_CHUNK)
      const reportsMissing = accept.includes('artifact_bundles_v2')
      if ((!reportsMissing && !accept.includes('artifact_bundles')) || options.hashAlgorithm !== 'sha1') {
        throw tooOld(account)
      }
      const path = `api/0/organizations/${encodeURIComponent(account.organization)}/chunk-upload/`
      const address = uploadUrl(url, new URL(path, account.base))
      return {
        ...address,
        reportsMissing,
        chunkSize: Math.max(1, Math.floor(chunkSize)),
        concurrency: Math.max(1, Math.floor(options.concurrency)),
        maxFileSize: options.maxFileSize,
      }
    },

    async assemble({ checksum, chunks, projects, version, dist }) {
      const response = await call({
        method: 'POST',
        path: 'artifactbundle/assemble/',
        body: { checksum, chunks, projects: projects.map(asProject), version, dist },
        intent: 'assemble the bundle of source maps',
      })
      if (response.status !== 200) throw explain(response, account, SCOPES)
      return parse(AssembleSchema, response)
    },

    async hasBundle(id, { projects, version, dist }) {
      for (const project of projects) {
        const names = [account.organization, project].map(encodeURIComponent).join('/')
        const reply = await call({
          method: 'GET',
          path: `../../projects/${names}/files/artifact-bundles/`,
          query: { query: id },
          intent: 'look up the bundle of source maps',
        })
        const list = reply.status === 200 ? BundleListSchema.safeParse(reply.json).data : undefined
        const found = list?.find(({ bundleId }) => bundleId === id)
        const isThere = found?.associations.some(
          (one) => one.release === version && (one.dist ?? undefined) === dist,
        )
        if (!isThere) return false
      }
      return true
    },

    async sendChunk(url, { bytes, contentType }) {
      const upload = { url, bytes, contentType }
      const response = await call({
        method: 'POST',
        path: '',
        upload,
        intent: 'upload a chunk of source maps',
      })
      if (response.status === 413) throw refusedSize(response, bytes.length)
      if (response.status !== 200) throw explain(response, account, SCOPES)
    },
  }
}

/**
 * Where chunks go. The server names the address, and the token is sent to it: it has to be the base's own host, or
 * over https a host below it (regions of sentry.io). Badly configured servers name an address that cannot be reached;
 * instead of any other, the address of the options is used.
 * @param own the address of the options
 */
export function uploadUrl(
  text: string,
  own: URL,
): { readonly url: URL; readonly refusedUrl: string | undefined } {
  const url = parseUrl(text, own.href)
  const domain = own.hostname.endsWith('.sentry.io') ? 'sentry.io' : own.hostname
  const isBelow = url?.protocol === 'https:' && url.port === '' && url.hostname.endsWith(`.${domain}`)
  if (url && !url.username && !url.password && (url.origin === own.origin || isBelow)) {
    return { url, refusedUrl: undefined }
  }
  return { url: own, refusedUrl: url ? `${url.origin}${url.pathname}` : text }
}

function tooOld({ base }: SentryAccount): ActionError {
  return new ActionError(`The Sentry server at ${base} does not accept artifact bundles.`, {
    title: 'Source maps failed',
    advice: 'Update the server to 23.6 or later, or leave the input sourcemaps out.',
  })
}

function refusedSize(response: HttpResponse, bytes: number): Error {
  return response.error('status', `responded with 413: a request of ${bytes} bytes is too large`, {
    advice:
      'A proxy in front of Sentry limits the size of requests. Raise its limit, such as client_max_body_size of nginx, to at least 32 MB.',
  })
}
