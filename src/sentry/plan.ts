import { isProject } from './links.ts'
import type { Release } from './schema.ts'

/** A value that is enforced on an existing release only when the user gave it. */
export interface Preferred {
  readonly value: string | undefined
  readonly explicit: boolean
}

export interface Wanted {
  readonly version: string
  /** Slugs or numeric ids. */
  readonly projects: readonly string[]
  readonly ref: Preferred
  readonly url: Preferred
  readonly restoreArchived: boolean
}

/** What to do next, decided from the last response of Sentry. */
export type NextStep =
  | { readonly kind: 'create' }
  /** One POST attaches projects and reopens. */
  | { readonly kind: 'amend'; readonly attach: readonly string[]; readonly reopen: boolean }
  | { readonly kind: 'update'; readonly change: Readonly<Partial<Record<'ref' | 'url', string>>> }
  | { readonly kind: 'done' }

/** The next step from `release` (undefined: there is none) to what is wanted. */
export function nextStep(release: Release | undefined, wanted: Wanted): NextStep {
  if (!release) return { kind: 'create' }
  const attach = missingProjects(release, wanted.projects)
  const reopen = wanted.restoreArchived && release.status === 'archived'
  if (attach.length > 0 || reopen) return { kind: 'amend', attach, reopen }
  const change = {
    ...difference('ref', release, wanted),
    ...difference('url', release, wanted),
  }
  return Object.keys(change).length > 0 ? { kind: 'update', change } : { kind: 'done' }
}

/** The wanted projects that the release is not attached to; all of them when the response does not contain projects. */
export function missingProjects(release: Release, wanted: readonly string[]): string[] {
  const attached = release.projects ?? []
  return wanted.filter((project) => !attached.some((candidate) => isProject(candidate, project)))
}

function difference(
  field: 'ref' | 'url',
  release: Release,
  wanted: Wanted,
): Partial<Record<'ref' | 'url', string>> {
  const { value, explicit } = wanted[field]
  return explicit && value !== undefined && release[field] !== value ? { [field]: value } : {}
}
