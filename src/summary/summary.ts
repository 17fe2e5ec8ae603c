import { ReportedError, CancelledError } from '../errors.ts'
import { escapeMarkdown, toSingleLine } from '../text/sanitize.ts'
import { counted, splitList } from './markdown.ts'
import { renderCommits, renderRelease } from './release.ts'
import type { Report, Stage, Verdict } from './report.ts'

const HEADLINES: Readonly<Record<Verdict, string>> = {
  success: '✅ Success',
  warning: '⚠️ Success with a warning',
  in_progress: '⏳ In progress',
  failure: '❌ Failed',
  timed_out: '⌛ Timed out',
  cancelled: '⏹️ Cancelled',
}

const FAILED_STAGES: Readonly<Record<Stage | 'inputs', string>> = {
  inputs: 'the inputs are not valid',
  release: 'could not ensure the Sentry release',
  'source-maps': 'could not upload the source maps',
  commits: 'could not associate the commits',
  builds: 'could not complete the ABF part',
  finish: 'could not finalize or deploy the release',
}

/** For the lines of an error; a problem with an input is one line each. */
const MAX_ERROR_BYTES = 60_000

/** The result in one line, for the end of the log. */
export function formatResult({ release }: Report): string {
  if (!release) return ''
  const verb = release.ensured.created ? 'was created' : 'already exists'
  return `Sentry release ${toSingleLine(release.ensured.release.version)} ${verb}: ${release.url}`
}

/**
 * The job summary in Markdown: the result of the step in its first line, what needs attention, then what is there.
 * Every text that this project did not write itself is escaped, and the whole stays below 1 MiB, which is GitHub's limit.
 */
export function renderSummary(report: Report): string {
  const { builds, sourceMaps } = report
  const lines = [
    `### ${headline(report)}`,
    '',
    ...failure(report),
    ...(builds?.problems ? [builds.problems] : []),
    ...(builds && report.version !== undefined ? ['#### Sentry release', ''] : []),
    ...renderRelease(report),
    ...renderCommits(report),
  ]
  return [...lines, ...(builds ? [builds.section] : []), ...(sourceMaps ? [sourceMaps] : [])].join('\n')
}

function headline(report: Report): string {
  const { failure, stage = 'inputs', builds } = report
  const verdict = verdictOf(report)
  if (failure && !(failure instanceof ReportedError)) {
    if (verdict !== 'cancelled') return `${HEADLINES[verdict]}: ${FAILED_STAGES[stage]}`
    return [HEADLINES.cancelled, ...(builds ? [builds.result] : [])].join(': ')
  }
  const isDone = verdict === 'success'
  const parts = [
    ...(isDone ? [releaseResult(report)] : []),
    ...(builds ? [builds.result] : []),
    ...(!isDone && report.heldBack !== undefined ? ['the release is not finalized'] : []),
  ]
  return `${HEADLINES[verdict]}: ${parts.join(', ')}`
}

function verdictOf({ failure, builds }: Report): Verdict {
  if (failure instanceof CancelledError) return 'cancelled'
  if (failure && !(failure instanceof ReportedError)) return 'failure'
  return builds?.verdict ?? 'success'
}

function releaseResult({ release }: Report): string {
  if (release?.ensured.created) return 'Sentry release created'
  const { attached = [], reopened, updated = [] } = release?.ensured ?? {}
  const isChanged = attached.length > 0 || reopened || updated.length > 0
  return isChanged ? 'Sentry release updated' : 'Sentry release already exists'
}

function failure({ failure: error }: Report): string[] {
  if (!error || error instanceof ReportedError) return []
  const all = error.message.split('\n').map((line) => escapeMarkdown(line, 1000))
  const { first: lines, left } = splitList(all, all.length, MAX_ERROR_BYTES)
  const rest = left === 0 ? [] : [`${counted(left, 'more line')} in the log`]
  return [
    `<blockquote>${[...lines, ...rest].join('<br>')}</blockquote>`,
    '',
    ...(error.advice ? [`<p><strong>Next:</strong> ${escapeMarkdown(error.advice, 1000)}</p>`, ''] : []),
  ]
}
