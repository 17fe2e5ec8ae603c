/** What the rest of the code needs from the world: interfaces only, implemented in `actions.ts` and `wait/clock.ts`. */

export interface Logger {
  debug(message: string): void
  info(message: string): void
  /** A blue annotation: worth knowing, nothing to do. */
  notice(message: string, title?: string): void
  /** A yellow annotation: the result stands, but someone should look. */
  warning(message: string, title?: string): void
  /** A red annotation. It does not end the step. */
  error(message: string, title?: string): void
  /** A collapsible section of the log around `body`. */
  group<T>(title: string, body: () => Promise<T>): Promise<T>
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** A signal that aborts with a `TimeoutError` after `ms` milliseconds. */
  timeout(ms: number): AbortSignal
  /** A number in [0, 1) that spreads retries of many jobs apart. */
  random(): number
}

export interface Outputs {
  set(name: string, value: string): void
}

/** Values that the main step leaves for the post step. Never a secret. */
export interface State {
  save(name: string, value: string): void
  read(name: string): string
}

export interface Summary {
  /** Appends Markdown to the job summary. Never throws: a summary is not worth a failed release. */
  write(markdown: string): Promise<void>
}
