import { formatDate } from '../../text/dates.ts'
import { archOf, type BuildRecord, projectOf } from '../build.ts'
import { type Phase, statusInfo } from '../status.ts'
import type { AbfReport } from './outputs.ts'

/** When each build queued, built and published, as far as this step saw it: a Gantt chart in Mermaid. */

/** A row each; more than these make a chart longer than a screen. */
const MAX_ROWS = 40
/** Shorter ones are not visible. */
const MIN_BAR_MS = 1000
const MAX_NAME_LENGTH = 28

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const MAX_TICKS = 8
const TICKS: readonly (readonly [ms: number, interval: string])[] = [
  ...[1, 2, 5, 10, 15, 30].map((count) => [count * SECOND_MS, `${count}second`] as const),
  ...[1, 2, 5, 10, 15, 30].map((count) => [count * MINUTE_MS, `${count}minute`] as const),
  ...[1, 2, 3, 6, 12].map((count) => [count * HOUR_MS, `${count}hour`] as const),
  ...[1, 2].map((count) => [count * DAY_MS, `${count}day`] as const),
]
const WEEK: readonly [ms: number, interval: string] = [7 * DAY_MS, '1week']

/** Pixels of the area for bars in a summary, of a letter, and of the frame of a bar. */
const AREA_WIDTH = 600
const LETTER_WIDTH = 6
const BAR_FRAME = 8
const SECTION_LETTER_WIDTH = 7

/** The name of a bar, and the state in which Mermaid draws it: grey, light and dark. */
const LANES: Readonly<Partial<Record<Phase, readonly [name: string, state: string]>>> = {
  queue: ['queue', 'done, '],
  build: ['build', 'active, '],
  publish: ['publish', ''],
}

/** `at`: where bars end that go on, in milliseconds since the epoch. */
type ChartFacts = Pick<AbfReport, 'operation' | 'at'>

interface Bar {
  readonly name: string
  readonly state: string
  /** Milliseconds since the epoch. */
  readonly from: number
  readonly to: number
}

/**
 * The lines of the chart; none when there is nothing to draw. Mermaid shows times in the time zone of the reader, and
 * takes times without a zone as such, so all times are given without one, and the title says what they mean.
 * @param records in the order of the rows
 */
export function renderChart({ operation, at }: ChartFacts, records: readonly BuildRecord[]): string[] {
  const charted = records.flatMap((record) => {
    const bars = barsOf(record, at, operation === 'cancel')
    return bars.length === 0 ? [] : [{ record, bars }]
  })
  const rows = charted.slice(0, MAX_ROWS)
  if (rows.length === 0) return []
  const all = rows.flatMap(({ bars }) => bars)
  const start = Math.min(...all.map(({ from }) => from))
  const span = Math.max(...all.map(({ to }) => to)) - start
  const names = sectionNames(rows.map(({ record }) => record))
  const padding = 20 + SECTION_LETTER_WIDTH * Math.max(8, ...names.map(({ length }) => length))
  const left = charted.length - rows.length
  return [
    '```mermaid',
    // Compact: one row for all bars of a build.
    `%%{init: {"gantt": {"displayMode": "compact", "leftPadding": ${padding}}}}%%`,
    'gantt',
    ...axis(start, span),
    ...rows.flatMap(({ bars }, index) => [`  section ${names[index] ?? ''}`, ...barLines(bars, start, span)]),
    '```',
    '',
    ...(left > 0 ? [`The chart has the first ${rows.length} builds, and not the other ${left}.`, ''] : []),
  ]
}

function axis(start: number, span: number): string[] {
  const [tickMs, interval] = TICKS.find(([ms]) => span / ms <= MAX_TICKS) ?? WEEK
  return [
    span < DAY_MS ? `  title Time since ${formatDate(start)}` : '  title Time in UTC',
    '  dateFormat YYYY-MM-DD HH:mm:ss.SSS',
    `  axisFormat ${axisFormat(span, tickMs)}`,
    `  tickInterval ${interval}`,
    '  todayMarker off',
  ]
}

function axisFormat(span: number, tickMs: number): string {
  if (span >= DAY_MS) return tickMs >= DAY_MS ? '%-d %b' : '%-d %b %H:%M'
  if (tickMs < MINUTE_MS) return '%-M min %-S s'
  if (tickMs >= HOUR_MS) return '%-H h'
  return span >= HOUR_MS ? '%-H h %-M min' : '%-M min'
}

/** A day on which no time zone changes its clocks. */
const DAY_OF_RELATIVE_TIMES = Date.UTC(2000, 0, 1)

function barLines(bars: readonly Bar[], start: number, span: number): string[] {
  const origin = span < DAY_MS ? start - DAY_OF_RELATIVE_TIMES : 0
  const time = (ms: number): string => new Date(ms - origin).toISOString().slice(0, 23).replace('T', ' ')
  return bars.map(({ name, state, from, to }, index) => {
    // Mermaid writes a name that is too long beside its bar, where only the last one has room.
    const fits = ((to - from) / span) * AREA_WIDTH >= name.length * LETTER_WIDTH + BAR_FRAME
    const shown = fits || index === bars.length - 1 ? name : '-'
    return `  ${shown} :${state}${time(from)}, ${time(to)}`
  })
}

function barsOf({ history, outcome }: BuildRecord, at: number, isCancelWanted: boolean): Bar[] {
  const isStopped = outcome?.verdict === 'timed_out' || outcome?.verdict === 'cancelled'
  const isBad =
    outcome?.verdict === 'failure' || (isStopped && !(isCancelWanted && outcome.verdict === 'cancelled'))
  const bars = history.flatMap(({ code, at: from }, index): Bar[] => {
    const [name, state] = LANES[statusInfo(code).phase] ?? []
    const next = history[index + 1]
    const isOver = !next && outcome !== undefined && !isStopped
    if (name === undefined || state === undefined || isOver) return []
    return [{ name, state, from, to: next?.at ?? at }]
  })
  const last = bars.length - 1
  return bars.flatMap((bar, index) => {
    const isVisible = bar.to - bar.from >= MIN_BAR_MS
    if (!isBad || index < last) return isVisible ? [bar] : []
    return [{ ...bar, state: 'crit, ', to: isVisible ? bar.to : bar.from + MIN_BAR_MS }]
  })
}

/** The shortest of architecture, project and id that tells the rows apart. */
function sectionNames(records: readonly BuildRecord[]): string[] {
  const archs = records.map((record) => archOf(record) ?? '')
  if (isDistinct(archs)) return archs.map(toName)
  const projects = records.map((record, index) =>
    [projectOf(record)?.split('/').at(-1), archs[index]].filter(Boolean).join(' '),
  )
  if (isDistinct(projects)) return projects.map(toName)
  return records.map(({ id }, index) => toName(`${archs[index]} ${id}`))
}

function isDistinct(names: readonly string[]): boolean {
  return names.every((name) => toName(name) !== '') && new Set(names.map(toName)).size === names.length
}

/** Mermaid has no way to escape, so only what it surely takes for text is left. */
function toName(text: string): string {
  return text
    .replace(/[^\w .+-]/g, ' ')
    .trim()
    .slice(0, MAX_NAME_LENGTH)
}
