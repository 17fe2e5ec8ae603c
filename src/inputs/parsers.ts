import { lengthOf } from '../text/sanitize.ts'
import type { Mode } from '../abf/status.ts'
import { isLoopback, parseUrl } from '../text/url.ts'
import { stripQuotes } from './field.ts'

/** Texts of inputs to values. Each gives undefined for what it does not accept; none throws. */

/** `true` or `false` in any case, nothing else. */
export function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : undefined
}

/**
 * Items separated by line breaks, commas or spaces, each once, in order. A JSON array, quotes around an item, and the
 * dashes of a list in YAML are understood.
 */
export function parseList(text: string): string[] {
  const inner = /^\[(.*)\]$/s.exec(text)?.[1] ?? text
  const items = inner.split(/[\s,]+/).filter((item) => item !== '' && item !== '-')
  return [...new Set(items.map(stripQuotes))]
}

/** Lines without what surrounds their text: spaces, the dashes of a list in YAML, quotes. A JSON array is understood. */
export function parseLines(text: string): string[] {
  const lines = jsonTexts(text) ?? text.split(/[\r\n]+/).map((line) => line.trim().replace(/^-\s+/, ''))
  return lines.map(stripQuotes).filter((line) => line !== '')
}

function jsonTexts(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined
  try {
    const json: unknown = JSON.parse(text)
    return Array.isArray(json) && json.every((item) => typeof item === 'string') ? json : undefined
  } catch {
    return undefined
  }
}

/** A whole number from `min` to `max`, in digits. */
export function parseInteger(text: string, min: number, max: number): number | undefined {
  if (!/^\d{1,15}$/.test(text)) return undefined
  const value = Number(text)
  return value >= min && value <= max ? value : undefined
}

/**
 * The base URL of a server, with a slash at its end: https, or http on loopback; a path prefix, but no user, query or
 * fragment.
 */
export function parseBaseUrl(text: string): string | undefined {
  const url = /[\s?#]/.test(text) ? undefined : parseUrl(text)
  if (!url) return undefined
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
  if (!secure || url.username || url.password) return undefined
  return url.pathname.endsWith('/') ? url.href : `${url.href}/`
}

/** Code points; Sentry's column for links. */
const MAX_LINK = 200
/** Characters of a whole host name. */
const MAX_HOST = 253

const LETTER = String.raw`a-z\u00a1-\uffff`
const IPV4 = String.raw`(?:0|25[0-5]|2[0-4]\d|1\d?\d?|[1-9]\d?)(?:\.(?:0|25[0-5]|2[0-4]\d|1\d?\d?|[1-9]\d?)){3}`
const FIRST_LABEL = `[${LETTER}0-9](?:[${LETTER}0-9-]{0,61}[${LETTER}0-9])?`
const INNER_LABELS = String.raw`(?:\.(?!-)[${LETTER}0-9-]{1,63}(?<!-))*`
const LAST_LABEL = String.raw`\.(?!-)(?:[${LETTER}-]{2,63}|xn--[a-z0-9]{1,59})(?<!-)\.?`
const HOST = String.raw`${IPV4}|\[[0-9a-f:.]+\]|localhost|${FIRST_LABEL}${INNER_LABELS}${LAST_LABEL}`
/** Django's URLValidator, which checks links in Sentry; the port as older versions of it want it. */
const LINK = new RegExp(
  String.raw`^(?:https?|ftps?)://(?:${HOST})(?::\d{2,5})?(?:[/?#][^\s\u001c-\u001f]*)?$`,
  'i',
)

export const LINK_EXPECTED =
  'an http or https URL that Sentry accepts: at most 200 characters, no spaces, and a host such as git.example.com (no underscore, no digit in its last part)'

/**
 * A link as Sentry accepts it (its `url` fields reject anything else with 400), kept as it was written. Hosts with an
 * underscore, without a dot, or with a digit in their last label are refused there.
 */
export function parseLink(text: string): string | undefined {
  if (lengthOf(text) > MAX_LINK || !LINK.test(text) || !text.isWellFormed()) return undefined
  const url = parseUrl(text)
  return url && url.hostname.length <= MAX_HOST ? text : undefined
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

/** Code points; Sentry rejects a longer version with 400. */
const MAX_VERSION = 200

/**
 * Why Sentry would refuse a release version (POST /releases/, 400), or undefined when it is allowed. Sentry keeps
 * versions byte for byte and compares them with case.
 */
export function versionProblem(version: string): string | undefined {
  const length = lengthOf(version)
  if (version.trim() === '') return 'at least one character that is not a space'
  if (length > MAX_VERSION) return `at most ${MAX_VERSION} characters (this one has ${length})`
  if (!version.isWellFormed()) return 'well-formed Unicode'
  if (/[\r\n\f\t\0]/.test(version)) return 'a version without line breaks, tabs and form feeds'
  if (/[/\\]/.test(version))
    return 'a version without "/" and "\\" (for a tag or branch give only its last part)'
  if (/^(\.|\.\.|latest)$/i.test(version.trim())) return 'a version other than ".", ".." and "latest"'
  return undefined
}

/** Ids are 32 bit numbers on the servers. */
function parseId(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined
  const id = Number(text)
  return id >= 1 && id <= 2_147_483_647 ? id : undefined
}

/** `left/right` with something on both sides, or a numeric id. */
export function parsePair(text: string): string | undefined {
  return parseId(text) !== undefined || /^[^\s/?#%]+\/[^\s/?#%]+$/.test(text) ? text : undefined
}

export function parsePairs(text: string): string[] | undefined {
  const list = parseList(text)
  return list.every((item) => parsePair(item) !== undefined) ? list : undefined
}

/** The name of a platform, such as `cooker` or `rosa2021.1`, or a numeric id. */
export function parsePlatform(text: string): string | undefined {
  return /^[\w.-]{1,100}$/.test(text) ? text : undefined
}

export function parseArches(text: string): string[] | undefined {
  const list = parseList(text)
  return list.length > 0 && list.every((arch) => /^[\w-]{1,40}$/.test(arch)) ? list : undefined
}

export function parseMode(text: string): Mode | undefined {
  switch (text.toLowerCase()) {
    case 'none':
    case 'false':
      return 'none'
    case 'default':
    case 'true':
      return 'default'
    case 'testing':
      return 'testing'
    default:
      return undefined
  }
}

/**
 * Ids as a list or, as this action's own output has them, as a JSON array; each once, in order. `[]` is that output
 * after a search that found nothing. A gap between commas is refused: there an id got lost, and its build would not
 * be waited for.
 */
export function parseBuildIds(quoted: string): number[] | undefined {
  const text = stripQuotes(quoted)
  const array = /^\[(.*)\]$/s.exec(text)?.[1]?.trim()
  if (array === '') return []
  if ((array ?? text).split(',').some((item) => item.trim() === '')) return undefined
  const list = parseList(text)
  const ids = list.flatMap((item) => parseId(item) ?? [])
  return ids.length === list.length && ids.length > 0 ? [...new Set(ids)] : undefined
}
