/** What an organization token says about itself: a hint for routing, unsigned. */
export interface OrgToken {
  readonly organization: string
  /** The base URL of the server that made it; older tokens have none. */
  readonly url: string | undefined
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/**
 * Reads an organization token: `sntrys_`, base64 of JSON with `org` and `url`, `_`, secret. Undefined for every
 * other kind of token, and for one that cannot be decoded: it is then used as it is.
 */
export function decodeOrgToken(token: string): OrgToken | undefined {
  const [prefix, payload = '', secret = '', ...rest] = token.split('_')
  if (prefix !== 'sntrys' || rest.length > 0 || !BASE64.test(payload) || secret === '') return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'))
    if (typeof claims !== 'object' || claims === null) return undefined
    const { org, url } = claims as { org?: unknown; url?: unknown }
    if (typeof org !== 'string' || org === '') return undefined
    return { organization: org, url: typeof url === 'string' && url !== '' ? url : undefined }
  } catch {
    return undefined
  }
}
