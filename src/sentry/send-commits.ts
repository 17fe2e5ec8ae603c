import { ActionError, assertNever } from '../errors.ts'
import { HttpError } from '../http/failure.ts'
import { retryUntil } from '../wait/backoff.ts'
import { fit, MAX_LIST_BYTES, type SentryCommit } from './commit-list.ts'
import type { Associated, Association } from './commits-api.ts'
import { MAX_CONFLICT_MS } from './release-steps.ts'
import type { Release } from './schema.ts'
import type { SentrySession } from './session.ts'
import { MAX_HIDDEN_MS, mayAppear } from './visibility.ts'

/** The release that gets commits. */
export interface CommitTarget {
  readonly version: string
  /** Set together with the commits, in one request, when nothing has to be waited for first. */
  readonly dateReleased: string | undefined
  /** Milliseconds since the epoch until which Sentry may hide the release (404). */
  readonly hiddenUntil: number
}

const PAUSE = { first: 2_000, longest: 15_000 }

/**
 * Sends as much of a list as the server takes: half as much after a 413, and the commits without their authors and
 * files after a 400, because Sentry refuses the whole list for one value.
 * @throws ActionError when even one bare commit is too much; HttpError when Sentry refuses bare commits
 */
export async function sendFitting(
  commits: readonly SentryCommit[],
  target: CommitTarget,
  session: SentrySession,
): Promise<{ release: Release; sent: readonly SentryCommit[] }> {
  let limit = MAX_LIST_BYTES
  let list = commits
  for (;;) {
    const { commits: sent, withoutFiles, dropped } = fit(list, limit)
    const [first, ...rest] = sent
    if (!first) throw new ActionError('There is no commit to send.')
    if (withoutFiles > 0 || dropped > 0) {
      session.logger.notice(
        `The commits do not fit into one request: ${withoutFiles} go without their files, the oldest ${dropped} are left out.`,
      )
    }
    try {
      const release = await send({ commits: [first, ...rest] }, target, session)
      if (release) return { release, sent }
    } catch (error) {
      if (list !== commits || !(error instanceof HttpError) || error.status !== 400) throw error
      session.logger.notice(
        `Sentry refused the list of commits (${error.serverMessage}). It is sent again without authors and files.`,
      )
      list = commits.map(withoutDetails)
      continue
    }
    if (rest.length === 0 && !first.patch_set) throw tooLarge()
    limit = Math.floor(Math.min(limit, Buffer.byteLength(JSON.stringify(sent))) / 2)
  }
}

function withoutDetails({ id, repository, message, timestamp }: SentryCommit): SentryCommit {
  return { id, ...(repository === undefined ? {} : { repository }), message, timestamp }
}

/** The error for a request of which nothing can be left out. */
export function tooLarge(): ActionError {
  return new ActionError(
    'Could not associate the commits: even the smallest request is too large for the server (413).',
    {
      advice: 'Raise the limit for request bodies of the proxy in front of Sentry.',
    },
  )
}

/**
 * Sends until it is done or another job did it. After a lock (409), or without a response, the release is read first:
 * the commits may be there by now.
 * @returns undefined when the request is too large (413)
 * @throws HttpError when Sentry refuses, or holds the lock for 60 s; ActionError when the release stays hidden (404)
 */
export async function send(
  body: Association,
  target: CommitTarget,
  session: SentrySession,
): Promise<Release | undefined> {
  const { api, clock, logger, retries } = session
  const hidden = mayAppear(target.hiddenUntil, session)
  let last: Associated | undefined
  let losses = 0
  let deadline = clock.now() + MAX_HIDDEN_MS
  const attempt = async (): Promise<Associated | undefined> => {
    if (last?.kind === 'busy' || last?.kind === 'lost') {
      const found = await api.find(target.version)
      if (found && (found.commitCount ?? 0) > 0) return { kind: 'ok', release: found }
    }
    const result = await api.associate(target.version, body, target.dateReleased)
    switch (result.kind) {
      case 'ok':
      case 'too-large':
        return result
      case 'hidden':
        if (!hidden()) throw noAccess()
        break
      case 'busy':
        if (last?.kind !== 'busy') deadline = clock.now() + MAX_CONFLICT_MS
        logger.info('Another job holds the commits of this release (409). Checking again shortly.')
        break
      case 'lost':
        losses += 1
        if (losses > retries) throw result.error
        logger.info(`${result.error.message}. Checking whether the commits were stored anyway.`)
        break
      default:
        return assertNever(result)
    }
    last = result
    return undefined
  }
  const result = await retryUntil(attempt, () => deadline, PAUSE, session)
  if (result?.kind === 'ok') return result.release
  if (result?.kind === 'too-large') return undefined
  throw last && 'error' in last ? last.error : noAccess()
}

function noAccess(): ActionError {
  return new ActionError(
    'Could not associate the commits: Sentry reports that the release does not exist (404).',
    {
      advice:
        'Changing a release needs access to all of its projects, also those that this step does not name.',
    },
  )
}
