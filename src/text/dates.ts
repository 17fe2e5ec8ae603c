const ISO_DATE = /^\d{4}-\d\d-\d\d(?:T|$)/

/** `2026-01-31 12:00:00 UTC` for an ISO 8601 date or milliseconds since the epoch; any other text stays as it is. */
export function formatDate(date: string | number): string {
  if (typeof date === 'string' && !ISO_DATE.test(date)) return date
  const at = new Date(date)
  return Number.isNaN(at.getTime()) ? String(date) : `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
