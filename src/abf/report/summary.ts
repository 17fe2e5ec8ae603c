import type { BuildsReport } from '../../summary/report.ts'
import { renderTable } from './build-table.ts'
import { renderChart } from './chart.ts'
import type { AbfReport } from './outputs.ts'
import { renderProblems } from './problems.ts'
import { bySeverity, resultOf, verdictOf } from './words.ts'

/** The builds for the job summary. Every text that a server sent is escaped. */
export function summarizeBuilds(report: AbfReport): BuildsReport {
  const records = bySeverity(report.records)
  return {
    verdict: verdictOf(report),
    result: resultOf(report),
    problems: renderProblems(report, records).join('\n'),
    section: ['#### ABF builds', '', ...renderTable(report, records), ...renderChart(report, records)].join(
      '\n',
    ),
  }
}
