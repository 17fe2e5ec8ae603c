import { describe, expect, it } from 'vitest'
import { cleanUp } from '../../src/post.ts'
import { ActionError } from '../../src/errors.ts'
import { readContext } from '../../src/github/event.ts'
import type { State } from '../../src/ports.ts'
import type { World } from '../../src/step.ts'
import { describeWork, isPost, markStarted, settleWork, unsettledWork } from '../../src/state.ts'
import { ManualClock, MemoryState, RecordingLogger } from './doubles.ts'

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
  const world = (state: State): { readonly world: World; readonly logger: RecordingLogger } => {
    const logger = new RecordingLogger()
    const never = (): never => {
      throw new Error('the post step has nothing to ask a server or to write')
    }
    const actions = {
      logger,
      state,
      mask: never,
      redact: String,
      outputs: { set: never },
      summary: { write: never },
    }
    return {
      logger,
      world: {
        actions,
        clock: new ManualClock(),
        env: {},
        start: {
          context: readContext({}, undefined),
          inputs: new ActionError('no input is read'),
          userAgent: 'test',
          startedAt: '2026-01-01T00:00:00.000Z',
        },
        signal: new AbortController().signal,
        transport: never,
      },
    }
  }

  it('warns once about work that was cut off', async () => {
    const state = new MemoryState()
    describeWork(state, 'release 1.0')
    const post = world(state)
    await cleanUp(post.world)
    expect(post.logger.lines).toEqual([
      { level: 'warning', message: expect.stringContaining('release 1.0') as string },
    ])
  })

  it('is silent when the main step ended by itself, or never began', async () => {
    const settled = new MemoryState()
    describeWork(settled, 'release 1.0')
    settleWork(settled)
    for (const state of [settled, new MemoryState()]) {
      const post = world(state)
      await cleanUp(post.world)
      expect(post.logger.lines).toEqual([])
    }
  })

  it('warns, and does not throw, when it cannot read what it would have to cancel with', async () => {
    const state = new MemoryState()
    state.save('abf-work', JSON.stringify({ ids: [7] }))
    const post = world(state)
    await cleanUp(post.world)
    expect(post.logger.said('warning').join('\n')).toContain('may still be running')
  })
})
