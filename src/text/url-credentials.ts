/** User names and passwords inside of URLs, which people put into inputs and variables, and which must not be displayed. */

const HIDDEN = '***'

/** Characters; shorter ones are hidden in messages, but masking them would blank out ordinary text. */
const MIN_MASKED_PASSWORD = 6
/** Without a password a user name is a secret when it is as long as a token. */
const MIN_MASKED_USER = 16

/** Replaces what stands between the scheme and the `@` of every URL in a text. */
export function hideUrlCredentials(text: string): string {
  const parts: string[] = []
  let done = 0
  for (const [from, to] of credentialRanges(text)) {
    parts.push(text.slice(done, from), HIDDEN)
    done = to
  }
  return parts.join('') + text.slice(done)
}

/**
 * For a text that should be a URL: also hides what the user wrote without `//`, as `user:password@host`, and a
 * password with a line break or a space in it.
 */
export function hideInUrl(text: string): string {
  const odd = /\s/.test(text) || !/[\\/]{2}/.test(text)
  return odd ? text.replace(/^.*@/s, `${HIDDEN}@`) : hideUrlCredentials(text)
}

/** The passwords, and the user names that are tokens, of every URL in a text, also in decoded form. */
export function urlSecrets(text: string): string[] {
  return credentialRanges(text).flatMap(([from, to]) => {
    const [user = '', ...rest] = text.slice(from, to).split(':')
    const password = rest.join(':')
    const secret = rest.length > 0 ? password : user
    const min = rest.length > 0 ? MIN_MASKED_PASSWORD : MIN_MASKED_USER
    return secret.length < min ? [] : [...new Set([secret, decoded(secret)])]
  })
}

/** Parsers of URLs take any number of slashes after these schemes, in both directions. */
const AUTHORITY_START = /\b(?:https?|wss?|ftps?):[\\/]*|[\\/]{2,}/gi

/** Where the URL names a user: from the first character of the name to its `@`. */
function credentialRanges(text: string): (readonly [from: number, to: number])[] {
  const ranges: (readonly [number, number])[] = []
  let done = 0
  for (const match of text.matchAll(AUTHORITY_START)) {
    const from = match.index + match[0].length
    if (from < done) continue
    const [line = ''] = text.slice(from).split(/[\r\n]/, 1)
    const [authority = ''] = line.split(/[\s\\/?#]/, 1)
    const length = authority.includes('@') ? authority.lastIndexOf('@') : oddPasswordEnd(authority, line)
    if (length < 0) continue
    done = from + length
    ranges.push([from, done])
  }
  return ranges
}

/** A password with a slash or a space in it, which no URL can have: what stands at the place of a port is no number. */
function oddPasswordEnd(authority: string, line: string): number {
  return /^[^[:]*:(?!\d*$)/.test(authority) ? line.lastIndexOf('@') : -1
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
