/**
 * The URL that a text is; undefined for anything else. `URL.canParse` is not used: in Node 20 it refuses URLs with
 * letters outside of ASCII as soon as V8 has optimized its caller.
 */
export function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}

/** Loopback, where plain http cannot be listened to by others. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
