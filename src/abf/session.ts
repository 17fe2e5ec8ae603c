import type { Http } from '../http/client.ts'
import type { AbfOptions } from './options.ts'
import type { Clock, Logger, Outputs, State } from '../ports.ts'
import { type AbfApi, createAbfApi } from './client/api.ts'
import type { Policy } from './outcome.ts'
import type { AbfReport } from './report/outputs.ts'
import { StepBuilds } from './submitted-builds.ts'
import { createStatusReader, type StatusReader } from './wait/poll-status.ts'
import { createSchedule, type Schedule } from './wait/schedule.ts'

/** What a connection does differently from the step's inputs. */
export interface ConnectOptions {
  readonly signal: AbortSignal
  /** Attempts after the first; default: the input. */
  readonly retries?: number
  /** Milliseconds for one attempt; default: the input. */
  readonly requestTimeout?: number
}

/** What the ABF part needs from the step. */
export interface AbfDeps {
  readonly connect: (options: ConnectOptions) => Http
  readonly clock: Clock
  readonly logger: Logger
  readonly outputs: Outputs
  readonly state: State
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal
  readonly userAgent: string
  readonly retries: number
  /** Called with the facts for the summary whenever outputs are written. */
  readonly onReport: (report: AbfReport) => void
}

/** Everything that the parts of one run share. Each part takes a slice of it. */
export interface AbfSession extends AbfDeps {
  readonly inputs: AbfOptions
  /** Base URL of the server, for links. */
  readonly base: string
  /** Retries requests, and waits up to a minute for the rate limit. */
  readonly api: AbfApi
  /** An API for the time after the job's signal has aborted; each attempt gets a third of the limit. */
  readonly apiUntil: (signal: AbortSignal, limitMs: number) => AbfApi
  readonly builds: StepBuilds
  /** For the file store. */
  readonly files: Http
  /** Retries requests, as `api` does. */
  readonly statuses: StatusReader
  /** Without retries: the wait has pauses and a deadline of its own, which retries would overrun. */
  readonly polledStatuses: StatusReader
  readonly schedule: Schedule
  readonly policy: Policy
}

/** The longest pause that a request outside of the wait takes for the rate limit. */
const MAX_RATE_LIMIT_WAIT_MS = 60_000
/** Consecutive polls, times the interval, for which a status that may pass by itself is given time. */
const GRACE_INTERVALS = 4

export function openSession(inputs: AbfOptions, deps: AbfDeps): AbfSession {
  const { clock, connect, logger, signal } = deps
  const createApi = (http: Http, until: AbortSignal, maxRateLimitWaitMs: number): AbfApi =>
    createAbfApi({
      http,
      clock,
      signal: until,
      maxRateLimitWaitMs,
      account: { base: inputs.baseUrl, source: inputs.credentialsSource },
      credentials: inputs.credentials,
      userAgent: deps.userAgent,
    })
  const api = createApi(connect({ signal }), signal, MAX_RATE_LIMIT_WAIT_MS)
  const pollingApi = createApi(connect({ signal, retries: 0 }), signal, 0)
  const { operation } = inputs.task
  const interval = inputs.pollInterval
  const graceMs = GRACE_INTERVALS * interval
  return {
    ...deps,
    inputs,
    base: inputs.baseUrl,
    api,
    apiUntil: (until, limitMs) =>
      createApi(connect({ signal: until, retries: 1, requestTimeout: Math.round(limitMs / 3) }), until, 0),
    builds: new StepBuilds(deps, inputs.onAbort),
    files: connect({ signal, retries: Math.min(deps.retries, 2) }),
    statuses: createStatusReader(api),
    polledStatuses: createStatusReader(pollingApi),
    schedule: createSchedule({ api: pollingApi, clock, logger, interval, graceMs }),
    policy: {
      goal: operation === 'watch' || operation === 'search' ? 'build' : operation,
      testsFailed: inputs.testsFailed,
      unpermittedArch: inputs.unpermittedArch,
      graceMs,
    },
  }
}
