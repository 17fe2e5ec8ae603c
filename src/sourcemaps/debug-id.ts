import { createHash } from 'node:crypto'

/**
 * The debug id of a script and its map: a UUID (version 5 form) from the first 16 bytes of the SHA-1 of script, NUL and
 * map as the build made them. The same build has the same ids everywhere; scripts that differ in a byte have different ones.
 */
export function computeDebugId(script: Buffer, map: Buffer | undefined): string {
  const hash = createHash('sha1').update(script).update('\0')
  if (map) hash.update(map)
  return toUuid(hash.digest())
}

/** A UUID of version 5 form from the first 16 of the bytes. */
export function toUuid(bytes: Buffer): string {
  const id = Buffer.from(bytes.subarray(0, 16))
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x50
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80
  return hyphenated(id.toString('hex'))
}

/** A UUID with or without hyphens in the form that Sentry stores; undefined for anything else and for the nil UUID. */
export function normalizeDebugId(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  const hex = text.toLowerCase()
  const digits = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(hex) ? hex.replaceAll('-', '') : hex
  return /^[0-9a-f]{32}$/.test(digits) && !/^0+$/.test(digits) ? hyphenated(digits) : undefined
}

/**
 * The id that a bundler plugin of Sentry left in a script without a comment, which it does on purpose where hashes of the
 * script are kept elsewhere. It counts only next to the table that the SDK reads.
 */
export function pluginDebugId(script: Buffer): string | undefined {
  const at = script.lastIndexOf('sentry-dbid-')
  if (at < 0 || !script.includes('_sentryDebugIds')) return undefined
  return normalizeDebugId(script.toString('latin1', at + 12, at + 48))
}

function hyphenated(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
