import { applyEdits, type Edit, elements, members, type Span } from './json-spans.ts'
import { mapStart } from './map.ts'

/** Cuts a prefix off the sources inside of a map. `auto`: the longest directory that all absolute sources have in common. */
export function stripSources(map: Buffer, prefix: string): Buffer {
  return applyEdits(map, sourceEdits(map, mapStart(map), prefix))
}

function sourceEdits(map: Buffer, start: number, prefix: string): Edit[] {
  const top = members(map, start)
  const sections = top.get('sections')
  if (sections) {
    return elements(map, sections.start).flatMap((section) => {
      const inner = members(map, section.start).get('map')
      return inner ? sourceEdits(map, inner.start, prefix) : []
    })
  }
  const span = top.get('sources')
  return span ? sourceEdit(map, span, prefix) : []
}

function sourceEdit(map: Buffer, span: Span, prefix: string): Edit[] {
  const sources = JSON.parse(map.toString('utf8', span.start, span.end)) as (string | null)[]
  const cut = prefix === 'auto' ? commonDirectory(sources) : prefix
  if (cut === '' || !sources.some((source) => source?.startsWith(cut))) return []
  const stripped = sources.map((source) => (source?.startsWith(cut) ? source.slice(cut.length) : source))
  return [{ ...span, bytes: Buffer.from(JSON.stringify(stripped)) }]
}

/** With the separator at its end; empty when the absolute sources have nothing in common. */
export function commonDirectory(sources: readonly (string | null)[]): string {
  const absolute = sources.filter(
    (source) => source !== null && /^(?:\/|[A-Za-z]:[\\/])/.test(source),
  ) as string[]
  const [first, ...others] = absolute
  if (first === undefined) return ''
  let length = first.length
  for (const other of others) {
    let same = 0
    while (same < length && other[same] === first[same]) same += 1
    length = same
  }
  const common = first.slice(0, length)
  return common.slice(0, Math.max(common.lastIndexOf('/'), common.lastIndexOf('\\')) + 1)
}
