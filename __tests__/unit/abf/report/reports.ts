import type { BuildOutcome } from '../../../../src/abf/outcome.ts'
import { outcome } from '../../../../src/abf/outcome.ts'
import type { AbfReport } from '../../../../src/abf/report/outputs.ts'
import { type BuildRecord, createRecord, type Origin } from '../../../../src/abf/build.ts'
import { BASE, buildOf } from '../doubles.ts'

/** The moment of the reports. */
export const AT = Date.UTC(2026, 0, 1)
export const LOG = { file_name: 'build.log', size: 1, url: 'https://files.example/b' }
export const GOOD = outcome('success', 'The build is complete.')
export const BAD = outcome('failure', 'The build failed.')

export function reportOf(records: readonly BuildRecord[], more: Partial<AbfReport> = {}): AbfReport {
  return { operation: 'build', base: BASE, records, conclusion: undefined, at: AT, ...more }
}

/** A build with an outcome, which was first seen a minute ago. */
export function judged(
  status: number,
  known: BuildOutcome | undefined,
  fields: Readonly<Record<string, unknown>> = {},
  more: { readonly id?: number; readonly origin?: Origin } = {},
): BuildRecord {
  const { id = 7, origin = 'given' } = more
  const record = createRecord(id, origin, AT - 60_000, { build: buildOf({ id, status, ...fields }) })
  record.outcome = known
  return record
}
