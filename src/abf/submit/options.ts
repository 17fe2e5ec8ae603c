import { type Build, modeOf } from '../client/schema.ts'

/** What a create requests besides project, commit, architecture, platform, repository and publish mode. */
export interface WantedOptions {
  /** Ids; what the create sends. */
  readonly includeRepositories: readonly number[]
  /** Whether abf-include-repositories was given. */
  readonly includesGiven: boolean
  /** abf-build-options. */
  readonly options: Readonly<Record<string, unknown>>
}

/** Why an existing build cannot be reused, by names of inputs and options. */
export interface Differences {
  readonly different: readonly string[]
  /** Given, but the server does not report the value of the existing build. */
  readonly unreported: readonly string[]
}

/** The servers' defaults of the options that they report. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  auto_create_container: false,
  build_requires: false,
  extra_build_lists: [],
  extra_params: {},
  extra_repositories: [],
  use_cached_chroot: false,
  use_extra_tests: true,
}

/** Compares everything that the server reports of a build with what a create would request. */
export function compareOptions(build: Build, wanted: WantedOptions): Differences {
  const { options, includeRepositories, includesGiven } = wanted
  const different: string[] = []
  const unreported: string[] = []
  if (build.include_repos === undefined) {
    if (includesGiven) unreported.push('abf-include-repositories')
  } else if (idsOf(build.include_repos) !== idsOf(includeRepositories)) {
    different.push('abf-include-repositories')
  }
  const reported = build as Readonly<Record<string, unknown>>
  for (const key of new Set([...Object.keys(options), ...Object.keys(DEFAULTS)])) {
    const given = isGiven(options[key])
    const value = reported[key]
    if (value === undefined || value === null) {
      if (given) unreported.push(key)
    } else if (normalize(value) !== normalize(effective(key, given ? options[key] : DEFAULTS[key], build))) {
      different.push(key)
    }
  }
  return { different, unreported }
}

/** Servers treat a blank value as one that was left out. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

/** Servers change two options by themselves: no container with automatic publishing, no extra repositories in a main platform. */
function effective(key: string, value: unknown, build: Build): unknown {
  if (key === 'auto_create_container' && modeOf(build) !== 'none') return false
  if (key === 'extra_repositories' && build.save_to_repository?.platform?.platform_type === 'main') return []
  return value
}

/** One text for values with the same meaning: `1`, `"true"` and `true`; ids in any order, bare or in records; parameters in any order. */
function normalize(value: unknown): string {
  if (Array.isArray(value)) return idsOf(value)
  if (typeof value === 'object' && value !== null) return parametersOf(value)
  const text = typeof value === 'string' ? value.trim() : JSON.stringify(value)
  if (['true', 't', '1'].includes(text)) return 'true'
  return ['false', 'f', '0'].includes(text) ? 'false' : text
}

function idsOf(list: readonly unknown[]): string {
  const ids = list.map((item) =>
    typeof item === 'object' && item !== null && 'id' in item ? String(item.id) : String(item),
  )
  return [...new Set(ids)].toSorted().join()
}

/** Servers strip most punctuation from parameters, and drop empty ones. */
function parametersOf(record: object): string {
  return Object.entries(record)
    .map(([key, value]) => `${key}=${String(value).replace(/[^\w]/g, '')}`)
    .filter((pair) => !pair.endsWith('='))
    .toSorted()
    .join('&')
}
