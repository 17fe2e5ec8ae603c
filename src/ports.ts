/** What the rest of the code needs from the world: interfaces only, implemented in `actions.ts`, `wait/clock.ts` and `sourcemaps/files.ts`. */

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

/** The file system, as far as source maps need it. Paths are absolute. */
export interface Files {
  /** The path without links; undefined when nothing is there. */
  realPath(path: string): Promise<string | undefined>
  /** What a path leads to, links followed; undefined when nothing is there. */
  entry(path: string): Promise<Entry | undefined>
  /** Names in a directory, sorted. */
  list(directory: string): Promise<readonly ListedEntry[]>
  read(path: string): Promise<Buffer>
  /** Begins to replace files, all together or not at all. */
  replace(): Replacement
  /**
   * Undoes a replacement that was killed in the middle, and removes what it left.
   * @param leftovers paths of files that it left
   * @param workspace without links; nothing outside of it is touched
   */
  undoReplacement(leftovers: readonly string[], workspace: string): void
  remove(path: string): Promise<void>
  /** An empty file outside of the workspace, gone after `close`. */
  scratch(): Promise<ScratchFile>
}

export interface Entry {
  readonly kind: 'file' | 'directory' | 'other'
  /** Bytes. */
  readonly size: number
}

export interface ListedEntry {
  readonly name: string
  readonly kind: 'file' | 'directory' | 'link' | 'other'
}

export interface Replacement {
  /** Writes the bytes beside the file, with its mode; nothing changes before `commit`. */
  stage(path: string, bytes: Buffer): Promise<void>
  /** Puts the new files in the place of the old ones. @throws Error when one cannot be replaced; then none is */
  commit(): void
  discard(): void
}

export interface ScratchFile {
  write(bytes: Buffer): Promise<void>
  /** Fills the buffer from `position`. */
  read(buffer: Buffer, position: number): Promise<void>
  /** Cuts the file; the next write goes to its end. */
  truncate(size: number): Promise<void>
  close(): Promise<void>
}
