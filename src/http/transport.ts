import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { getProxyUrl } from '@actions/http-client/lib/proxy'
import { create } from 'axios'
import { classify, type Failure, type Peer } from './failure.ts'

/** JSON answers are far smaller; what is larger is no answer of the API. */
const LARGEST_ANSWER = 8 * 1024 * 1024
/** Sentry refuses more than 2.5 MB. */
const LARGEST_REQUEST = 4 * 1024 * 1024

export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Sent as it is. */
  readonly body?: string | undefined
  /** Bytes after decompression; default 8 MiB. */
  readonly largestAnswer?: number | undefined
}

export interface Incoming {
  readonly status: number
  header(name: string): string | undefined
  readonly bytes: Buffer
}

export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Incoming }
  | { readonly kind: 'failure'; readonly failure: Failure }

/** One HTTP attempt. Rejects only with the reason of `signal`. */
export type Transport = (
  outgoing: Outgoing,
  peer: Peer,
  limit: AbortSignal,
  signal: AbortSignal,
) => Promise<Outcome>

/**
 * The one axios instance. Redirects are never followed (they would carry the token elsewhere, and turn a POST into
 * a GET); proxies follow the rules of GitHub's own actions; any status is an answer. An axios error never leaves
 * this function, because it holds the request's headers.
 */
export function createTransport(): Transport {
  const client = create({
    proxy: false,
    maxRedirects: 0,
    maxBodyLength: LARGEST_REQUEST,
    responseType: 'arraybuffer',
    transformRequest: [],
    transformResponse: [],
    validateStatus: () => true,
    adapter: 'http',
  })
  const direct = {
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
  }

  return async (outgoing, peer, limit, signal) => {
    try {
      const response = await client.request<Buffer>({
        method: outgoing.method,
        url: outgoing.url.href,
        headers: outgoing.headers,
        data: outgoing.body,
        maxContentLength: outgoing.largestAnswer ?? LARGEST_ANSWER,
        signal: AbortSignal.any([signal, limit]),
        ...(await agents(outgoing.url, direct)),
      })
      const headers = response.headers as Readonly<Record<string, unknown>>
      return {
        kind: 'answer',
        answer: {
          status: response.status,
          header: (name) => text(headers[name]),
          bytes: Buffer.from(response.data),
        },
      }
    } catch (error) {
      signal.throwIfAborted()
      if (limit.aborted) return { kind: 'failure', failure: tooSlow(outgoing.url.host) }
      return { kind: 'failure', failure: classify(codeAndMessage(error), peer, outgoing.url.host) }
    }
  }
}

/** Node joins repeated headers, except the few that it gives as a list. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : undefined
}

type Agents = Readonly<{ httpAgent: HttpAgent; httpsAgent: HttpsAgent }>

async function agents(url: URL, direct: Agents): Promise<Agents> {
  if (!getProxyUrl(url)) return direct
  // Late, because it brings undici along and few jobs have a proxy.
  const { HttpClient } = await import('@actions/http-client')
  const agent = new HttpClient().getAgent(url.href) as HttpsAgent
  return { httpAgent: agent, httpsAgent: agent }
}

function tooSlow(host: string): Failure {
  return {
    kind: 'timeout',
    sent: true,
    heals: true,
    sentence: `${host} did not answer in time`,
    advice: 'Raise request-timeout, or look at the status page of the server.',
  }
}

function codeAndMessage(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: '' }
  const { code } = error as { code?: unknown }
  return { code: typeof code === 'string' ? code : '', message: error.message }
}
