/** Places of values inside the bytes of a JSON document, so that a few of them can be changed and all else stays as it is. */

export interface Span {
  readonly start: number
  /** The first byte behind the value. */
  readonly end: number
}

export interface Edit extends Span {
  readonly bytes: Buffer
}

const QUOTE = 0x22
export const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN = new Set([0x7b, 0x5b])
const CLOSE = new Set([0x7d, 0x5d])
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d])

/**
 * The members of the object that begins at `start`, by key; the last of two equal keys wins, as in JSON.parse. The
 * document must be valid JSON: the places of anything else are without meaning, but the search ends.
 */
export function members(json: Buffer, start: number): ReadonlyMap<string, Span> {
  const found = new Map<string, Span>()
  let at = skipSpace(json, start + 1)
  while (json[at] === QUOTE) {
    const keyEnd = skipString(json, at)
    const key = JSON.parse(json.toString('utf8', at, keyEnd)) as string
    const from = skipSpace(json, skipSpace(json, keyEnd) + (json[skipSpace(json, keyEnd)] === COLON ? 1 : 0))
    const end = skipValue(json, from)
    found.set(key, { start: from, end })
    at = skipSpace(json, end)
    if (json[at] !== COMMA) break
    at = skipSpace(json, at + 1)
  }
  return found
}

/** The elements of the array that begins at `start`. */
export function elements(json: Buffer, start: number): readonly Span[] {
  const found: Span[] = []
  let at = skipSpace(json, start + 1)
  while (at < json.length && !CLOSE.has(json[at] ?? 0)) {
    const end = skipValue(json, at)
    found.push({ start: at, end })
    at = skipSpace(json, end)
    if (json[at] !== COMMA) break
    at = skipSpace(json, at + 1)
  }
  return found
}

/** The bytes with the edits made. Edits must not overlap. */
export function applyEdits(bytes: Buffer, edits: readonly Edit[]): Buffer {
  const parts: Buffer[] = []
  let from = 0
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    parts.push(bytes.subarray(from, edit.start), edit.bytes)
    from = edit.end
  }
  return Buffer.concat([...parts, bytes.subarray(from)])
}

export function skipSpace(json: Buffer, start: number): number {
  let at = start
  while (SPACE.has(json[at] ?? 0)) at += 1
  return at
}

function skipString(json: Buffer, start: number): number {
  let at = start
  for (;;) {
    at = json.indexOf(QUOTE, at + 1)
    if (at < 0) return json.length
    let slashes = 0
    while (json[at - 1 - slashes] === BACKSLASH) slashes += 1
    if (slashes % 2 === 0) return at + 1
  }
}

function skipValue(json: Buffer, start: number): number {
  let depth = 0
  let at = start
  while (at < json.length) {
    const byte = json[at] ?? 0
    if (byte === QUOTE) {
      at = skipString(json, at)
      if (depth === 0) return at
      continue
    }
    if (OPEN.has(byte)) depth += 1
    else if (CLOSE.has(byte)) {
      if (depth === 0) return at
      depth -= 1
      if (depth === 0) return at + 1
    } else if (depth === 0 && (byte === COMMA || SPACE.has(byte))) return at
    at += 1
  }
  return at
}
