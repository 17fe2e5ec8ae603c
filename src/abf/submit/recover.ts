import { ActionError } from '../../errors.ts'
import { HttpError } from '../../http/failure.ts'
import type { Clock } from '../../ports.ts'
import { toSingleLine } from '../../text/sanitize.ts'
import type { AbfApi } from '../client/api.ts'
import type { AbfSession } from '../session.ts'
import { isSameSource, listSameSource, open } from './reuse.ts'
import type { Pending } from '../submitted-builds.ts'
import type { Build, Named } from '../client/schema.ts'

/** Milliseconds before each search for the build of a lost response: a slow server may still be creating it. */
const SEARCH_PAUSES_MS = [0, 2000, 5000, 10_000] as const
/** Seconds before the create from which on builds are listed: generous, because clocks differ. */
const LIST_BACK_S = 600
/** `Date` and `created_at` have whole seconds. */
const CLOCK_SLACK_MS = 2000

type RecoverSession = Pick<AbfSession, 'api' | 'builds' | 'clock' | 'signal' | 'base'>

/**
 * Searches several times for the build of a create whose response was lost.
 * @param once whether one search is enough
 * @throws ActionError when the search fails, because another create could then make a second build
 */
export async function findLostCreate(
  pending: Pending,
  arch: Named,
  lost: HttpError,
  once: boolean,
  session: RecoverSession,
): Promise<{ readonly build: Build; readonly ours: boolean } | undefined> {
  const { api, clock, signal, base } = session
  const known = new Set(session.builds.records.map(({ id }) => id))
  for (const pause of once ? SEARCH_PAUSES_MS.slice(0, 1) : SEARCH_PAUSES_MS) {
    await clock.sleep(pause, signal)
    try {
      const found = await findPending(pending, known, api, clock)
      const [build] = found
      // Several can only come from jobs like this one at the same time, and nothing shows which job made which.
      if (build) return { build, ours: found.length === 1 }
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      throw new ActionError(
        `${lost.message}. The check whether the build was created failed as well: ${error.message}.`,
        {
          title: 'A build may have been submitted',
          advice: `Check ${base}build_lists for a build for ${toSingleLine(arch.name, 40)}. When the server responds again, re-run the job: with abf-reuse it uses that build.`,
          detail: [...lost.detail, ...error.detail],
        },
      )
    }
  }
  return undefined
}

/**
 * The builds that a create without a response may have made, newest first: of the same source, not known before, created
 * since then, and by the same account where the server reports it.
 * @throws HttpError when the search fails
 */
export async function findPending(
  pending: Pending,
  known: ReadonlySet<number>,
  api: AbfApi,
  clock: Clock,
): Promise<Build[]> {
  // First, because its response has the server's time, to which the list refers.
  const login = await api.login()
  const since = pending.since + api.serverNow() - clock.now()
  const rows = await listSameSource(api, pending, {
    arch_id: String(pending.archId),
    updated_at_start: String(Math.floor(since / 1000) - LIST_BACK_S),
  })
  const candidates = rows.filter((row) => !known.has(row.id) && !pending.known.includes(row.id))
  const builds = await open(api, candidates)
  return builds.filter(
    (build) =>
      isSameSource(build, pending) &&
      build.arch?.id === pending.archId &&
      (build.created_at === undefined || build.created_at * 1000 >= since - CLOCK_SLACK_MS) &&
      (build.user?.uname === undefined || build.user.uname === login),
  )
}
