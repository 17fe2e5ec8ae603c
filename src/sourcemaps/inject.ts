import { applyEdits, BACKSLASH, type Edit, elements, members, type Span } from './json-spans.ts'
import { mapStart } from './map.ts'
import { readPrologue } from './prologue.ts'
import type { Trailer } from './reference.ts'

/** Puts debug ids into scripts and maps. One line is added to a script; nothing else in it moves. */

/**
 * Registers the id of the file under the stack of an error that is made in it, where the SDK reads it. It uses
 * `globalThis` first: a file may have a `const` named `window`, `self` or `global`, which cannot be read before it is set.
 */
function snippet(id: string): string {
  return `;!function(){try{var g="undefined"!=typeof globalThis?globalThis:"undefined"!=typeof window?window:"undefined"!=typeof self?self:global,e=new g.Error().stack;e&&((g._sentryDebugIds=g._sentryDebugIds||{})[e]="${id}")}catch(e){}}();`
}

export interface Injected {
  readonly script: Buffer
  /** The line, counted from 0, that the script has in addition. */
  readonly addedLine: number
}

/**
 * A script with a debug id. Directives are repeated before the added code, because behind it they have no effect.
 * @param inline the reference to a map inside of the script, and what it becomes
 */
export function injectScript(
  script: Buffer,
  id: string,
  inline?: { readonly trailer: Trailer; readonly map: Buffer },
): Injected {
  const { head, hashbang, directives } = readPrologue(script)
  const added = directives.map((directive) => `${directive};`).join('')
  const headBytes = script.subarray(0, head)
  const rest = inline ? replaceInline(script, head, inline.trailer, inline.map) : script.subarray(head)
  const output = Buffer.concat([
    headBytes,
    Buffer.from(endsLine(headBytes) || !hashbang ? '' : '\n'),
    // Directives keep their bytes: one character is one byte here.
    Buffer.from(added, 'latin1'),
    Buffer.from(`${snippet(id)}\n`),
    rest,
    Buffer.from(rest.length === 0 || endsLine(rest) ? '' : '\n'),
    Buffer.from(`//# debugId=${id}\n`),
  ])
  return { script: output, addedLine: hashbang ? 1 : 0 }
}

function replaceInline(script: Buffer, head: number, trailer: Trailer, map: Buffer): Buffer {
  const { reference = '', referenceAt } = trailer
  return Buffer.concat([
    script.subarray(head, referenceAt),
    Buffer.from(`data:application/json;charset=utf-8;base64,${map.toString('base64')}`),
    script.subarray(referenceAt + Buffer.byteLength(reference)),
  ])
}

function endsLine(bytes: Buffer): boolean {
  const last = bytes.at(-1)
  return last === 0x0a || last === 0x0d
}

/**
 * A map for a script that got one more line.
 * @param addedLine counted from 0; undefined: the script stays as it is, only the id is set
 */
export function injectMap(map: Buffer, id: string, addedLine?: number): Buffer {
  const start = mapStart(map)
  const top = members(map, start)
  return applyEdits(map, [
    ...idEdits(top, start, id),
    ...(addedLine === undefined ? [] : lineEdits(map, top, addedLine)),
  ])
}

function idEdits(top: ReadonlyMap<string, Span>, start: number, id: string): Edit[] {
  const value = Buffer.from(JSON.stringify(id))
  const known = ['debugId', 'debug_id'].flatMap((key) => top.get(key) ?? [])
  const edits = known.map((span) => ({ ...span, bytes: value }))
  if (top.has('debugId')) return edits
  const added = Buffer.from(`"debugId":"${id}"${top.size > 0 ? ',' : ''}`)
  return [...edits, { start: start + 1, end: start + 1, bytes: added }]
}

function lineEdits(map: Buffer, top: ReadonlyMap<string, Span>, addedLine: number): Edit[] {
  const sections = top.get('sections')
  if (sections) return elements(map, sections.start).flatMap((section) => offsetEdit(map, section))
  return ['mappings', 'rangeMappings'].flatMap((key) => {
    const span = top.get(key)
    return span ? semicolonEdit(map, span, addedLine) : []
  })
}

/** Lines are separated by semicolons, and all numbers in them are relative: one more semicolon moves what follows. */
function semicolonEdit(map: Buffer, span: Span, addedLine: number): Edit[] {
  const { start, end } = span
  if (map.subarray(start, end).includes(BACKSLASH)) return escapedEdit(map, span, addedLine)
  const at = afterSemicolons(map, start + 1, end, addedLine)
  return at === undefined || end - start <= 2 ? [] : [{ start: at, end: at, bytes: Buffer.from(';') }]
}

/** No tool escapes characters of mappings, but JSON allows it. */
function escapedEdit(map: Buffer, { start, end }: Span, addedLine: number): Edit[] {
  const text = Buffer.from(JSON.parse(map.toString('utf8', start, end)) as string)
  const at = afterSemicolons(text, 0, text.length, addedLine)
  if (at === undefined) return []
  const moved = `${text.toString('utf8', 0, at)};${text.toString('utf8', at)}`
  return [{ start, end, bytes: Buffer.from(JSON.stringify(moved)) }]
}

/** The place behind so many semicolons; undefined when there are fewer. */
function afterSemicolons(bytes: Buffer, from: number, end: number, count: number): number | undefined {
  let at = from
  for (let seen = 0; seen < count; seen += 1) {
    const next = bytes.indexOf(0x3b, at)
    if (next < 0 || next >= end) return undefined
    at = next + 1
  }
  return at
}

/** A section at line 0 of a script with a hashbang has no code in that line, so every section moves. */
function offsetEdit(map: Buffer, section: Span): Edit[] {
  const offset = members(map, section.start).get('offset')
  const line = offset && members(map, offset.start).get('line')
  if (!line) return []
  const value = Number(map.toString('latin1', line.start, line.end))
  return [{ ...line, bytes: Buffer.from(String(value + 1)) }]
}
