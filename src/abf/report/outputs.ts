import type { AbfOperation } from '../options.ts'
import { conclude, type Conclusion } from '../outcome.ts'
import { chooseLogs, logUrl } from './log-tail.ts'
import { archOf, type BuildRecord, projectOf } from '../build.ts'
import type { BuiltPackage } from '../client/schema.ts'
import { statusInfo } from '../status.ts'

/** What is known at some moment of the ABF part of the step. */
export interface AbfReport {
  readonly operation: AbfOperation
  /** Base URL of the server, with a slash at its end. */
  readonly base: string
  readonly records: readonly BuildRecord[]
  /** Set where it does not follow from the builds: nothing to do, a cancelled job, an error. */
  readonly conclusion: Conclusion | undefined
  /** Milliseconds since the epoch at which this was so. */
  readonly at: number
}

/** GitHub's limit for one output, counted in UTF-16. */
const MAX_OUTPUT_BYTES = 1024 * 1024

/** The conclusion over all builds, and the status that decided it. */
export function conclusionOf(report: AbfReport): { conclusion: Conclusion; status: number | undefined } {
  const { conclusion, decisive } = conclude(report.records.map(({ outcome }) => outcome))
  const status = report.operation === 'search' ? undefined : report.records[decisive]?.track.status
  return { conclusion: report.conclusion ?? conclusion, status }
}

/** The outputs by name, and the names of those that are too long for GitHub and therefore left out. */
export function renderOutputs(report: AbfReport): {
  readonly outputs: Readonly<Record<string, string>>
  readonly tooLong: readonly string[]
} {
  const { conclusion, status } = conclusionOf(report)
  const all = Object.entries({
    'build-list-ids': JSON.stringify(report.records.map(({ id }) => id)),
    'build-status': status === undefined ? '' : String(status),
    'build-conclusion': conclusion,
    'build-lists': JSON.stringify(report.records.map((record) => buildJson(record, report))),
    packages: JSON.stringify(report.records.flatMap((record) => packagesJson(record, report.base))),
  })
  const fits = ([, text]: readonly [string, string]): boolean => text.length * 2 <= MAX_OUTPUT_BYTES
  return {
    outputs: Object.fromEntries(all.filter(fits)),
    tooLong: all.filter((entry) => !fits(entry)).map(([name]) => name),
  }
}

function buildJson(record: BuildRecord, { base, operation }: AbfReport): Readonly<Record<string, unknown>> {
  const { id, build, expected, outcome, origin, track } = record
  const { status } = track
  return {
    id,
    project: projectOf(record) ?? null,
    arch: archOf(record) ?? null,
    platform: build?.build_for_platform?.name ?? expected?.platform ?? null,
    repository: repositoryOf(record) ?? null,
    commit: build?.commit_hash ?? expected?.commit ?? null,
    status: status ?? null,
    'status-name': status === undefined ? null : statusInfo(status).name,
    // A search looks at no build closely enough to judge it.
    conclusion: outcome?.verdict ?? (operation === 'search' ? null : 'in_progress'),
    url: pageOf(id, base),
    'log-url': logOf(record, base),
    duration: build?.duration ?? null,
    reused: origin === 'reused',
    packages: build?.packages?.length ?? null,
  }
}

/** `platform/repository`. */
export function repositoryOf({ build, expected }: BuildRecord): string | undefined {
  const repository = build?.save_to_repository
  if (!repository) return expected?.repository
  return repository.platform ? `${repository.platform.name}/${repository.name}` : repository.name
}

export function pageOf(id: number, base: string): string {
  return `${base}build_lists/${id}`
}

/** The best log file of the build, else the page with the live log. */
export function logOf({ id, build, log, track }: BuildRecord, base: string): string {
  if (log) return log.url
  const [file] = chooseLogs(track.status ?? 0, build?.logs ?? [])
  return (file && logUrl(file.url, base)?.href) ?? `${pageOf(id, base)}/log`
}

function packagesJson(record: BuildRecord, base: string): Readonly<Record<string, unknown>>[] {
  return (record.build?.packages ?? []).map((made) => ({
    name: made.name,
    version: made.version ?? '',
    release: made.release ?? '',
    arch: packageArch(made, record),
    url: logUrl(made.url ?? '', base)?.href ?? '',
    'build-list-id': record.id,
  }))
}

function packageArch({ type }: BuiltPackage, record: BuildRecord): string {
  return type === 'source' ? 'src' : (archOf(record) ?? '')
}
