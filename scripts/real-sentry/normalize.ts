import type { RawResponse, Target } from './requests.ts'

/** What no two servers have in common is replaced by what it is: `<number>`, `<digits>`, `<time>`, `<server>`. */
export function normalize(response: RawResponse, target: Target): RawResponse {
  const text = (value: string): string => normalizeText(value, target)
  return {
    status: response.status,
    headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, text(value)])),
    body: normalizeValue(response.body, '', text),
  }
}

/** Where two responses differ: one line for each place, empty when nowhere. */
export function differences(real: RawResponse, standIn: RawResponse): string[] {
  return compare(real, standIn, '')
}

const IDS = /^(?:id|integrationId|externalId)$/

function normalizeValue(given: unknown, key: string, text: (value: string) => string): unknown {
  const value = key === 'projects' ? inOrder(given) : given
  if (Array.isArray(value)) return value.map((item) => normalizeValue(item, key, text))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name, normalizeValue(field, name, text)]),
    )
  }
  if (IDS.test(key) && typeof value === 'number') return '<number>'
  if (IDS.test(key) && typeof value === 'string' && /^\d+$/.test(value)) return '<digits>'
  if (key === 'errorId' && typeof value === 'string') return '<error id>'
  return typeof value === 'string' ? text(value) : value
}

const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z/g

/** All times in requests/*.yaml are before 2025; what is later was set by the server. */
const NEWEST_OF_REQUESTS = Date.UTC(2025, 0)

function normalizeText(value: string, { url, ids }: Target): string {
  const organization = ids['acme'] ?? ''
  return value
    .replaceAll(url, '<server>')
    .replaceAll(TIME, (whole: string, fraction?: string) =>
      Date.parse(whole) < NEWEST_OF_REQUESTS
        ? whole
        : fraction === undefined
          ? '<time>'
          : '<time with fraction>',
    )
    .replaceAll(new RegExp(`\\borganization-${organization}\\b`, 'g'), 'organization-<digits>')
    .replaceAll(/\b(project=)\d+/g, '$1<digits>')
}

function compare(real: unknown, standIn: unknown, path: string): string[] {
  if (Object.is(real, standIn)) return []
  if (isContainer(real) && isContainer(standIn) && Array.isArray(real) === Array.isArray(standIn)) {
    const [left, right] = [real as Record<string, unknown>, standIn as Record<string, unknown>]
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])]
    return keys.flatMap((key) => compare(left[key], right[key], path === '' ? key : `${path}.${key}`))
  }
  return [`${path}: ${shown(real)} from the server, ${shown(standIn)} from the stand-in`]
}

/** The server gives the projects of a release in no order. */
function inOrder(value: unknown): unknown {
  const slug = (item: unknown): string => {
    const value = (item as { slug?: unknown } | null)?.slug
    return typeof value === 'string' ? value : ''
  }
  return Array.isArray(value) ? value.toSorted((a, b) => slug(a).localeCompare(slug(b))) : value
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 300)
}
