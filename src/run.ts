import { asActionError, ReportedError } from './errors.ts'
import { wantsSummary } from './inputs/load.ts'
import { builds, commits, finish, release, sourceMaps } from './stages.ts'
import { settleWork } from './state.ts'
import { begin, type World } from './step.ts'
import type { Report } from './summary/report.ts'
import { formatResult, renderSummary } from './summary/summary.ts'

/**
 * The main step: inputs → release → source maps → commits → builds → finalize → deploy → outputs and summary.
 * @throws ActionError for everything that makes the step fail; outputs and summary are written by then
 */
export async function run(world: World): Promise<void> {
  const { actions, env } = world
  const { logger } = actions
  const report: Report = {}
  try {
    const step = begin(world, report)
    const { abf } = step.inputs
    const ensured = await logger.group('Sentry release', () => release(step))
    if (!('off' in step.inputs.sourceMaps)) await sourceMaps(step.inputs.sourceMaps, step)
    const current = await logger.group('Commits', () => commits(step, ensured))
    const verdict = 'off' in abf ? undefined : await builds(abf, step)
    await logger.group('Finalize and deploy', () => finish(step, current, verdict))
    logger.info(formatResult(report))
    if (verdict && !verdict.ok)
      throw new ReportedError(`ABF ${verdict.report.operation}: ${verdict.conclusion}.`)
  } catch (thrown) {
    report.failure = asActionError(thrown)
    throw report.failure
  } finally {
    if (wantsSummary(env)) await actions.summary.write(renderSummary(report))
    settleWork(actions.state)
  }
}
