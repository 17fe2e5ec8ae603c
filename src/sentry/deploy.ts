import { ActionError } from '../errors.ts'
import { HttpError } from '../http/failure.ts'
import type { HttpResponse } from '../http/response.ts'
import type { Logger } from '../ports.ts'
import { toSingleLine, quoted } from '../text/sanitize.ts'
import { retryUntil } from '../wait/backoff.ts'
import { sendOnce, asProject, isServerFailure, isSuccess, parse, releasePath } from './call.ts'
import { deployId, type DeployIdentity, findDeploy, findSentDeploy, type Lookup } from './deploy-lookup.ts'
import { explain, SCOPES } from './errors.ts'
import { isProject } from './links.ts'
import { type Deploy, DeploySchema, type Release } from './schema.ts'
import type { SentrySession } from './session.ts'
import { MAX_HIDDEN_MS, mayAppear } from './visibility.ts'

export interface DeployWanted extends DeployIdentity {
  /** The URL is from the input deploy-url, so it does not identify one run. */
  readonly urlGiven: boolean
  /** ISO 8601 */
  readonly startedAt: string
}

export interface Deployed {
  readonly id: string
  /** False when it existed before this step. */
  readonly created: boolean
}

const PAUSE = { first: 1_000, longest: 10_000 }

/**
 * Records a deploy once: Sentry adds a row for every POST and notifies people, so it looks for an equal deploy first,
 * and again when the response to the POST was lost.
 * @param hiddenUntil milliseconds since the epoch until which Sentry may hide the release (404)
 * @throws HttpError when Sentry refuses; ActionError when the release stays hidden (404)
 */
export async function recordDeploy(
  release: Release,
  wanted: DeployWanted,
  hiddenUntil: number,
  session: SentrySession,
): Promise<Deployed> {
  const { account, clock, logger, retries } = session
  const sending = createSender(release, wanted, session)
  const hidden = mayAppear(hiddenUntil, session)
  let known: Lookup | undefined
  let lost: HttpError | undefined
  let losses = 0
  const onHidden = (): undefined => {
    if (!hidden()) throw noAccess(wanted)
  }
  const attempt = async (): Promise<Deployed | undefined> => {
    if (known === undefined) {
      const lookup = await findDeploy(release, wanted, session)
      if (lookup === 'hidden') return onHidden()
      known = lookup
      // Without a URL runs cannot be distinguished, so a deploy of an earlier run proves nothing about this one.
      if (lookup.deploy && wanted.url !== undefined) return existing(lookup.deploy, wanted, logger)
      if (lookup.similar.size > 0 && wanted.url !== undefined) {
        logger.info(
          `Sentry has a deploy with the same environment, name and URL (${[...lookup.similar].join(', ')}), but not for exactly these projects, as far as it reports them. The step records a new deploy.`,
        )
      }
    }
    if (lost) {
      const found = await findSentDeploy(
        release,
        wanted,
        { ...sending.dates, before: known.similar },
        session,
      )
      if (found === 'hidden') return onHidden()
      if (found) return { id: idOf(found), created: true }
      if (losses > retries) throw lost
    }
    const response = await sending.post()
    if (response instanceof HttpError || isServerFailure(response)) {
      lost = response instanceof HttpError ? response : explain(response, account, SCOPES.write)
      losses += 1
      logger.info(`${lost.message}. Checking whether the deploy was recorded anyway.`)
      return undefined
    }
    if (response.status === 404) return onHidden()
    if (!isSuccess(response)) throw explain(response, account, SCOPES.write)
    return { id: idOf(parse(DeploySchema, response)), created: true }
  }
  const deployed = await retryUntil(attempt, clock.now() + MAX_HIDDEN_MS, PAUSE, session)
  if (!deployed) throw lost ?? noAccess(wanted)
  if (deployed.created) logDeploy(deployed, wanted, logger)
  return deployed
}

function existing(deploy: Deploy, wanted: DeployWanted, logger: Logger): Deployed {
  const id = idOf(deploy)
  const environment = toSingleLine(wanted.environment)
  const when = deploy.dateFinished ? ` on ${toSingleLine(deploy.dateFinished, 40)}` : ''
  logger.info(`The deploy to ${environment} already exists (${id}), recorded${when}.`)
  if (wanted.urlGiven) {
    logger.notice(
      `No new deploy was recorded: Sentry has a deploy to ${environment} with this deploy-url, recorded${when}. ` +
        'If this is a new deploy, give it another deploy-url, or leave deploy-url out to use the URL of the workflow run.',
      'Deploy already recorded',
    )
  }
  return { id, created: false }
}

function logDeploy({ id }: Deployed, { environment, url }: DeployWanted, logger: Logger): void {
  logger.info(`Recorded a deploy to ${toSingleLine(environment)} (${id}).`)
  if (url === undefined) {
    logger.notice(
      `The deploy to ${toSingleLine(environment)} was recorded without a URL, because Sentry does not accept the URL of this workflow run. ` +
        'If the step runs again, it records another deploy. Set deploy-url to a URL that Sentry accepts to avoid that.',
      'Deploy without a URL',
    )
  }
}

function noAccess({ environment }: DeployWanted): ActionError {
  return new ActionError(
    `Could not record the deploy to ${toSingleLine(environment)}: Sentry reports that the release does not exist (404).`,
    {
      advice:
        'A deploy needs access to all projects of the release, also those that this step does not name. If the token has it, re-run the job.',
    },
  )
}

function idOf(deploy: Deploy): string {
  return toSingleLine(deployId(deploy), 64)
}

/** Sends the deploy, with the same dates each time: they identify it when a response is lost. */
function createSender(
  release: Release,
  wanted: DeployWanted,
  { call, clock }: SentrySession,
): {
  readonly dates: { readonly dateStarted: string; readonly dateFinished: string }
  readonly post: () => Promise<HttpResponse | HttpError>
} {
  const { environment, name, url, startedAt } = wanted
  const now = new Date(clock.now()).toISOString()
  const dates = { dateStarted: startedAt, dateFinished: now > startedAt ? now : startedAt }
  const attached = release.projects ?? []
  const send = (projects: readonly (string | number)[] | undefined): Promise<HttpResponse | HttpError> =>
    sendOnce(
      call,
      {
        method: 'POST',
        path: `${releasePath(release.version)}deploys/`,
        body: { environment, name, url, ...dates, projects },
        intent: 'record the deploy',
      },
      DeploySchema,
    )
  // Every server takes slugs; ids are refused before 24.8. Without `projects` Sentry deploys all projects of the release.
  const projects = wanted.projects.map(
    (project) => attached.find((candidate) => isProject(candidate, project))?.slug ?? asProject(project),
  )
  const all = attached.length > 0 && attached.every((one) => wanted.projects.some((w) => isProject(one, w)))
  return {
    dates,
    async post() {
      const response = await send(projects)
      if (response instanceof HttpError || !needsReadScope(response)) return response
      if (all) return await send(undefined)
      throw response.error('status', `responded with 400: ${response.sanitize(INSUFFICIENT)}`, {
        serverMessage: INSUFFICIENT,
        advice: `Before version 24.10, Sentry lets a token with only project:releases record a deploy for all projects of a release, but not for some of them (here ${quoted(wanted.projects.join(', '), 200)}). Add the scope project:read to the token, use an organization token, or update Sentry.`,
      })
    },
  }
}

const INSUFFICIENT = 'Insufficient access to project'

function needsReadScope(response: HttpResponse): boolean {
  return response.status === 400 && response.text.includes(INSUFFICIENT)
}
