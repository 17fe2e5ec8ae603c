import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'

/** What a client asked the proxy for. */
export interface Tunnel {
  /** `host:port` */
  readonly target: string
  /** `user:password` as it arrived, or undefined. */
  readonly login: string | undefined
}

/**
 * A proxy on loopback that speaks CONNECT. It leads every host to loopback, so that names which exist nowhere can be
 * used: requests to loopback itself never go through a proxy.
 */
export class ProxyStandIn {
  readonly tunnels: Tunnel[] = []
  readonly #login: string | undefined
  readonly #server: Server
  readonly #clients = new Set<Duplex>()

  /**
   * @param login `user:password` that it insists on (407 otherwise)
   * @param refusal the status that it gives to every CONNECT
   */
  constructor(login?: string, refusal?: number) {
    this.#login = login
    this.#server = createServer((_, response) => {
      response.writeHead(400).end()
    })
    this.#server.on('connect', (request, client) => {
      const [, credentials] = /^Basic (.+)$/.exec(request.headers['proxy-authorization'] ?? '') ?? []
      const login =
        credentials === undefined ? undefined : Buffer.from(credentials, 'base64').toString('utf8')
      const target = request.url ?? ''
      this.tunnels.push({ target, login })
      client.on('error', () => undefined)
      this.#clients.add(client)
      if (refusal !== undefined) {
        client.end(`HTTP/1.1 ${refusal} Refused\r\nContent-Length: 2\r\n\r\nno`)
        return
      }
      if (this.#login !== undefined && login !== this.#login) {
        client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
        return
      }
      const upstream = connect(Number(target.split(':')[1]), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
        upstream.pipe(client).pipe(upstream)
      })
      upstream.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
    })
  }

  /** `127.0.0.1:port`, to be put behind `http://`, with or without a login. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The server forgets a connection that has become a tunnel, and would wait for it for ever.
    for (const client of this.#clients) client.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
