const iso8601 =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/

/** Microseconds since the epoch as ISO 8601 in UTC; the fraction is left out when it is zero. */
export function formatDate(micros: number): string {
  const fraction = micros % 1_000_000
  const seconds = new Date((micros - fraction) / 1000).toISOString().slice(0, 19)
  return fraction === 0 ? `${seconds}Z` : `${seconds}.${String(fraction).padStart(6, '0')}Z`
}

/**
 * Reads a date the way the server's fields do: date and time, seconds optional, any number of fraction digits of
 * which six are kept, UTC when no offset is given. Undefined for anything else.
 */
export function parseDate(text: string): string | undefined {
  const match = iso8601.exec(text)
  if (!match) return undefined
  const [, day = '', minute, second = '00', fraction = '', offset = 'Z'] = match
  const zone = /^[+-]\d{2}$/.test(offset) ? `${offset}:00` : offset.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')
  const millis = Date.parse(`${day}T${minute}:${second}${zone.toUpperCase()}`)
  // 30 February is no day, although `Date` takes it for one of March.
  const exists = Number.isFinite(Date.parse(day)) && new Date(day).toISOString().startsWith(day)
  return Number.isNaN(millis) || !exists
    ? undefined
    : formatDate(millis * 1000 + Number(fraction.padEnd(6, '0')))
}

/** Orders two dates of the server to the microsecond, the later one first. */
export function newestFirst(a: string, b: string): number {
  return micros(b) - micros(a)
}

function micros(date: string): number {
  return Date.parse(date) * 1000 + Number(/\.\d{3}(\d{3})/.exec(date)?.[1] ?? 0)
}
