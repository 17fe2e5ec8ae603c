import { ActionError } from '../errors.ts'
import { isTransient } from './retry.ts'
import { toSingleLine } from '../text/sanitize.ts'

/** The system that a request goes to, and the input with its address. */
export interface Peer {
  readonly name: string
  readonly urlInput: string
}

export type FailureKind =
  | 'dns'
  | 'refused'
  | 'tls'
  | 'proxy'
  | 'timeout'
  | 'reset'
  | 'redirect'
  | 'too-large'
  | 'unreadable'
  | 'status'

/**
 * A request without the expected response. It carries the status (undefined when there was no response), the
 * method, the URL without credentials and query, and the server's message, sanitized and shortened; never a header.
 */
export class HttpError extends ActionError {
  override readonly name = 'HttpError'
  readonly kind: FailureKind
  readonly status: number | undefined
  readonly method: string
  readonly url: string
  readonly serverMessage: string
  /** Milliseconds after which the server accepts the request again, for callers that can wait that long. */
  readonly retryAfterMs: number | undefined

  constructor(fields: {
    readonly kind: FailureKind
    readonly message: string
    readonly method: string
    readonly url: string
    readonly status?: number | undefined
    readonly serverMessage?: string | undefined
    readonly advice?: string | undefined
    readonly detail?: readonly string[]
    readonly retryAfterMs?: number | undefined
  }) {
    super(fields.message, {
      ...(fields.advice === undefined ? {} : { advice: fields.advice }),
      detail: [`${fields.method} ${fields.url}`, ...(fields.detail ?? [])],
    })
    this.kind = fields.kind
    this.status = fields.status
    this.method = fields.method
    this.url = fields.url
    this.serverMessage = fields.serverMessage ?? ''
    this.retryAfterMs = fields.retryAfterMs
  }
}

/** Why an attempt had no response. */
export interface Failure {
  readonly kind: Exclude<FailureKind, 'status' | 'redirect'>
  /** The server may have seen the request, so its effect may have happened. */
  readonly maybeDelivered: boolean
  /** A later attempt may fare better. */
  readonly transient: boolean
  readonly sentence: string
  readonly advice: string
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ETIMEDOUT'])
/** The environment names a proxy that is no usable URL; the message must not repeat it, because of its password. */
export const UNUSABLE_PROXY = 'ERR_UNUSABLE_PROXY'
/** There is no connection through the proxy. */
export const NO_TUNNEL = 'ERR_NO_TUNNEL'
/** The body has a content coding that is not known. */
export const UNKNOWN_CODING = 'ERR_UNKNOWN_CODING'

/** Counted by ourselves, and by zlib; axios reports it in its message only. */
const TOO_LARGE = new Set(['ERR_BODY_TOO_LARGE', 'ERR_BUFFER_TOO_LARGE'])
const CERTIFICATE = /^(CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/
const TLS = /^(ERR_SSL_|EPROTO)/

/** What is read of an error that was thrown. */
export interface ThrownError {
  readonly code: string
  readonly message: string
  /** The status with which a proxy refused to connect. */
  readonly proxyStatus?: number
}

/**
 * Sorts what a socket can throw. Only the code and Node's own sentence are read: the error object of the HTTP
 * library also holds the request's headers.
 */
export function classify(error: ThrownError, peer: Peer, host: string): Failure {
  const { code, message, proxyStatus } = error
  if (TOO_LARGE.has(code) || /maxContentLength/.test(message)) {
    return {
      kind: 'too-large',
      maybeDelivered: true,
      transient: false,
      sentence: `${host} sent more than this action accepts`,
      advice: `Check that ${peer.urlInput} is the address of a ${peer.name} server.`,
    }
  }
  if (code === UNUSABLE_PROXY) {
    return {
      kind: 'proxy',
      maybeDelivered: false,
      transient: false,
      sentence: `the proxy that the environment names for ${host} is no usable URL`,
      advice:
        'Check https_proxy and http_proxy: they are of the form http://user:password@host:port, with special characters in user and password percent-encoded.',
    }
  }
  if (code === NO_TUNNEL) {
    return {
      kind: 'proxy',
      maybeDelivered: false,
      transient: proxyStatus === undefined || isTransient(proxyStatus),
      sentence: `the proxy did not connect to ${host}${proxyStatus ? ` (status ${proxyStatus})` : ''}`,
      advice: 'Check https_proxy (with user and password when the proxy needs them) and no_proxy.',
    }
  }
  if (code === UNKNOWN_CODING) {
    return {
      kind: 'unreadable',
      maybeDelivered: true,
      transient: false,
      sentence: `${host} sent a response in a content coding that this action did not offer`,
      advice: 'Check the server and the proxies in between: this action accepts gzip.',
    }
  }
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) {
    return {
      kind: 'dns',
      maybeDelivered: false,
      transient: true,
      sentence: `the host ${host} could not be found (${code})`,
      advice: `Check ${peer.urlInput}, and that the runner can resolve that name.`,
    }
  }
  if (CERTIFICATE.test(code) || TLS.test(code)) {
    return {
      kind: 'tls',
      maybeDelivered: false,
      transient: false,
      sentence: `no secure connection to ${host}: ${toSingleLine(message, 160)} (${code})`,
      advice: CERTIFICATE.test(code)
        ? 'If the server uses your own certificate authority, name its file in the environment variable NODE_EXTRA_CA_CERTS of this step.'
        : `Check that ${peer.urlInput} and the proxy speak TLS on that port.`,
    }
  }
  // The same codes come from a connection that stood and died; those name the call that failed.
  if (UNREACHABLE.has(code) && !/^(read|write)\b/.test(message)) {
    return {
      kind: 'refused',
      maybeDelivered: false,
      transient: true,
      sentence: `no connection to ${host} (${code})`,
      advice: `Check ${peer.urlInput}, and that the runner may reach it (firewall, proxy, VPN).`,
    }
  }
  return {
    kind: 'reset',
    maybeDelivered: true,
    transient: true,
    sentence: `the connection to ${host} broke${code ? ` (${toSingleLine(code, 40)})` : ''}`,
    advice: 'Re-run the job. If the problem persists, check the server and the proxies in between.',
  }
}
