import type { ActionError } from './errors.ts'
import { CancelledError } from './errors.ts'
import type { Ensured } from './sentry/release.ts'
import { attribute, markup } from './untrusted.ts'

/** What the job summary tells; filled while the step runs, so that it is also right when the step fails. */
export interface Report {
  version?: string
  commit?: { readonly sha: string; readonly url: string | undefined }
  projects?: readonly string[]
  release?: { readonly ensured: Ensured; readonly url: string }
  failure?: ActionError
}

type Row = readonly [label: string, html: string]

/** The job summary in Markdown. Every text that this project did not write itself is escaped. */
export function renderSummary(report: Report): string {
  const rows: Row[] = [
    ...releaseRow(report),
    ...commitRow(report),
    ...(report.projects ? [['Projects', report.projects.map(code).join(' ')] as const] : []),
    ...(report.release ? [['Found', found(report.release.ensured)] as const] : []),
    ...(report.release ? [['Done', done(report.release.ensured)] as const] : []),
  ]
  return [`### ${headline(report)}`, '', ...failure(report), ...table(rows), ''].join('\n')
}

function headline({ release, failure }: Report): string {
  if (failure instanceof CancelledError) return '⏹️ Sentry release: cancelled'
  if (failure) return '❌ Sentry release: failed'
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

function commitRow({ commit }: Report): Row[] {
  if (!commit) return []
  return [['Commit', commit.url ? link(commit.url, code(commit.sha)) : code(commit.sha)]]
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
  return deeds.length > 0 ? `${deeds.join(', ')}; confirmed in Sentry’s list` : 'nothing: it is as asked for'
}

function failure({ failure: error }: Report): string[] {
  if (!error) return []
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
