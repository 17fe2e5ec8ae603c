import type { Incoming, Outgoing, Transport } from './attempt.ts'
import { type ConnectionKind, createConnections, watchConnection } from './connections.ts'
import { classify, type Failure, type ThrownError } from './failure.ts'
import { read } from './read.ts'

/** Bytes. JSON responses are far smaller; what is larger is not a response of the API. */
const MAX_RESPONSE_BYTES = 8 * 1024 * 1024

/**
 * Sends what is read over Node's own HTTP, and what changes something through axios. Both use the same agents, so the
 * same connections. What they throw never leaves this function: errors of axios hold the request's headers.
 *
 * A server may close a connection after its response without saying so, and the next request then meets the end of it.
 * Therefore no request that creates something goes out on a reused connection, and any other one that breaks there
 * before the first byte of a response goes out once more, on a fresh one. For the caller both are one attempt.
 */
export function createTransport(env: Readonly<NodeJS.ProcessEnv> = {}): Transport {
  const agentFor = createConnections(env)
  async function send(outgoing: Outgoing, signal: AbortSignal): Promise<Incoming> {
    const { url, effect, method, maxResponseBytes: maxBytes = MAX_RESPONSE_BYTES } = outgoing
    const once = method === 'GET' ? read : (await import('./write.ts')).write
    const watch = watchConnection()
    const sendOver = async (kind: ConnectionKind): Promise<Incoming> => {
      const agent = await agentFor(url, kind)
      return await Promise.race([once(outgoing, agent, maxBytes, signal, watch.observe), watch.upgraded])
    }
    if (effect === 'creates') return await sendOver('fresh')
    try {
      return await sendOver('reused')
    } catch (error) {
      if (signal.aborted || !watch.isStale()) throw error
      return await sendOver('fresh')
    }
  }
  return async (outgoing, peer, limit, signal) => {
    try {
      return { kind: 'response', response: await send(outgoing, AbortSignal.any([signal, limit])) }
    } catch (error) {
      signal.throwIfAborted()
      if (limit.aborted) return { kind: 'failure', failure: tooSlow(outgoing.url.host) }
      return { kind: 'failure', failure: classify(readError(error), peer, outgoing.url.host) }
    }
  }
}

function tooSlow(host: string): Failure {
  return {
    kind: 'timeout',
    maybeDelivered: true,
    transient: true,
    sentence: `${host} did not respond in time`,
    advice: 'Raise request-timeout, or look at the status page of the server.',
  }
}

/** An AxiosError holds the error of the socket as its cause, with what else is known. */
function readError(error: unknown): ThrownError {
  if (!(error instanceof Error)) return { code: '', message: '' }
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  const { status } = (cause instanceof Error ? cause : error) as { status?: unknown }
  return {
    code: typeof code === 'string' ? code : '',
    message: error.message,
    ...(typeof status === 'number' ? { proxyStatus: status } : {}),
  }
}
