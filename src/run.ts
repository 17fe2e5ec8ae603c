import { randomUUID } from 'node:crypto'
import type { AbfDeps, AbfResult } from './abf/index.ts'
import type { Actions } from './actions.ts'
import { AnnouncedError, asActionError } from './errors.ts'
import type { CommitSource } from './github/commits.ts'
import { type GitHubContext, readContext } from './github/context.ts'
import { createHttp, type Http, type HttpDeps } from './http/client.ts'
import type { Transport } from './http/transport.ts'
import type { AbfInputs } from './inputs/abf.ts'
import { wantsSummary } from './inputs/common.ts'
import type { DeployInputs } from './inputs/lifecycle.ts'
import { type Inputs, loadInputs } from './inputs/load.ts'
import { setCommitOutputs, setDeployOutputs, setReleaseOutputs, setReleaseState } from './outputs.ts'
import type { Clock } from './ports.ts'
import { associateCommits } from './sentry/commits.ts'
import { recordDeploy } from './sentry/deploy.ts'
import { finalizeRelease, type Seen } from './sentry/finalize.ts'
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

/** The release as it was last seen. */
interface Current extends Seen {
  readonly release: Release
  /** This run has set the release date, together with the commits. */
  readonly finalized: boolean
}

/**
 * The main step: inputs → release → commits → builds → finalize → deploy → outputs and summary.
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
    const current = await logger.group('Commits', () => commits(step, ensured))
    const verdict = abf.off ? undefined : await builds(abf, step)
    await logger.group('Finalize and deploy', () => finish(step, current, verdict))
    logger.info(sayResult(report))
    if (verdict && !verdict.ok)
      throw new AnnouncedError(`ABF ${verdict.report.operation}: ${verdict.conclusion}.`)
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
  return { inputs, context, world, report, http, sentry: session, startedAt }
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

async function commits(step: Step, { release, hiddenUntil }: Ensured): Promise<Current> {
  const { inputs, context, world, report, sentry } = step
  const { setCommits, previousCommit, finalize } = inputs.lifecycle
  // One request less where no verdict of a build has to be waited for.
  const together = finalize && inputs.abf.off && !release.dateReleased
  const result = await associateCommits(
    release,
    {
      version: release.version,
      mode: setCommits,
      commit: inputs.commit,
      previousCommit,
      repository: context.repository,
      hiddenUntil,
      dateReleased: together ? new Date(world.clock.now()).toISOString() : undefined,
    },
    { ...sentry, source: commitSource(step) },
  )
  report.commits = result
  setCommitOutputs(world.actions.outputs, result)
  if (!('release' in result)) {
    return { release, hiddenUntil, fresh: result.kind === 'skipped' || !result.tried, finalized: false }
  }
  const finalized = together && result.kind !== 'present' && Boolean(result.release.dateReleased)
  return { release: result.release, hiddenUntil, fresh: true, finalized }
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

async function builds(abf: AbfInputs, step: Step): Promise<AbfResult> {
  const { inputs, world, report, sentry } = step
  const { logger, outputs, state } = world.actions
  // Late, because most runs have nothing to build.
  const { renderAbfSummary, runAbf } = await import('./abf/index.ts')
  const deps: AbfDeps = {
    logger,
    outputs,
    state,
    clock: world.clock,
    signal: world.signal,
    userAgent: sentry.userAgent,
    retries: inputs.retries,
    connect: (options) => createHttp({ ...httpDeps(inputs, world), ...options }),
    onReport: (facts) => {
      report.builds = renderAbfSummary(facts)
    },
  }
  return await runAbf(abf, deps)
}

async function finish(step: Step, current: Current, verdict: AbfResult | undefined): Promise<void> {
  const { inputs, report, world } = step
  const { finalize, deploy } = inputs.lifecycle
  const { logger } = world.actions
  if (verdict?.stop !== undefined && (finalize || deploy)) {
    report.heldBack = verdict.stop
    const message = `The release is not finalized and no deploy is recorded: ${verdict.stop}.`
    if (verdict.conclusion === 'neutral') logger.warning(message, 'Release held back')
    else logger.info(message)
    return
  }
  if (finalize) await settleDate(step, current, verdict !== undefined)
  else logger.info('finalize is false: the release date is left as it is.')
  if (deploy) await deployTo(deploy, step, current)
}

async function settleDate(step: Step, current: Current, waited: boolean): Promise<void> {
  const { report, world, sentry } = step
  const { actions } = world
  if (current.finalized) {
    actions.logger.info('The release was finalized together with its commits.')
    report.finalized = current.release.dateReleased ?? undefined
    return
  }
  const final = await finalizeRelease(
    current.release,
    { ...current, fresh: current.fresh && !waited },
    sentry,
  )
  setReleaseState(actions.outputs, final)
  report.finalized = final.dateReleased ?? undefined
}

async function deployTo(deploy: DeployInputs, step: Step, { hiddenUntil }: Current): Promise<void> {
  const { inputs, report, world, sentry } = step
  const { projects, version } = inputs.sentry
  const deployed = await recordDeploy(
    version,
    { ...deploy, projects, startedAt: deploy.startedAt ?? step.startedAt },
    { ...sentry, hiddenUntil },
  )
  setDeployOutputs(world.actions.outputs, deployed)
  report.deploy = { ...deployed, environment: deploy.environment, url: deploy.url }
}
