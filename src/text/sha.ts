const SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i

/**
 * A full commit SHA in lower case (40 hex digits, or 64 in SHA-256 repositories); undefined for anything else, and for
 * zeros, which Git writes where there is no commit.
 */
export function parseSha(text: unknown): string | undefined {
  return typeof text === 'string' && SHA.test(text) && !/^0+$/.test(text) ? text.toLowerCase() : undefined
}
