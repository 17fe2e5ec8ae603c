import { type ActionError, asActionError } from './errors.ts'
import { type GitHubContext, readContext } from './github/event.ts'
import { type Inputs, loadInputs } from './inputs/load.ts'
import type { Clock, State } from './ports.ts'
import { describeWork, markStarted } from './state.ts'
import { toSingleLine } from './text/sanitize.ts'

/** What is known before anything is sent. */
export interface Start {
  readonly context: GitHubContext
  /** The checked inputs, or the error that lists every problem of every input. */
  readonly inputs: Inputs | ActionError
  /** Unique per process: Sentry keeps the one of the request that creates a release, which later identifies the creator. */
  readonly userAgent: string
  /** ISO 8601 */
  readonly startedAt: string
}

/**
 * Reads inputs, environment and event. It never throws, because reporting an error needs a logger.
 * @param redact removes secrets from values that a message repeats
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

/** Saves for the post step that the main step started, and what it works on, before any request is sent. */
export function saveForPost({ inputs }: Start, state: Pick<State, 'save'>): void {
  markStarted(state)
  if (inputs instanceof Error) return
  const { version, organization } = inputs.sentry
  describeWork(state, `release ${toSingleLine(version)} in organization ${organization}`)
}

/** Identifies the process. It is not a secret. */
function uniqueId(clock: Clock): string {
  return [clock.random(), clock.random()].map((number) => number.toString(36).slice(2)).join('')
}
