import { type Agent, type IncomingMessage, type RequestOptions, request as httpRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { create } from 'axios'
import type { ConnectionWatch } from './connections.ts'
import { ACCEPTED_CODING, decodeBody } from './content-coding.ts'
import { joined } from './read.ts'
import type { Incoming, Outgoing } from './attempt.ts'
import type { TunnelOptions } from './tunnel.ts'

/*
 * This module is imported late, when something has to be changed: axios takes longer to load than a whole run that
 * only finds that all is done.
 */

/** Bytes of a text. Sentry refuses more than 2.5 MB; the size of an upload is the server's word. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024

/**
 * Redirects are never followed: they would carry the token elsewhere, and turn a POST into a GET. Any status is a
 * response.
 */
const client = create({
  proxy: false,
  maxRedirects: 0,
  decompress: false,
  maxBodyLength: MAX_REQUEST_BYTES,
  responseType: 'arraybuffer',
  transformRequest: [],
  transformResponse: [],
  validateStatus: () => true,
  adapter: 'http',
})

/**
 * Sends a request with a body.
 * @param maxBytes of the response's body, as sent and again after decompression
 * @throws an AxiosError, which holds the request's headers and must not travel further; what zlib gives
 */
export async function write(
  outgoing: Outgoing,
  agent: Agent,
  maxBytes: number,
  signal: AbortSignal,
  observe: ConnectionWatch['observe'],
): Promise<Incoming> {
  const response = await client.request<Buffer>({
    method: outgoing.method,
    url: outgoing.url.href,
    headers: { ...outgoing.headers, 'Accept-Encoding': ACCEPTED_CODING },
    data: outgoing.bytes ?? outgoing.body,
    ...(outgoing.bytes ? { maxBodyLength: Infinity } : {}),
    maxContentLength: maxBytes,
    httpAgent: agent,
    httpsAgent: agent,
    transport: {
      request: (options: RequestOptions, onResponse: (response: IncomingMessage) => void) => {
        const send = outgoing.url.protocol === 'https:' ? tlsRequest : httpRequest
        const tunnel: TunnelOptions = { tunnelSignal: signal }
        const request = send({ ...options, ...tunnel }, onResponse)
        observe(request)
        return request
      },
    },
    signal,
  })
  const headers = response.headers as Readonly<Record<string, string | string[] | undefined>>
  return {
    status: response.status,
    header: (name) => joined(headers[name]),
    bytes: await decodeBody(Buffer.from(response.data), joined(headers['content-encoding']), maxBytes),
  }
}
