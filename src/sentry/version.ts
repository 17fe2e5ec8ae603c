import { lengthOf } from '../text/sanitize.ts'

/** Code points; Sentry answers 400 to a longer version. */
const MAX_LENGTH = 200

/**
 * Why Sentry would refuse a release version (POST /releases/, 400), or undefined when it is allowed. Sentry keeps
 * versions byte for byte and compares them with case.
 */
export function versionProblem(version: string): string | undefined {
  const length = lengthOf(version)
  if (version.trim() === '') return 'at least one character that is not a space'
  if (length > MAX_LENGTH) return `at most ${MAX_LENGTH} characters (this one has ${length})`
  if (!version.isWellFormed()) return 'well-formed Unicode'
  if (/[\r\n\f\t\0]/.test(version)) return 'no line break, tab or form feed'
  if (/[/\\]/.test(version)) return 'no "/" and no "\\" (for a tag or branch give only its last part)'
  if (/^(\.|\.\.|latest)$/i.test(version.trim())) return 'another name than ".", ".." and "latest"'
  return undefined
}

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
