/** One line of the table of measures; all but the name may be unknown. */
export interface Row {
  readonly measure: string
  readonly floor?: string
  /** Sentry's own client, where it is installed. */
  readonly peer?: string
  readonly ours: string
  /** How many times `node -e 0`. */
  readonly ratio?: string
  readonly target: string
  /** Undefined: not measured here, or nothing that could be missed. */
  readonly met: boolean | undefined
}

export function renderRows(rows: readonly Row[]): string {
  const head = ['measure', 'floor', 'sentry-cli', 'ours', 'ratio', 'target', 'verdict']
  const lines = rows.map(({ measure, floor, peer, ours, ratio, target, met }) => [
    measure,
    floor ?? '-',
    peer ?? '-',
    ours,
    ratio ?? '-',
    target,
    met === undefined ? '-' : met ? 'met' : 'missed',
  ])
  return render([head, ...lines])
}

/** A Markdown table; the first line is its head. */
export function render(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  const write = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...rest] = lines
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [write(head), rule, ...rest.map(write)].join('\n')
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}
