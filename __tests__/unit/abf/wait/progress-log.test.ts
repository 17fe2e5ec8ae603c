import { describe, expect, it } from 'vitest'
import { type BuildRecord, createRecord } from '../../../../src/abf/build.ts'
import { createProgressLog } from '../../../../src/abf/wait/progress-log.ts'
import { ManualClock, RecordingLogger } from '../../doubles.ts'
import { buildOf } from '../doubles.ts'

const MINUTE = 60_000

function recordOf(id: number, arch: string): BuildRecord {
  const project = { id: 1, name: 'zlib', fullname: 'omv/zlib' }
  return createRecord(id, 'given', 0, {
    build: buildOf({ id, status: 3000, arch: { id, name: arch }, project }),
  })
}

function start() {
  const logger = new RecordingLogger()
  const clock = new ManualClock()
  const progress = createProgressLog(logger, clock, clock.now() + 24 * 60 * MINUTE)
  return { clock, progress, lines: () => logger.said('info') }
}

describe('the log of a wait', () => {
  it('has the usual duration once, for each project and architecture', () => {
    const { progress, lines } = start()
    const usual = new Map([
      [recordOf(1, 'x86_64'), 14 * MINUTE],
      [recordOf(2, 'aarch64'), 20 * MINUTE],
      [recordOf(3, 'aarch64'), 20 * MINUTE],
    ])
    progress.pausing(new Map(), 30_000)
    progress.pausing(usual, 30_000)
    progress.pausing(usual, 30_000)
    expect(lines()).toEqual([
      '00:00:00Z  Usual duration of a build: omv/zlib x86_64 14 min, omv/zlib aarch64 20 min',
    ])
  })

  it('names five usual durations, and how many more there are', () => {
    const { progress, lines } = start()
    progress.pausing(new Map([1, 2, 3, 4, 5, 6, 7].map((id) => [recordOf(id, `a${id}`), MINUTE])), 1000)
    expect(lines()[0]).toMatch(/a5 1 min and 2 more$/)
  })

  it('says when the next poll is in more than a minute, once after each other line', async () => {
    const { clock, progress, lines } = start()
    const records = [recordOf(1, 'x86_64')]
    const usual = new Map(records.map((record) => [record, 14 * MINUTE]))
    for (let poll = 0; poll < 5; poll += 1) {
      progress.heartbeat(records)
      progress.pausing(usual, 2 * MINUTE)
      await clock.sleep(2 * MINUTE, new AbortController().signal)
    }
    progress.pausing(usual, MINUTE)
    expect(lines().map((line) => line.replace(/:.*? {2}/, ' ').slice(0, 40))).toEqual([
      '00 Usual duration of a build: omv/zlib x',
      '00 The next poll is in 2 min.',
      '00 Waiting for 1 of 1 builds: x86_64 bui',
      '00 The next poll is in 2 min.',
    ])
  })
})
