import { expect, it } from 'vitest'
import { formatDate } from '../../../src/text/dates.ts'

it.each<[string | number, string]>([
  ['2026-11-22T00:16:34.007000Z', '2026-11-22 00:16:34 UTC'],
  ['2026-11-22T01:16:34+01:00', '2026-11-22 00:16:34 UTC'],
  ['2026-11-22', '2026-11-22 00:00:00 UTC'],
  [Date.UTC(2026, 0, 31, 12, 0, 59, 999), '2026-01-31 12:00:59 UTC'],
  ['2026-13-45', '2026-13-45'],
  ['last week 5', 'last week 5'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
])('formatDate(%j) is %s', (date, text) => {
  expect(formatDate(date)).toBe(text)
})
