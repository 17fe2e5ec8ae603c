import type { Outputs } from '../ports.ts'
import { code, collapsedRest, counted, splitList } from '../summary/markdown.ts'
import { markup } from '../text/sanitize.ts'
import type { PreparedScript } from './prepare.ts'

/** What is known of the upload so far. */
export interface SourceMapReport {
  readonly scripts: readonly PreparedScript[]
  readonly bundleIds: readonly string[]
  /** By this run. */
  readonly bytesSent: number
  readonly state: 'ok' | 'pending' | 'skipped'
}

/** Rows of the table in the summary that are shown at once, and bytes for all of them. */
const FIRST_ROWS = 20
const MAX_BYTES = 120_000

/** Scripts in which errors will not be resolved, and why. */
export function unresolved(scripts: readonly PreparedScript[]): { path: string; reason: string }[] {
  return scripts.flatMap(({ file, reason }) => (reason === undefined ? [] : [{ path: file.shown, reason }]))
}

export function setSourceMapOutputs(outputs: Outputs, report: SourceMapReport): void {
  const bundled =
    report.bundleIds.length === 0 ? [] : report.scripts.filter(({ upload, map }) => upload && map)
  outputs.set('sourcemap-bundle-ids', JSON.stringify(report.bundleIds))
  outputs.set('sourcemap-files', String(bundled.length))
  outputs.set('sourcemap-unresolved', JSON.stringify(unresolved(report.scripts)))
  outputs.set('sourcemap-bytes-sent', String(report.bytesSent))
  outputs.set('sourcemap-state', report.state)
}

/** The section of the job summary: one line, the scripts that Sentry cannot resolve, and all others collapsed. */
export function renderSourceMaps({ scripts, state, bytesSent, bundleIds }: SourceMapReport): string {
  const bad = scripts.filter(({ reason }) => reason !== undefined)
  const good = scripts.filter(({ reason }) => reason === undefined)
  const words = { ok: 'uploaded', pending: 'uploaded, Sentry is still reading them', skipped: 'not uploaded' }
  const line = `${counted(scripts.length, 'script')}, ${good.length} with a usable source map: ${words[state]} (${counted(bundleIds.length, 'bundle')}, ${counted(bytesSent, 'byte')} sent)`
  const { first, rest, left } = splitList(
    [...bad, ...good].map(row),
    Math.min(bad.length, FIRST_ROWS),
    MAX_BYTES,
  )
  return [
    '#### Source maps',
    '',
    line,
    '',
    ...(first.length > 0 ? [...table(first), ''] : []),
    ...collapsedRest(rest, left, 'script', table),
  ].join('\n')
}

function row({ file, id, reason, segments }: PreparedScript): string {
  const result = reason === undefined ? `✅ ${counted(segments, 'segment')}` : `⚠️ ${markup(reason)}`
  return `<tr><td>${code(file.shown)}</td><td>${code(file.url)}</td><td>${code(id ?? 'none')}</td><td>${result}</td></tr>`
}

function table(rows: readonly string[]): string[] {
  const head = '<tr><th>File</th><th>URL</th><th>Debug id</th><th>Result</th></tr>'
  return ['<table>', head, ...rows, '</table>']
}
