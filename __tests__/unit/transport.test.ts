import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { createTransport, type Outcome, type Outgoing } from '../../src/http/transport.ts'

const MiB = 1024 * 1024
const peer = { name: 'Sentry', urlInput: 'sentry-url' }
let server: Server | undefined

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function send(
  listener: RequestListener,
  more: Partial<Outgoing> = {},
  { limit, signal }: { limit?: AbortSignal; signal?: AbortSignal } = {},
): Promise<Outcome> {
  server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server?.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const never = new AbortController().signal
  const outgoing: Outgoing = {
    method: 'GET',
    url: new URL(`http://127.0.0.1:${port}/`),
    headers: {},
    ...more,
  }
  return await createTransport()(outgoing, peer, limit ?? never, signal ?? never)
}

const kindOf = (outcome: Outcome): string =>
  outcome.kind === 'answer' ? String(outcome.answer.status) : outcome.failure.kind
const bodyOf = (outcome: Outcome): string =>
  outcome.kind === 'answer' ? outcome.answer.bytes.toString() : outcome.kind

// What is read goes over Node's HTTP, what is changed over axios; nobody must be able to tell.
describe.each([
  { method: 'GET' as const, body: undefined },
  { method: 'PUT' as const, body: '{}' },
])('$method', (way) => {
  it('gives status, headers and body of any answer', async () => {
    const outcome = await send((_, response) => {
      response.writeHead(404, { 'X-One': 'a', Link: ['<1>', '<2>'], 'Set-Cookie': ['a=1', 'b=2'] })
      response.end('no such thing')
    }, way)
    expect([kindOf(outcome), bodyOf(outcome)]).toEqual(['404', 'no such thing'])
    if (outcome.kind !== 'answer') return
    const headers = ['x-one', 'link', 'set-cookie', 'x-none'].map((name) => outcome.answer.header(name))
    expect(headers).toEqual(['a', '<1>, <2>', 'a=1, b=2', undefined])
  })

  it('follows no redirect', async () => {
    const outcome = await send((_, response) => {
      response.writeHead(302, { Location: '/elsewhere' }).end()
    }, way)
    expect(kindOf(outcome)).toBe('302')
  })

  it('unpacks gzip, also when there is nothing in it', async () => {
    const listener: RequestListener = ({ headers }, response) => {
      expect(headers['accept-encoding']).toContain('gzip')
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('{"a":1}'))
    }
    expect(bodyOf(await send(listener, way))).toBe('{"a":1}')
    const empty = await send((_, response) => {
      response.writeHead(204, { 'Content-Encoding': 'gzip' }).end()
    }, way)
    expect([kindOf(empty), bodyOf(empty)]).toEqual(['204', ''])
  })

  it.each([
    ['as sent', {}, (size: number) => Buffer.alloc(size, 'a')],
    [
      'after decompression',
      { 'Content-Encoding': 'gzip' },
      (size: number) => gzipSync(Buffer.alloc(size, 'a')),
    ],
  ])('accepts a body up to the limit %s, and no byte more', async (_, headers, make) => {
    const listener = (size: number): RequestListener => {
      return (request, response) => {
        request.resume()
        response.on('error', () => undefined)
        response.writeHead(200, headers).end(make(size))
      }
    }
    const limited = { ...way, largestAnswer: MiB }
    expect(bodyOf(await send(listener(MiB), limited))).toHaveLength(MiB)
    expect(kindOf(await send(listener(MiB + 1), limited))).toBe('too-large')
  })

  it.each([
    ['a body that ends early', { 'Content-Length': '100' }, Buffer.from('{"a":')],
    ['gzip that ends early', { 'Content-Encoding': 'gzip' }, gzipSync('{"a":1}').subarray(0, 15)],
    ['gzip that is none', { 'Content-Encoding': 'gzip' }, Buffer.from('{"a":1}')],
  ])('%s is a broken connection', async (_, headers, bytes) => {
    const outcome = await send((request, response) => {
      response.writeHead(200, headers)
      response.write(bytes, () => response.destroy())
      request.resume()
    }, way)
    expect(outcome).toMatchObject({ kind: 'failure', failure: { kind: 'reset', sent: true, heals: true } })
  })

  it('gives up at the limit, also within the body, and rejects when the job is cancelled', async () => {
    const stalls: RequestListener = (_, response) => {
      response.writeHead(200).write('{')
    }
    const reason = new Error('cancelled')
    expect(kindOf(await send(stalls, way, { limit: AbortSignal.timeout(50) }))).toBe('timeout')
    const soon = new AbortController()
    setTimeout(() => {
      soon.abort(reason)
    }, 50)
    await expect(send(stalls, way, { signal: soon.signal })).rejects.toBe(reason)
    await expect(send(stalls, way, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('names a port where nobody listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => closed.once('listening', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    const url = new URL(`http://127.0.0.1:${port}/`)
    expect(kindOf(await send(() => undefined, { ...way, url }))).toBe('refused')
  })
})

it('reads and writes share a connection', async () => {
  const sockets = new Set<unknown>()
  server = createServer((request, response) => {
    sockets.add(request.socket)
    request.resume().on('end', () => response.end('{}'))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server?.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const never = new AbortController().signal
  const transport = createTransport()
  for (const method of ['GET', 'PUT', 'GET'] as const) {
    const url = new URL(`http://127.0.0.1:${port}/`)
    await transport(
      { method, url, headers: {}, body: method === 'PUT' ? '{}' : undefined },
      peer,
      never,
      never,
    )
  }
  expect(sockets.size).toBe(1)
})
