import { collapsed, collapsedRest, counted, link, splitList } from '../../summary/markdown.ts'
import { escapeMarkdown } from '../../text/sanitize.ts'
import { type BuildRecord, labelOf } from '../build.ts'
import { formatStatus } from '../status.ts'
import { type AbfReport, logOf, pageOf } from './outputs.ts'
import { iconOf } from './words.ts'

/** The builds that need attention: what happened, why, and the end of the log. */

/** Builds that are shown at once, and bytes for what all of them are and why. */
const FIRST_PROBLEMS = 10
const MAX_REASONS_BYTES = 60_000
/** Lines of the first log that are open; all other lines are collapsed. */
const OPEN_LINES = 20
/** For the ends of all logs together. */
const MAX_LOGS_BYTES = 300_000
const MAX_LINE_LENGTH = 500

/** @param records in the order of the summary */
export function renderProblems(report: AbfReport, records: readonly BuildRecord[]): string[] {
  const problems = records.filter((record) => isProblem(record, report))
  const first = problems.slice(0, FIRST_PROBLEMS)
  const logs = first.map(logLines)
  const shares = shareRoom(logs.map(sizeOf), MAX_LOGS_BYTES)
  const firstLog = first.findIndex(({ log }) => log)
  const others = problems.slice(FIRST_PROBLEMS).map((record) => `<li>${reason(record, report)}</li>`)
  const list = splitList(others, 0, MAX_REASONS_BYTES)
  return [
    ...first.flatMap((record, index) => [
      `<p>${reason(record, report)}</p>`,
      '',
      ...renderLog(record, fitEnd(logs[index] ?? [], shares[index] ?? 0), index === firstLog),
    ]),
    ...collapsedRest(list, 'more build', (shown) => ['<ul>', ...shown, '</ul>']),
  ]
}

function isProblem({ outcome }: BuildRecord, { operation, conclusion }: AbfReport): boolean {
  if (operation === 'search') return false
  // Set only where the step ended early, or does not wait.
  if (!outcome) return conclusion === 'cancelled' || conclusion === 'failure'
  if (outcome.verdict === 'cancelled') return operation !== 'cancel'
  return outcome.verdict !== 'success' || outcome.warn
}

function reason(record: BuildRecord, { base }: AbfReport): string {
  const { id, outcome, track, log, build } = record
  const status = track.status === undefined ? 'not found' : formatStatus(track.status)
  const sentence = outcome?.sentence ?? 'It had not finished when this step ended.'
  const page = link(pageOf(id, base), escapeMarkdown(status))
  const name = log?.fileName ?? 'log'
  const logLink =
    build && build.logs.length > 0 ? `<br>Log: ${link(logOf(record, base), escapeMarkdown(name))}` : ''
  return `${iconOf(record)} <strong>${escapeMarkdown(labelOf(record))}</strong>: ${page}<br>${escapeMarkdown(sentence, 600)}${logLink}`
}

/** The lines as HTML. An empty line would end the HTML, and what follows it would be read as Markdown. */
function logLines({ log }: BuildRecord): readonly string[] {
  return (log?.lines ?? []).map((line) => {
    const indent = /^ */.exec(line)?.[0] ?? ''
    return `${indent}${escapeMarkdown(line, MAX_LINE_LENGTH) || '&#160;'}`
  })
}

/** The last lines open for somebody who has just come, with those before them collapsed; or all collapsed. */
function renderLog({ log }: BuildRecord, lines: readonly string[], isOpen: boolean): string[] {
  if (!log) return []
  const name = escapeMarkdown(log.fileName)
  const open = isOpen ? lines.slice(-OPEN_LINES) : []
  const earlier = lines.slice(0, lines.length - open.length)
  const title = isOpen
    ? `${counted(earlier.length, 'earlier line')} of ${name}`
    : `Last ${counted(earlier.length, 'line')} of ${name}`
  return [
    ...(earlier.length > 0 ? collapsed(title, pre(earlier)) : []),
    ...(open.length > 0 ? [...pre(open), ''] : []),
  ]
}

function pre(lines: readonly string[]): string[] {
  return [`<pre>${lines.join('\n')}</pre>`]
}

function sizeOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)
}

/** Shares out room so that small ones get what they need, and large ones the same: none costs another its part. */
export function shareRoom(sizes: readonly number[], room: number): number[] {
  const shares = sizes.map(() => 0)
  const ascending = sizes.map((size, index) => ({ size, index })).toSorted((a, b) => a.size - b.size)
  let left = room
  ascending.forEach(({ size, index }, place) => {
    const share = Math.min(size, Math.floor(left / (ascending.length - place)))
    shares[index] = share
    left -= share
  })
  return shares
}

/** The last lines that have room. */
function fitEnd(lines: readonly string[], room: number): readonly string[] {
  let left = room
  let from = lines.length
  for (; from > 0; from -= 1) {
    left -= Buffer.byteLength(lines[from - 1] ?? '') + 1
    if (left < 0) break
  }
  return lines.slice(from)
}
