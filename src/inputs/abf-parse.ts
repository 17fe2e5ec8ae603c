import type { Filter } from '../abf/client/api.ts'
import { OWNED_FIELDS } from '../abf/submit/fields.ts'
import type { Mode } from '../abf/status.ts'
import { type Given, problem, type Show } from './field.ts'
import { parseList } from './parsers.ts'

/** Texts of ABF's inputs to values. Each gives undefined, or problems, for what it does not accept; none throws. */

/** Ids are 32 bit numbers on the servers. */
function parseId(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined
  const id = Number(text)
  return id >= 1 && id <= 2_147_483_647 ? id : undefined
}

/** `left/right` with something on both sides, or a numeric id. */
export function parsePair(text: string): string | undefined {
  return parseId(text) !== undefined || /^[^\s/?#%]+\/[^\s/?#%]+$/.test(text) ? text : undefined
}

export function parsePairs(text: string): string[] | undefined {
  const list = parseList(text)
  return list.every((item) => parsePair(item) !== undefined) ? list : undefined
}

/** The name of a platform, such as `cooker` or `rosa2021.1`, or a numeric id. */
export function parsePlatform(text: string): string | undefined {
  return /^[\w.-]{1,100}$/.test(text) ? text : undefined
}

export function parseArches(text: string): string[] | undefined {
  const list = parseList(text)
  return list.length > 0 && list.every((arch) => /^[\w-]{1,40}$/.test(arch)) ? list : undefined
}

export function parseMode(text: string): Mode | undefined {
  switch (text.toLowerCase()) {
    case 'none':
    case 'false':
      return 'none'
    case 'default':
    case 'true':
      return 'default'
    case 'testing':
      return 'testing'
    default:
      return undefined
  }
}

/**
 * Ids as a list or, as this action's own output has them, as a JSON array; each once, in order. `[]` is that output
 * after a search that found nothing. A gap between commas is refused: there an id got lost, and its build would not
 * be waited for.
 */
export function parseBuildIds(text: string): number[] | undefined {
  const array = /^\[(.*)\]$/s.exec(text)?.[1]?.trim()
  if (array === '') return []
  if ((array ?? text).split(',').some((item) => item.trim() === '')) return undefined
  const list = parseList(text)
  const ids = list.flatMap((item) => parseId(item) ?? [])
  return ids.length === list.length && ids.length > 0 ? [...new Set(ids)] : undefined
}

interface Parsed<T> {
  readonly value: T
  readonly problems: readonly string[]
}

/** A JSON object with fields of a create that no other input sets. */
export function parseOptions(
  given: Given | undefined,
  show: Show,
): Parsed<Readonly<Record<string, unknown>>> {
  if (!given) return { value: {}, problems: [] }
  let json: unknown
  try {
    json = JSON.parse(given.text)
    // It goes out as JSON again, which fails on what is nested some thousand levels deep.
    JSON.stringify(json)
  } catch {
    json = undefined
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return {
      value: {},
      problems: [problem(given, 'a JSON object such as {"use_extra_tests": false}', show)],
    }
  }
  const value: Readonly<Record<string, unknown>> = { ...json }
  const problems = Object.keys(value).flatMap((key) => {
    const owner = Object.hasOwn(OWNED_FIELDS, key) ? OWNED_FIELDS[key] : undefined
    return owner === undefined
      ? []
      : [problem({ ...given, text: key }, `no field that the input ${owner} sets`, show)]
  })
  return { value, problems }
}

const NUMBER = { expected: 'a whole number', accepts: /^\d{1,10}$/ }
const MOMENT = { expected: 'Unix seconds or DD/MM/YYYY', accepts: /^(\d{1,12}|\d{2}\/\d{2}\/\d{4})$/ }
const TEXT = { expected: 'a text', accepts: /./ }
const FLAG = { expected: 'true, false, 1 or 0', accepts: /^(true|false|0|1)$/ }

/** The servers' filter keys. They take an empty or crooked value for 0, which finds nothing, so it is refused here. */
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

/** `key=value` lines. */
export function parseFilter(given: Given | undefined, show: Show): Parsed<Filter | undefined> {
  if (!given) return { value: undefined, problems: [] }
  const value: Record<string, string> = {}
  const problems: string[] = []
  for (const line of given.text.split(/[\r\n]+/).map((text) => text.trim())) {
    if (line === '') continue
    const [, key = '', text = ''] = /^([^=]*?)\s*=\s*(.*)$/.exec(line) ?? []
    const rule = Object.hasOwn(FILTER_KEYS, key) ? FILTER_KEYS[key] : undefined
    if (!rule) {
      problems.push(
        problem(
          { ...given, text: line },
          `lines key=value with a key of ${Object.keys(FILTER_KEYS).join(', ')}`,
          show,
        ),
      )
    } else if (!rule.accepts.test(text)) {
      problems.push(problem({ ...given, text }, `${rule.expected} for ${key}`, show))
    } else if (Object.hasOwn(value, key)) {
      problems.push(problem({ ...given, text: line }, `${key} only once`, show))
    } else {
      value[key] = text
    }
  }
  return { value, problems }
}
