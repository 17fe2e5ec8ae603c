import { strict as assert } from 'node:assert'
import { everythingShown } from '../../__tests__/runner/outcome.ts'
import type { ActionResult } from '../../__tests__/runner/runner.ts'

/** Throws with the log of the step unless it succeeded without a word on stderr. */
export function succeeded(result: ActionResult): ActionResult {
  assert.equal(result.code, 0, `the step failed:\n${everythingShown(result)}`)
  assert.equal(result.stderr, '', 'the step wrote to stderr')
  return result
}

/** The message of the only error of a step that failed. */
export function failure(result: ActionResult): string {
  assert.equal(result.code, 1, `the step did not fail:\n${everythingShown(result)}`)
  const errors = annotationsOf(result, 'error')
  assert.equal(errors.length, 1, `not one error:\n${everythingShown(result)}`)
  return errors[0] ?? ''
}

export function annotationsOf(result: ActionResult, level: 'error' | 'warning' | 'notice'): string[] {
  return result.annotations.filter((annotation) => annotation.level === level).map(({ message }) => message)
}

export const slugs = (release: { readonly projects: readonly { readonly slug: string }[] }): string[] =>
  release.projects.map(({ slug }) => slug).sort()
