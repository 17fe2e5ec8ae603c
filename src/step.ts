import { randomUUID } from 'node:crypto'
import type { Actions } from './actions.ts'
import { type GitHubContext, readContext } from './github/context.ts'
import { createHttp, type HttpDeps } from './http/client.ts'
import type { Transport } from './http/transport.ts'
import { type Inputs, loadInputs } from './inputs/load.ts'
import type { Clock } from './ports.ts'
import { openSentry, type SentrySession } from './sentry/session.ts'
import { describeWork } from './state.ts'
import type { Report } from './summary.ts'
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
 * Reads the inputs and opens what the stages need; nothing is sent yet.
 * @throws ActionError that lists every problem of every input
 */
export function begin(world: World, report: Report): Step {
  const { actions, clock, signal } = world
  const startedAt = new Date(clock.now()).toISOString()
  const context = readContext(world.env, world.event)
  const inputs = loadInputs(world.env, context, actions.redact)
  for (const notice of inputs.notices) actions.logger.notice(notice)
  const { sentry, commit, retries } = inputs
  report.version = sentry.version
  report.projects = sentry.projects
  report.commit = commit
  report.repositoryUrl = context.repository && `${context.serverUrl}/${context.repository}`
  describeWork(actions.state, `release ${plain(sentry.version)} in organization ${sentry.organization}`)
  const http = createHttp(httpDeps(inputs, world))
  const session = openSentry({
    http,
    clock,
    signal,
    retries,
    logger: actions.logger,
    token: sentry.token,
    account: { ...sentry, base: sentry.baseUrl },
    userAgent: userAgent(context),
  })
  return { inputs, context, world, report, sentry: session, startedAt }
}

/** How requests are sent, unless somebody needs other limits. */
export function httpDeps(
  { requestTimeout, retries }: Pick<Inputs, 'requestTimeout' | 'retries'>,
  { actions, clock, signal, transport }: Pick<World, 'actions' | 'clock' | 'signal' | 'transport'>,
): HttpDeps {
  const { logger, redact } = actions
  return { transport, clock, logger, signal, redact, requestTimeout, retries }
}

/** Unique per process: Sentry keeps it of the request that creates a release, which later tells who did. */
export function userAgent({ runId, runAttempt }: GitHubContext): string {
  return `release-gate (run ${runId}.${runAttempt}; ${randomUUID()})`
}
