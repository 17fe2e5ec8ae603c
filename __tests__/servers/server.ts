import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { gzipSync } from 'node:zlib'

const BLOCK = Buffer.alloc(64 * 1024, 0x20)
const bombs = new Map<number, Buffer>()

/** One request as a stand-in sees it. */
export interface Call {
  readonly method: string
  /** Path without query, still percent-encoded. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly bytes: Buffer
  /** The parsed body; undefined when there is none or it is not JSON. */
  readonly json: unknown
}

/** The response of a stand-in: `body` is sent as JSON, `raw` byte for byte. */
export interface StandInResponse {
  readonly status: number
  /** The reason phrase; default: the usual one of the status. */
  readonly reason?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly raw?: string | Buffer
}

/** One line of the journal, in the order of arrival. */
export interface Exchange {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: IncomingHttpHeaders
  readonly json: unknown
  /** Milliseconds since the epoch at arrival. */
  readonly at: number
  /** The status sent; 0 while unanswered or when the connection was cut. */
  status: number
}

/** `before`: the request has no effect. `after`: it has, and only the response goes wrong. */
export type Moment = 'before' | 'after'

export type FaultAction =
  | { readonly kind: 'answer'; readonly answer: StandInResponse; readonly when?: Moment }
  | { readonly kind: 'reset'; readonly when: Moment | 'body' }
  | { readonly kind: 'hang'; readonly when?: Moment }
  /** The request has its effect so much later, also when the client has hung up by then. */
  | { readonly kind: 'late'; readonly afterMs: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  | { readonly kind: 'truncate' }
  /** The true response, and then the end of the connection, which no header says. */
  | { readonly kind: 'close' }
  /** The request has its effect; what is sent is made of the true response. One that never comes is never sent. */
  | {
      readonly kind: 'alter'
      readonly alter: (answer: StandInResponse) => StandInResponse | Promise<StandInResponse>
    }
  | { readonly kind: 'huge'; readonly bytes: number }
  | { readonly kind: 'gzip-bomb'; readonly bytes: number }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: 301 | 302 | 307 | 308 }

export interface Fault {
  readonly method?: string
  /** Tested against the path without query. */
  readonly path?: RegExp
  /** Asked last, about requests that fit so far; called once for each. */
  readonly matches?: (call: Call) => boolean
  /** Matching requests that pass unharmed first (default 0). */
  readonly skip?: number
  /** How often it strikes (default 1). */
  readonly times?: number
  readonly action: FaultAction
}

export interface ServerOptions {
  /** Milliseconds that every response is held back. */
  readonly latency?: number
  /** Where to listen on 127.0.0.1 (default: any port that is free). */
  readonly port?: number
  readonly tls?: { readonly key: string; readonly cert: string }
  /**
   * Closes each connection right after its response without saying so, as Sentry's own web process (uwsgi) does:
   * HTTP/1.1 with `Content-Length`, without `Connection`, `Keep-Alive` and `Date`.
   */
  readonly closesSilently?: boolean
}

/**
 * A stand-in server on loopback over real HTTP(S): it keeps a journal of what arrived and goes wrong on demand.
 * A stand-in for one system extends it and implements `handle`.
 */
export abstract class StandIn {
  readonly journal: Exchange[] = []
  /** Connections that clients have opened. */
  connections = 0
  readonly #options: ServerOptions
  readonly #faults: { fault: Fault; skip: number; left: number }[] = []
  #server: ReturnType<typeof createServer> | undefined
  #hook: ((call: Call) => void | Promise<void>) | undefined
  #listener: ((exchange: Exchange) => void) | undefined
  #change: (answer: StandInResponse, call: Call) => StandInResponse = (answer) => answer

  constructor(options: ServerOptions = {}) {
    this.#options = options
  }

  protected abstract handle(call: Call): StandInResponse | Promise<StandInResponse>

  /** The base URL without a trailing slash; throws before `start`. */
  get url(): string {
    const address = this.#server?.address() as AddressInfo | null | undefined
    if (!address) throw new Error('the stand-in is not running')
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${address.port}`
  }

  /** The journal as `METHOD /path status` lines, for assertions and for the demo. */
  get requests(): string[] {
    return this.journal.map((exchange) => `${exchange.method} ${exchange.path} ${exchange.status}`)
  }

  /** Adds a fault; the first one that matches a request strikes. */
  fault(fault: Fault): void {
    this.#faults.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1 })
  }

  clearFaults(): void {
    this.#faults.length = 0
  }

  /** Called with each request before it is handled: tests change the state under the client, or kill it. */
  onRequest(hook: (call: Call) => void | Promise<void>): void {
    this.#hook = hook
  }

  /** Called with each entry of the journal once its request had a response, or went wrong as a fault wants it. */
  onExchange(listener: (exchange: Exchange) => void): void {
    this.#listener = listener
  }

  /** Changes the responses to requests that no fault strikes: tests put texts of their own into it. */
  onAnswer(change: (answer: StandInResponse, call: Call) => StandInResponse): void {
    this.#change = change
  }

  /** Starts to listen; rejects when the port is taken. */
  async start(): Promise<this> {
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      this.#serve(request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error(String(error)))
      })
    }
    const server = this.#options.tls ? createTlsServer(this.#options.tls, listener) : createServer(listener)
    this.#server = server
    // As nginx, which is in front of these servers. After the 5 s of Node, a busy machine closes connections in use.
    server.keepAliveTimeout = 75_000
    server.on(this.#options.tls ? 'secureConnection' : 'connection', () => {
      this.connections += 1
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#options.port ?? 0, '127.0.0.1', resolve)
    })
    return this
  }

  async stop(): Promise<void> {
    const server = this.#server
    if (!server) return
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
      server.closeAllConnections()
    })
    this.#server = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    const text = bytes.toString('utf8')
    const target = new URL(request.url ?? '/', 'http://stand-in')
    const call: Call = {
      method: request.method ?? 'GET',
      path: target.pathname,
      query: target.searchParams,
      headers: request.headers,
      text,
      bytes,
      json: parseJson(text),
    }
    const exchange: Exchange = {
      method: call.method,
      path: call.path,
      query: target.search,
      headers: call.headers,
      json: call.json,
      at: Date.now(),
      status: 0,
    }
    this.journal.push(exchange)
    await this.#hook?.(call)
    if (this.#options.latency) await new Promise((resolve) => setTimeout(resolve, this.#options.latency))

    try {
      const action = this.#strike(call)
      if (this.#options.closesSilently || action?.kind === 'close') closeSilently(request, response)
      if (action) await this.#misbehave(action, call, request, response, exchange)
      else write(response, exchange, this.#change(await this.handle(call), call))
    } finally {
      this.#listener?.(exchange)
    }
  }

  #strike(call: Call): FaultAction | undefined {
    for (const entry of this.#faults) {
      const { method, path, matches, action } = entry.fault
      if (method !== undefined && method !== call.method) continue
      if (path !== undefined && !path.test(call.path)) continue
      if (matches?.(call) === false) continue
      if (entry.skip > 0) {
        entry.skip -= 1
        continue
      }
      if (entry.left <= 0) continue
      entry.left -= 1
      return action
    }
    return undefined
  }

  async #misbehave(
    action: FaultAction,
    call: Call,
    request: IncomingMessage,
    response: ServerResponse,
    exchange: Exchange,
  ): Promise<void> {
    switch (action.kind) {
      case 'answer':
        if (action.when === 'after') await this.handle(call)
        write(response, exchange, action.answer)
        return
      case 'redirect':
        write(response, exchange, { status: action.status ?? 302, headers: { Location: action.to }, raw: '' })
        return
      case 'hang':
        if (action.when === 'after') await this.handle(call)
        return
      case 'reset': {
        if (action.when === 'before') {
          request.socket.resetAndDestroy()
          return
        }
        const answer = await this.handle(call)
        if (action.when === 'after') {
          request.socket.resetAndDestroy()
          return
        }
        const { payload, headers } = render(answer)
        response.writeHead(answer.status, headers)
        response.write(payload.subarray(0, Math.max(1, payload.length >> 1)), () => {
          request.socket.resetAndDestroy()
        })
        return
      }
      case 'close':
        write(response, exchange, await this.handle(call))
        return
      case 'late':
        await new Promise((resolve) => setTimeout(resolve, action.afterMs))
        write(response, exchange, await this.handle(call))
        return
      case 'alter':
        write(response, exchange, await action.alter(await this.handle(call)))
        return
      case 'truncate': {
        const answer = await this.handle(call)
        const { payload, headers } = render(answer)
        const half = payload.subarray(0, payload.length >> 1)
        exchange.status = answer.status
        response.writeHead(answer.status, { ...headers, 'Content-Length': String(half.length) }).end(half)
        return
      }
      case 'slow': {
        const answer = await this.handle(call)
        const { payload, headers } = render(answer)
        exchange.status = answer.status
        response.writeHead(answer.status, headers)
        for (const byte of payload) {
          if (response.destroyed) return
          response.write(Buffer.of(byte))
          await new Promise((resolve) => setTimeout(resolve, 1000 / action.bytesPerSecond))
        }
        response.end()
        return
      }
      case 'huge': {
        await this.handle(call)
        exchange.status = 200
        response.writeHead(200, { 'Content-Type': 'application/json' })
        const blocks = Array.from({ length: Math.ceil(action.bytes / BLOCK.length) }, () => BLOCK)
        // The client may hang up at any moment, which is the point.
        await pipeline(Readable.from([...blocks, '{}']), response).catch(() => undefined)
        return
      }
      case 'gzip-bomb': {
        await this.handle(call)
        exchange.status = 200
        response
          .writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
          .end(bomb(action.bytes))
      }
    }
  }
}

/** Packing takes a second for large ones, in which the server does nothing else. */
function bomb(bytes: number): Buffer {
  const packed = bombs.get(bytes) ?? gzipSync(Buffer.alloc(bytes, 0x20))
  bombs.set(bytes, packed)
  return packed
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function render(answer: StandInResponse): { payload: Buffer; headers: Record<string, string> } {
  const payload =
    answer.raw !== undefined
      ? Buffer.from(answer.raw)
      : Buffer.from(answer.body === undefined ? '' : JSON.stringify(answer.body))
  const headers: Record<string, string> = {
    ...(answer.raw === undefined && answer.body !== undefined ? { 'Content-Type': 'application/json' } : {}),
    ...answer.headers,
  }
  return { payload, headers }
}

/** Call it before the headers are written. */
function closeSilently(request: IncomingMessage, response: ServerResponse): void {
  response.sendDate = false
  response.removeHeader('Connection')
  response.once('finish', () => {
    request.socket.destroySoon()
  })
}

function write(response: ServerResponse, exchange: Exchange, answer: StandInResponse): void {
  const { payload, headers } = render(answer)
  exchange.status = answer.status
  if (answer.reason !== undefined) response.statusMessage = answer.reason
  const length = answer.status === 204 || answer.status === 304 ? {} : { 'Content-Length': payload.length }
  response.writeHead(answer.status, { ...length, ...headers }).end(payload)
}
