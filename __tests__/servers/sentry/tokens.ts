import { createHash } from 'node:crypto'

export interface OrgTokenPayload {
  readonly org: string
  /** The server's base URL; null on tokens from the first servers that issued them. */
  readonly url: string | null
  readonly regionUrl?: string
  /** Any text; different seeds give different secrets. */
  readonly seed?: string
}

/**
 * A well-formed organization token: `sntrys_`, padded base64 of the JSON payload, `_`, and 32 secret bytes in
 * unpadded base64. Built at run time so that no token-shaped text ever sits in a file.
 */
export function orgToken({ org, url, regionUrl, seed = 'release-gate' }: OrgTokenPayload): string {
  const payload = { iat: 1789460000.118204, url, region_url: regionUrl ?? url, org }
  const secret = createHash('sha256').update(`${seed}:${org}`).digest('base64').replaceAll('=', '')
  return `sntrys_${Buffer.from(JSON.stringify(payload)).toString('base64')}_${secret}`
}

/** A user token as newer servers issue them: `sntryu_` and 64 hexadecimal digits. */
export function userToken(seed: string): string {
  return `sntryu_${opaqueToken(seed)}`
}

/** 64 hexadecimal digits: an internal integration's token, or a user token from an older server. */
export function opaqueToken(seed: string): string {
  return createHash('sha256').update(seed).digest('hex')
}
