import { assertNever } from '../errors.ts'
import type { Commits } from '../sentry/commits.ts'
import type { Ensured } from '../sentry/release.ts'
import { formatDate } from '../text/dates.ts'
import { escapeMarkdown } from '../text/sanitize.ts'
import { code, linkIf, longList } from './markdown.ts'
import type { Report } from './report.ts'

/** The part of the job summary about the release: what is there at the end of the step, and what is not. */

const MAX_PROJECTS = 50
const MAX_SLUG_LENGTH = 100
/** Commits that are shown at once, and bytes for all of them. */
const FIRST_COMMITS = 10
const MAX_COMMITS_BYTES = 120_000

/** Of a step that failed or was cancelled before it came to a part. */
const NOT_REACHED = 'the step ended before this part'

type SummaryRow = readonly [label: string, html: string]

/** The table about the release; empty while its version is not known. */
export function renderRelease(report: Report): string[] {
  const { version, commit, projects, release, unconfirmed, repositoryUrl, environment } = report
  if (version === undefined) return []
  const commitUrl = repositoryUrl && `${repositoryUrl}/commit/${commit}`
  const rows: SummaryRow[] = [
    ['Release', linkIf((release ?? unconfirmed)?.url, code(version))],
    ['Status', release ? status(release.ensured) : unconfirmedStatus(report)],
    ...(commit === undefined ? [] : [['Commit', linkIf(commitUrl, code(commit))] as const]),
    ...(projects ? [['Projects', codes(projects)] as const] : []),
    ['Commits', commits(report)],
    ['Release date', releaseDate(report)],
    ...(environment === undefined ? [] : [['Deploy', deploy(environment, report)] as const]),
  ]
  return [
    '<table>',
    ...rows.map(([label, html]) => `<tr><th align="left">${label}</th><td>${html}</td></tr>`),
    '</table>',
    '',
  ]
}

function unconfirmedStatus({ unconfirmed }: Report): string {
  if (!unconfirmed) return `not known: the step ended before Sentry reported the release`
  return `${unconfirmed.created ? 'created' : 'exists'}, not confirmed: the step ended before Sentry listed the release`
}

function status({ created, release, attached, reopened, updated }: Ensured): string {
  if (created) return 'created and confirmed'
  const done = [
    ...(attached.length > 0 ? [`attached to ${codes(attached)}`] : []),
    ...(reopened ? ['reopened'] : []),
    ...(updated.length > 0 ? [`updated ${updated.join(' and ')}`] : []),
  ]
  const found = release.status === 'archived' ? 'already exists, archived' : 'already exists'
  return done.length > 0 ? `${found}; ${done.join(', ')}; confirmed` : `${found}; no changes needed`
}

function codes(texts: readonly string[]): string {
  const left = texts.length - MAX_PROJECTS
  const shown = texts.slice(0, MAX_PROJECTS).map((text) => code(text, MAX_SLUG_LENGTH))
  return [...shown, ...(left > 0 ? [`and ${left} more`] : [])].join(' ')
}

function commits(report: Report): string {
  const { commits: result, release } = report
  if (result) return commitsResult(result, report)
  const count = release?.ensured.release.commitCount ?? 0
  return count > 0 ? `${count}, associated before` : `not associated: ${NOT_REACHED}`
}

function commitsResult(result: Commits, report: Report): string {
  switch (result.kind) {
    case 'skipped':
      return 'not associated: set-commits is skip'
    case 'present':
      return `${result.release.commitCount ?? 'some'}, associated before`
    case 'refs':
      return `fetched by Sentry${range(result.previousCommit, report)}`
    case 'sent':
      return `${result.commits.length} associated${range(result.previousCommit, report)}`
    case 'none':
      return `none: ${escapeMarkdown(result.reason, 500)}`
    default:
      return assertNever(result)
  }
}

function range(previous: string | undefined, { commit: head = '', repositoryUrl }: Report): string {
  if (previous === undefined) return ''
  const compare = `${repositoryUrl}/compare/${encodeURIComponent(previous.toWellFormed())}...${head}`
  const text = code(`${previous.slice(0, 12)}...${head.slice(0, 12)}`)
  return `, ${linkIf(repositoryUrl && compare, text)}`
}

function releaseDate({ finalized, finalize, heldBack, release }: Report): string {
  const date = finalized ?? release?.ensured.release.dateReleased
  if (date) return escapeMarkdown(formatDate(date))
  if (finalize === false) return 'not set: finalize is false'
  return `not set: ${heldBack === undefined ? NOT_REACHED : escapeMarkdown(heldBack)}`
}

function deploy(environment: string, { deploy: deployed, heldBack }: Report): string {
  if (!deployed) {
    return `${code(environment)}, not recorded: ${heldBack === undefined ? NOT_REACHED : escapeMarkdown(heldBack)}`
  }
  const { id, url, created } = deployed
  return `${linkIf(url, code(environment))}, ${created ? 'recorded' : 'already recorded'} as ${code(id)}`
}

/** The commits that this step sent: the first ones, the rest collapsed. */
export function renderCommits({ commits: result, repositoryUrl }: Report): string[] {
  if (result?.kind !== 'sent') return []
  const items = result.commits.map(({ id, message, author_name: author }) => {
    const sha = code(id.slice(0, 12))
    const subject = escapeMarkdown(message.split('\n', 1)[0] ?? '', 120)
    const page = repositoryUrl && `${repositoryUrl}/commit/${encodeURIComponent(id.toWellFormed())}`
    return `${linkIf(page, sha)} ${subject}${author ? ` (${escapeMarkdown(author, 60)})` : ''}`
  })
  return longList(items, 'commit', FIRST_COMMITS, MAX_COMMITS_BYTES)
}
