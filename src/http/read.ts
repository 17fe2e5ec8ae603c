import { type Agent, type IncomingMessage, request, type RequestOptions } from 'node:http'
import type { ConnectionWatch } from './connections.ts'
import { ACCEPTED_CODING, decodeBody } from './content-coding.ts'
import type { Incoming, Outgoing } from './attempt.ts'
import type { TunnelOptions } from './tunnel.ts'

/**
 * Sends a request without a body, over Node's own HTTP: that is on the wire in half the time that axios takes to load.
 * Redirects are not followed. Any status is a response.
 * @param maxBytes of the body, as sent and again after decompression
 * @throws what the socket, the parser or zlib gives; a `RangeError` with code `ERR_BODY_TOO_LARGE` beyond `maxBytes`
 * @throws an `AbortError` when `signal` aborts
 */
export async function read(
  { method, url, headers }: Outgoing,
  agent: Agent,
  maxBytes: number,
  signal: AbortSignal,
  observe: ConnectionWatch['observe'],
): Promise<Incoming> {
  // Late, as in connections.ts.
  const send = url.protocol === 'https:' ? (await import('node:https')).request : request
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options: RequestOptions & TunnelOptions = { method, agent, signal, tunnelSignal: signal }
    options.headers = { ...headers, 'Accept-Encoding': ACCEPTED_CODING }
    const outgoing = send(url, options, resolve).once('error', reject)
    observe(outgoing)
    outgoing.end()
  })
  const body = await collect(response, maxBytes)
  return {
    status: response.statusCode ?? 0,
    header: (name) => joined(response.headers[name]),
    bytes: await decodeBody(body, response.headers['content-encoding'], maxBytes),
  }
}

async function collect(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    // Leaving the loop destroys the response, and with it the connection.
    if (size > maxBytes) throw Object.assign(new RangeError('body too large'), { code: 'ERR_BODY_TOO_LARGE' })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

/** Node joins repeated headers, except the few that it gives as a list. */
export function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}
