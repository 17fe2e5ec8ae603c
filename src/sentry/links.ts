import type { Release } from './schema.ts'

/**
 * Where Sentry serves organizations on sub-domains: sentry.io, its regions and the host of the organization itself.
 * Another host below sentry.io is a server of one customer (single tenant), with pages of its own.
 */
function isSaas(host: string, organization: string): boolean {
  return (
    host === 'sentry.io' || /^[a-z]{2}\d?\.sentry\.io$/.test(host) || host === `${organization}.sentry.io`
  )
}

/**
 * The page of a release. Sentry's API gives no link, and the page stays blank for a project slug: the numeric id
 * is taken from the release. Self-hosted servers get the path that old and new ones serve.
 * @param base with a slash at its end
 */
export function releaseUrl(
  base: string,
  organization: string,
  release: Release,
  projects: readonly string[],
): string {
  const attached = release.projects ?? []
  const shown =
    attached.find((project) => projects.some((wanted) => isProject(project, wanted))) ?? attached[0]
  const id = numericId(shown?.id)
  const query = id === undefined ? '' : `?project=${id}`
  const version = encodeURIComponent(release.version)
  // A numeric organization id has no sub-domain.
  return isSaas(new URL(base).hostname, organization) && !/^\d+$/.test(organization)
    ? `https://${organization}.sentry.io/explore/releases/${version}/${query}`
    : `${base}organizations/${organization}/releases/${version}/${query}`
}

/**
 * An id of Sentry in digits; undefined for whatever else a server may send in its place, and for a number that cannot
 * hold all of its digits.
 */
export function numericId(id: string | number | null | undefined): string | undefined {
  if (typeof id === 'number' && !Number.isSafeInteger(id)) return undefined
  const text = String(id ?? '')
  return /^\d{1,20}$/.test(text) ? text : undefined
}

/** The page where organization tokens are made. */
export function tokenSettingsUrl(base: string, organization: string): string {
  return `${base}settings/${organization}/auth-tokens/`
}

/** True when an attached project is the one that was requested by slug or numeric id. */
export function isProject(project: NonNullable<Release['projects']>[number], wanted: string): boolean {
  const { slug, id } = project
  return slug === wanted || (id !== null && id !== undefined && String(id) === wanted)
}
