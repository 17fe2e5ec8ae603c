import type { MapFacts, MapPart } from './map.ts'

/** Whether the segments of a map resolve, and belong to the script at hand. Nothing is built from them: a map may have 10^7. */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VLQ = new Int8Array(128).fill(-1)
for (let value = 0; value < DIGITS.length; value += 1) VLQ[DIGITS.charCodeAt(value)] = value
const COMMA = 0x2c
const SEMICOLON = 0x3b
const MAX_NUMBER = 2 ** 31

/** One segment in this many may point behind the end of its line; more mean that the map belongs to another build. */
const TOLERANCE = 100

export type MapCheck =
  { readonly usable: true; readonly segments: number } | { readonly usable: false; readonly reason: string }

/** Tools do not agree on what ends a line: some count only line feeds. */
const ALL_BREAKS = /\r\n|[\n\r\u2028\u2029]/g
const LINE_FEEDS = /\n/g

/** @param script text of the script that the map is for, as the build made both */
export function verifyMap(facts: MapFacts, script: string): MapCheck {
  const verdict = verifyLines(facts, lineLengths(script, ALL_BREAKS))
  if (verdict.usable || !/\r(?!\n)|[\u2028\u2029]/.test(script)) return verdict
  return verifyLines(facts, lineLengths(script, LINE_FEEDS))
}

function verifyLines(facts: MapFacts, lines: Uint32Array): MapCheck {
  let segments = 0
  let beyond = 0
  for (const part of facts.parts) {
    const seen = scan(part, lines)
    if (typeof seen === 'string') return { usable: false, reason: seen }
    segments += seen.segments
    beyond += seen.beyond
  }
  if (beyond * TOLERANCE > segments) {
    return {
      usable: false,
      reason: `the map belongs to another build: ${beyond} of ${segments} segments point behind the end of the script or a line`,
    }
  }
  return { usable: true, segments }
}

/** Lengths in UTF-16 units, as columns are counted. */
function lineLengths(script: string, breaks: RegExp): Uint32Array {
  const lengths: number[] = []
  let from = script.startsWith('\ufeff') ? 1 : 0
  for (const match of script.matchAll(breaks)) {
    lengths.push(match.index - from)
    from = match.index + match[0].length
  }
  lengths.push(script.length - from)
  return Uint32Array.from(lengths)
}

function scan(part: MapPart, lines: Uint32Array): { segments: number; beyond: number } | string {
  const { mappings, sources, names } = part
  const fields = new Float64Array(5)
  const state = { column: 0, source: 0, line: 0, sourceColumn: 0, name: 0 }
  let [generated, segments, beyond, at] = [part.line, 0, 0, 0]
  const columnOffset = (): number => (generated === part.line ? part.column : 0)
  while (at < mappings.length) {
    const code = mappings.charCodeAt(at)
    if (code === SEMICOLON || code === COMMA) {
      if (code === SEMICOLON) {
        generated += 1
        state.column = 0
      }
      at += 1
      continue
    }
    const read = readSegment(mappings, at, fields)
    if (typeof read === 'string') return read
    at = read.at
    segments += 1
    const problem = advance(state, fields, read.count, sources.length, names)
    if (problem !== undefined) return problem
    const length = lines[generated]
    if (length === undefined || state.column + columnOffset() > length) beyond += 1
  }
  return { segments, beyond }
}

type MappingState = Record<'column' | 'source' | 'line' | 'sourceColumn' | 'name', number>

function advance(
  state: MappingState,
  fields: Float64Array,
  count: number,
  sources: number,
  names: number,
): string | undefined {
  state.column += fields[0] ?? 0
  if (state.column < 0) return 'a segment of the map has a negative column'
  if (count === 1) return undefined
  state.source += fields[1] ?? 0
  state.line += fields[2] ?? 0
  state.sourceColumn += fields[3] ?? 0
  if (state.source < 0 || state.source >= sources)
    return 'a segment of the map names a source that the map does not have'
  if (state.line < 0 || state.sourceColumn < 0)
    return 'a segment of the map points before the start of a source'
  if (count < 5) return undefined
  state.name += fields[4] ?? 0
  return state.name < 0 || state.name >= names
    ? 'a segment of the map uses a name that the map does not have'
    : undefined
}

function readSegment(
  text: string,
  from: number,
  fields: Float64Array,
): { at: number; count: number } | string {
  let [at, count, value, factor] = [from, 0, 0, 1]
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === COMMA || code === SEMICOLON) break
    const digit = VLQ[code] ?? -1
    if (digit < 0) return 'the mappings hold a character that is not base64'
    value += (digit & 31) * factor
    factor *= 32
    if (value >= 2 * MAX_NUMBER || factor > MAX_NUMBER) return 'a number in the mappings is too large'
    if (digit & 32) continue
    if (count === 5) return 'a segment of the map has more than 5 numbers'
    fields[count] = value % 2 === 1 ? -Math.floor(value / 2) : value / 2
    count += 1
    value = 0
    factor = 1
  }
  if (factor !== 1) return 'the mappings end in the middle of a number'
  return [1, 4, 5].includes(count) ? { at, count } : `a segment of the map has ${count} numbers`
}
