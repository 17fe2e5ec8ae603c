import { randomUUID } from 'node:crypto'
import type { Actions } from './actions.ts'
import { asActionError } from './errors.ts'
import { type GitHubContext, readContext } from './github/context.ts'
import { createHttp } from './http/client.ts'
import type { Transport } from './http/transport.ts'
import { wantsSummary } from './inputs/common.ts'
import { type Inputs, loadInputs } from './inputs/load.ts'
import { setReleaseOutputs } from './outputs.ts'
import type { Clock } from './ports.ts'
import { createSentryApi } from './sentry/api.ts'
import { releaseUrl } from './sentry/links.ts'
import { ensureRelease } from './sentry/release.ts'
import { describeWork, settleWork } from './state.ts'
import { type Report, renderSummary } from './summary.ts'
import { plain } from './untrusted.ts'

/** Everything that the step touches. */
export interface World {
  readonly env: Readonly<NodeJS.ProcessEnv>
  /** The parsed event file, or undefined when there is none. */
  readonly event: unknown
  readonly actions: Actions
  readonly clock: Clock
  readonly transport: Transport
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal
}

/**
 * The main step: inputs → release → outputs and summary.
 * @throws ActionError for everything that makes the step fail; outputs and summary are written by then
 */
export async function run(world: World): Promise<void> {
  const { actions, env } = world
  const report: Report = {}
  try {
    const context = readContext(env, world.event)
    const inputs = loadInputs(env, context)
    for (const notice of inputs.notices) actions.logger.notice(notice)
    await actions.logger.group('Sentry release', () => release(inputs, context, world, report))
    actions.logger.info(sayResult(report))
  } catch (thrown) {
    report.failure = asActionError(thrown)
    throw report.failure
  } finally {
    if (wantsSummary(env)) await actions.summary.write(renderSummary(report))
    settleWork(actions.state)
  }
}

async function release(inputs: Inputs, context: GitHubContext, world: World, report: Report): Promise<void> {
  const { actions, clock, signal } = world
  const { sentry, commit } = inputs
  const { repository, serverUrl } = context
  report.version = sentry.version
  report.projects = sentry.projects
  report.commit = { sha: commit, url: repository && `${serverUrl}/${repository}/commit/${commit}` }
  describeWork(actions.state, `release ${plain(sentry.version)} in organization ${sentry.organization}`)
  actions.logger.info(
    `Organization ${sentry.organization} at ${sentry.baseUrl}, project ${sentry.projects.join(', ')}`,
  )

  // Unique per process: Sentry keeps it, which later tells who created the release.
  const userAgent = `release-gate (run ${context.runId}.${context.runAttempt}; ${randomUUID()})`
  const http = createHttp({
    ...inputs,
    transport: world.transport,
    clock,
    signal,
    logger: actions.logger,
    redact: actions.redact,
  })
  const api = createSentryApi({
    http,
    account: { ...sentry, base: sentry.baseUrl },
    token: sentry.token,
    userAgent,
  })
  const linkTo = (found: Parameters<typeof releaseUrl>[2]): string =>
    releaseUrl(sentry.baseUrl, sentry.organization, found, sentry.projects)

  const ensured = await ensureRelease(sentry, {
    api,
    clock,
    signal,
    userAgent,
    logger: actions.logger,
    onRelease: (found, created) => {
      setReleaseOutputs(actions.outputs, { release: found, created, url: linkTo(found) })
    },
  })
  const url = linkTo(ensured.release)
  setReleaseOutputs(actions.outputs, { ...ensured, url })
  report.release = { ensured, url }
}

function sayResult({ release: result }: Report): string {
  if (!result) return ''
  const { ensured, url } = result
  const verb = ensured.created ? 'was created' : 'is there'
  return `Sentry release ${plain(ensured.release.version)} ${verb}: ${url}`
}
