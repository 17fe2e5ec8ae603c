import type { AbfDeps, AbfResult } from './abf/index.ts'
import type { CommitSource } from './sentry/commit-source.ts'
import { createHttp } from './http/client.ts'
import type { AbfOptions } from './abf/options.ts'
import type { DeployInputs } from './inputs/lifecycle.ts'
import type { SourceMapInputs } from './inputs/sourcemaps.ts'
import { setCommitOutputs, setDeployOutputs, setReleaseOutputs, setReleaseState } from './outputs.ts'
import { associateCommits } from './sentry/commits.ts'
import { recordDeploy } from './sentry/deploy.ts'
import { finalizeRelease, type Freshness } from './sentry/finalize.ts'
import { releaseUrl } from './sentry/links.ts'
import { ensureRelease, type Ensured } from './sentry/release.ts'
import type { Release } from './sentry/schema.ts'
import { httpDeps, type Step } from './step.ts'

/** The stages of the main step, in order. Each writes its outputs and its part of the report. */

/** The release as it was last seen. */
export interface Current extends Freshness {
  readonly release: Release
  /** This run has set the release date, together with the commits. */
  readonly finalized: boolean
}

/** Ensures that the release exists. */
export async function release({ inputs, world, report, sentry }: Step): Promise<Ensured> {
  const { logger, outputs } = world.actions
  const { organization, baseUrl, projects } = inputs.sentry
  report.stage = 'release'
  logger.info(`Organization ${organization} at ${baseUrl}, project ${projects.join(', ')}`)
  const linkTo = (found: Release): string => releaseUrl(baseUrl, organization, found, projects)
  const onRelease = (found: Release, created: boolean): void => {
    report.unconfirmed = { created, url: linkTo(found) }
    setReleaseOutputs(outputs, { release: found, created, url: linkTo(found) })
  }
  const ensured = await ensureRelease(inputs.sentry, onRelease, sentry)
  const url = linkTo(ensured.release)
  setReleaseOutputs(outputs, { ...ensured, url })
  report.release = { ensured, url }
  return ensured
}

/** Gives scripts debug ids, and uploads them with their source maps. */
export async function sourceMaps(wanted: SourceMapInputs, step: Step): Promise<void> {
  const { inputs, world, report, sentry } = step
  const { logger, outputs } = world.actions
  report.stage = 'source-maps'
  // Late, because many releases have no scripts.
  const { renderSourceMaps, uploadSourceMaps } = await import('./sourcemaps/index.ts')
  const { projects, version } = inputs.sentry
  await logger.group('Source maps', () =>
    uploadSourceMaps(wanted, {
      ...sentry,
      outputs,
      projects,
      version,
      workspace: wanted.workspace,
      temporary: wanted.temporary,
      onReport: (facts) => {
        report.sourceMaps = renderSourceMaps(facts)
      },
    }),
  )
}

/** Associates commits, and sets the release date with them when nothing has to be waited for. */
export async function commits(step: Step, { release, hiddenUntil }: Ensured): Promise<Current> {
  const { inputs, context, world, report, sentry } = step
  const { setCommits, previousCommit, finalize } = inputs.lifecycle
  report.stage = 'commits'
  // One request less where no verdict of a build has to be waited for.
  const together = finalize && 'off' in inputs.abf && !release.dateReleased
  const result = await associateCommits(
    release,
    {
      version: release.version,
      mode: setCommits,
      // Without a commit the mode is skip.
      commit: inputs.commit ?? '',
      previousCommit,
      versionPrefix: inputs.sentry.versionPrefix,
      projects: inputs.sentry.projects,
      repository: context.repository,
      hiddenUntil,
      dateReleased: together ? new Date(world.clock.now()).toISOString() : undefined,
    },
    commitSource(step),
    sentry,
  )
  report.commits = result
  setCommitOutputs(world.actions.outputs, result)
  if (!('release' in result)) {
    return { release, hiddenUntil, fresh: result.kind === 'skipped' || !result.tried, finalized: false }
  }
  const finalized = together && result.kind !== 'present' && Boolean(result.release.dateReleased)
  return { release: result.release, hiddenUntil, fresh: true, finalized }
}

/** In `auto` the step does not fail without commits, so it waits for GitHub some seconds only, not a minute. */
const RETRIES_IN_AUTO = 3

function commitSource({ inputs, context, world }: Step): (() => Promise<CommitSource>) | undefined {
  const { githubToken, setCommits } = inputs.lifecycle
  const { repository, apiUrl } = context
  if (githubToken === undefined || repository === undefined) return undefined
  const retries = setCommits === 'auto' ? Math.min(inputs.retries, RETRIES_IN_AUTO) : inputs.retries
  return async () => {
    // Late, because few runs read commits and octokit takes longer to load than a run without it.
    const { createCommitSource } = await import('./github/octokit.ts')
    const http = createHttp({ ...httpDeps(inputs, world), retries })
    return createCommitSource({ http, logger: world.actions.logger, token: githubToken, apiUrl, repository })
  }
}

/** The ABF part: submits or selects builds, and waits for their results. */
export async function builds(abf: AbfOptions, step: Step): Promise<AbfResult> {
  const { inputs, world, report, sentry } = step
  const { logger, outputs, state } = world.actions
  report.stage = 'builds'
  // Late, because most runs have nothing to build.
  const { runAbf, summarizeBuilds } = await import('./abf/index.ts')
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
      report.builds = summarizeBuilds(facts)
    },
  }
  return await runAbf(abf, deps)
}

/** Sets the release date and records the deploy, unless the builds hold the release back. */
export async function finish(step: Step, current: Current, verdict: AbfResult | undefined): Promise<void> {
  const { inputs, report, world } = step
  const { finalize, deploy } = inputs.lifecycle
  const { logger } = world.actions
  report.stage = 'finish'
  if (verdict?.stop !== undefined && (finalize || deploy)) {
    report.heldBack = verdict.stop
    const message = `Finalize and deploy are skipped: ${verdict.stop}.`
    if (verdict.conclusion === 'neutral') logger.warning(message, 'Release held back')
    else logger.info(message)
    return
  }
  if (finalize) await settleDate(step, current, verdict !== undefined)
  else logger.info('finalize is false: the release date is not changed.')
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

async function deployTo(deploy: DeployInputs, step: Step, { release, hiddenUntil }: Current): Promise<void> {
  const { inputs, report, world, sentry } = step
  const { projects } = inputs.sentry
  const deployed = await recordDeploy(
    release,
    { ...deploy, projects, startedAt: deploy.startedAt ?? step.startedAt },
    hiddenUntil,
    sentry,
  )
  setDeployOutputs(world.actions.outputs, deployed)
  report.deploy = { ...deployed, url: deploy.url }
}
