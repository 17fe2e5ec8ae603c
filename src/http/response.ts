import { toSingleLine, shorten } from '../text/sanitize.ts'
import { HttpError, type Peer } from './failure.ts'
import { parseJson } from './json.ts'
import { isLimit, retryHint } from './retry.ts'
import type { Incoming, Outgoing } from './attempt.ts'

export interface HttpRequest extends Outgoing {
  readonly peer: Peer
  /** What is being done, for messages: "create the release". */
  readonly intent: string
  /** A success may have no body, so an empty one is not truncated. */
  readonly mayBeEmpty?: boolean | undefined
  /** Milliseconds that its repeats and the pauses between them may take in all; default 60 s. */
  readonly maxWaitMs?: number | undefined
}

/** Code points of a text of which a part is displayed. */
const MAX_SANITIZED = 65_536

/** A response of any status, after retries. */
export class HttpResponse {
  readonly #request: HttpRequest
  readonly #incoming: Incoming
  readonly #redact: (text: string) => string
  readonly attempts: number
  #parsed: { readonly value: unknown } | undefined

  constructor(request: HttpRequest, incoming: Incoming, attempts: number, redact: (text: string) => string) {
    this.#request = request
    this.#incoming = incoming
    this.#redact = redact
    this.attempts = attempts
  }

  get status(): number {
    return this.#incoming.status
  }

  /** Refused because of too many requests, not for lack of rights: 429, or 403 with the time at which the limit ends. */
  get isLimit(): boolean {
    const hintMs = retryHint(this.status, (name) => this.header(name), 0)
    return isLimit({ status: this.status, hintMs })
  }

  get bytes(): Buffer {
    return this.#incoming.bytes
  }

  /** The body as text, without secrets. */
  get text(): string {
    return this.#redact(this.#raw)
  }

  /**
   * The body as JSON, without secrets, whatever its content type (Sentry sends a 429's JSON as text/html);
   * undefined if it is none.
   */
  get json(): unknown {
    this.#parsed ??= { value: this.#parse() }
    return this.#parsed.value
  }

  #parse(): unknown {
    const raw = this.#raw
    // The redactor knows a secret also as JSON escapes it. Only where there is one each value is looked at: taking it
    // out of the whole could cut an escape in two, and the response would be JSON no more.
    return parseJson(raw, this.#redact(raw) === raw ? undefined : this.#redact)
  }

  get #raw(): string {
    return this.bytes.toString('utf8').replace(/^\uFEFF/, '')
  }

  header(name: string): string | undefined {
    return this.#incoming.header(name)
  }

  /** `max` code points of external text, without secrets and without anything that could act. */
  sanitize(text: string, max = 300): string {
    // Twice: cleaning can put a secret together that was sent in pieces.
    return shorten(this.#redact(toSingleLine(this.#redact(text), MAX_SANITIZED)), max)
  }

  /** An error with what was tried, where, and how it ended: `reason` continues "… could not …: <host> ". */
  error(
    kind: HttpError['kind'],
    reason: string,
    more: {
      readonly serverMessage?: string
      readonly advice?: string | undefined
      readonly detail?: readonly string[]
      readonly retryAfterMs?: number | undefined
    } = {},
  ): HttpError {
    const { peer, method, url, intent } = this.#request
    return new HttpError({
      kind,
      message: `Could not ${intent}: ${peer.name} at ${url.host} ${reason}`,
      status: this.status,
      method,
      url: shownUrl(url),
      serverMessage: more.serverMessage,
      advice: more.advice,
      retryAfterMs: more.retryAfterMs,
      detail: [
        `HTTP status ${this.status}`,
        ...(this.attempts > 1 ? [`given up after ${this.attempts} attempts`] : []),
        ...(more.detail ?? []),
      ],
    })
  }
}

/** The URL as it may be shown: without credentials and without query. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`
}
