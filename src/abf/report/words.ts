import { assertNever } from '../../errors.ts'
import { counted } from '../../summary/markdown.ts'
import type { Verdict } from '../../summary/report.ts'
import type { BuildRecord } from '../build.ts'
import type { Conclusion } from '../outcome.ts'
import { type AbfReport, conclusionOf } from './outputs.ts'

/** The words and icons for results of builds. */

const ICONS: Readonly<Record<Conclusion, string>> = {
  failure: '❌',
  cancelled: '⏹️',
  timed_out: '⌛',
  in_progress: '⏳',
  neutral: '➖',
  success: '✅',
}
const WARNED = '⚠️'

export function iconOf({ outcome }: BuildRecord): string {
  return outcome?.warn ? WARNED : ICONS[outcome?.verdict ?? 'in_progress']
}

/** The records with what needs attention first, else in their order. */
export function bySeverity(records: readonly BuildRecord[]): BuildRecord[] {
  const order = Object.values(ICONS).toSpliced(-1, 0, WARNED)
  return records.toSorted((a, b) => order.indexOf(iconOf(a)) - order.indexOf(iconOf(b)))
}

/** What the builds mean for the step. */
export function verdictOf(report: AbfReport): Verdict {
  const { conclusion } = conclusionOf(report)
  if (conclusion === 'neutral') return 'warning'
  return conclusion === 'cancelled' && report.operation === 'cancel' ? 'success' : conclusion
}

/** What an operation does to a build. */
const DONE: Readonly<Record<AbfReport['operation'], string>> = {
  build: 'successful',
  watch: 'successful',
  publish: 'published',
  'publish-into-testing': 'published into testing',
  reject: 'rejected',
  cancel: 'cancelled',
  search: 'found',
}

/** The result of all builds in a few words, such as `1 of 2 ABF builds failed`. */
export function resultOf(report: AbfReport): string {
  const { records, operation } = report
  const { conclusion } = conclusionOf(report)
  const all = counted(records.length, 'ABF build')
  const count = records.filter(({ outcome }) => (outcome?.verdict ?? 'in_progress') === conclusion).length
  const some = count === records.length ? all : `${count} of ${all}`
  switch (conclusion) {
    case 'success':
      return `${all} ${DONE[operation]}`
    case 'failure':
      return DONE[operation] === DONE.build ? `${some} failed` : `${some} not ${DONE[operation]}`
    case 'cancelled':
      return `${some} cancelled`
    case 'timed_out':
      return `${some} timed out`
    case 'neutral':
      return records.length === 0 ? 'no ABF builds' : `${all}, nothing published`
    case 'in_progress':
      return operation === 'build' ? `${all} submitted` : `${some} not finished`
    default:
      return assertNever(conclusion)
  }
}
