/** Strings, to be left alone, and numbers, of a JSON text. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs
const LONG_INTEGER = /^-?\d{16,}$/

/**
 * The value of a JSON text; undefined when it is none. A byte order mark before it is skipped (RFC 8259, 8.1). An
 * integer that a JavaScript number cannot hold exactly comes as a string of its digits, because ids can be that long.
 * @param clean applied to every string in it
 */
export function parseJson(text: string, clean?: (text: string) => string): unknown {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text
  try {
    const value = JSON.parse(
      json,
      clean && ((_, value: unknown) => (typeof value === 'string' ? clean(value) : value)),
    ) as unknown
    // Only valid JSON is rewritten, so that nothing becomes valid by it.
    const exact = /\d{16}/.test(json) ? quoteLongIntegers(json) : json
    return exact === json ? value : parseJson(exact, clean)
  } catch {
    return undefined
  }
}

function quoteLongIntegers(json: string): string {
  return json.replace(STRING_OR_NUMBER, (token) =>
    LONG_INTEGER.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
  )
}
