import type { Outputs } from '../ports.ts'
import { code, collapsedRest, counted, formatBytes, splitList } from '../summary/markdown.ts'
import { escapeMarkdown } from '../text/sanitize.ts'
import type { PreparedScript } from './prepared-script.ts'

/** What is reported of a script. */
export type ReportedScript = Pick<PreparedScript, 'file' | 'id' | 'map' | 'reason' | 'segments' | 'upload'>

/** What is known of the upload so far. */
export interface SourceMapReport {
  readonly scripts: readonly ReportedScript[]
  readonly bundleIds: readonly string[]
  /** By this run. */
  readonly bytesSent: number
  readonly state: 'ok' | 'pending' | 'skipped'
}

/** Rows of the table in the summary that are shown at once, and bytes for all of them. */
const FIRST_ROWS = 20
const MAX_BYTES = 120_000

/** Scripts in which errors will not be resolved, and why. */
export function unresolved(scripts: readonly ReportedScript[]): { path: string; reason: string }[] {
  return scripts.flatMap(({ file, reason }) => (reason === undefined ? [] : [{ path: file.shown, reason }]))
}

/** Bytes in UTF-16, as GitHub counts; a larger output fails the job. */
const MAX_OUTPUT = 1024 * 1024

/** @returns whether the list of unresolved scripts was left out, because GitHub takes no output of that size */
export function setSourceMapOutputs(outputs: Outputs, report: SourceMapReport): boolean {
  const bundled =
    report.bundleIds.length === 0 ? [] : report.scripts.filter(({ upload, map }) => upload && map)
  const list = JSON.stringify(unresolved(report.scripts))
  const isTooLong = list.length * 2 > MAX_OUTPUT
  outputs.set('sourcemap-bundle-ids', JSON.stringify(report.bundleIds))
  outputs.set('sourcemap-files', String(bundled.length))
  if (!isTooLong) outputs.set('sourcemap-unresolved', list)
  outputs.set('sourcemap-bytes-sent', String(report.bytesSent))
  outputs.set('sourcemap-state', report.state)
  return isTooLong
}

/** The section of the job summary: one line, the scripts that Sentry cannot resolve, and all others collapsed. */
export function renderSourceMaps({ scripts, state, bytesSent, bundleIds }: SourceMapReport): string {
  const bad = scripts.filter(({ reason }) => reason !== undefined)
  const good = scripts.filter(({ reason }) => reason === undefined)
  const sent = `${counted(bundleIds.length, 'bundle')}, ${formatBytes(bytesSent)} sent by this run`
  const results = {
    ok: `uploaded (${sent})`,
    pending: `uploaded, Sentry is still processing them (${sent})`,
    skipped: 'not uploaded',
  }
  const list = splitList([...bad, ...good].map(row), Math.min(bad.length, FIRST_ROWS), MAX_BYTES)
  return [
    '#### Source maps',
    '',
    `<p>${counted(scripts.length, 'script')}, ${good.length} with a usable source map: ${results[state]}</p>`,
    '',
    ...(list.first.length > 0 ? [...table(list.first), ''] : []),
    ...collapsedRest(list, list.first.length > 0 ? 'more script' : 'script', table),
  ].join('\n')
}

/** The URL stands below the file, because they are nearly the same and both are long. */
function row({ file, id, reason, segments }: ReportedScript): string {
  const result = reason === undefined ? `✅ ${counted(segments, 'mapping')}` : `⚠️ ${escapeMarkdown(reason)}`
  return `<tr><td>${code(file.shown)}<br>${code(file.url)}</td><td>${result}</td><td>${code(id ?? 'none')}</td></tr>`
}

function table(rows: readonly string[]): string[] {
  const titles = ['File and URL', 'Result', 'Debug id']
  const head = `<tr>${titles.map((title) => `<th align="left">${title}</th>`).join('')}</tr>`
  return ['<table>', head, ...rows, '</table>']
}
