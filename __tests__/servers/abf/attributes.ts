import type { Call } from '../server.ts'
import { toInteger } from './context.ts'
import type { Dialect } from './model.ts'

const EXTRA_PARAMS = ['cfg_options', 'cfg_urpm_options', 'build_src_rpm', 'build_rpm'] as const

/** What a POST asks for, read with the server's casts: digits in strings are numbers, blanks are nothing. */
export interface Attributes {
  readonly raw: Readonly<Record<string, unknown>>
  readonly chain: Readonly<Record<string, unknown>>
  integer(key: string): number | null
  text(key: string): string | null
  boolean(key: string, fallback: boolean): boolean
  /** Ids without repetitions; a value that is no list is dropped. */
  ids(key: string): number[]
  publishMode(): string
  extraParams(): Record<string, string>
}

/** The `build_list` of a JSON or form body; unknown keys are never read, so they are dropped in silence. */
export function attributesOf(call: Call, dialect: Dialect): Attributes {
  const raw = formOf(call) ?? object(object(call.json)['build_list'])
  return {
    raw,
    chain: object(raw['chain_config']),
    integer(key) {
      const value = raw[key]
      if (typeof value === 'number') return Math.trunc(value)
      return typeof value === 'string' && value.trim() !== '' ? toInteger(value) : null
    },
    text(key) {
      const value = raw[key]
      return isBlank(scalar(value)) ? null : scalar(value)
    },
    boolean(key, fallback) {
      const value = raw[key]
      if (value === undefined || value === null || value === '') return fallback
      return [true, 1, 'true', 't', '1'].includes(value as string)
    },
    ids(key) {
      // The old document wrote the brackets of a form field into the JSON key.
      const value = raw[key] ?? (dialect === '2012' ? raw[`${key}[]`] : undefined)
      if (!Array.isArray(value)) return []
      return [...new Set(value.map((id: unknown) => toInteger(scalar(id))))]
    },
    publishMode() {
      let mode = 'default'
      for (const [key, value] of Object.entries(raw)) {
        if (key === 'auto_publish_status') mode = scalar(value)
        // Any text is true to the server here, "false" included.
        if (key === 'auto_publish') mode = value === false || isBlank(value) ? 'none' : 'default'
      }
      return mode
    },
    extraParams() {
      const given = object(raw['extra_params'])
      const pairs = EXTRA_PARAMS.map((key) => [
        key,
        scalar(given[key])
          .replace(/[^\w\s\-["\]]/g, '')
          .trim(),
      ])
      return Object.fromEntries(pairs.filter(([, value]) => value !== '')) as Record<string, string>
    },
  }
}

function isBlank(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '')
}

function scalar(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/** `build_list[key]` and `build_list[key][]` of a form body. */
function formOf(call: Call): Record<string, unknown> | undefined {
  if (call.headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true) return undefined
  const fields: Record<string, unknown> = {}
  const lists = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(call.text)) {
    const [, key, list] = /^build_list\[(\w+)\](\[\])?$/.exec(name) ?? []
    if (key === undefined) continue
    if (list === undefined) fields[key] = value
    else lists.set(key, [...(lists.get(key) ?? []), value])
  }
  return { ...fields, ...Object.fromEntries(lists) }
}
