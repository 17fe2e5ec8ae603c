import { basename } from 'node:path'
import type { Files, Logger, Outputs } from '../ports.ts'
import type { SentrySession } from '../sentry/session.ts'
import { toSingleLine } from '../text/sanitize.ts'
import { createUploadApi } from './api.ts'
import { checkIds, checkUsable } from './check.ts'
import { discover, type Found } from './discover.ts'
import { failure, fileError, listed } from './errors.ts'
import { createFiles } from './files.ts'
import { findCopies, findHashes } from './integrity.ts'
import { makeBundles } from './make-bundles.ts'
import type { SourceMapOptions } from './options.ts'
import { prepare } from './prepare.ts'
import type { PreparedScript } from './prepared-script.ts'
import { isJournal } from './replace.ts'
import { setSourceMapOutputs, type SourceMapReport } from './report.ts'
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
  /** Absolute folder for temporary files; without one that of the system. */
  readonly temporary: string | undefined
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
  try {
    await findAndUpload(inputs, deps)
  } catch (error) {
    throw fileError(error, deps.workspace) ?? error
  }
}

async function findAndUpload(inputs: SourceMapOptions, deps: SourceMapDeps): Promise<void> {
  const { logger, temporary, signal } = deps
  const files = createFiles(temporary)
  const found = await discoverWhole(inputs, deps, files)
  if (found.problems.length > 0) {
    publish({ scripts: [], bundleIds: [], bytesSent: 0, state: 'skipped' }, deps)
    throw failure(listed(found.problems), 'Correct the input sourcemaps.')
  }
  logger.info(`Found ${found.scripts.length} scripts and ${found.maps.length} source maps.`)
  const prepared = await prepare(found, inputs.inject, files)
  const notices = [...found.notices, ...prepared.notices]
  if (notices.length > 0) logger.notice(listed(notices), 'Source maps')
  const report: SourceMapReport = { scripts: prepared.scripts, bundleIds: [], bytesSent: 0, state: 'skipped' }
  if (publish(report, deps)) {
    logger.warning(
      'The step leaves out the output sourcemap-unresolved, because it is too large: GitHub takes at most 1 MiB.',
      'Output left out',
    )
  }
  checkIds(prepared.scripts, inputs)
  checkUsable(prepared.scripts, inputs, logger)
  if (!prepared.scripts.some(({ upload, map }) => upload && map)) {
    logger.info('No script has a usable source map, so no file is changed and nothing is uploaded.')
    return
  }
  await warnOfOthers(found, prepared.scripts, files, logger)
  const scripts =
    inputs.inject === 'true' ? await writeIds(prepared.scripts, files, signal) : prepared.scripts
  const injected = prepared.scripts.filter(({ inject }) => inject).length
  if (injected > 0) {
    logger.info(`Wrote debug ids into ${injected} scripts. Deploy these files, not earlier copies of them.`)
  }
  await uploadAll(scripts, inputs, { ...deps, files, workspace: found.workspace }, report)
  if (inputs.deleteMaps) await deleteMaps(scripts, found.maps, files, logger)
}

/** Warns of files that do not go with the scripts any more when these have ids. */
async function warnOfOthers(
  found: Found,
  scripts: readonly PreparedScript[],
  files: Files,
  logger: Logger,
): Promise<void> {
  const hashes = await findHashes(found, scripts, files)
  if (hashes.length > 0) {
    logger.warning(`${listed(hashes)}\nCompute such hashes after this step.`, 'Hash of a changed file')
  }
  const copies = findCopies(found, scripts)
  if (copies.length > 0) {
    logger.warning(`${listed(copies)}\nCompress the scripts after this step.`, 'Compressed copy of a script')
  }
}

/** Finds the files as they were before a run that was killed while it wrote. */
async function discoverWhole(
  { roots, inject }: SourceMapOptions,
  { logger, workspace }: SourceMapDeps,
  files: Files,
): Promise<Found> {
  const found = await discover(roots, workspace, files)
  if (found.leftovers.length === 0) return found
  if (inject === 'true') {
    logger.info('An earlier run was ended while it wrote debug ids: what it left is undone.')
    files.undoReplacement(found.leftovers, found.workspace)
    return await discover(roots, workspace, files)
  }
  if (!found.leftovers.some((path) => isJournal(basename(path)))) return found
  throw failure(
    'An earlier run was ended while it wrote debug ids, so that only some of the files have them.',
    'Build again, or let a step with sourcemaps-inject: true undo what is left.',
  )
}

async function uploadAll(
  scripts: readonly PreparedScript[],
  inputs: SourceMapOptions,
  deps: SourceMapDeps & { readonly files: Files },
  first: SourceMapReport,
): Promise<void> {
  const { account, call, clock, logger, projects, version, signal, files, workspace } = deps
  const { dist, waitMs, stripPrefix } = inputs
  const api = createUploadApi(call, account)
  const options = await api.options()
  if (options.refusedUrl !== undefined) {
    logger.warning(
      `Sentry names ${toSingleLine(options.refusedUrl)} for uploads, which is not a host of sentry-url: the token is not sent there, and the chunks go to ${options.url.origin}.`,
      'Upload address not used',
    )
  }
  const owner = { organization: account.organization, projects, release: version, dist }
  const maxSize = Math.min(options.maxFileSize ?? MAX_BUNDLE, MAX_BUNDLE)
  const byDebugId = scripts.every(({ id, upload }) => id !== undefined || !upload)
  let report = first
  for await (const bundle of makeBundles(scripts, {
    owner,
    files,
    workspace,
    stripPrefix,
    maxSize,
    signal,
  })) {
    logger.info(`Bundle ${bundle.id}: ${bundle.files} files, ${bundle.size} bytes.`)
    const target = { options, projects, version, dist, waitMs, byDebugId }
    const { id, state, bytesSent } = await uploadBundle(bundle, target, { api, clock, logger, signal })
    if (state === 'ok') logger.info(`Sentry has read the bundle; ${bytesSent} bytes were sent.`)
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

/** @returns whether an output was left out */
function publish(report: SourceMapReport, { outputs, onReport }: SourceMapDeps): boolean {
  onReport(report)
  return setSourceMapOutputs(outputs, report)
}

/** Deletes every map below the paths, also those that no script uses: none of them is to be deployed. */
async function deleteMaps(
  scripts: readonly PreparedScript[],
  found: readonly string[],
  files: Files,
  logger: Logger,
): Promise<void> {
  const used = scripts.flatMap(({ map }) => (map?.kind === 'file' ? [map.path] : []))
  const paths = new Set([...found, ...used])
  for (const path of paths) await files.remove(path)
  logger.info(`Deleted ${paths.size} source maps.`)
  const inline = scripts.flatMap(({ file, map }) => (map?.kind === 'inline' ? [file.shown] : []))
  if (inline.length > 0) {
    logger.warning(
      `These scripts hold their source map in themselves, which is not deleted:\n${listed(inline)}\nLet the build write separate source maps.`,
      'Source maps inside of scripts',
    )
  }
}
