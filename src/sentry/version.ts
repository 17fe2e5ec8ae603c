/** The `query` that makes GET /releases/ list the versions that begin with `prefix`; undefined when it cannot. */
export function prefixQuery(prefix: string): string | undefined {
  if (/["*[\]]/.test(prefix)) return undefined
  return /^[\w.@+-]+$/.test(prefix) ? `release:${prefix}*` : `release:"${prefix}*"`
}

/**
 * The `query` that makes GET /releases/ list exactly this version, or undefined when the search language cannot
 * express it: `*` and brackets are operators there, and a quote cannot be escaped.
 */
export function exactQuery(version: string): string | undefined {
  if (/["*[\]]/.test(version)) return undefined
  return /^[\w.@+-]+$/.test(version) ? `release:${version}` : `release:"${version}"`
}
