import { ActionError } from '../../errors.ts'
import { HttpError } from '../../http/failure.ts'
import type { Clock } from '../../ports.ts'
import { plain } from '../../text/sanitize.ts'
import type { AbfApi } from '../client/api.ts'
import { isEqual, listEqual, open } from './reuse.ts'
import type { Ledger, Pending } from '../submitted-builds.ts'
import type { Build, Named } from '../client/schema.ts'

/** Pauses in milliseconds before each look for the build of a lost answer: a slow server may still be at it. */
const LOOKS_MS = [0, 2000, 5000, 10_000] as const
/** How far the list goes back for that, in seconds: generous, as clocks differ. */
const LIST_BACK_S = 600
/** `Date` and `created_at` have whole seconds. */
const CLOCK_SLACK_MS = 2000

export interface RecoverDeps {
  readonly api: AbfApi
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly ledger: Ledger
  /** Base URL of the server, for links. */
  readonly base: string
}

/**
 * Looks several times for the build of a create whose answer was lost.
 * @param once whether one look is enough
 * @throws ActionError when the server cannot be asked, as another create might then be a second one
 */
export async function reconcile(
  pending: Pending,
  arch: Named,
  lost: HttpError,
  once: boolean,
  deps: RecoverDeps,
): Promise<{ readonly build: Build; readonly ours: boolean } | undefined> {
  const { api, clock, signal, base } = deps
  const known = new Set(deps.ledger.records.map(({ id }) => id))
  for (const pause of once ? LOOKS_MS.slice(0, 1) : LOOKS_MS) {
    await clock.sleep(pause, signal)
    try {
      const found = await findPending(pending, known, api, clock)
      const [build] = found
      // Several can only come from jobs like this one at the same time; whose is whose cannot be told.
      if (build) return { build, ours: found.length === 1 }
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      throw new ActionError(
        `${lost.message}. Whether it was made could not be found out either: ${error.message}.`,
        {
          title: 'A build may have been submitted',
          advice: `Look at ${base}build_lists for a build for ${plain(arch.name, 40)}. When the server answers again, run the job again: with abf-reuse it takes that build.`,
          detail: [...lost.detail, ...error.detail],
        },
      )
    }
  }
  return undefined
}

/**
 * The builds that a create with a lost answer may have made, newest first: equal in everything, not known before, made
 * since then, and by the same account where the server tells.
 * @throws HttpError when the server cannot be asked
 */
export async function findPending(
  pending: Pending,
  known: ReadonlySet<number>,
  api: AbfApi,
  clock: Clock,
): Promise<Build[]> {
  // First, because its answer tells the server's clock, by which the list goes.
  const login = await api.login()
  const since = pending.since + api.serverNow() - clock.now()
  const rows = await listEqual(api, pending, {
    arch_id: String(pending.archId),
    updated_at_start: String(Math.floor(since / 1000) - LIST_BACK_S),
  })
  const strangers = rows.filter((row) => !known.has(row.id) && !pending.known.includes(row.id))
  const builds = await open(api, strangers)
  return builds.filter(
    (build) =>
      isEqual(build, pending) &&
      build.arch?.id === pending.archId &&
      (build.created_at === undefined || build.created_at * 1000 >= since - CLOCK_SLACK_MS) &&
      (build.user?.uname === undefined || build.user.uname === login),
  )
}
