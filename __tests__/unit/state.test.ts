import { describe, expect, it } from 'vitest'
import { cleanUp } from '../../src/cleanup.ts'
import { describeWork, isPost, markStarted, settleWork, unsettledWork } from '../../src/state.ts'
import { MemoryState, RecordingLogger } from './doubles.ts'

it('the step that finds the mark of the first is the post step', () => {
  const state = new MemoryState()
  expect(isPost(state)).toBe(false)
  markStarted(state)
  expect(isPost(state)).toBe(true)
})

it('work is unsettled from its description until the main step ends', () => {
  const state = new MemoryState()
  expect(unsettledWork(state)).toBeUndefined()
  describeWork(state, 'release 1.0')
  expect(unsettledWork(state)).toBe('release 1.0')
  settleWork(state)
  expect(unsettledWork(state)).toBeUndefined()
})

describe('cleanUp', () => {
  it('warns once about work that was cut off', () => {
    const state = new MemoryState()
    const logger = new RecordingLogger()
    describeWork(state, 'release 1.0')
    cleanUp(state, logger)
    expect(logger.lines).toEqual([
      { level: 'warning', message: expect.stringContaining('release 1.0') as string },
    ])
  })

  it('is silent when the main step ended by itself, or never began', () => {
    const settled = new MemoryState()
    describeWork(settled, 'release 1.0')
    settleWork(settled)
    const logger = new RecordingLogger()
    cleanUp(settled, logger)
    cleanUp(new MemoryState(), logger)
    expect(logger.lines).toEqual([])
  })
})
