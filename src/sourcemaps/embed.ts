import { isUtf8 } from 'node:buffer'
import { relative, resolve, sep } from 'node:path'
import { isInside } from './paths.ts'
import type { Files } from '../ports.ts'
import { applyEdits, type Edit, elements, members, type Span } from './json-spans.ts'
import { mapStart } from './map.ts'

/** What may be read for a map. */
export interface SourceReader {
  readonly files: Files
  /** Absolute, without links. */
  readonly workspace: string
  /** Where the map is: its sources are relative to it. */
  readonly directory: string
}

/** Bytes. Sources that people write are smaller; larger ones are generated. */
const MAX_SOURCE = 2 * 1024 * 1024
/** Of one map. What is more was not written by people, and would not fit into the memory. */
const MAX_READS = 20_000
const MAX_TOTAL = 64 * 1024 * 1024

/** What may still be read for one map. */
interface EmbedBudget {
  reads: number
  /** Bytes. */
  bytes: number
}

/**
 * Puts the contents of sources into a map that lacks them, from files of the workspace. A map may
 * come from a dependency, and name any file: packages, hidden files (which hold credentials) and everything outside of
 * the workspace are never read.
 */
export async function embedSources(map: Buffer, reader: SourceReader): Promise<Buffer> {
  return applyEdits(map, await edits(map, mapStart(map), reader, { reads: MAX_READS, bytes: MAX_TOTAL }))
}

async function edits(map: Buffer, start: number, reader: SourceReader, budget: EmbedBudget): Promise<Edit[]> {
  const top = members(map, start)
  const sections = top.get('sections')
  if (!sections) return await contentEdit(map, start, top, reader, budget)
  const found: Edit[] = []
  for (const section of elements(map, sections.start)) {
    const inner = members(map, section.start).get('map')
    if (inner) found.push(...(await edits(map, inner.start, reader, budget)))
  }
  return found
}

async function contentEdit(
  map: Buffer,
  start: number,
  top: ReadonlyMap<string, Span>,
  reader: SourceReader,
  budget: EmbedBudget,
): Promise<Edit[]> {
  const value = (key: string): unknown => {
    const span = top.get(key)
    return span && (JSON.parse(map.toString('utf8', span.start, span.end)) as unknown)
  }
  const sources = value('sources') as readonly (string | null)[] | undefined
  const root = value('sourceRoot')
  const old = value('sourcesContent')
  const contents: unknown[] = Array.isArray(old) ? [...(old as unknown[])] : []
  let changed = false
  for (const [index, source] of (sources ?? []).entries()) {
    if (typeof contents[index] === 'string') continue
    const mayRead = source !== null && budget.reads > 0 && budget.bytes > 0
    const text = mayRead ? await readSource(source, typeof root === 'string' ? root : '', reader) : undefined
    budget.reads -= 1
    budget.bytes -= text?.length ?? 0
    contents[index] = text ?? null
    changed ||= text !== undefined
  }
  if (!changed) return []
  const bytes = Buffer.from(JSON.stringify(contents))
  const span = top.get('sourcesContent')
  if (span) return [{ ...span, bytes }]
  return [
    {
      start: start + 1,
      end: start + 1,
      bytes: Buffer.concat([Buffer.from('"sourcesContent":'), bytes, Buffer.from(',')]),
    },
  ]
}

async function readSource(
  source: string,
  root: string,
  { files, workspace, directory }: SourceReader,
): Promise<string | undefined> {
  const name =
    /^[a-z][a-z0-9+.-]+:/i.test(source) || root === '' ? source : `${root.replace(/\/$/, '')}/${source}`
  if (name.includes('\0') || /^[a-z][a-z0-9+.-]+:/i.test(name)) return undefined
  const path = await files.realPath(resolve(directory, name))
  if (path === undefined || !isInside(path, workspace)) return undefined
  const hidden = relative(workspace, path)
    .split(sep)
    .some((part) => part.startsWith('.') || part === 'node_modules')
  const entry = hidden ? undefined : await files.entry(path)
  if (entry?.kind !== 'file' || entry.size > MAX_SOURCE) return undefined
  const bytes = await files.read(path)
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined
}
