import { code, collapsedRest, counted, link, splitList } from '../../summary/markdown.ts'
import { escapeMarkdown } from '../../text/sanitize.ts'
import { formatDuration } from '../../wait/durations.ts'
import { archOf, type BuildRecord, projectOf } from '../build.ts'
import { formatStatus } from '../status.ts'
import { type AbfReport, pageOf, repositoryOf } from './outputs.ts'
import { iconOf } from './words.ts'

/** The table of all builds. What is the same in all rows is said once above it, and an empty column is left out. */

/** Rows that are shown at once, and bytes for all of them. */
const FIRST_ROWS = 20
const MAX_ROWS_BYTES = 120_000

interface Fact {
  readonly label: string
  readonly of: (record: BuildRecord) => string | undefined
}

const PROJECT: Fact = { label: 'Project', of: projectOf }
const REPOSITORY: Fact = { label: 'Repository', of: repositoryOf }
const ARCH: Fact = { label: 'Architecture', of: archOf }
const COMMIT: Fact = {
  label: 'Commit',
  of: ({ build, expected }) => (build?.commit_hash ?? expected?.commit)?.slice(0, 12),
}

interface Column {
  readonly title: string
  /** HTML; empty where it is not known. */
  readonly cell: (record: BuildRecord) => string
}

/** The facts that are the same for all builds, the table, and the rest of a long table collapsed. */
export function renderTable(report: AbfReport, records: readonly BuildRecord[]): string[] {
  if (records.length === 0) return ['No builds.', '']
  const columns = columnsOf(report, records).filter(({ cell }) =>
    records.some((record) => cell(record) !== ''),
  )
  const head = `<tr>${columns.map(({ title }) => `<th align="left">${title}</th>`).join('')}</tr>`
  const rows = records.map(
    (record) => `<tr>${columns.map(({ cell }) => `<td>${cell(record)}</td>`).join('')}</tr>`,
  )
  const list = splitList(rows, FIRST_ROWS, MAX_ROWS_BYTES)
  const table = (shown: readonly string[]): string[] => ['<table>', head, ...shown, '</table>']
  return [...common(records), ...table(list.first), '', ...collapsedRest(list, 'more build', table)]
}

function common(records: readonly BuildRecord[]): string[] {
  const facts = [PROJECT, REPOSITORY, ARCH, COMMIT].flatMap(({ label, of }) => {
    const [value, ...others] = new Set(records.map(of))
    return value === undefined || others.length > 0 ? [] : [`${label} ${code(value)}`]
  })
  const packages = records.reduce((sum, { build }) => sum + (build?.packages?.length ?? 0), 0)
  if (packages > 0) facts.push(counted(packages, 'package'))
  return facts.length === 0 ? [] : [`<p>${facts.join(' · ')}</p>`, '']
}

/** Five at most, so that each has room in the width of a summary: a repository stands below its project. */
function columnsOf(report: AbfReport, records: readonly BuildRecord[]): Column[] {
  const varies = ({ of }: Fact): boolean => new Set(records.map(of)).size > 1
  const shown = [PROJECT, REPOSITORY].filter(varies)
  return [
    { title: 'Build', cell: ({ id, origin }) => `${id}${origin === 'reused' ? '<br>reused' : ''}` },
    {
      title: shown.length > 1 ? 'Project, repository' : (shown[0]?.label ?? ''),
      cell: (record) => shown.flatMap(({ of }) => textOf(of(record)) ?? []).join('<br>'),
    },
    { title: ARCH.label, cell: (record) => (varies(ARCH) ? (textOf(ARCH.of(record)) ?? '') : '') },
    { title: 'Status', cell: (record) => status(record, report) },
    {
      title: 'Duration',
      cell: ({ build }) => (build?.duration === undefined ? '' : unbroken(duration(build.duration))),
    },
  ]
}

function textOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : escapeMarkdown(value, 120)
}

function status(record: BuildRecord, { base, operation }: AbfReport): string {
  const { status: code } = record.track
  const words = code === undefined ? 'not found' : formatStatus(code)
  const icon = operation === 'search' ? '' : `${iconOf(record)} `
  return `${icon}${link(pageOf(record.id, base), escapeMarkdown(words))}`
}

/** ABF reports whole seconds. */
function duration(seconds: number): string {
  return seconds < 1 ? 'below 1 s' : formatDuration(seconds * 1000)
}

function unbroken(text: string): string {
  return text.replaceAll(' ', '&#160;')
}
