import { posix } from 'node:path'
import { normalizeDebugId } from './debug-id.ts'

/** How a script names its map and its debug id: in the comments behind its last code, and nowhere else. */

export interface Trailer {
  /** The text behind the last `sourceMappingURL=`. */
  readonly reference: string | undefined
  readonly debugId: string | undefined
  /** Where the reference begins in the script, in bytes. */
  readonly referenceAt: number
}

const KEY = 'sourceMappingURL='
const DEBUG_ID = /^\/\/#[ \t]*debugId=([0-9a-f-]{32,36})$/i

/**
 * Reads the trailing comments of a script, from its end up to the last line with code. That line counts only for a
 * reference which runs to its end without a quote: text inside of a string or a template never names a map.
 */
export function readTrailer(script: Buffer): Trailer {
  // One character a byte, so that places in the text are places in the file.
  const text = script.toString('latin1')
  let reference: { readonly text: string; readonly at: number } | undefined
  let debugId: string | undefined
  let end = text.length
  let begin = end
  for (;;) {
    end = trimmedEnd(text, end)
    if (end === 0) break
    // Several comments may be in one line.
    if (begin >= end) begin = lineStart(text, end)
    const line = text.slice(begin, end)
    if (line.trimStart().startsWith('//')) {
      reference ??= readReference(text, begin, end, '//')
      debugId ??= normalizeDebugId(DEBUG_ID.exec(line.trim())?.[1])
      end = begin
      continue
    }
    if (!text.startsWith('*/', end - 2)) {
      reference ??= readReference(text, begin, end, '//')
      break
    }
    const open = text.lastIndexOf('/*', end - 3)
    if (open < 0) break
    reference ??= readReference(text, open, trimmedEnd(text, end - 2), '/*')
    end = open
  }
  return {
    reference: reference && Buffer.from(reference.text, 'latin1').toString('utf8'),
    debugId,
    referenceAt: reference?.at ?? -1,
  }
}

/** The reference that ends at `end`, in a comment that `open` begins. */
function readReference(
  text: string,
  begin: number,
  end: number,
  open: string,
): { readonly text: string; readonly at: number } | undefined {
  const inside = text.slice(begin, end).lastIndexOf(KEY)
  if (inside < 0) return undefined
  const key = begin + inside
  const before = text.slice(Math.max(begin, key - 8), key)
  const at = key + KEY.length
  const value = text.slice(at, end)
  const marked = /[#@][ \t]+$/.exec(before)
  if (!marked || !before.slice(0, marked.index).endsWith(open)) return undefined
  return value === '' || /[\s'"`]/.test(value) ? undefined : { text: value, at }
}

function trimmedEnd(text: string, from: number): number {
  let end = from
  for (;;) {
    const last = text[end - 1]
    if (last !== undefined && ' \t\r\n\v\f'.includes(last)) end -= 1
    else if (/^\xe2\x80[\xa8\xa9]$/.test(text.slice(Math.max(0, end - 3), end))) end -= 3
    else return end
  }
}

function lineStart(text: string, end: number): number {
  for (let at = end; at > 0; at -= 1) {
    const last = text[at - 1]
    if (last === '\n' || last === '\r') return at
    if ((last === '\xa8' || last === '\xa9') && text.startsWith('\xe2\x80', at - 3)) return at
  }
  return 0
}

const DATA_URL = /^data:([^,]*),/i

/** Whether a reference holds the map itself. */
export function isInline(reference: string): boolean {
  return DATA_URL.test(reference)
}

/** The map inside of a `data:` reference; undefined when the reference is not such a URL. */
export function decodeInline(reference: string): Buffer | undefined {
  const match = DATA_URL.exec(reference)
  if (!match) return undefined
  const payload = reference.slice(match[0].length)
  if (/;base64$/i.test(match[1]?.trim() ?? '')) return Buffer.from(payload, 'base64')
  return Buffer.from(percentDecoded(payload) ?? payload, 'utf8')
}

/**
 * Where the map that a script names may be, best first, as paths in the form of `script`.
 * @param script path with `/`
 */
export function namedMaps(script: string, reference: string): readonly string[] {
  const directory = posix.dirname(script)
  // A place on another machine, or below the root of a web server, says nothing about this directory.
  const local = /^([a-z][a-z0-9+.-]*:|\/)/i.test(reference)
    ? []
    : spellings(reference).map((spelling) => posix.join(directory, spelling))
  return unique([...local, ...namesIn(reference).map((name) => posix.join(directory, name))])
}

/** Where tools put the map of a script that names none (a hidden source map). @param script path with `/` */
export function guessedMaps(script: string): readonly string[] {
  return guesses(posix.basename(script)).map((name) => posix.join(posix.dirname(script), name))
}

/** The names that the map of a script may have, in whatever directory. */
export function mapNames(script: string, reference: string | undefined): readonly string[] {
  const name = posix.basename(script)
  return unique([...(reference === undefined ? guesses(name) : namesIn(reference)), `${name}.map`])
}

/** A reference without query and fragment, as it is, decoded, and whole: a name may hold these characters. */
function spellings(reference: string): readonly string[] {
  const path = reference.replace(/[?#].*$/s, '')
  return [path, percentDecoded(path) ?? path, reference]
}

function namesIn(reference: string): string[] {
  return spellings(reference)
    .map((spelling) => posix.basename(spelling))
    .filter((name) => name !== '')
}

function guesses(name: string): string[] {
  const extension = posix.extname(name)
  const stem = name.slice(0, name.length - extension.length)
  const base = stem.replace(/\.min$/, '')
  return [`${base}.map`, `${base}.min${extension}.map`, `${base}${extension}.map`, `${base}.min.map`]
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function unique(paths: readonly string[]): string[] {
  return [...new Set(paths)]
}
