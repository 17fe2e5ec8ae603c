import { type Agent, type ClientRequestArgs, request as httpRequest, Agent as PlainAgent } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { NO_TUNNEL } from './failure.ts'

/*
 * This module is imported late, because few jobs have a proxy.
 */

/** Node does not hand the signal of a request on to its agent, so that comes under a name of its own. */
export interface TunnelOptions {
  readonly tunnelSignal?: AbortSignal
}

type Connected = (error: Error | null, socket: Duplex) => void

/**
 * An agent whose connections go through a proxy by CONNECT (RFC 9110, 9.3.6).
 * @param proxy with user and password already percent-decoded, as the toolkit gives it
 * @param protocol of the requests: `https:` or `http:`
 */
export function createTunnelAgent(proxy: URL, protocol: string, keepAlive: boolean): Agent {
  if (protocol === 'http:') return new PlainTunnelAgent(proxy, keepAlive)
  return new TlsTunnelAgent(proxy, keepAlive)
}

class PlainTunnelAgent extends PlainAgent {
  readonly #proxy: URL

  constructor(proxy: URL, keepAlive: boolean) {
    super({ keepAlive })
    this.#proxy = proxy
  }

  override createConnection(options: ClientRequestArgs & TunnelOptions, connected?: Connected): undefined {
    openTunnel(this.#proxy, options).then(
      (socket) => connected?.(null, socket),
      (error: Error) => connected?.(error, undefined as never),
    )
  }
}

class TlsTunnelAgent extends TlsAgent {
  readonly #proxy: URL

  constructor(proxy: URL, keepAlive: boolean) {
    super({ keepAlive })
    this.#proxy = proxy
  }

  override createConnection(options: ClientRequestArgs & TunnelOptions, connected?: Connected): undefined {
    openTunnel(this.#proxy, options).then(
      (socket) => connected?.(null, super.createConnection({ ...options, socket } as object) as Duplex),
      (error: Error) => connected?.(error, undefined as never),
    )
  }
}

/** @throws Error with code `ERR_NO_TUNNEL`, and the proxy's status where it gave one */
async function openTunnel(
  proxy: URL,
  { host, port, tunnelSignal }: ClientRequestArgs & TunnelOptions,
): Promise<Socket> {
  const target = `${host?.includes(':') ? `[${host}]` : host}:${port}`
  const login = proxy.username === '' && proxy.password === '' ? '' : `${proxy.username}:${proxy.password}`
  const send = proxy.protocol === 'https:' ? tlsRequest : httpRequest
  return await new Promise((resolve, reject) => {
    const fail = (status?: number): void => {
      reject(Object.assign(new Error('no tunnel'), { code: NO_TUNNEL, status }))
    }
    const connect = send({
      method: 'CONNECT',
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      path: target,
      agent: false,
      setHost: false,
      ...(tunnelSignal ? { signal: tunnelSignal } : {}),
      headers: {
        Host: target,
        ...(login && { 'Proxy-Authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
      },
    })
    connect.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode >= 200 && statusCode < 300) {
        resolve(socket)
        return
      }
      socket.destroy()
      fail(statusCode)
    })
    connect.once('response', ({ statusCode }) => {
      connect.destroy()
      fail(statusCode)
    })
    connect.once('error', () => {
      fail()
    })
    connect.end()
  })
}
