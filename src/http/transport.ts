import { Agent } from 'node:http'
import { checkBypass, getProxyUrl } from 'actions-http-client/lib/proxy'
import { classify, type Failure, type Peer, UNUSABLE_PROXY } from './failure.ts'
import { read } from './read.ts'

/** Bytes. JSON answers are far smaller; what is larger is no answer of the API. */
const LARGEST_ANSWER = 8 * 1024 * 1024

export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Sent as it is. */
  readonly body?: string | undefined
  /** Bytes after decompression; default 8 MiB. */
  readonly largestAnswer?: number | undefined
}

type Env = Readonly<NodeJS.ProcessEnv>

export interface Incoming {
  readonly status: number
  /** The value of a header, by its name in lower case. */
  header(name: string): string | undefined
  readonly bytes: Buffer
}

export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Incoming }
  | { readonly kind: 'failure'; readonly failure: Failure }

/** One HTTP attempt. Rejects only with the reason of `signal`. */
export type Transport = (
  outgoing: Outgoing,
  peer: Peer,
  limit: AbortSignal,
  signal: AbortSignal,
) => Promise<Outcome>

/**
 * Sends what is read over Node's own HTTP, and what changes something through axios. Both use the same agents, so the
 * same connections, and follow proxies by the rules of GitHub's own actions. What they throw never leaves this function:
 * errors of axios hold the request's headers.
 * @param env to tell a proxy that cannot be used from none
 */
export function createTransport(env: Env = {}): Transport {
  const agentFor = createAgents(env)
  return async (outgoing, peer, limit, signal) => {
    try {
      const agent = await agentFor(outgoing.url)
      const send = outgoing.method === 'GET' ? read : (await import('./write.ts')).write
      const largest = outgoing.largestAnswer ?? LARGEST_ANSWER
      const answer = await send(outgoing, agent, largest, AbortSignal.any([signal, limit]))
      return { kind: 'answer', answer }
    } catch (error) {
      signal.throwIfAborted()
      if (limit.aborted) return { kind: 'failure', failure: tooSlow(outgoing.url.host) }
      return { kind: 'failure', failure: classify(codeAndMessage(error), peer, outgoing.url.host) }
    }
  }
}

/** The agents keep connections open for the next request; through a proxy each request gets a connection of its own. */
function createAgents(env: Env): (url: URL) => Promise<Agent> {
  const direct = new Map<string, Agent>()
  return async (url) => {
    if (hasProxy(url, env)) {
      // Late, because few jobs have a proxy.
      const { HttpClient } = await import('actions-http-client')
      return new HttpClient().getAgent(url.href)
    }
    const agent = direct.get(url.protocol) ?? (await createAgent(url.protocol))
    direct.set(url.protocol, agent)
    return agent
  }
}

/**
 * Whether a request goes through a proxy. Where the toolkit cannot read the variable it would go out directly, which is
 * never what somebody wanted who set it.
 */
function hasProxy(url: URL, env: Env): boolean {
  if (proxyHost(url)) return true
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy'
  if ((env[name] || env[name.toUpperCase()]) && !checkBypass(url)) {
    throw Object.assign(new Error('unusable proxy'), { code: UNUSABLE_PROXY })
  }
  return false
}

/** Empty or undefined for what the toolkit takes for no proxy: "proxy.test:3128" is a URL with a strange scheme to it. */
function proxyHost(url: URL): string | undefined {
  try {
    return getProxyUrl(url)?.hostname
  } catch {
    return undefined
  }
}

async function createAgent(protocol: string): Promise<Agent> {
  if (protocol === 'http:') return new Agent({ keepAlive: true })
  // Late, because TLS takes a third of the time in which Node starts, and stand-ins on loopback do without.
  const { Agent: TlsAgent } = await import('node:https')
  return new TlsAgent({ keepAlive: true })
}

function tooSlow(host: string): Failure {
  return {
    kind: 'timeout',
    sent: true,
    heals: true,
    sentence: `${host} did not answer in time`,
    advice: 'Raise request-timeout, or look at the status page of the server.',
  }
}

function codeAndMessage(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: '' }
  const { code } = error as { code?: unknown }
  return { code: typeof code === 'string' ? code : '', message: error.message }
}
