import { ActionError } from '../errors.ts'
import type { Outputs } from '../ports.ts'
import type { SentrySession } from '../sentry/session.ts'
import { plain } from '../text/sanitize.ts'
import { createUploadApi } from './api.ts'
import { discover } from './discover.ts'
import { type Files, systemFiles } from './files.ts'
import { makeBundles } from './make-bundles.ts'
import type { SourceMapOptions } from './options.ts'
import { prepare, type PreparedScript } from './prepare.ts'
import { setSourceMapOutputs, type SourceMapReport, unresolved } from './report.ts'
import { uploadBundle } from './upload.ts'
import { writeIds } from './write.ts'

export { renderSourceMaps, type SourceMapReport } from './report.ts'

export interface SourceMapDeps extends Pick<
  SentrySession,
  'account' | 'call' | 'clock' | 'logger' | 'signal'
> {
  readonly outputs: Outputs
  /** Absolute. */
  readonly workspace: string
  readonly version: string
  readonly projects: readonly string[]
  readonly files?: Files
  /** Called whenever more is known. */
  readonly onReport: (report: SourceMapReport) => void
}

/** A bundle is never larger, whatever the server allows: zip without its 64-bit form ends at 4 GiB. */
const MAX_BUNDLE = 2 * 1024 * 1024 * 1024 - 1

/**
 * Gives scripts debug ids, and uploads them with their source maps.
 * @throws ActionError when nothing usable is found (unless the inputs allow it), or the server refuses the upload
 */
export async function uploadSourceMaps(inputs: SourceMapOptions, deps: SourceMapDeps): Promise<void> {
  const { logger, workspace, files = systemFiles, signal } = deps
  const found = await discover(inputs.roots, workspace, files)
  if (found.problems.length > 0) throw failure(found.problems.join('\n'), 'Correct the input sourcemaps.')
  const prepared = await prepare(found, workspace, inputs.inject, files)
  for (const notice of [...found.notices, ...prepared.notices]) logger.notice(plain(notice), 'Source maps')
  const report: SourceMapReport = { scripts: prepared.scripts, bundleIds: [], bytesSent: 0, state: 'skipped' }
  publish(report, deps)
  checkIds(prepared.scripts, inputs)
  checkUsable(prepared.scripts, inputs, deps)
  if (!prepared.scripts.some(({ upload }) => upload)) return
  const scripts =
    inputs.inject === 'true' ? await writeIds(prepared.scripts, files, signal) : prepared.scripts
  const injected = prepared.scripts.filter(({ inject }) => inject).length
  if (injected > 0) {
    logger.info(`Wrote debug ids into ${injected} scripts. Deploy these files, not earlier copies of them.`)
  }
  await uploadAll(scripts, inputs, files, report, deps)
  if (inputs.deleteMaps) await deleteMaps(scripts, files)
}

async function uploadAll(
  scripts: readonly PreparedScript[],
  inputs: SourceMapOptions,
  files: Files,
  first: SourceMapReport,
  deps: SourceMapDeps,
): Promise<void> {
  const { account, call, clock, logger, projects, version, signal } = deps
  const { dist, waitMs, stripPrefix } = inputs
  const api = createUploadApi(call, account)
  const options = await api.options()
  if (options.refusedUrl !== undefined) {
    logger.warning(
      `Sentry names ${plain(options.refusedUrl)} for uploads, which is not a host of sentry-url: the token is not sent there, and the chunks go to ${options.url.origin}.`,
      'Upload address not used',
    )
  }
  const owner = { organization: account.organization, projects, release: version, dist }
  const maxSize = Math.min(options.maxFileSize ?? MAX_BUNDLE, MAX_BUNDLE)
  let report = first
  for await (const bundle of makeBundles(scripts, { owner, files, stripPrefix, maxSize, signal })) {
    logger.info(`Bundle ${bundle.id}: ${bundle.files} files, ${bundle.size} bytes.`)
    const target = { options, projects, version, dist, waitMs }
    const { id, state, bytesSent } = await uploadBundle(bundle, target, { api, clock, logger, signal })
    const pending = state === 'pending' || report.state === 'pending'
    report = {
      ...report,
      bundleIds: [...report.bundleIds, id],
      bytesSent: report.bytesSent + bytesSent,
      state: pending ? 'pending' : 'ok',
    }
    publish(report, deps)
  }
  if (report.state === 'pending') {
    logger.notice(
      'Sentry was still reading the source maps when the wait ended; its result is not known.',
      'Source maps pending',
    )
  }
}

function publish(report: SourceMapReport, { outputs, onReport }: SourceMapDeps): void {
  setSourceMapOutputs(outputs, report)
  onReport(report)
}

/** With `check`, every script must have its id already. */
function checkIds(scripts: readonly PreparedScript[], { inject }: SourceMapOptions): void {
  const without = scripts.filter(({ id }) => id === undefined)
  if (inject !== 'check' || without.length === 0) return
  throw failure(
    `${without.length} of ${scripts.length} scripts have no debug id:\n${listed(without.map(({ file }) => file.shown))}`,
    'Deploy the files that the step with sourcemaps-inject: true has written.',
  )
}

function checkUsable(
  scripts: readonly PreparedScript[],
  { missing }: SourceMapOptions,
  deps: SourceMapDeps,
): void {
  const bad = unresolved(scripts)
  if (scripts.length > 0 && bad.length === 0) return
  const message =
    scripts.length === 0
      ? 'The paths of sourcemaps hold no scripts (.js, .cjs, .mjs).'
      : `Errors in ${bad.length} of ${scripts.length} scripts will not be resolved:\n${listed(bad.map(({ path, reason }) => `${path}: ${reason}`))}`
  if (missing === 'fail') {
    throw failure(
      message,
      'Check that the build writes source maps and that the paths are right. If these scripts need no source maps, set sourcemaps-missing to warn.',
    )
  }
  if (missing === 'warn') deps.logger.warning(message, 'Source maps missing')
  else deps.logger.info(message)
}

/** Lines of a message. */
const MAX_LISTED = 20

function listed(lines: readonly string[]): string {
  const shown = lines.slice(0, MAX_LISTED).map((line) => plain(line))
  return [...shown, ...(lines.length > MAX_LISTED ? [`and ${lines.length - MAX_LISTED} more`] : [])].join(
    '\n',
  )
}

async function deleteMaps(scripts: readonly PreparedScript[], files: Files): Promise<void> {
  const maps = new Set(scripts.flatMap(({ map }) => (map?.kind === 'file' ? [map.path] : [])))
  for (const path of maps) await files.remove(path)
}

function failure(message: string, advice: string): ActionError {
  return new ActionError(message, { title: 'Source maps failed', advice })
}
