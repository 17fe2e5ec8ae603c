import { describe, expect, it } from 'vitest'
import { type BuildRecord, createRecord } from '../../../../src/abf/build.ts'
import { outcome, type BuildOutcome } from '../../../../src/abf/outcome.ts'
import { renderChart } from '../../../../src/abf/report/chart.ts'
import type { AbfReport } from '../../../../src/abf/report/outputs.ts'
import { buildOf } from '../doubles.ts'
import { AT, BAD, GOOD } from './reports.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** A build with these statuses, by milliseconds since the start. */
function charted(
  history: Readonly<Record<number, number>>,
  known: BuildOutcome | undefined,
  more: { readonly id?: number; readonly arch?: string; readonly project?: string } = {},
): BuildRecord {
  const { id = 7, arch = 'x86_64', project = 'omv/zlib' } = more
  const build = buildOf({ id, arch: { id: 2, name: arch }, project: { id: 1, name: 'x', fullname: project } })
  const record = createRecord(id, 'given', AT, { build })
  const entries = Object.entries(history).map(([ms, code]) => ({ code, at: AT + Number(ms) }))
  record.history.splice(0, record.history.length, ...entries)
  record.outcome = known
  return record
}

/** Builds for so long, and is published then. */
function building(ms: number, more: { readonly id?: number; readonly arch?: string } = {}): BuildRecord {
  return charted({ 0: 3000, [ms]: 6000 }, GOOD, more)
}

function chartOf(
  records: readonly BuildRecord[],
  at: number,
  operation: AbfReport['operation'] = 'build',
): string[] {
  return renderChart({ operation, at }, records)
}

function axisOf(ms: number): string[] {
  return chartOf([building(ms)], AT)
    .filter((line) => /^ {2}(title|axisFormat|tickInterval)/.test(line))
    .map((line) => line.trim())
}

describe('the chart', () => {
  it('has one row for a build, with its queue, build and publish in minutes since the start', () => {
    const history = { 0: 2000, [MINUTE]: 3000, [31 * MINUTE]: 0, [32 * MINUTE]: 7000, [33 * MINUTE]: 6000 }
    expect(chartOf([charted(history, GOOD)], AT + HOUR)).toEqual([
      '```mermaid',
      '%%{init: {"gantt": {"displayMode": "compact", "leftPadding": 76}}}%%',
      'gantt',
      '  title Time since 2026-01-01 00:00:00 UTC',
      '  dateFormat YYYY-MM-DD HH:mm:ss.SSS',
      '  axisFormat %-M min',
      '  tickInterval 5minute',
      '  todayMarker off',
      '  section x86_64',
      // Too narrow for their names, except for the last one, which has room beside it.
      '  - :done, 2000-01-01 00:00:00.000, 2000-01-01 00:01:00.000',
      '  build :active, 2000-01-01 00:01:00.000, 2000-01-01 00:31:00.000',
      '  publish :2000-01-01 00:32:00.000, 2000-01-01 00:33:00.000',
      '```',
      '',
    ])
  })

  it.each([
    [5 * SECOND, ['title Time since 2026-01-01 00:00:00 UTC', '%-M min %-S s', '1second']],
    [10 * MINUTE, ['title Time since 2026-01-01 00:00:00 UTC', '%-M min', '2minute']],
    [3 * HOUR, ['title Time since 2026-01-01 00:00:00 UTC', '%-H h %-M min', '30minute']],
    [20 * HOUR, ['title Time since 2026-01-01 00:00:00 UTC', '%-H h', '3hour']],
    [24 * HOUR, ['title Time in UTC', '%-d %b %H:%M', '3hour']],
    [120 * HOUR, ['title Time in UTC', '%-d %b', '1day']],
    [200 * 24 * HOUR, ['title Time in UTC', '%-d %b', '1week']],
  ])('of a build of %i ms has an axis that can be read', (ms, [title, format, interval]) => {
    expect(axisOf(ms)).toEqual([title, `axisFormat ${format}`, `tickInterval ${interval}`])
  })

  it('of more than a day has dates in UTC', () => {
    expect(chartOf([building(25 * HOUR)], AT)).toContain(
      '  build :active, 2026-01-01 00:00:00.000, 2026-01-02 01:00:00.000',
    )
  })

  it.each<[BuildOutcome | undefined, string]>([
    [undefined, 'build :active'],
    [outcome('timed_out', 'x'), 'build :crit'],
    [outcome('cancelled', 'x'), 'build :crit'],
  ])('shows until this moment what goes on, with the outcome %j', (known, bar) => {
    expect(chartOf([charted({ 0: 3000 }, known)], AT + MINUTE)).toContain(
      `  ${bar}, 2000-01-01 00:00:00.000, 2000-01-01 00:01:00.000`,
    )
  })

  it('does not mark a build that was to be cancelled, but one that was too late to cancel', () => {
    const bars = (known: BuildOutcome): string[] =>
      chartOf([charted({ 0: 3000, [HOUR]: 0 }, known)], AT, 'cancel')
    expect(bars(outcome('cancelled', 'x'))[9]).toMatch(/^ {2}build :active, /)
    expect(bars(outcome('timed_out', 'x'))[9]).toMatch(/^ {2}build :crit, /)
    expect(bars(BAD)[9]).toMatch(/^ {2}build :crit, /)
  })

  it('marks the part that failed, however short', () => {
    const lines = chartOf([charted({ 0: 2000, [MINUTE]: 3000, [MINUTE + 5]: 666 }, BAD)], AT + HOUR)
    expect(lines.slice(9, 11)).toEqual([
      '  queue :done, 2000-01-01 00:00:00.000, 2000-01-01 00:01:00.000',
      '  build :crit, 2000-01-01 00:01:00.000, 2000-01-01 00:01:01.000',
    ])
    const published = charted({ 0: 3000, [MINUTE]: 7000, [HOUR]: 8000 }, BAD)
    expect(chartOf([published], AT).slice(9, 11)).toEqual([
      '  - :active, 2000-01-01 00:00:00.000, 2000-01-01 00:01:00.000',
      '  publish :crit, 2000-01-01 00:01:00.000, 2000-01-01 01:00:00.000',
    ])
  })

  it('leaves out parts of less than a second, and builds that were over before', () => {
    expect(chartOf([charted({ 0: 2000, 999: 6000 }, GOOD)], AT)).toEqual([])
    expect(chartOf([charted({ 0: 666 }, BAD)], AT + HOUR)).toEqual([])
    expect(chartOf([], AT)).toEqual([])
  })

  const sections = (records: readonly BuildRecord[]): string[] =>
    chartOf(records, AT).flatMap((line) => /^ {2}section (.*)/.exec(line)?.[1] ?? [])

  it('names its rows by what tells them apart', () => {
    const more = { arch: 'aarch64', id: 8 }
    expect(sections([building(MINUTE), building(MINUTE, more)])).toEqual(['x86_64', 'aarch64'])
    const [zlib, kwin] = ['omv/zlib', 'omv/plasma6-kwin'].map((project) =>
      charted({ 0: 3000, [MINUTE]: 0 }, GOOD, { project }),
    ) as [BuildRecord, BuildRecord]
    expect(sections([zlib, kwin])).toEqual(['zlib x86_64', 'plasma6-kwin x86_64'])
    expect(sections([zlib, zlib, kwin])).toEqual(['x86_64 7', 'x86_64 7', 'x86_64 7'])
    const bare = createRecord(9, 'given', AT, { status: 3000 })
    bare.history.push({ code: 0, at: AT + MINUTE })
    expect(sections([bare])).toEqual(['9'])
  })

  it('names its rows without syntax, and not longer than there is room', () => {
    expect(sections([building(MINUTE, { arch: 'x:86;#64' })])).toEqual(['x 86  64'])
    const [section = ''] = sections([building(MINUTE, { arch: 'x'.repeat(100) })])
    expect(section).toHaveLength(28)
    expect(chartOf([building(MINUTE, { arch: 'x'.repeat(100) })], AT)[1]).toContain('"leftPadding": 216')
  })

  it('has forty rows, and says how many builds it leaves out', () => {
    const many = Array.from({ length: 41 }, (_, index) =>
      building(MINUTE, { id: index + 1, arch: `a${index}` }),
    )
    const lines = chartOf(many, AT)
    expect(lines.filter((line) => line.startsWith('  section '))).toHaveLength(40)
    expect(lines.slice(-2)).toEqual(['The chart has the first 40 builds, and not the other 1.', ''])
    expect(chartOf(many.slice(0, 40), AT).at(-2)).toBe('```')
  })
})
