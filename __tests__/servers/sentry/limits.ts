import type { StandInResponse, Call } from '../server.ts'
import type { Caller } from './auth.ts'
import type { Settings } from './options.ts'

/** What the limiter says about one request: headers for its response, and the 429 when it is one too many. */
export interface Verdict {
  readonly headers: Readonly<Record<string, string>>
  readonly refusal: StandInResponse | undefined
}

/** Counts requests per caller, endpoint and method in fixed windows, when the server has limits at all. */
export class RateLimiter {
  readonly #settings: Settings
  readonly #counts = new Map<string, number>()

  constructor(settings: Settings) {
    this.#settings = settings
  }

  check(call: Call, endpoint: string, caller: Caller | undefined): Verdict {
    const { rateLimit, now } = this.#settings
    if (!rateLimit) return { headers: {}, refusal: undefined }

    const { limit, windowMs } = rateLimit
    const window = Math.floor(now() / windowMs)
    const key = [limitedAs(caller), call.method, endpoint, window].join(' ')
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    const headers = {
      'X-Sentry-Rate-Limit-Limit': String(limit),
      'X-Sentry-Rate-Limit-Remaining': String(Math.max(0, limit - count)),
      'X-Sentry-Rate-Limit-Reset': String(Math.ceil(((window + 1) * windowMs) / 1000)),
      'X-Sentry-Rate-Limit-ConcurrentLimit': '25',
      'X-Sentry-Rate-Limit-ConcurrentRemaining': '24',
    }
    if (count <= limit) return { headers, refusal: undefined }

    const seconds = Math.max(1, Math.round(windowMs / 1000))
    const detail = `You are attempting to use this endpoint too frequently. Limit is ${limit} requests in ${seconds} seconds`
    // JSON text that calls itself HTML, and no Retry-After.
    const contentType = { 'Content-Type': 'text/html; charset=utf-8' }
    return { headers, refusal: { status: 429, headers: contentType, raw: JSON.stringify({ detail }) } }
  }
}

// Organization tokens have no user, so whoever shares the address shares the limit.
function limitedAs(caller: Caller | undefined): string {
  if (caller?.token.kind === 'user') return caller.id
  if (caller?.token.kind === 'integration') return `organization:${caller.token.organization}`
  return 'address:127.0.0.1'
}
