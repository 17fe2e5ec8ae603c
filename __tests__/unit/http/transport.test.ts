import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type StandInResponse, StandIn } from '../../servers/server.ts'
import type { AttemptResult, Outgoing } from '../../../src/http/attempt.ts'
import { createTransport } from '../../../src/http/transport.ts'

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
  path = '/',
): Promise<AttemptResult> {
  server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server?.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const never = new AbortController().signal
  const outgoing: Outgoing = {
    method: 'GET',
    effect: 'idempotent',
    url: new URL(`http://127.0.0.1:${port}${path}`),
    headers: {},
    ...more,
  }
  return await createTransport()(outgoing, peer, limit ?? never, signal ?? never)
}

const kindOf = (outcome: AttemptResult): string =>
  outcome.kind === 'response' ? String(outcome.response.status) : outcome.failure.kind
const bodyOf = (outcome: AttemptResult): string =>
  outcome.kind === 'response' ? outcome.response.bytes.toString() : outcome.kind

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
    if (outcome.kind !== 'response') return
    const headers = ['x-one', 'link', 'set-cookie', 'x-none'].map((name) => outcome.response.header(name))
    expect(headers).toEqual(['a', '<1>, <2>', 'a=1, b=2', undefined])
  })

  it('sends method, path, query, headers and body as they are given', async () => {
    let seen: unknown
    const headers = { 'X-A': 'y', 'Content-Type': 'application/json' }
    await send(
      (request, response) => {
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk))
        request.on('end', () => {
          const { method, url, headers: given } = request
          seen = [method, url, given['x-a'], given['content-type'], Buffer.concat(chunks).toString()]
          response.end()
        })
      },
      { ...way, headers },
      {},
      '/a%2Fb/?c=d',
    )
    expect(seen).toEqual([way.method, '/a%2Fb/?c=d', 'y', 'application/json', way.body ?? ''])
  })

  it('follows no redirect', async () => {
    const outcome = await send((_, response) => {
      response.writeHead(302, { Location: '/elsewhere' }).end()
    }, way)
    expect(kindOf(outcome)).toBe('302')
  })

  it.each([
    ['gzip', gzipSync],
    ['GZip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['BR', brotliCompressSync],
    ['Identity', (text: string) => Buffer.from(text)],
    ['gzip, identity , br', (text: string) => brotliCompressSync(gzipSync(text))],
    ['', (text: string) => Buffer.from(text)],
  ])('reads a body in content coding "%s" (%o)', async (coding, encode) => {
    const listener: RequestListener = ({ headers }, response) => {
      expect(headers['accept-encoding']).toBe('gzip')
      response.writeHead(200, { 'Content-Encoding': coding }).end(encode('{"a":1}'))
    }
    expect(bodyOf(await send(listener, way))).toBe('{"a":1}')
  })

  it('reads a response without a body that names a coding', async () => {
    const empty = await send((_, response) => {
      response.writeHead(204, { 'Content-Encoding': 'gzip' }).end()
    }, way)
    expect([kindOf(empty), bodyOf(empty)]).toEqual(['204', ''])
  })

  it('does not take a coding that it does not know for text', async () => {
    const outcome = await send((_, response) => {
      response.writeHead(200, { 'Content-Encoding': 'zstd' }).end('x')
    }, way)
    expect(outcome).toMatchObject({ failure: { kind: 'unreadable', maybeDelivered: true, transient: false } })
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
    const limited = { ...way, maxResponseBytes: MiB }
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
    expect(outcome).toMatchObject({
      kind: 'failure',
      failure: { kind: 'reset', maybeDelivered: true, transient: true },
    })
  })

  it('a switch of protocols that nobody requested is a broken connection', async () => {
    const outcome = await send((_, response) => {
      response.writeHead(101, { Connection: 'Upgrade', Upgrade: 'h2c' }).end()
    }, way)
    expect(kindOf(outcome)).toBe('reset')
  })

  it('a connection that ends without a response is a broken connection', async () => {
    const outcome = await send(({ socket }) => socket.destroy(), way)
    expect(outcome).toMatchObject({
      kind: 'failure',
      failure: { kind: 'reset', maybeDelivered: true, transient: true },
    })
  })

  it('gives up at the limit, also within the body, and rejects when the job is cancelled', async () => {
    const stalls: RequestListener = (_, response) => {
      response.writeHead(200).write('{')
    }
    const reason = new Error('cancelled')
    expect(await send(stalls, way, { limit: AbortSignal.timeout(50) })).toEqual({
      kind: 'failure',
      failure: {
        kind: 'timeout',
        maybeDelivered: true,
        transient: true,
        sentence: expect.stringMatching(/^127\.0\.0\.1:\d+ did not respond in time$/) as string,
        advice: 'Raise request-timeout, or look at the status page of the server.',
      },
    })
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
    expect(await send(() => undefined, { ...way, url })).toMatchObject({
      failure: {
        kind: 'refused',
        maybeDelivered: false,
        sentence: `no connection to 127.0.0.1:${port} (ECONNREFUSED)`,
      },
    })
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
      { method, effect: 'idempotent', url, headers: {}, body: method === 'PUT' ? '{}' : undefined },
      peer,
      never,
      never,
    )
  }
  expect(sockets.size).toBe(1)
})

describe('a proxy that cannot be used', () => {
  const { signal: never } = new AbortController()
  const ask = (address: string, env: Readonly<Record<string, string>>): Promise<AttemptResult> => {
    // The toolkit reads the process's own.
    for (const [name, value] of Object.entries({ https_proxy: '', http_proxy: '', no_proxy: '', ...env })) {
      vi.stubEnv(name, value)
      vi.stubEnv(name.toUpperCase(), env[name.toUpperCase()] ?? '')
    }
    const outgoing: Outgoing = { method: 'GET', effect: 'idempotent', url: new URL(address), headers: {} }
    return createTransport(env)(outgoing, peer, never, never)
  }

  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it.each([
    ['https://sentry.test/', 'https_proxy'],
    ['https://sentry.test/', 'HTTPS_PROXY'],
    ['http://sentry.test/', 'http_proxy'],
    ['http://sentry.test/', 'HTTP_PROXY'],
  ])('is told for %s by %s, and no request goes out without it', async (address, name) => {
    for (const proxy of [
      'http://ci:p%ss-word@proxy.test:3128',
      'https://',
      'http://ci:pass/word@proxy.test',
      'proxy.test:3128',
      'ci:pass-word@proxy.test:3128',
      'no url at all',
    ]) {
      const outcome = await ask(address, { [name]: proxy })
      expect(outcome).toEqual({
        kind: 'failure',
        failure: {
          kind: 'proxy',
          maybeDelivered: false,
          transient: false,
          sentence: 'the proxy that the environment names for sentry.test is no usable URL',
          advice:
            'Check https_proxy and http_proxy: they are of the form http://user:password@host:port, with special characters in user and password percent-encoded.',
        },
      })
    }
  })

  it.each([
    ['is one for the other protocol', { https_proxy: 'https://' }],
    ['need not be used, by no_proxy', { http_proxy: 'http://', no_proxy: '127.0.0.1' }],
    ['need not be used, on loopback', { http_proxy: 'http://' }],
  ])('does not matter where it %s', async (_, env) => {
    server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1')
    await new Promise((resolve) => server?.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    expect(bodyOf(await ask(`http://127.0.0.1:${port}/`, env))).toBe('ok')
  })
})

describe('a server that closes each connection after its response without saying so', () => {
  const { signal: never } = new AbortController()

  /** Responds, then ends the connection before the client can have sent anything more. */
  class Closing extends StandIn {
    constructor(closesSilently = true) {
      super({ closesSilently })
    }
    protected handle(): StandInResponse {
      return { status: 200, body: {} }
    }
  }

  async function sendAll(
    stand: StandIn,
    requests: readonly Pick<Outgoing, 'method' | 'effect'>[],
  ): Promise<string[]> {
    const transport = createTransport()
    const seen: string[] = []
    for (const request of requests) {
      const url = new URL(`${stand.url}/`)
      const body = request.method === 'GET' ? undefined : '{}'
      // Nothing is between one response and the next request, so the client cannot have seen the end of the connection.
      seen.push(kindOf(await transport({ ...request, url, headers: {}, body }, peer, never, never)))
    }
    return seen
  }

  const get = { method: 'GET', effect: 'idempotent' } as const
  const put = { method: 'PUT', effect: 'idempotent' } as const
  const create = { method: 'POST', effect: 'creates' } as const
  const mixed = [get, get, put, put, get, create, create, get, put, create]

  it('gets every request exactly once, and each gets its response in one attempt', async () => {
    await using stand = await new Closing().start()
    expect(await sendAll(stand, mixed)).toEqual(mixed.map(() => '200'))
    expect(stand.journal.map(({ method }) => method)).toEqual(mixed.map(({ method }) => method))
  })

  it('is no reason to open more connections to a server that keeps them', async () => {
    await using stand = await new Closing(false).start()
    await sendAll(stand, mixed)
    // One for all that can be repeated, and one for each request that creates something.
    expect(stand.connections).toBe(1 + 3)
  })

  it('is told from one that breaks every connection: a request is repeated once, on a fresh one', async () => {
    await using stand = await new Closing(false).start()
    stand.fault({ skip: 1, times: Number.POSITIVE_INFINITY, action: { kind: 'reset', when: 'before' } })
    expect(await sendAll(stand, [get, get])).toEqual(['200', 'reset'])
    expect([stand.journal.length, stand.connections]).toEqual([3, 2])
  })

  it('is told from one that breaks within the response, which is not repeated at once', async () => {
    await using stand = await new Closing(false).start()
    stand.fault({ skip: 1, action: { kind: 'reset', when: 'body' } })
    expect(await sendAll(stand, [get, get])).toEqual(['200', 'reset'])
    expect(stand.journal).toHaveLength(2)
  })

  it('never sees a request twice that creates something', async () => {
    await using stand = await new Closing(false).start()
    stand.fault({ method: 'POST', action: { kind: 'reset', when: 'before' } })
    expect(await sendAll(stand, [get, create])).toEqual(['200', 'reset'])
    expect(stand.requests).toEqual(['GET / 200', 'POST / 0'])
  })
})
