import { UNKNOWN_CODING } from './failure.ts'

/** What `Accept-Encoding` offers. Servers and proxies may use another coding anyway. */
export const ACCEPTED_CODING = 'gzip'

/** RFC 9110, 8.4.1: recipients take `x-gzip` for `gzip`. */
const GZIP = new Set(['gzip', 'x-gzip'])

/**
 * Undoes the content codings of a body (RFC 9110, 8.4): names in any case, several of them as a list, in the order in
 * which they were applied.
 * @param maxBytes of each step's result
 * @throws what zlib gives; an `Error` with code `ERR_UNKNOWN_CODING` for a coding that is not known
 */
export async function decodeBody(
  body: Buffer,
  contentEncoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  const codings = (contentEncoding ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')
  let bytes = body
  // A response without a body may still carry the header.
  for (const coding of codings.toReversed())
    if (bytes.length > 0) bytes = await decode(bytes, coding, maxBytes)
  return bytes
}

async function decode(body: Buffer, coding: string, maxOutputLength: number): Promise<Buffer> {
  const method = await methodOf(coding, body)
  if (!method) throw Object.assign(new Error('unknown content coding'), { code: UNKNOWN_CODING })
  return await new Promise((resolve, reject) => {
    method(body, { maxOutputLength }, (error, bytes) => {
      if (error) reject(error)
      else resolve(bytes)
    })
  })
}

type Method = (
  body: Buffer,
  options: { readonly maxOutputLength: number },
  done: (error: Error | null, bytes: Buffer) => void,
) => void

async function methodOf(coding: string, body: Buffer): Promise<Method | undefined> {
  const { brotliDecompress, gunzip, inflate, inflateRaw } = await import('node:zlib')
  if (GZIP.has(coding)) return gunzip
  if (coding === 'br') return brotliDecompress
  // RFC 9110, 8.4.1.2: some servers send the compressed data without the zlib wrapper.
  if (coding === 'deflate') return hasZlibHeader(body) ? inflate : inflateRaw
  return undefined
}

/** RFC 1950, 2.2: the low half of the first byte names the method, and both bytes together are a multiple of 31. */
function hasZlibHeader(body: Buffer): boolean {
  const [first = 0, second = 0] = body
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0
}
