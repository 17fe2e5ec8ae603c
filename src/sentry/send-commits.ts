import { ActionError, assertNever } from '../errors.ts'
import type { Clock, Logger } from '../ports.ts'
import { retryUntil } from '../wait/backoff.ts'
import type { ReleaseApi } from './api.ts'
import { fit, LARGEST_LIST_BYTES, type SentryCommit } from './commit-list.ts'
import type { Associated, Association, CommitsApi } from './commits-api.ts'
import { VISIBLE_AFTER_MS } from './release-steps.ts'
import type { Release } from './schema.ts'

export interface SendDeps {
  readonly api: CommitsApi & Pick<ReleaseApi, 'find'>
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  /** How often a lost request is sent again, after looking that it had no effect. */
  readonly retries: number
}

/** The release that gets commits. */
export interface Target {
  readonly version: string
  /** Set together with the commits, in one request, when nothing has to be waited for first. */
  readonly dateReleased: string | undefined
  /** Milliseconds since the epoch until which Sentry may hide the release (404). */
  readonly hiddenUntil: number
}

/** Milliseconds in which another writer is waited for (409), or the release to show up (404). */
const WAIT_MS = VISIBLE_AFTER_MS
const PAUSE = { first: 2_000, longest: 15_000 }

/**
 * Sends as much of a list as the server takes. A 413 is answered with half as much: the same again would be refused
 * again.
 * @throws ActionError when even one bare commit is too much
 */
export async function sendFitting(
  commits: readonly SentryCommit[],
  target: Target,
  deps: SendDeps,
): Promise<{ release: Release; sent: readonly SentryCommit[] }> {
  let limit = LARGEST_LIST_BYTES
  for (;;) {
    const { commits: sent, withoutFiles, dropped } = fit(commits, limit)
    const [first, ...rest] = sent
    if (!first) throw new ActionError('There is no commit to send.')
    if (withoutFiles > 0 || dropped > 0) {
      deps.logger.notice(
        `The commits do not fit into one request: ${withoutFiles} go without their files, the oldest ${dropped} are left out.`,
      )
    }
    const release = await send({ commits: [first, ...rest] }, target, deps)
    if (release) return { release, sent }
    if (rest.length === 0 && !first.patch_set) throw tooLarge()
    limit = Math.floor(Math.min(limit, Buffer.byteLength(JSON.stringify(sent))) / 2)
  }
}

/** The error for a request of which nothing can be left out. */
export function tooLarge(): ActionError {
  return new ActionError(
    'Could not associate the commits: the smallest request is refused as too large (413).',
    {
      advice: 'Raise the limit for request bodies of the proxy in front of Sentry.',
    },
  )
}

/**
 * Sends until it is done or somebody else did it. A lock (409) is waited out by looking, and so is a lost answer,
 * because the request may still be at work.
 * @returns undefined when the request is too large (413)
 * @throws HttpError when Sentry refuses; ActionError when the release stays locked (409) or hidden (404)
 */
export async function send(body: Association, target: Target, deps: SendDeps): Promise<Release | undefined> {
  const { api, clock, logger, retries } = deps
  let last: Associated['kind'] | undefined
  let lost = 0
  const attempt = async (): Promise<Associated | undefined> => {
    if (last === 'busy' || last === 'lost') {
      const found = await api.find(target.version)
      if (found && (found.commitCount ?? 0) > 0) return { kind: 'ok', release: found }
    }
    const result = await api.associate(target.version, body, target.dateReleased)
    last = result.kind
    switch (result.kind) {
      case 'ok':
      case 'too-large':
        return result
      case 'hidden':
        if (clock.now() >= target.hiddenUntil) throw noAccess()
        logger.info('Sentry does not show the release yet (404), which can take a minute; trying again.')
        return undefined
      case 'busy':
        logger.info('Another job holds the commits of this release (409); looking again shortly.')
        return undefined
      case 'lost':
        lost += 1
        if (lost > retries) throw result.error
        logger.info(`${result.error.message}; looking whether it was done.`)
        return undefined
      default:
        return assertNever(result)
    }
  }
  const result = await retryUntil(attempt, clock.now() + WAIT_MS, PAUSE, deps)
  if (result?.kind === 'ok') return result.release
  if (result?.kind === 'too-large') return undefined
  if (last === 'hidden') throw noAccess()
  throw new ActionError('Could not associate the commits: another job holds the release (409).', {
    advice: 'Run the job again in a few minutes.',
  })
}

function noAccess(): ActionError {
  return new ActionError(
    'Could not associate the commits: Sentry says that the release does not exist (404).',
    {
      advice:
        'Changing a release needs access to all of its projects, also those that this step does not name.',
    },
  )
}
