import { inspect } from 'node:util'

/**
 * A failure that a person can act on. `message` says what failed and why, `advice` what to do next, `detail` what
 * helps to find the cause. None of them holds a header or a secret.
 */
export class ActionError extends Error {
  override readonly name: string = 'ActionError'
  readonly title: string
  readonly advice: string | undefined
  readonly detail: readonly string[]

  constructor(message: string, more: { title?: string; advice?: string; detail?: readonly string[] } = {}) {
    super(message)
    this.title = more.title ?? 'Release gate failed'
    this.advice = more.advice
    this.detail = more.detail ?? []
  }
}

/** The job was cancelled, or the runner is shutting down. */
export class CancelledError extends ActionError {
  override readonly name = 'CancelledError'

  constructor(by: string) {
    super(`Stopped by ${by} before the work was finished.`, {
      title: 'Release gate cancelled',
      advice: 'Re-run the job: what was already done is found and not done twice.',
    })
  }
}

/** A failure that annotations of its own have already reported. */
export class ReportedError extends ActionError {
  override readonly name = 'ReportedError'
}

/** Turns whatever was thrown into an error that can be shown. */
export function asActionError(thrown: unknown): ActionError {
  if (thrown instanceof ActionError) return thrown
  const text = thrown instanceof Error ? thrown.message : inspect(thrown, { depth: 1 })
  return new ActionError(`Unexpected error: ${text}`, {
    advice: 'This is a bug of the action itself. Please report it with the log of this step.',
    detail: thrown instanceof Error && thrown.stack ? [thrown.stack] : [],
  })
}

/** Marks a branch that the types rule out. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
