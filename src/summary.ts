import { type ActionError, ReportedError, assertNever, CancelledError } from './errors.ts'
import type { Commits } from './sentry/commits.ts'
import type { Ensured } from './sentry/release.ts'
import { attribute, markup, plain } from './text/sanitize.ts'

/** What the job summary tells; filled while the step runs, so that it is also right when the step fails. */
export interface Report {
  version?: string
  commit?: string
  /** Where GitHub shows the repository, without a slash at its end. */
  repositoryUrl?: string | undefined
  projects?: readonly string[]
  release?: { readonly ensured: Ensured; readonly url: string }
  commits?: Commits
  /** ISO 8601 */
  finalized?: string | undefined
  deploy?: {
    readonly id: string
    readonly created: boolean
    readonly environment: string
    readonly url: string | undefined
  }
  /** Why finalize and deploy were skipped. */
  heldBack?: string
  /** The section about source maps, in Markdown. */
  sourceMaps?: string
  /** The section about ABF builds, in Markdown. */
  builds?: string
  failure?: ActionError
}

/** More would bury the rest of the summary. */
const MOST_COMMITS = 50

type Row = readonly [label: string, html: string]

/** The result in one line, for the end of the log. */
export function sayResult({ release }: Report): string {
  if (!release) return ''
  const verb = release.ensured.created ? 'was created' : 'is there'
  return `Sentry release ${plain(release.ensured.release.version)} ${verb}: ${release.url}`
}

/** The job summary in Markdown. Every text that this project did not write itself is escaped. */
export function renderSummary(report: Report): string {
  const rows: Row[] = [
    ...releaseRow(report),
    ...commitRow(report),
    ...(report.projects ? [['Projects', report.projects.map(code).join(' ')] as const] : []),
    ...(report.release ? [['Found', found(report.release.ensured)] as const] : []),
    ...(report.release ? [['Done', done(report.release.ensured)] as const] : []),
    ...(report.commits ? [['Commits', commits(report.commits, report)] as const] : []),
    ...(report.finalized ? [['Finalized', markup(report.finalized)] as const] : []),
    ...deployRow(report),
    ...(report.heldBack ? [['Held back', markup(report.heldBack)] as const] : []),
  ]
  const sentry = [
    `### ${headline(report)}`,
    '',
    ...failure(report),
    ...table(rows),
    ...commitList(report),
    '',
  ]
  return [...sentry, ...[report.sourceMaps ?? [], report.builds ?? []].flat()].join('\n')
}

function headline({ release, failure }: Report): string {
  if (failure instanceof CancelledError) return '⏹️ Sentry release: cancelled'
  if (failure && !(failure instanceof ReportedError)) return '❌ Sentry release: failed'
  if (release?.ensured.created) return '✅ Sentry release created'
  return release && changed(release.ensured)
    ? '✅ Sentry release updated'
    : '✅ Sentry release was already there'
}

function changed({ attached, reopened, updated }: Ensured): boolean {
  return attached.length > 0 || reopened || updated.length > 0
}

function releaseRow({ version, release }: Report): Row[] {
  if (version === undefined) return []
  return [['Release', release ? link(release.url, code(version)) : code(version)]]
}

function commitRow({ commit, repositoryUrl }: Report): Row[] {
  if (commit === undefined) return []
  return [['Commit', repositoryUrl ? link(`${repositoryUrl}/commit/${commit}`, code(commit)) : code(commit)]]
}

function found({ created, release, attached, reopened }: Ensured): string {
  if (created) return 'no release of exactly this version'
  const traits = [
    ...(release.status === 'archived' || reopened ? ['archived'] : []),
    ...(attached.length > 0 ? ['without all projects'] : []),
  ]
  return ['the release', ...traits].join(', ')
}

function done(ensured: Ensured): string {
  const deeds = [
    ...(ensured.created ? ['created'] : []),
    ...(ensured.attached.length > 0 ? [`attached to ${ensured.attached.map(code).join(' ')}`] : []),
    ...(ensured.reopened ? ['reopened'] : []),
    ...(ensured.updated.length > 0 ? [`updated ${ensured.updated.join(' and ')}`] : []),
  ]
  return deeds.length > 0 ? `${deeds.join(', ')}; confirmed in Sentry` : 'nothing: it is as asked for'
}

function commits(result: Commits, { repositoryUrl, commit = '' }: Report): string {
  switch (result.kind) {
    case 'skipped':
      return 'not associated: set-commits is skip'
    case 'present':
      return `${result.release.commitCount ?? 'some'}, already there`
    case 'refs':
      return `fetched by Sentry${range(result.previousCommit, commit, repositoryUrl)}`
    case 'sent':
      return `${result.commits.length} associated${range(result.previousCommit, commit, repositoryUrl)}`
    case 'none':
      return `none: ${markup(result.reason, 500)}`
    default:
      return assertNever(result)
  }
}

function range(previous: string | undefined, head: string, repositoryUrl: string | undefined): string {
  if (previous === undefined) return ''
  const text = code(`${previous.slice(0, 12)}...${head.slice(0, 12)}`)
  const compare = `${repositoryUrl}/compare/${encodeURIComponent(previous.toWellFormed())}...${head}`
  return `, ${repositoryUrl ? link(compare, text) : text}`
}

function commitList({ commits: result, repositoryUrl }: Report): string[] {
  if (result?.kind !== 'sent') return []
  const items = result.commits.slice(0, MOST_COMMITS).map(({ id, message, author_name: author }) => {
    const sha = code(id.slice(0, 12))
    const subject = markup(message.split('\n', 1)[0] ?? '', 120)
    const shown = repositoryUrl
      ? link(`${repositoryUrl}/commit/${encodeURIComponent(id.toWellFormed())}`, sha)
      : sha
    return `<li>${shown} ${subject}${author ? ` (${markup(author, 60)})` : ''}</li>`
  })
  const rest = result.commits.length - items.length
  if (rest > 0) items.push(`<li>and ${rest} more</li>`)
  return ['', `<details><summary>${result.commits.length} commits</summary><ul>`, ...items, '</ul></details>']
}

function deployRow({ deploy }: Report): Row[] {
  if (!deploy) return []
  const environment = deploy.url ? link(deploy.url, code(deploy.environment)) : code(deploy.environment)
  return [
    ['Deploy', `${environment}, ${deploy.created ? 'recorded' : 'already recorded'} (${code(deploy.id)})`],
  ]
}

function failure({ failure: error }: Report): string[] {
  if (!error || error instanceof ReportedError) return []
  const lines = [...error.message.split('\n'), ...(error.advice ? [error.advice] : [])]
  return [`<blockquote>${lines.map((line) => markup(line, 1000)).join('<br>')}</blockquote>`, '']
}

function table(rows: readonly Row[]): string[] {
  if (rows.length === 0) return []
  return [
    '<table>',
    ...rows.map(([label, html]) => `<tr><th align="left">${label}</th><td>${html}</td></tr>`),
    '</table>',
  ]
}

function code(text: string): string {
  return `<code>${markup(text)}</code>`
}

function link(url: string, html: string): string {
  return `<a href="${attribute(url)}">${html}</a>`
}
