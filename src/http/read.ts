import { type Agent, type IncomingMessage, request } from 'node:http'
import type { Incoming, Outgoing } from './transport.ts'

/**
 * Sends a request without a body, over Node's own HTTP: that is on the wire in half the time that axios takes to load.
 * Redirects are not followed. Any status is an answer.
 * @param largest bytes of the body, as sent and again after decompression
 * @throws what the socket, the parser or zlib gives; a `RangeError` with code `ERR_BODY_TOO_LARGE` beyond `largest`
 * @throws an `AbortError` when `signal` aborts
 */
export async function read(
  { method, url, headers }: Outgoing,
  agent: Agent,
  largest: number,
  signal: AbortSignal,
): Promise<Incoming> {
  // Late, as in transport.ts.
  const send = url.protocol === 'https:' ? (await import('node:https')).request : request
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    send(url, { method, agent, signal, headers: { ...headers, 'Accept-Encoding': 'gzip' } }, resolve)
      .once('error', reject)
      .end()
  })
  const body = await collect(response, largest)
  const bytes = response.headers['content-encoding'] === 'gzip' ? await unzip(body, largest) : body
  return { status: response.statusCode ?? 0, header: (name) => joined(response.headers[name]), bytes }
}

async function collect(response: IncomingMessage, largest: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    // Leaving the loop destroys the response, and with it the connection.
    if (size > largest) throw Object.assign(new RangeError('body too large'), { code: 'ERR_BODY_TOO_LARGE' })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

async function unzip(body: Buffer, largest: number): Promise<Buffer> {
  // An answer without a body may still carry the header.
  if (body.length === 0) return body
  const { gunzip } = await import('node:zlib')
  return await new Promise((resolve, reject) => {
    gunzip(body, { maxOutputLength: largest }, (error, bytes) => {
      if (error) reject(error)
      else resolve(bytes)
    })
  })
}

/** Node joins repeated headers, except the few that it gives as a list. */
export function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}
