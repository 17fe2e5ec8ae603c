import type { Outputs } from '../ports.ts'
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

/** Rows of the table in the summary; more would bury the rest. */
const MAX_ROWS = 100

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

/** The part of the job summary: one line, and a collapsed table of the scripts. */
export function renderSourceMaps({ scripts, state, bytesSent, bundleIds }: SourceMapReport): string {
  const bad = unresolved(scripts).length
  const words = { ok: 'uploaded', pending: 'uploaded, Sentry is still reading them', skipped: 'not uploaded' }
  const line = `${scripts.length} scripts, ${scripts.length - bad} with a usable source map: ${words[state]} (${bundleIds.length} bundles, ${bytesSent} bytes sent)`
  // What will not be resolved comes first.
  const sorted = [...scripts].sort((a, b) => Number(b.reason !== undefined) - Number(a.reason !== undefined))
  const rows = sorted.slice(0, MAX_ROWS).map(({ file, id, reason, segments }) => {
    const result = reason === undefined ? `✅ ${segments} segments` : `⚠️ ${markup(reason)}`
    return `<tr><td><code>${markup(file.shown)}</code></td><td><code>${markup(file.url)}</code></td><td><code>${id ?? 'none'}</code></td><td>${result}</td></tr>`
  })
  const rest = scripts.length - rows.length
  return [
    '### Source maps',
    '',
    line,
    '',
    `<details><summary>${scripts.length} scripts</summary><table>`,
    '<tr><th>File</th><th>URL</th><th>Debug id</th><th>Result</th></tr>',
    ...rows,
    ...(rest > 0 ? [`<tr><td colspan="4">and ${rest} more</td></tr>`] : []),
    '</table></details>',
    '',
  ].join('\n')
}
