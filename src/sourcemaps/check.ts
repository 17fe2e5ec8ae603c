import type { Logger } from '../ports.ts'
import { failure, listed } from './errors.ts'
import type { SourceMapOptions } from './options.ts'
import type { PreparedScript } from './prepared-script.ts'
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
