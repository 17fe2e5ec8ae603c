import { lengthOf } from '../text/sanitize.ts'

/** Texts of inputs to values. Each gives undefined for what it does not accept; none throws. */

/** `true` or `false` in any case, nothing else. */
export function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : undefined
}

/** Items separated by line breaks, commas or spaces, each once, in order. */
export function parseList(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((item) => item !== ''))]
}

/** A whole number from `min` to `max`, in digits. */
export function parseInteger(text: string, min: number, max: number): number | undefined {
  if (!/^\d{1,15}$/.test(text)) return undefined
  const value = Number(text)
  return value >= min && value <= max ? value : undefined
}

/** Loopback, where plain http cannot be listened to by others. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

/**
 * The base URL of a server, with a slash at its end: https, or http on loopback; a path prefix, but no user, query or
 * fragment.
 */
export function parseBaseUrl(text: string): string | undefined {
  if (!URL.canParse(text) || /[\s?#]/.test(text)) return undefined
  const url = new URL(text)
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
  if (!secure || url.username || url.password) return undefined
  return url.pathname.endsWith('/') ? url.href : `${url.href}/`
}

/** Sentry's column for links. */
const LONGEST_LINK = 200

/**
 * A link as Sentry accepts it: http or https, a host with a dot (or localhost, or an address), no spaces, at most 200
 * characters. It is kept as it was written.
 */
export function parseLink(text: string): string | undefined {
  // The URL parser mends what Sentry refuses: backslashes, and schemes without two slashes.
  if (lengthOf(text) > LONGEST_LINK || !/^https?:\/\/[^\s<>"\\]+$/i.test(text) || !URL.canParse(text)) {
    return undefined
  }
  const { hostname } = new URL(text)
  const host = hostname.replace(/\.$/, '')
  return host === 'localhost' || host.startsWith('[') || /^[^.]+(\.[^.]+)+$/.test(host) ? text : undefined
}

/** Names that Sentry uses in paths: letters, digits, `-` and `_`. */
export function isSlug(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,100}$/.test(text)
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?$/

/**
 * A point in time as ISO 8601 in UTC, from ISO 8601 (without an offset: UTC) or from Unix seconds (9 or 10 digits, so
 * that neither milliseconds nor a date without dashes is taken for them).
 */
export function parseTime(text: string): string | undefined {
  if (/^\d{9,10}(\.\d{1,9})?$/.test(text)) return new Date(Number(text) * 1000).toISOString()
  if (!ISO_TIME.test(text)) return undefined
  const zoned = /(?:[Zz]|[+-]\d{2}:?\d{2})$/.test(text.slice(10)) || text.length === 10 ? text : `${text}Z`
  const ms = Date.parse(zoned.replace(' ', 'T'))
  const day = text.slice(0, 10)
  const midnight = Date.parse(`${day}T00:00:00Z`)
  if (Number.isNaN(ms) || Number.isNaN(midnight)) return undefined
  // The parser takes 30 February for 2 March.
  return new Date(midnight).toISOString().startsWith(day) ? new Date(ms).toISOString() : undefined
}
