import type { Http } from '../http/client.ts'
import type { Clock, Logger } from '../ports.ts'
import { createReleaseApi, type ReleaseApi } from './api.ts'
import { type Caller, createCaller } from './call.ts'
import { type CommitsApi, createCommitsApi } from './commits-api.ts'
import type { SentryAccount } from './errors.ts'

/** Everything that talks to one Sentry organization during one step. */
export interface SentrySession {
  readonly account: SentryAccount
  readonly api: ReleaseApi & CommitsApi
  readonly call: Caller
  readonly userAgent: string
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  readonly retries: number
}

export function openSentry(
  deps: Pick<SentrySession, 'account' | 'clock' | 'logger' | 'signal' | 'retries' | 'userAgent'> & {
    readonly http: Http
    readonly token: string
  },
): SentrySession {
  const { http, token, ...session } = deps
  const call = createCaller({ http, token, account: deps.account, userAgent: deps.userAgent })
  // An organization token sees all projects of its organization anyway.
  const widens = !token.startsWith('sntrys_')
  const api = {
    ...createReleaseApi(call, deps.account, widens, deps.logger),
    ...createCommitsApi(call, deps.account),
  }
  return { ...session, api, call }
}
