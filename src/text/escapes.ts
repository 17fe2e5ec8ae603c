/** A text with its escapes resolved, and the way back. */
export interface Unescaped {
  readonly text: string
  /** Where a position of `text` is in the original; positions have to be passed in ascending order. */
  readonly origin: (position: number) => number
}

// Percent-encoding, JSON, and character references of HTML.
const ESCAPE =
  /%([0-9a-f]{2})|\\u([0-9a-f]{4})|\\(["\\/nrt])|&#(\d{1,7});|&#x([0-9a-f]{1,6});|&(amp|lt|gt|quot|apos);/gi

const JSON_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
const HTML_NAMES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Resolves what is percent-encoded, escaped as in JSON or a character reference of HTML, once and all in one text.
 * Percent-encoded bytes become one character each, as they are: see `asBytes`.
 * @returns undefined for a text without escapes
 */
export function unescape(text: string): Unescaped | undefined {
  if (!/[%\\&]/.test(text)) return undefined
  // For each escape: where it is in the result, and by how much it was longer.
  const places: number[] = []
  let shorter = 0
  const plain = text.replace(ESCAPE, (escape: string, ...found: unknown[]) => {
    const char = resolve(found.slice(0, 6) as (string | undefined)[])
    places.push((found[6] as number) - shorter, escape.length - char.length)
    shorter += escape.length - char.length
    return char
  })
  if (places.length === 0) return undefined
  let at = 0
  let sum = 0
  return {
    text: plain,
    origin: (position) => {
      for (; at < places.length && (places[at] ?? 0) < position; at += 2) sum += places[at + 1] ?? 0
      return position + sum
    },
  }
}

function resolve([percent, unicode, json, decimal, hexadecimal, name]: readonly (
  string | undefined
)[]): string {
  if (json !== undefined) return JSON_ESCAPES[json] ?? json
  if (name !== undefined) return HTML_NAMES[name.toLowerCase()] ?? ''
  const code =
    decimal === undefined ? Number.parseInt(percent ?? unicode ?? hexadecimal ?? '', 16) : Number(decimal)
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : '\uFFFD'
}

/** A text with one character for each byte of its UTF-8, which is how percent-encoded text comes out of `unescape`. */
export function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1')
}
