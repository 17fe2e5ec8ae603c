import type { Failure, Peer } from './failure.ts'
import type { Effect } from './retry.ts'

export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: URL
  readonly effect: Effect
  readonly headers: Readonly<Record<string, string>>
  /** Sent unchanged. */
  readonly body?: string | undefined
  /** Sent in place of a text, of any size. */
  readonly bytes?: Buffer | undefined
  /** Bytes after decompression; default 8 MiB. */
  readonly maxResponseBytes?: number | undefined
}

export interface Incoming {
  readonly status: number
  /** The value of a header, by its name in lower case. */
  header(name: string): string | undefined
  readonly bytes: Buffer
}

export type AttemptResult =
  | { readonly kind: 'response'; readonly response: Incoming }
  | { readonly kind: 'failure'; readonly failure: Failure }

/** One HTTP attempt. Rejects only with the reason of `signal`. */
export type Transport = (
  outgoing: Outgoing,
  peer: Peer,
  limit: AbortSignal,
  signal: AbortSignal,
) => Promise<AttemptResult>
