import type { Agent } from 'node:http'
import { create } from 'axios'
import { joined } from './read.ts'
import type { Incoming, Outgoing } from './transport.ts'

/*
 * This module is imported late, when something has to be changed: axios takes longer to load than a whole run that
 * only finds that all is done.
 */

/** Bytes. Sentry refuses more than 2.5 MB. */
const LARGEST_REQUEST = 4 * 1024 * 1024

/**
 * Redirects are never followed: they would carry the token elsewhere, and turn a POST into a GET. Any status is an
 * answer.
 */
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

/**
 * Sends a request with a body.
 * @param largest bytes of the answer's body after decompression
 * @throws an AxiosError, which holds the request's headers and must not travel further
 */
export async function write(
  outgoing: Outgoing,
  agent: Agent,
  largest: number,
  signal: AbortSignal,
): Promise<Incoming> {
  const response = await client.request<Buffer>({
    method: outgoing.method,
    url: outgoing.url.href,
    headers: outgoing.headers,
    data: outgoing.body,
    maxContentLength: largest,
    httpAgent: agent,
    httpsAgent: agent,
    signal,
  })
  const headers = response.headers as Readonly<Record<string, string | string[] | undefined>>
  return {
    status: response.status,
    header: (name) => joined(headers[name]),
    bytes: Buffer.from(response.data),
  }
}
