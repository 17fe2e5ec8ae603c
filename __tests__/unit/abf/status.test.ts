import { describe, expect, it } from 'vitest'
import { decide, type Policy, startTrack } from '../../../src/abf/outcome.ts'
import {
  codesThatAccept,
  isKnown,
  KNOWN_CODES,
  type Mode,
  modeMatters,
  type Operation,
  type Progress,
  statusInfo,
} from '../../../src/abf/status.ts'

const MODES: readonly Mode[] = ['none', 'default', 'testing']

/** What each code means with the modes none, default and testing: P success, W success with a warning, … wait. */
const MEANINGS: Readonly<Record<number, readonly [none: string, usual: string, testing: string]>> = {
  0: ['P', 'grace', 'grace'],
  666: ['F', 'F', 'F'],
  777: ['W', 'F', 'F'],
  2000: ['…', '…', '…'],
  2500: ['…', '…', '…'],
  2550: ['…', '…', '…'],
  3000: ['…', '…', '…'],
  4000: ['…', '…', '…'],
  5000: ['C', 'C', 'C'],
  6000: ['P', 'P', 'P'],
  7000: ['P', '…', '…'],
  8000: ['W', 'F', 'F'],
  9000: ['W', 'F', 'F'],
  10000: ['…', '…', '…'],
  11000: ['tests', 'tests', 'tests'],
  12000: ['P', 'N', 'P'],
  13000: ['P', '…', '…'],
  14000: ['W', 'F', 'F'],
  15000: ['arch', 'arch', 'arch'],
  16000: ['…', '…', '…'],
  1: ['F', 'F', 'F'],
  2: ['F', 'F', 'F'],
  3: ['F', 'F', 'F'],
  4: ['F', 'F', 'F'],
  6: ['F', 'F', 'F'],
  555: ['F', 'F', 'F'],
  // Codes that nobody knows.
  5500: ['…', '…', '…'],
  17000: ['…', '…', '…'],
  [-1]: ['…', '…', '…'],
}

const POLICY: Policy = { goal: 'build', testsFailed: 'fail', unpermittedArch: 'skip', graceMs: 120_000 }

/** The letter of the outcome after a status was seen in `polls` polls over `ms` milliseconds. */
function letter(code: number, mode: Mode, policy: Partial<Policy> = {}, polls = 1, ms = 0): string {
  const track = { ...startTrack(0, code), polls }
  const outcome = decide(track, mode, { ...POLICY, ...policy }, ms)
  if (!outcome) return '…'
  const letters = { success: 'P', failure: 'F', neutral: 'N', cancelled: 'C', timed_out: 'T' } as const
  return outcome.warn ? 'W' : letters[outcome.verdict]
}

/** How a code behaves: at first, just before the grace is over (in time, then in polls), after it, and by the inputs. */
function behaviour(code: number, mode: Mode): string {
  return [
    letter(code, mode),
    letter(code, mode, {}, 4, 119_999),
    letter(code, mode, {}, 3, 500_000),
    letter(code, mode, {}, 4, 120_000),
    letter(code, mode, { testsFailed: 'accept' }),
    letter(code, mode, { unpermittedArch: 'fail' }),
  ].join('')
}

const BEHAVIOURS: Readonly<Record<string, string>> = { grace: '………N……', tests: 'FFFFWF', arch: 'NNNNNF' }

describe.each(Object.entries(MEANINGS))('status %s', (text, row) => {
  it.each(MODES.map((mode, index) => [mode, row[index] ?? ''] as const))('with %s means %s', (mode, want) => {
    expect(behaviour(Number(text), mode)).toBe(BEHAVIOURS[want] ?? want.repeat(6))
  })

  it('needs the publish mode only where the meaning depends on it', () => {
    expect(modeMatters(Number(text))).toBe(new Set(row).size > 1)
  })
})

it('Every known status is in the table of this test', () => {
  const named = Object.keys(MEANINGS).map(Number)
  expect(named.filter(isKnown).sort((a, b) => a - b)).toEqual([...KNOWN_CODES].sort((a, b) => a - b))
})

/** Codes for which a column of the table has a value, in ascending order. */
function codesWith(wanted: (info: ReturnType<typeof statusInfo>) => boolean): number[] {
  return KNOWN_CODES.filter((code) => wanted(statusInfo(code))).toSorted((a, b) => a - b)
}

describe('An operation', () => {
  // What the servers accept: reference clients and the policies in the sources of both servers agree.
  const JUDGED = [0, 8000, 11000, 12000, 14000]

  it.each<[Operation, readonly number[]]>([
    ['publish', JUDGED],
    ['publish-into-testing', [0, 8000, 11000, 14000]],
    ['reject', JUDGED],
    ['cancel', [2000, 3000]],
  ])('%s is accepted from the statuses %j', (operation, codes) => {
    expect([...codesThatAccept(operation)].toSorted((a, b) => a - b)).toEqual(codes)
  })

  it.each<[Operation, Progress, readonly number[]]>([
    ['publish', 'done', [6000]],
    ['publish', 'underway', [7000]],
    ['publish', 'repeatable', [8000]],
    ['publish-into-testing', 'done', [6000, 12000]],
    ['publish-into-testing', 'underway', [7000, 13000]],
    ['publish-into-testing', 'repeatable', [8000, 14000]],
    ['reject', 'done', [9000]],
    ['reject', 'underway', []],
    ['cancel', 'done', [5000]],
    ['cancel', 'underway', [10000]],
  ])('%s is %s at the statuses %j', (operation, progress, codes) => {
    expect(codesWith((info) => info.progress[operation] === progress)).toEqual(codes)
  })

  it('cannot be missed at a status from which the build goes on by itself', () => {
    const moving = codesWith(({ phase }) => ['queue', 'build', 'stopping'].includes(phase))
    expect(moving.filter((code) => Object.values(statusInfo(code).progress).includes('missed'))).toEqual([])
  })
})

it('A build is reused while it is queued, built or published, and when its architecture is not permitted', () => {
  expect(codesWith(({ reusable }) => reusable)).toEqual([
    0, 2000, 2500, 2550, 3000, 4000, 6000, 7000, 12000, 13000, 15000, 16000,
  ])
})

it('A log explains every final status that a user has to act on', () => {
  expect(codesWith(({ explainedByLog }) => explainedByLog)).toEqual([
    1, 2, 3, 4, 6, 555, 666, 777, 5000, 8000, 11000, 14000, 15000,
  ])
})

it('The log to read depends on what failed', () => {
  expect(codesWith(({ log }) => log === 'tests')).toEqual([11000])
  expect(codesWith(({ log }) => log === 'publish')).toEqual([777, 8000, 14000])
  expect(codesWith(({ log }) => log === 'script')).toEqual([5000, 15000])
})
