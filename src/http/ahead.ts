import type { HttpRequest } from './response.ts'
import type { Transport } from './transport.ts'

/**
 * Sends a request before anybody asks for it.
 * @returns a transport that gives its outcome to the first attempt of that same request, and sends all others
 */
export function sendAhead(
  transport: Transport,
  request: HttpRequest,
  limit: AbortSignal,
  signal: AbortSignal,
): Transport {
  let outcome: ReturnType<Transport> | undefined = transport(request, request.peer, limit, signal)
  // It rejects when the job is cancelled, which is told to who asks for it, and may be before that.
  outcome.catch(() => undefined)
  return (outgoing, ...rest) => {
    if (outcome && outgoing.method === request.method && outgoing.url.href === request.url.href) {
      const ready = outcome
      outcome = undefined
      return ready
    }
    return transport(outgoing, ...rest)
  }
}
