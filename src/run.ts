import { randomUUID } from 'node:crypto'
import type { Actions } from './actions.ts'
import { asActionError } from './errors.ts'
import type { CommitSource } from './github/commits.ts'
import { type GitHubContext, readContext } from './github/context.ts'
import { createHttp, type Http } from './http/client.ts'
import type { Transport } from './http/transport.ts'
import { wantsSummary } from './inputs/common.ts'
import { type Inputs, loadInputs } from './inputs/load.ts'
import { setCommitOutputs, setDeployOutputs, setReleaseOutputs, setReleaseState } from './outputs.ts'
import type { Clock } from './ports.ts'
import { associateCommits } from './sentry/commits.ts'
import { recordDeploy } from './sentry/deploy.ts'
import { finalizeRelease } from './sentry/finalize.ts'
import { releaseUrl } from './sentry/links.ts'
import { ensureRelease, type Ensured } from './sentry/release.ts'
import type { Release } from './sentry/schema.ts'
import { openSentry, type SentrySession } from './sentry/session.ts'
import { describeWork, settleWork } from './state.ts'
import { type Report, renderSummary, sayResult } from './summary.ts'
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
interface Step {
  readonly inputs: Inputs
  readonly context: GitHubContext
  readonly world: World
  readonly report: Report
  readonly http: Http
  readonly sentry: SentrySession
  /** ISO 8601 */
  readonly startedAt: string
}

/**
 * The main step: inputs → release → commits → finalize → deploy → outputs and summary.
 * @throws ActionError for everything that makes the step fail; outputs and summary are written by then
 */
export async function run(world: World): Promise<void> {
  const { actions, env } = world
  const report: Report = {}
  try {
    const step = begin(world, report)
    const ensured = await actions.logger.group('Sentry release', () => release(step))
    const associated = await actions.logger.group('Commits', () => commits(step, ensured.release))
    await actions.logger.group('Finalize and deploy', () => finish(step, associated))
    actions.logger.info(sayResult(report))
  } catch (thrown) {
    report.failure = asActionError(thrown)
    throw report.failure
  } finally {
    if (wantsSummary(env)) await actions.summary.write(renderSummary(report))
    settleWork(actions.state)
  }
}

function begin(world: World, report: Report): Step {
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
  const common = { clock, signal, logger: actions.logger, retries }
  const http = createHttp({
    ...common,
    transport: world.transport,
    redact: actions.redact,
    requestTimeout: inputs.requestTimeout,
  })
  const session = openSentry({
    ...common,
    http,
    token: sentry.token,
    account: { ...sentry, base: sentry.baseUrl },
    // Unique per process: Sentry keeps it, which later tells who created the release.
    userAgent: `release-gate (run ${context.runId}.${context.runAttempt}; ${randomUUID()})`,
  })
  return { inputs, context, world, report, http, sentry: session, startedAt }
}

async function release({ inputs, world, report, sentry }: Step): Promise<Ensured> {
  const { logger, outputs } = world.actions
  const { organization, baseUrl, projects } = inputs.sentry
  logger.info(`Organization ${organization} at ${baseUrl}, project ${projects.join(', ')}`)
  const linkTo = (found: Release): string => releaseUrl(baseUrl, organization, found, projects)
  const ensured = await ensureRelease(inputs.sentry, {
    ...sentry,
    onRelease: (found, created) => {
      setReleaseOutputs(outputs, { release: found, created, url: linkTo(found) })
    },
  })
  const url = linkTo(ensured.release)
  setReleaseOutputs(outputs, { ...ensured, url })
  report.release = { ensured, url }
  return ensured
}

/** The release as it is after its commits are associated, and whether that was seen just now. */
interface Associated {
  readonly release: Release
  readonly fresh: boolean
  /** The release date was set by the same request. */
  readonly finalized: boolean
}

async function commits(step: Step, current: Release): Promise<Associated> {
  const { inputs, context, world, report, sentry } = step
  const { setCommits, previousCommit, finalize } = inputs.lifecycle
  const dateReleased =
    finalize && !current.dateReleased ? new Date(world.clock.now()).toISOString() : undefined
  const result = await associateCommits(
    current,
    {
      version: current.version,
      mode: setCommits,
      commit: inputs.commit,
      previousCommit,
      repository: context.repository,
      dateReleased,
    },
    { ...sentry, source: commitSource(step) },
  )
  report.commits = result
  setCommitOutputs(world.actions.outputs, result)
  if (!('release' in result)) {
    return { release: current, fresh: result.kind === 'skipped' || !result.tried, finalized: false }
  }
  const finalized =
    dateReleased !== undefined && result.kind !== 'present' && Boolean(result.release.dateReleased)
  return { release: result.release, fresh: true, finalized }
}

function commitSource({ inputs, context, world, http }: Step): (() => Promise<CommitSource>) | undefined {
  const { githubToken } = inputs.lifecycle
  const { repository, apiUrl } = context
  if (githubToken === undefined || repository === undefined) return undefined
  return async () => {
    // Late, because few runs read commits and octokit takes longer to load than a run without it.
    const { createCommitSource } = await import('./github/octokit.ts')
    return createCommitSource({ http, logger: world.actions.logger, token: githubToken, apiUrl, repository })
  }
}

async function finish(step: Step, associated: Associated): Promise<void> {
  const { inputs, world, report, sentry } = step
  const { finalize, deploy } = inputs.lifecycle
  const { outputs, logger } = world.actions
  if (!finalize) {
    logger.info('finalize is false: the release date is left as it is.')
  } else if (associated.finalized) {
    logger.info('The release was finalized together with its commits.')
    report.finalized = associated.release.dateReleased ?? undefined
  } else {
    const final = await finalizeRelease(associated.release, associated.fresh, sentry)
    setReleaseState(outputs, final)
    report.finalized = final.dateReleased ?? undefined
  }
  if (!deploy) return
  const { projects, version } = inputs.sentry
  const deployed = await recordDeploy(
    version,
    { ...deploy, projects, startedAt: deploy.startedAt ?? step.startedAt },
    sentry,
  )
  setDeployOutputs(outputs, deployed)
  report.deploy = { ...deployed, environment: deploy.environment, url: deploy.url }
}
