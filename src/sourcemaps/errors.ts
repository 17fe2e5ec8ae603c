import { ActionError } from '../errors.ts'
import { toSingleLine } from '../text/sanitize.ts'
import { shownPath } from './paths.ts'

/** Lines of a message. */
const MAX_LISTED = 20

export function listed(lines: readonly string[]): string {
  const shown = lines.slice(0, MAX_LISTED).map((line) => toSingleLine(line))
  return [...shown, ...(lines.length > MAX_LISTED ? [`and ${lines.length - MAX_LISTED} more`] : [])].join(
    '\n',
  )
}

export function failure(message: string, advice: string): ActionError {
  return new ActionError(message, { title: 'Source maps failed', advice })
}

/** What the file system refused, as an error that a person can act on; undefined for any other error. */
export function fileError(error: unknown, workspace: string): ActionError | undefined {
  const { code, syscall, path } = error as { code?: unknown; syscall?: unknown; path?: unknown }
  if (!(error instanceof Error) || typeof code !== 'string' || typeof syscall !== 'string') return undefined
  const where = typeof path === 'string' ? toSingleLine(shownPath(path, workspace)) : 'a file'
  return failure(
    `The runner refused to ${syscall} ${where} (${toSingleLine(code, 20)}).`,
    code === 'ENOSPC'
      ? 'Free space on the disk of the runner.'
      : 'Check the owner and the permissions of this file.',
  )
}

/** @param what the file, as a person knows it */
export function changedMeanwhile(what: string): ActionError {
  return failure(
    `${what} was changed by another process while this step ran.`,
    'Run this step after everything that writes to the build directory has ended.',
  )
}
