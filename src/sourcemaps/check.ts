import { ActionError } from '../errors.ts'
import type { Logger } from '../ports.ts'
import { plain } from '../text/sanitize.ts'
import { shownPath } from './discover.ts'
import type { SourceMapOptions } from './options.ts'
import type { PreparedScript } from './prepare.ts'
import { unresolved } from './report.ts'

/** What must hold before a file is changed or a byte is sent. */

/** With `check`, every script must have its id already. */
export function checkIds(scripts: readonly PreparedScript[], { inject }: SourceMapOptions): void {
  const without = scripts.filter(({ id }) => id === undefined)
  if (inject !== 'check' || without.length === 0) return
  throw failure(
    `${without.length} of ${scripts.length} scripts have no debug id:\n${listed(without.map(({ file }) => file.shown))}`,
    'Deploy the files that the step with sourcemaps-inject: true has written.',
  )
}

export function checkUsable(
  scripts: readonly PreparedScript[],
  { missing }: SourceMapOptions,
  logger: Logger,
): void {
  const bad = unresolved(scripts)
  if (scripts.length > 0 && bad.length === 0) return
  const message =
    scripts.length === 0
      ? 'The paths of sourcemaps hold no scripts (.js, .cjs, .mjs).'
      : `Errors in ${bad.length} of ${scripts.length} scripts will not be resolved:\n${listed(bad.map(({ path, reason }) => `${path}: ${reason}`))}`
  if (missing === 'fail') {
    throw failure(
      message,
      'Check that the build writes source maps and that the paths are right. If these scripts need no source maps, set sourcemaps-missing to warn.',
    )
  }
  if (missing === 'warn') logger.warning(message, 'Source maps missing')
  else logger.info(message)
}

/** Lines of a message. */
const MAX_LISTED = 20

export function listed(lines: readonly string[]): string {
  const shown = lines.slice(0, MAX_LISTED).map((line) => plain(line))
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
  const where = typeof path === 'string' ? plain(shownPath(path, workspace)) : 'a file'
  return failure(
    `The runner refused to ${syscall} ${where} (${plain(code, 20)}).`,
    code === 'ENOSPC'
      ? 'Free space on the disk of the runner.'
      : 'Check the owner and the permissions of this file.',
  )
}
