import { isUtf8 } from 'node:buffer'
import { normalizeDebugId } from './debug-id.ts'
import { skipSpace } from './json-spans.ts'

/** What is read of a source map. */
export interface MapFacts {
  /** The id in the map, of whichever tool. */
  readonly debugId: string | undefined
  /** The maps of an index map, else the map itself. */
  readonly parts: readonly MapPart[]
  readonly sources: number
  /** Sources without their content in the map. */
  readonly withoutContent: number
}

export interface MapPart {
  /** Place in the script at which the part begins. */
  readonly line: number
  readonly column: number
  readonly mappings: string
  readonly sources: readonly (string | null)[]
  readonly names: number
  readonly sourceRoot: string | undefined
  readonly missing: readonly number[]
}

/** Bytes. What is larger cannot be parsed within the memory of a runner. */
export const MAX_MAP = 256 * 1024 * 1024
/** An index map inside of an index map is read this deep. */
const MAX_DEPTH = 8

/** Where the JSON of a map begins: behind a byte order mark and the line that some servers put before it. */
export function mapStart(map: Buffer): number {
  let at = map[0] === 0xef && map[1] === 0xbb && map[2] === 0xbf ? 3 : 0
  if (map.toString('latin1', at, at + 3) === ')]}') {
    const lineEnd = map.indexOf(0x0a, at)
    at = lineEnd < 0 ? map.length : lineEnd + 1
  }
  return skipSpace(map, at)
}

/** @returns the facts, or why the bytes are no source map */
export function readMap(map: Buffer): MapFacts | { readonly problem: string } {
  if (map.length > MAX_MAP) return { problem: 'the map is larger than 256 MiB' }
  if (!isUtf8(map)) return { problem: 'the map is not UTF-8' }
  let json: unknown
  try {
    json = JSON.parse(map.toString('utf8', mapStart(map)))
  } catch {
    return { problem: 'the map is not valid JSON' }
  }
  if (!isObject(json)) return { problem: 'the map is not a JSON object' }
  const parts = readParts(json, 0, 0, 0)
  if (typeof parts === 'string') return { problem: parts }
  return {
    debugId: normalizeDebugId(json['debugId']) ?? normalizeDebugId(json['debug_id']),
    parts,
    sources: parts.reduce((sum, part) => sum + part.sources.length, 0),
    withoutContent: parts.reduce((sum, part) => sum + part.missing.length, 0),
  }
}

type Json = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readParts(json: Json, line: number, column: number, depth: number): MapPart[] | string {
  if (json['sections'] === undefined) {
    const part = readPart(json, line, column)
    return typeof part === 'string' ? part : [part]
  }
  if (!Array.isArray(json['sections']) || depth >= MAX_DEPTH) return 'the sections of the map cannot be read'
  const parts: MapPart[] = []
  for (const section of json['sections'] as unknown[]) {
    const offset = isObject(section) ? section['offset'] : undefined
    const inner = isObject(section) ? section['map'] : undefined
    if (!isObject(offset) || !isCount(offset['line']) || !isCount(offset['column']) || !isObject(inner)) {
      return 'a section of the map has no offset or no map'
    }
    const own = offset['line'] === 0 ? column + offset['column'] : offset['column']
    const read = readParts(inner, line + offset['line'], own, depth + 1)
    if (typeof read === 'string') return read
    parts.push(...read)
  }
  return parts
}

function readPart(json: Json, line: number, column: number): MapPart | string {
  const { version, mappings, sources = [], names = [], sourceRoot, sourcesContent = [] } = json
  if (version !== 3) return 'the map has no version 3'
  if (typeof mappings !== 'string') return 'the map has no mappings'
  if (!isTextList(sources)) {
    return 'the sources of the map are not a list of texts'
  }
  if (!Array.isArray(names)) return 'the names of the map are not a list'
  if (sourcesContent !== null && !isTextList(sourcesContent)) {
    return 'sourcesContent of the map is not a list of texts'
  }
  if (sourceRoot !== undefined && sourceRoot !== null && typeof sourceRoot !== 'string') {
    return 'sourceRoot of the map is not a text'
  }
  const contents = sourcesContent ?? []
  return {
    line,
    column,
    mappings,
    sources,
    names: names.length,
    sourceRoot: typeof sourceRoot === 'string' ? sourceRoot : undefined,
    missing: [...sources.keys()].filter((index) => typeof contents[index] !== 'string'),
  }
}

/** A null stands for what the tool does not know. Sentry's reader refuses the whole map for anything else. */
function isTextList(value: unknown): value is (string | null)[] {
  return Array.isArray(value) && value.every((item) => item === null || typeof item === 'string')
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
