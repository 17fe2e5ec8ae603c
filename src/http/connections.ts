import { Agent, type ClientRequest } from 'node:http'
import { checkBypass, getProxyUrl } from 'actions-http-client/lib/proxy'
import { UNUSABLE_PROXY } from './failure.ts'

type ProxyEnv = Readonly<NodeJS.ProcessEnv>

/**
 * `reused`: a connection that a request before may have left open, which saves TLS handshakes. `fresh`: a connection
 * that is opened for this request and closed after it.
 */
export type ConnectionKind = 'reused' | 'fresh'

/**
 * Gives the agent for a request, by the proxy rules of GitHub's own actions.
 * @throws Error with code `ERR_UNUSABLE_PROXY` when the environment names a proxy that is no usable URL
 */
export function createConnections(env: ProxyEnv): (url: URL, kind: ConnectionKind) => Promise<Agent> {
  const agents = new Map<string, Agent>()
  return async (url, kind) => {
    const proxy = proxyFor(url, env)
    const key = `${url.protocol} ${kind} ${proxy?.href ?? ''}`
    const agent = agents.get(key) ?? (await createAgent(url.protocol, kind === 'reused', proxy))
    agents.set(key, agent)
    return agent
  }
}

async function createAgent(protocol: string, keepAlive: boolean, proxy: URL | undefined): Promise<Agent> {
  if (proxy) {
    const { createTunnelAgent } = await import('./tunnel.ts')
    return createTunnelAgent(proxy, protocol, keepAlive)
  }
  if (protocol === 'http:') return new Agent({ keepAlive })
  // Late, because TLS takes a third of the time in which Node starts, and stand-ins on loopback do without.
  const { Agent: TlsAgent } = await import('node:https')
  return new TlsAgent({ keepAlive })
}

/**
 * The proxy of a request. Where the toolkit cannot read the variable the request would go out directly, which is never
 * what somebody wanted who set it.
 */
function proxyFor(url: URL, env: ProxyEnv): URL | undefined {
  const proxy = readProxy(url)
  if (proxy?.hostname) return proxy
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy'
  if ((env[name] || env[name.toUpperCase()]) && !checkBypass(url)) {
    throw Object.assign(new Error('unusable proxy'), { code: UNUSABLE_PROXY })
  }
  return undefined
}

/** Without a host for what the toolkit takes for no proxy: "proxy.test:3128" is a URL with a strange scheme to it. */
function readProxy(url: URL): URL | undefined {
  try {
    return getProxyUrl(url)
  } catch {
    return undefined
  }
}

/** Watches one request, to find out whether it broke because its connection had ended before. */
export interface ConnectionWatch {
  /** Call it with the request before it has a connection. */
  readonly observe: (request: ClientRequest) => void
  /** The request went out on a reused connection, and not one byte of a response came. */
  readonly isStale: () => boolean
  /**
   * Rejects on a 101 that nobody requested. Node closes the connection then and ends the request with neither a response nor an error.
   */
  readonly upgraded: Promise<never>
}

export function watchConnection(): ConnectionWatch {
  let unanswered = (): boolean => false
  const upgraded = rejectable()
  return {
    observe: (request) => {
      request.once('socket', (socket) => {
        const before = socket.bytesRead
        unanswered = () => request.reusedSocket && socket.bytesRead === before
      })
      request.once('upgrade', (_, socket) => {
        socket.destroy()
        upgraded.reject(new Error('the server switched protocols'))
      })
    },
    isStale: () => unanswered(),
    upgraded: upgraded.promise,
  }
}

function rejectable(): { readonly promise: Promise<never>; readonly reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<never>((_, fail) => {
    reject = fail
  })
  return { promise, reject }
}
