import type { Actions } from './actions.ts'
import type { GitHubContext } from './github/event.ts'
import { createHttp, type HttpDeps } from './http/client.ts'
import type { Transport } from './http/attempt.ts'
import type { Inputs } from './inputs/load.ts'
import type { Clock } from './ports.ts'
import { openSentry, type SentrySession } from './sentry/session.ts'
import type { Start } from './start.ts'
import type { Report } from './summary/report.ts'

/** Everything that the step touches. */
export interface World {
  readonly env: Readonly<NodeJS.ProcessEnv>
  readonly start: Start
  readonly actions: Actions
  readonly clock: Clock
  readonly transport: Transport
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal
}

/** What the stages of one step share. */
export interface Step {
  readonly inputs: Inputs
  readonly context: GitHubContext
  readonly world: World
  readonly report: Report
  readonly sentry: SentrySession
  /** ISO 8601 */
  readonly startedAt: string
}

/**
 * Opens what the stages need.
 * @throws ActionError, when the inputs are not usable, that lists every problem of every input
 */
export function begin(world: World, report: Report): Step {
  const { actions, clock, signal } = world
  const { context, inputs, startedAt, userAgent } = world.start
  if (inputs instanceof Error) throw inputs
  for (const notice of inputs.notices) actions.logger.notice(notice)
  const { sentry, commit, retries } = inputs
  // Known before the first response, so that a later `if: failure()` step has it.
  actions.outputs.set('release-version', sentry.version)
  report.version = sentry.version
  report.projects = sentry.projects
  report.finalize = inputs.lifecycle.finalize
  report.environment = inputs.lifecycle.deploy?.environment
  if (commit !== undefined) report.commit = commit
  report.repositoryUrl = context.repository && `${context.serverUrl}/${context.repository}`
  const http = createHttp(httpDeps(inputs, world))
  const session = openSentry({
    http,
    clock,
    signal,
    retries,
    logger: actions.logger,
    token: sentry.token,
    account: { ...sentry, base: sentry.baseUrl },
    userAgent,
  })
  return { inputs, context, world, report, sentry: session, startedAt }
}

/** How requests are sent; a caller can replace the limits. */
export function httpDeps(
  { requestTimeout, retries }: Pick<Inputs, 'requestTimeout' | 'retries'>,
  { actions, clock, signal, transport }: Pick<World, 'actions' | 'clock' | 'signal' | 'transport'>,
): HttpDeps {
  const { logger, redact } = actions
  return { transport, clock, logger, signal, redact, requestTimeout, retries }
}
