import { assertNever } from '../errors.ts'
import type { AbfOptions, AbfTask } from './options.ts'
import { plain } from '../text/sanitize.ts'
import { cancelSubmitted } from './cancel.ts'
import { announce, readLogs } from './report/annotations.ts'
import type { Conclusion } from './outcome.ts'
import { operate } from './operations.ts'
import { type AbfReport, conclusionOf, renderOutputs } from './report/outputs.ts'
import { resolve } from './submit/resolve.ts'
import { describeRest, select } from './select.ts'
import { type AbfDeps, openSession, type Session } from './session.ts'
import { submit } from './submit/submit.ts'
import { lookOnce, waitFor } from './wait/wait.ts'

export { cleanUpAbf } from './cancel.ts'
export type { AbfReport } from './report/outputs.ts'
export type { AbfDeps } from './session.ts'
export { summarizeBuilds } from './report/summary.ts'

/** What the ABF part of the step came to. */
export interface AbfResult {
  readonly conclusion: Conclusion
  /** Whether the step may end with exit code 0; if not, the annotations have been written. */
  readonly ok: boolean
  /** Why the release may not be finalized and deployed now; undefined when it may. */
  readonly stop: string | undefined
  readonly report: AbfReport
}

/**
 * The ABF part of the step: submit or select builds, do what was asked, wait for the end. Outputs are written as far as
 * they are known, also when it throws, and `onReport` has the facts for the summary by then.
 * @throws ActionError or HttpError for what is no result of a build; the reason of the signal when the job is cancelled
 */
export async function runAbf(inputs: AbfOptions, deps: AbfDeps): Promise<AbfResult> {
  const session = openSession(inputs, deps)
  const { ledger } = session
  let conclusion: Conclusion | undefined
  let left: readonly number[] = []
  let report: AbfReport
  try {
    conclusion = await start(inputs.task, session)
    if (inputs.wait && conclusion === undefined) {
      await waitFor(ledger.records, session.wait)
      left = await cancelSubmitted(session, 'it is not over in time')
    }
    await describeRest(session)
    await readLogs({ records: ledger.records, base: session.base }, inputs.logLines, session.files)
  } catch (error) {
    const aborted = deps.signal.aborted
    conclusion = aborted ? 'cancelled' : 'failure'
    // The process may be killed while it cancels.
    tell(session, conclusion)
    left = await cancelSubmitted(session, aborted ? 'the job is cancelled' : 'the step fails')
    throw error
  } finally {
    report = tell(session, conclusion)
    ledger.settle(left)
  }
  await announce(report, deps.logger)
  return result(report, inputs)
}

/** Brings the builds into the ledger; gives a conclusion when there is nothing to wait for. */
async function start(task: AbfTask, session: Session): Promise<Conclusion | undefined> {
  const { api, inputs, ledger, logger } = session
  if (task.operation === 'build') {
    const target = await resolve(task.wanted, api)
    logger.info(
      `ABF at ${session.base}: ${plain(target.project.label)} into ${plain(target.repository.label)}, built for ${plain(target.platform.label)}, at commit ${task.wanted.commit}`,
    )
    await submit(task.wanted, target, { ...session, reuse: inputs.reuse })
    return inputs.wait ? undefined : 'in_progress'
  }
  await select(task, session)
  const { records } = ledger
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
  else if (!inputs.wait) await lookOnce(records, session.wait)
  return undefined
}

/** Writes all outputs as they are now. */
function tell(session: Session, conclusion: Conclusion | undefined): AbfReport {
  const { inputs, ledger, outputs, logger, clock, base } = session
  const { operation } = inputs.task
  const report: AbfReport = { operation, base, conclusion, records: ledger.records, at: clock.now() }
  const { outputs: values, tooLong } = renderOutputs(report)
  for (const [name, value] of Object.entries(values)) outputs.set(name, value)
  if (tooLong.length > 0) {
    logger.warning(`Output ${tooLong.join(' and ')} is left out: GitHub takes at most 1 MiB.`)
  }
  session.onReport(report)
  return report
}

function result(report: AbfReport, inputs: AbfOptions): AbfResult {
  const { operation } = report
  const { conclusion } = conclusionOf(report)
  const wanted = conclusion === 'cancelled' && operation === 'cancel'
  const ok = wanted || ['success', 'neutral', 'in_progress'].includes(conclusion)
  return { conclusion, ok, report, stop: whyStop(conclusion, inputs) }
}

function whyStop(conclusion: Conclusion, { task, wait }: AbfOptions): string | undefined {
  const { operation } = task
  if (operation === 'cancel' || operation === 'reject' || operation === 'search') {
    return `abf-operation is ${operation}, which leads to nothing that could be released`
  }
  if (!wait)
    return 'abf-wait is false, so the builds may still fail; a later job with abf-build-list-ids can wait for them'
  switch (conclusion) {
    case 'success':
      return undefined
    case 'neutral':
      return 'the builds ended without what was asked for: nothing was built, or it was not published'
    case 'in_progress':
    case 'failure':
    case 'cancelled':
    case 'timed_out':
      return `the builds ended as ${conclusion}`
    default:
      return assertNever(conclusion)
  }
}
