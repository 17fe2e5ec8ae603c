import type { Http } from '../http/client.ts'
import type { AbfOptions } from './options.ts'
import type { Clock, Logger, Outputs, State } from '../ports.ts'
import { type AbfApi, createAbfApi } from './client/api.ts'
import type { AbfReport } from './report/outputs.ts'
import { Ledger } from './submitted-builds.ts'
import { createObserver, type Observer } from './wait/poll-status.ts'
import { createSchedule } from './wait/schedule.ts'
import type { WaitDeps } from './wait/wait.ts'

/** A connection of its own: with another signal, or with other patience, than the rest of the step. */
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

/** Everything that the parts of one run share. */
export interface Session extends AbfDeps {
  readonly inputs: AbfOptions
  readonly base: string
  readonly source: string | undefined
  /** Repeats requests, and waits out a limit for up to a minute. */
  readonly api: AbfApi
  /** An API for the time after the job's signal has aborted; each attempt gets a third of the limit. */
  readonly apiUntil: (signal: AbortSignal, limitMs: number) => AbfApi
  readonly observer: Observer
  readonly ledger: Ledger
  /** For the file store. */
  readonly files: Http
  readonly wait: WaitDeps
}

/** The longest pause that a request outside of the wait takes for a limit. */
const MAX_RATE_LIMIT_WAIT_MS = 60_000
/** Polls in a row, times the interval, for which a status that may pass by itself is given time. */
const GRACE_INTERVALS = 4

export function openSession(inputs: AbfOptions, deps: AbfDeps): Session {
  const { clock, connect, signal } = deps
  const api = (http: Http, until: AbortSignal, maxRateLimitWaitMs: number): AbfApi =>
    createAbfApi({
      http,
      clock,
      signal: until,
      maxRateLimitWaitMs,
      account: { base: inputs.baseUrl, source: inputs.credentialsSource },
      credentials: inputs.credentials,
      userAgent: deps.userAgent,
    })
  const patient = api(connect({ signal }), signal, MAX_RATE_LIMIT_WAIT_MS)
  // The wait has pauses and a deadline of its own, which repeated requests would overrun.
  const polling = api(connect({ signal, retries: 0 }), signal, 0)
  const { operation } = inputs.task
  const interval = inputs.pollInterval
  const graceMs = GRACE_INTERVALS * interval
  return {
    ...deps,
    inputs,
    base: inputs.baseUrl,
    source: inputs.credentialsSource,
    api: patient,
    apiUntil: (until, limitMs) =>
      api(connect({ signal: until, retries: 1, requestTimeout: Math.round(limitMs / 3) }), until, 0),
    observer: createObserver(patient),
    ledger: new Ledger(deps, inputs.onAbort),
    files: connect({ signal, retries: Math.min(deps.retries, 2) }),
    wait: {
      ...deps,
      observer: createObserver(polling),
      api: patient,
      schedule: createSchedule({ api: polling, clock, logger: deps.logger, interval, graceMs }),
      interval,
      timeout: inputs.timeout,
      policy: {
        goal: operation === 'watch' || operation === 'search' ? 'build' : operation,
        testsFailed: inputs.testsFailed,
        unpermittedArch: inputs.unpermittedArch,
        graceMs,
      },
    },
  }
}
