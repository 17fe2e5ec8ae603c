import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDuration, formatDuration } from '../../../src/wait/durations.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

describe('parseDuration', () => {
  it.each([
    ['90s', 90 * SECOND],
    ['15m', 15 * MINUTE],
    ['5h30m', 5.5 * HOUR],
    ['1500ms', 1500],
    ['1h2m3s4ms', HOUR + 2 * MINUTE + 3 * SECOND + 4],
    ['5m5ms', 5 * MINUTE + 5],
    ['30', 30 * SECOND],
    ['0', 0],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each([
    '',
    ' ',
    '5 m',
    '1.5h',
    '-5s',
    '5M',
    's',
    '5m5h',
    '5s5s',
    '1h30',
    '٣s',
    '1e3',
    '5s\n',
    '9'.repeat(20),
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })

  it('adds up whatever units are given', () => {
    const amount = fc.option(fc.nat({ max: 9999 }), { nil: undefined })
    fc.assert(
      fc.property(amount, amount, amount, amount, (h, m, s, ms) => {
        const text = [
          h === undefined ? '' : `${h}h`,
          m === undefined ? '' : `${m}m`,
          s === undefined ? '' : `${s}s`,
        ]
          .concat(ms === undefined ? '' : `${ms}ms`)
          .join('')
        fc.pre(text !== '')
        expect(parseDuration(text)).toBe((h ?? 0) * HOUR + (m ?? 0) * MINUTE + (s ?? 0) * SECOND + (ms ?? 0))
      }),
    )
  })
})

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [-5, '0 ms'],
    [850, '850 ms'],
    [1000, '1 s'],
    [1500, '1.5 s'],
    [9949, '9.9 s'],
    [9950, '10 s'],
    [59_600, '1 min'],
    [245_000, '4 min 5 s'],
    [HOUR - 1, '1 h'],
    [2 * HOUR + 3 * MINUTE + 20 * SECOND, '2 h 3 min'],
  ])('says %d as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it('is read back as nearly the same time, with two units at most', () => {
    fc.assert(
      fc.property(fc.nat({ max: 48 * HOUR }), (ms) => {
        const said = formatDuration(ms)
        expect(said.split(' ').length).toBeLessThanOrEqual(4)
        const parts = Array.from(said.matchAll(/([\d.]+) (h|min|s|ms)/g))
        const units: Readonly<Record<string, number>> = { h: HOUR, min: MINUTE, s: SECOND, ms: 1 }
        const back = parts.reduce((sum, [, n, unit = '']) => sum + Number(n) * (units[unit] ?? Number.NaN), 0)
        const tolerance = ms < 10 * SECOND ? 50 : ms < HOUR ? 500 : MINUTE
        expect(Math.abs(back - ms)).toBeLessThanOrEqual(tolerance)
      }),
    )
  })
})
