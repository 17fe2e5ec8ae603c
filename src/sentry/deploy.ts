import { ActionError } from '../errors.ts'
import type { Reply } from '../http/response.ts'
import { HttpError } from '../http/failure.ts'
import type { Clock, Logger } from '../ports.ts'
import { plain } from '../text/sanitize.ts'
import { retryUntil } from '../wait/backoff.ts'
import { askOnce, asProject, type Caller, isTrouble, pages, parse, releasePath } from './call.ts'
import { type Account, explain, SCOPES } from './errors.ts'
import { VISIBLE_AFTER_MS } from './release-steps.ts'
import { type Deploy, DeployListSchema, DeploySchema } from './schema.ts'

export interface DeployWanted {
  readonly environment: string
  readonly name: string | undefined
  /** Tells this deploy from others to the same environment; undefined where Sentry would refuse the URL. */
  readonly url: string | undefined
  /** ISO 8601 */
  readonly startedAt: string
  readonly projects: readonly string[]
}

export interface DeployDeps {
  readonly call: Caller
  readonly account: Account
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  /** How often a lost request is sent again, after looking that it had no effect. */
  readonly retries: number
  /** Milliseconds since the epoch until which Sentry may hide the release (404). */
  readonly hiddenUntil: number
}

export interface Deployed {
  readonly id: string
  /** False when an earlier attempt of this run had recorded it. */
  readonly created: boolean
}

const PAUSE = { first: 1_000, longest: 10_000 }

/**
 * Records a deploy once. Sentry adds a row for every POST and tells people, so the list is read first, and again when
 * an answer was lost.
 * @throws HttpError when Sentry refuses; ActionError when it cannot be told whether the deploy was recorded
 */
export async function recordDeploy(
  version: string,
  wanted: DeployWanted,
  deps: DeployDeps,
): Promise<Deployed> {
  const { clock, logger } = deps
  const path = `${releasePath(version)}deploys/`
  let lost = 0
  const stillHidden = (): undefined => {
    if (clock.now() >= deps.hiddenUntil) throw noAccess(wanted)
    logger.info('Sentry does not show the release yet (404), which can take a minute; trying again.')
  }
  const attempt = async (): Promise<Deployed | undefined> => {
    const known = await look(path, wanted, deps)
    if (known === 'hidden') return stillHidden()
    if (known) return { id: idOf(known), created: lost > 0 }
    const reply = await post(path, wanted, deps)
    if (reply instanceof HttpError || isTrouble(reply)) {
      const error = reply instanceof HttpError ? reply : explain(reply, deps.account, SCOPES.write)
      lost += 1
      if (lost > deps.retries) throw error
      logger.info(`${error.message}; looking whether it was done.`)
      return undefined
    }
    if (reply.status === 404) return stillHidden()
    if (reply.status !== 201 && reply.status !== 200) throw explain(reply, deps.account, SCOPES.write)
    return { id: idOf(parse(DeploySchema, reply)), created: true }
  }
  const deployed = await retryUntil(attempt, clock.now() + VISIBLE_AFTER_MS, PAUSE, deps)
  if (!deployed) throw noAccess(wanted)
  logger.info(
    deployed.created
      ? `Recorded a deploy to ${plain(wanted.environment)} (${deployed.id}).`
      : `The deploy to ${plain(wanted.environment)} was already recorded (${deployed.id}).`,
  )
  return deployed
}

function noAccess({ environment }: DeployWanted): ActionError {
  return new ActionError(
    `Could not record the deploy to ${plain(environment)}: Sentry answers that the release does not exist (404).`,
    {
      advice:
        'A deploy needs access to all projects of the release, also those that this step does not name. If the token has it, run the job again.',
    },
  )
}

function idOf({ id }: Deploy): string {
  return plain(String(id), 64)
}

/** GET: the latest deploy per project and environment. `hidden`: 404. */
async function look(
  path: string,
  wanted: DeployWanted,
  { call, account }: DeployDeps,
): Promise<Deploy | 'hidden' | undefined> {
  for await (const reply of pages(call, { method: 'GET', path, intent: 'look up the deploys' })) {
    if (reply.status === 404) return 'hidden'
    if (reply.status !== 200) throw explain(reply, account, SCOPES.read)
    const found = parse(DeployListSchema, reply).find((deploy) => isSame(deploy, wanted))
    if (found) return found
  }
  return undefined
}

function isSame({ environment, url, name }: Deploy, wanted: DeployWanted): boolean {
  if (environment !== wanted.environment) return false
  return wanted.url === undefined ? name === wanted.name : url === wanted.url
}

/** Without `projects` Sentry would deploy all projects of the release. */
function post(path: string, wanted: DeployWanted, { call, clock }: DeployDeps): Promise<Reply | HttpError> {
  const { environment, name, url, startedAt, projects } = wanted
  const now = new Date(clock.now()).toISOString()
  return askOnce(call, {
    method: 'POST',
    path,
    body: {
      environment,
      name,
      url,
      dateStarted: startedAt,
      dateFinished: now > startedAt ? now : startedAt,
      projects: projects.map(asProject),
    },
    intent: 'record the deploy',
  })
}
