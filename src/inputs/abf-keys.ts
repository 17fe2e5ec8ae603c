import type { Filter } from '../abf/client/api.ts'
import { Refusals } from './field.ts'
import { parseLines } from './parsers.ts'

/** The two inputs that hold keys of the server: further fields of a build, and filters of a search. */

/** Fields of a create that an input of its own sets, with that input. */
const OWNED_FIELDS: Readonly<Record<string, string>> = {
  project_id: 'abf-project',
  commit_hash: 'abf-commit',
  project_version: 'abf-project-version',
  arch_id: 'abf-arches',
  save_to_repository_id: 'abf-repository',
  save_to_platform_id: 'abf-repository',
  build_for_platform_id: 'abf-platform',
  include_repos: 'abf-include-repositories',
  'include_repos[]': 'abf-include-repositories',
  update_type: 'abf-update-type',
  auto_publish: 'abf-auto-publish',
  auto_publish_status: 'abf-auto-publish',
}

/** Further fields of a create that one server or another reads. */
export const KNOWN_OPTIONS: ReadonlySet<string> = new Set([
  'auto_create_container',
  'build_requires',
  'chain_config',
  'enable_32bit',
  'external_nodes',
  'extra_build_lists',
  'extra_params',
  'extra_repositories',
  'include_testing_subrepository',
  'native_build',
  'save_buildroot',
  'use_cached_chroot',
  'use_extra_tests',
])

/**
 * A JSON object with fields of a create that no other input sets.
 * @returns undefined for anything but a JSON object
 */
export function parseOptions(text: string): Readonly<Record<string, unknown>> | Refusals | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
    // It is sent as JSON again, which fails on what is nested some thousand levels deep.
    JSON.stringify(json)
  } catch {
    return undefined
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
  const options: Readonly<Record<string, unknown>> = { ...json }
  const owned = Object.keys(options).flatMap((key) => {
    const owner = Object.hasOwn(OWNED_FIELDS, key) ? OWNED_FIELDS[key] : undefined
    return owner === undefined
      ? []
      : [{ expected: `only fields without an input of their own (use ${owner})`, got: key }]
  })
  return owned.length > 0 ? new Refusals(owned) : options
}

const NUMBER = { expected: 'a whole number', accepts: /^\d{1,10}$/ }
const MOMENT = { expected: 'Unix seconds or DD/MM/YYYY', accepts: /^(\d{1,12}|\d{2}\/\d{2}\/\d{4})$/ }
const TEXT = { expected: 'a text', accepts: /./ }
const FLAG = { expected: 'true, false, 1 or 0', accepts: /^(true|false|0|1)$/ }

/** The servers' filter keys. They take an empty or malformed value for 0, which finds nothing, so it is refused here. */
const FILTER_KEYS: Readonly<Record<string, { readonly expected: string; readonly accepts: RegExp }>> = {
  arch_id: NUMBER,
  build_for_platform_id: NUMBER,
  created_at_end: MOMENT,
  created_at_start: MOMENT,
  id: NUMBER,
  is_circle: FLAG,
  mass_build_id: {
    expected: 'a whole number, or -1 for builds outside of mass builds',
    accepts: /^(-1|\d{1,10})$/,
  },
  new_core: { expected: '0 or 1', accepts: /^[01]$/ },
  ownership: {
    expected: 'owned, related, everything or index',
    accepts: /^(owned|related|everything|index)$/,
  },
  project_name: TEXT,
  project_version: TEXT,
  save_to_platform_id: NUMBER,
  save_to_repository_id: NUMBER,
  status: NUMBER,
  updated_at_end: MOMENT,
  updated_at_start: MOMENT,
}

/** Keys that servers of about 2012 knew and those of today read without using them. */
export const IGNORED_FILTER_KEYS: ReadonlySet<string> = new Set([
  'created_at_start',
  'created_at_end',
  'is_circle',
])

/** `key=value` lines; undefined for a text without any. */
export function parseFilter(text: string): Filter | Refusals | undefined {
  const filter: Record<string, string> = {}
  const refused: { expected: string; got: string }[] = []
  for (const line of parseLines(text)) {
    const [, key = '', value = ''] = /^([^=]*?)\s*=\s*(.*)$/.exec(line) ?? []
    const rule = Object.hasOwn(FILTER_KEYS, key) ? FILTER_KEYS[key] : undefined
    if (!rule) {
      const known = Object.keys(FILTER_KEYS).join(', ')
      refused.push({ expected: `lines key=value with a key of ${known}`, got: line })
    } else if (!rule.accepts.test(value)) {
      refused.push({ expected: `${rule.expected} for ${key}`, got: value })
    } else if (Object.hasOwn(filter, key)) {
      refused.push({ expected: `${key} only once`, got: line })
    } else {
      filter[key] = value
    }
  }
  if (refused.length > 0) return new Refusals(refused)
  return Object.keys(filter).length > 0 ? filter : undefined
}
