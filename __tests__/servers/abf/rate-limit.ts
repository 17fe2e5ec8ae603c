const HOUR = 3_600_000

/**
 * OMV's limiter: so many requests per hour of the server's clock, per account when the credentials are valid and
 * per address otherwise. Every request under `/api/v1/` counts, also one that is responded with 304 or refused.
 */
export class RateLimit {
  limit: number
  readonly #clock: () => number
  readonly #used = new Map<string, number>()
  #hour = 0

  constructor(limit: number, clock: () => number) {
    this.limit = limit
    this.#clock = clock
  }

  /** Counts one request of this account or address and says how many are left; negative when over the limit. */
  take(who: string): number {
    const hour = Math.floor(this.#clock() / HOUR)
    if (hour !== this.#hour) {
      this.#hour = hour
      this.#used.clear()
    }
    const used = (this.#used.get(who) ?? 0) + 1
    this.#used.set(who, used)
    return this.limit - used
  }

  /** Uses up the hour of an account (`user:<id>`) or of the loopback address (`address`). */
  exhaust(who: string): void {
    this.take(who)
    this.#used.set(who, this.limit)
  }

  /** The headers of every response under `/api/v1/`. */
  headers(remaining: number): Record<string, string> {
    return {
      'X-RateLimit-Limit': String(this.limit),
      'X-RateLimit-Remaining': String(Math.max(0, remaining)),
    }
  }
}
