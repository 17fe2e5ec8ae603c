import type { Result } from './cell.ts'

const COLUMNS = ['healed', 'tolerated', 'failed', 'broken', 'deviations'] as const

type Counts = Record<(typeof COLUMNS)[number], number>

/** The results as text: fault × class, request × class, and every deviation with the command that repeats it. */
export function report(results: readonly Result[]): string {
  const bad = results.filter(({ deviations }) => deviations.length > 0)
  return [
    table('fault', results, ({ cell }) => `${cell.fault.name}, ${cell.often}`),
    table('request', results, ({ cell }) => {
      const { system, shape, ordinal } = cell.request
      return `${system} ${shape}${ordinal > 1 ? ` #${ordinal}` : ''}`
    }),
    ...bad.map(describe),
    `${results.length} cells, ${bad.length} with deviations`,
  ].join('\n\n')
}

function table(title: string, results: readonly Result[], rowOf: (result: Result) => string): string {
  const rows = new Map<string, Counts>()
  for (const result of results) {
    for (const name of [rowOf(result), 'all']) {
      const counts = rows.get(name) ?? { healed: 0, tolerated: 0, failed: 0, broken: 0, deviations: 0 }
      counts[result.seen] += 1
      if (result.deviations.length > 0) counts.deviations += 1
      rows.delete(name)
      rows.set(name, counts)
    }
  }
  const all = rows.get('all')
  rows.delete('all')
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1))
  if (all) sorted.push(['all', all])
  const width = Math.max(...sorted.map(([name]) => name.length))
  const line = (name: string, values: readonly (string | number)[]): string =>
    [name.padEnd(width), ...values.map((value) => String(value).padStart(10))].join(' ')
  return [
    line(title, COLUMNS),
    ...sorted.map(([name, counts]) =>
      line(
        name,
        COLUMNS.map((column) => counts[column] || '.'),
      ),
    ),
  ].join('\n')
}

/** A deviation: what was expected, what was seen, how to see it again, and what the run printed. */
function describe({ cell, expected, seen, deviations, log }: Result): string {
  return [
    `DEVIATION ${cell.name}`,
    `  expected ${expected.join(' or ')}, seen ${seen}`,
    ...deviations.map((text) => `  - ${text.replaceAll('\n', '\n    ')}`),
    `  npm run faults -- --only '${cell.name}'`,
    ...log
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('::add-mask::') && !line.startsWith('::debug::'))
      .map((line) => `  | ${line}`),
  ].join('\n')
}
