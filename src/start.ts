import { type ActionError, asActionError } from './errors.ts'
import { type GitHubContext, readContext } from './github/event.ts'
import { sendAhead } from './http/ahead.ts'
import type { Transport } from './http/transport.ts'
import { type Inputs, loadInputs } from './inputs/load.ts'
import type { Clock, State } from './ports.ts'
import { lookUpCall, toRequest } from './sentry/call.ts'
import { describeWork, markStarted } from './state.ts'
import { plain } from './text/sanitize.ts'

/** What is known before anything is sent. */
export interface Start {
  readonly context: GitHubContext
  /** The checked inputs, or the error that lists every problem of every input. */
  readonly inputs: Inputs | ActionError
  /** Unique per process: Sentry keeps it of the request that creates a release, which later tells who did. */
  readonly userAgent: string
  /** ISO 8601 */
  readonly startedAt: string
}

/**
 * Reads what the step was told. It never throws, because what it would say needs a log.
 * @param redact takes secrets out of what a message repeats
 */
export function readStart(
  env: Readonly<NodeJS.ProcessEnv>,
  event: unknown,
  clock: Clock,
  redact: (text: string) => string,
): Start {
  const startedAt = new Date(clock.now()).toISOString()
  const context = readContext(env, event)
  const userAgent = `release-gate (run ${context.runId}.${context.runAttempt}; ${uniqueId(clock)})`
  try {
    return { startedAt, context, userAgent, inputs: loadInputs(env, context, redact) }
  } catch (thrown) {
    return { startedAt, context, userAgent, inputs: asActionError(thrown) }
  }
}

/** Leaves for the post step that the main one ran, and on what, before anything is done. */
export function leaveForPost({ inputs }: Start, state: Pick<State, 'save'>): void {
  markStarted(state)
  if (inputs instanceof Error) return
  const { version, organization } = inputs.sentry
  describeWork(state, `release ${plain(version)} in organization ${organization}`)
}

/**
 * Puts the exact look-up of the release on the wire, which every run begins with, unless the inputs are not usable.
 * @returns a transport that has its answer ready for who asks for it
 */
export function headStart(
  { start, clock, signal }: { readonly start: Start; readonly clock: Clock; readonly signal: AbortSignal },
  transport: Transport,
): Transport {
  const { inputs, userAgent } = start
  if (inputs instanceof Error) return transport
  const { sentry, requestTimeout } = inputs
  const account = { ...sentry, base: sentry.baseUrl }
  const request = toRequest(lookUpCall(sentry.version), { account, token: sentry.token, userAgent })
  return sendAhead(transport, request, clock.timeout(requestTimeout), signal)
}

/** Tells processes apart and is no secret, so it can do without node:crypto, which would delay the first request. */
function uniqueId(clock: Clock): string {
  return [clock.random(), clock.random()].map((number) => number.toString(36).slice(2)).join('')
}
