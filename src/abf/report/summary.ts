import { attribute, markup } from '../../text/sanitize.ts'
import { sayDuration } from '../../wait/durations.ts'
import type { Conclusion } from '../outcome.ts'
import { type AbfReport, conclusionOf, logOf, pageOf, repositoryOf } from './outputs.ts'
import { archOf, type BuildRecord, projectOf } from '../build.ts'
import { type Phase, statusInfo } from '../status.ts'

/** A summary with more rows is of no use to anybody; the output has them all. */
const MOST_ROWS = 200
const MOST_CHARTED = 20
/** Characters, of the 1 MiB that a summary may have. */
const LOGS_LENGTH = 300_000

const ICONS: Readonly<Record<Conclusion, string>> = {
  success: '✅',
  failure: '❌',
  cancelled: '⏹️',
  timed_out: '⌛',
  neutral: '➖',
  in_progress: '⏳',
}

const HEADLINES: Readonly<Record<Conclusion, string>> = {
  success: 'successful',
  failure: 'failed',
  cancelled: 'cancelled',
  timed_out: 'not over in time',
  neutral: 'nothing to go on with',
  in_progress: 'under way',
}

/** The builds as a section of the job summary, in Markdown. Every text that a server sent is escaped. */
export function renderAbfSummary(report: AbfReport): string {
  const { conclusion } = conclusionOf(report)
  const searched = report.operation === 'search'
  const headline = searched
    ? `🔎 ABF search: ${report.records.length} builds`
    : `${ICONS[conclusion]} ABF ${report.operation}: ${HEADLINES[conclusion]}`
  return [`### ${headline}`, '', ...table(report), ...chart(report), ...tails(report.records), ''].join('\n')
}

function table(report: AbfReport): string[] {
  const { records } = report
  if (records.length === 0) return ['No builds.', '']
  const left = records.length - MOST_ROWS
  return [
    '<table>',
    '<tr><th>Build</th><th>Project</th><th>Architecture</th><th>Repository</th><th>Status</th><th>Duration</th><th>Packages</th><th>Log</th></tr>',
    ...records.slice(0, MOST_ROWS).map((record) => row(record, report)),
    '</table>',
    '',
    ...(left > 0 ? [`… and ${left} more.`, ''] : []),
  ]
}

function row(record: BuildRecord, { base, operation }: AbfReport): string {
  const { id, build, origin, outcome, track } = record
  const { status } = track
  const verdict = outcome?.verdict ?? 'in_progress'
  const icon = operation === 'search' ? '' : `${outcome?.warn ? '⚠️' : ICONS[verdict]} `
  const words = status === undefined ? 'not found' : `${statusInfo(status).name} (${status})`
  const sentence =
    outcome && (verdict !== 'success' || outcome.warn)
      ? `<br><sub>${markup(outcome.sentence, 600)}</sub>`
      : ''
  const cells = [
    `${link(pageOf(id, base), String(id))}${origin === 'reused' ? ' (was there)' : ''}`,
    markup(projectOf(record) ?? '', 120),
    markup(archOf(record) ?? '', 60),
    markup(repositoryOf(record) ?? '', 120),
    `${icon}${markup(words)}${sentence}`,
    build?.duration === undefined ? '' : sayDuration(build.duration * 1000),
    build?.packages === undefined ? '' : String(build.packages.length),
    link(logOf(record, base), 'log'),
  ]
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
}

const LANES: Readonly<Partial<Record<Phase, string>>> = { queue: 'queue', build: 'build', publish: 'publish' }

/** When each build queued, built and published, as far as it was seen. */
function chart({ records, at }: AbfReport): string[] {
  const sections = records.slice(0, MOST_CHARTED).flatMap((record) => {
    const bars = barsOf(record, at)
    return bars.length === 0 ? [] : [`  section ${name(`${archOf(record) ?? ''} ${record.id}`)}`, ...bars]
  })
  if (sections.length === 0) return []
  return [
    '```mermaid',
    // Room for the names beside the bars, and no line for the moment of reading.
    '%%{init: {"gantt": {"leftPadding": 160}}}%%',
    'gantt',
    '  dateFormat x',
    '  axisFormat %H:%M',
    '  todayMarker off',
    ...sections,
    '```',
    '',
  ]
}

function barsOf({ history, outcome }: BuildRecord, at: number): string[] {
  return history.flatMap(({ code, at: from }, index) => {
    const lane = LANES[statusInfo(code).phase]
    const next = history[index + 1]
    const to = next?.at ?? at
    const over = outcome !== undefined && !['timed_out', 'cancelled'].includes(outcome.verdict)
    if (lane === undefined || to - from < 1000 || (!next && over)) return []
    const state = next ? 'done' : 'active'
    return [`  ${lane} :${state}, ${Math.round(from)}, ${Math.round(to)}`]
  })
}

/** Mermaid has no way to escape, so only what it surely takes for text is left. */
function name(text: string): string {
  return text.replace(/[^\w .+-]/g, ' ').trim()
}

/** The ends of logs, as long as there is room: GitHub drops the whole summary when it is too long. */
function tails(records: readonly BuildRecord[]): string[] {
  let room = LOGS_LENGTH
  return records.flatMap((record) => {
    const lines = tail(record)
    room -= lines.reduce((sum, line) => sum + line.length, 0)
    return room >= 0 || lines.length === 0
      ? lines
      : [`The end of the log of build ${record.id} is in the log of this step.`, '']
  })
}

function tail(record: BuildRecord): string[] {
  const { log, id } = record
  if (!log) return []
  // An empty line would end the HTML, and what follows it would be read as Markdown.
  const lines = log.lines.map((line) => `${/^ */.exec(line)?.[0] ?? ''}${markup(line, 500) || '&#160;'}`)
  const title = `${archOf(record) ?? ''} build ${id}: end of ${log.fileName}`
  return [
    `<details><summary>${markup(title.trim())}</summary>`,
    `<pre>${lines.join('\n')}</pre>`,
    '</details>',
    '',
  ]
}

function link(url: string, html: string): string {
  return `<a href="${attribute(url)}">${html}</a>`
}
