import { assertNever } from '../errors.ts'
import type { AbfOptions, AbfTask } from './options.ts'
import { toSingleLine } from '../text/sanitize.ts'
import { cancelSubmitted } from './cancel.ts'
import { annotate, readLogs } from './report/annotations.ts'
import type { Conclusion } from './outcome.ts'
import { operate } from './operations.ts'
import { type AbfReport, conclusionOf, renderOutputs } from './report/outputs.ts'
import { resolve } from './submit/resolve.ts'
import { describeRest, select } from './select.ts'
import { type AbfDeps, openSession, type AbfSession } from './session.ts'
import { submit } from './submit/submit.ts'
import { pollOnce, waitFor } from './wait/wait.ts'

export { cleanUpAbf } from './cancel.ts'
export type { AbfReport } from './report/outputs.ts'
export type { AbfDeps } from './session.ts'
export { summarizeBuilds } from './report/summary.ts'

/** The result of the ABF part of the step. */
export interface AbfResult {
  readonly conclusion: Conclusion
  /** Whether the step may end with exit code 0; if not, the annotations have been written. */
  readonly ok: boolean
  /** Why the release may not be finalized and deployed now; undefined when it may. */
  readonly stop: string | undefined
  readonly report: AbfReport
}

/**
 * The ABF part of the step: submits or selects builds, requests the operation, waits for the end. Outputs are written as
 * far as they are known, also when it throws, and `onReport` has received the facts for the summary.
 * @throws ActionError or HttpError for errors other than the result of a build; the reason of the signal when the job is cancelled
 */
export async function runAbf(inputs: AbfOptions, deps: AbfDeps): Promise<AbfResult> {
  const session = openSession(inputs, deps)
  const { builds } = session
  let conclusion: Conclusion | undefined
  let notCancelled: readonly number[] = []
  let report: AbfReport
  try {
    conclusion = await start(inputs.task, session)
    if (inputs.wait && conclusion === undefined) {
      await waitFor(builds.records, session)
      notCancelled = await cancelSubmitted(session, 'abf-timeout has passed')
    }
    await describeRest(session)
    await readLogs({ records: builds.records, base: session.base }, inputs.logLines, session.files)
  } catch (error) {
    const aborted = deps.signal.aborted
    conclusion = aborted ? 'cancelled' : 'failure'
    // Before the cancels, because the process may be killed meanwhile.
    writeOutputs(session, conclusion)
    notCancelled = await cancelSubmitted(session, aborted ? 'the job is cancelled' : 'the step fails')
    throw error
  } finally {
    report = writeOutputs(session, conclusion)
    builds.finish(notCancelled)
  }
  await annotate(report, deps.logger)
  return result(report, inputs)
}

/** Adds the builds to the session; returns a conclusion when there is nothing to wait for. */
async function start(task: AbfTask, session: AbfSession): Promise<Conclusion | undefined> {
  const { api, builds, inputs, logger } = session
  if (task.operation === 'build') {
    const target = await resolve(task.wanted, api)
    logger.info(
      `ABF at ${session.base}: ${toSingleLine(target.project.label)} into ${toSingleLine(target.repository.label)}, built for ${toSingleLine(target.platform.label)}, commit ${task.wanted.commit}`,
    )
    await submit(task.wanted, target, session)
    return inputs.wait ? undefined : 'in_progress'
  }
  await select(task, session)
  const { records } = builds
  if (task.operation === 'search') {
    logger.info(`Found ${records.length} builds.`)
    return 'success'
  }
  if (records.length === 0) {
    const empty =
      task.filter === undefined ? 'abf-build-list-ids is an empty list' : 'abf-filter selects no builds'
    logger.warning(`${empty}, so there is nothing to ${task.operation}.`)
    return 'neutral'
  }
  if (task.operation !== 'watch') await operate(task.operation, records, session)
  else if (!inputs.wait) await pollOnce(records, session)
  return undefined
}

/** Writes all outputs as they are now. */
function writeOutputs(session: AbfSession, conclusion: Conclusion | undefined): AbfReport {
  const { inputs, builds, outputs, logger, clock, base } = session
  const { operation } = inputs.task
  const report: AbfReport = { operation, base, conclusion, records: builds.records, at: clock.now() }
  const { outputs: values, tooLong } = renderOutputs(report)
  for (const [name, value] of Object.entries(values)) outputs.set(name, value)
  if (tooLong.length > 0) {
    logger.warning(
      `The step leaves out the output ${tooLong.join(' and ')}, because it is too large: GitHub takes at most 1 MiB.`,
    )
  }
  session.onReport(report)
  return report
}

function result(report: AbfReport, inputs: AbfOptions): AbfResult {
  const { operation } = report
  const { conclusion } = conclusionOf(report)
  const asRequested = conclusion === 'cancelled' && operation === 'cancel'
  const ok = asRequested || ['success', 'neutral', 'in_progress'].includes(conclusion)
  return { conclusion, ok, report, stop: whyStop(conclusion, inputs) }
}

function whyStop(conclusion: Conclusion, { task, wait }: AbfOptions): string | undefined {
  const { operation } = task
  if (operation === 'cancel' || operation === 'reject' || operation === 'search') {
    return `abf-operation is ${operation}, after which there is nothing to release`
  }
  if (!wait)
    return 'abf-wait is false, so the builds may still fail. Wait for them in a later job with abf-build-list-ids'
  switch (conclusion) {
    case 'success':
      return undefined
    case 'neutral':
      return 'nothing was built, or the packages were not published'
    case 'in_progress':
    case 'failure':
    case 'cancelled':
    case 'timed_out':
      return `the conclusion of the builds is ${conclusion}`
    default:
      return assertNever(conclusion)
  }
}
