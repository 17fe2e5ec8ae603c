import { describe, expect, test } from 'vitest'
import type { AbfApi, Acted, Shown } from '../../../src/abf/client/api.ts'
import { cancelBuilds, cancelPending } from '../../../src/abf/cancel.ts'
import type { Pending } from '../../../src/abf/submitted-builds.ts'
import { apiOf, BASE, buildOf, httpError, SHA } from './doubles.ts'
import { ManualClock, RecordingLogger } from '../doubles.ts'

const REFUSED: Acted = {
  kind: 'refused',
  status: 422,
  error: httpError({ message: 'Could not cancel build 7' }),
}
const PENDING: Pending = {
  projectId: 1,
  project: 'omv/zlib',
  archId: 2,
  repositoryId: 14,
  platformId: 31,
  commit: SHA,
  version: SHA,
  since: 0,
}

function prepare(calls: Partial<AbfApi>) {
  const logger = new RecordingLogger()
  return { logger, deps: { api: apiOf(calls), clock: new ManualClock(), logger, base: BASE } }
}

const shownAs = (status: number): Shown => ({ kind: 'build', build: buildOf({ status }) })

describe('to cancel a build', () => {
  test('asks for it, and says so', async () => {
    const { deps, logger } = prepare({ act: async () => ({ kind: 'done' }) })
    expect(await cancelBuilds([7, 8], deps)).toEqual([
      { id: 7, result: 'cancelled' },
      { id: 8, result: 'cancelled' },
    ])
    expect(logger.lines).toEqual([
      { level: 'info', message: 'Cancelled build 7.' },
      { level: 'info', message: 'Cancelled build 8.' },
    ])
  })

  test.each([
    [{ kind: 'missing' } as const, 'cancelled', 'gone'],
    [shownAs(5000), 'cancelled', 'cancelled (5000)'],
    [shownAs(10000), 'cancelled', 'cancelling (10000)'],
    [shownAs(0), 'over', 'built (0)'],
    [shownAs(7000), 'over', 'publishing (7000)'],
    [shownAs(666), 'over', 'build failed (666)'],
  ])('needs nothing when it is over by itself', async (shown, result, words) => {
    const { deps, logger } = prepare({ act: async () => REFUSED, show: async () => shown })
    expect(await cancelBuilds([7], deps)).toEqual([{ id: 7, result }])
    expect(logger.lines).toEqual([{ level: 'info', message: `Build 7 needs no cancelling: it is ${words}.` }])
  })

  test.each([shownAs(2000), shownAs(3000), shownAs(99_999), { kind: 'hidden', error: httpError() } as const])(
    'that goes on warns, and says where it can be cancelled',
    async (shown) => {
      const { deps, logger } = prepare({ act: async () => REFUSED, show: async () => shown })
      expect(await cancelBuilds([7], deps)).toEqual([{ id: 7, result: 'failed' }])
      expect(logger.lines).toEqual([
        {
          level: 'warning',
          message:
            'Build 7 could not be cancelled: Could not cancel build 7. Cancel it at https://abf.example/build_lists/7',
        },
      ])
      expect(logger.titles).toEqual(['A build is left running'])
    },
  )

  test.each([
    [new DOMException('slow', 'TimeoutError'), 'no answer in time'],
    [new TypeError('broken'), 'TypeError: broken'],
    ['thrown', 'thrown'],
  ])('never throws: %s', async (thrown, words) => {
    const act = (): never => {
      throw thrown
    }
    const { deps, logger } = prepare({ act })
    expect(await cancelBuilds([7], deps)).toEqual([{ id: 7, result: 'failed' }])
    expect(logger.said('warning')[0]).toContain(`could not be cancelled: ${words}. Cancel`)
  })
})

describe('a create without an answer', () => {
  const found = (...ids: readonly number[]): Partial<AbfApi> => ({
    login: async () => 'bot',
    serverNow: () => 0,
    searchProject: async () => ids.map((id) => ({ id, status: 2000, project_id: 1, name: undefined })),
    show: async (id) => ({ kind: 'build', build: buildOf({ id, status: 2000 }) }),
  })

  test('is cancelled when its build is found', async () => {
    const acts: unknown[] = []
    const { deps } = prepare({
      ...found(8),
      act: async (...call) => {
        acts.push(call)
        return { kind: 'done' }
      },
    })
    expect(await cancelPending(PENDING, [7], deps)).toBe(true)
    expect(acts).toEqual([[8, 'cancel']])
  })

  test('stays to be cancelled when that fails', async () => {
    const { deps } = prepare({ ...found(8), act: async () => REFUSED })
    expect(await cancelPending(PENDING, [], deps)).toBe(false)
  })

  test.each([[[]], [[7]], [[8, 9]]])('has nothing that is surely its own among %j', async (ids) => {
    const { deps, logger } = prepare(found(...ids))
    expect(await cancelPending(PENDING, [7], deps)).toBe(true)
    expect(logger.lines).toEqual([])
  })

  test('warns when the server cannot be asked', async () => {
    const login = (): never => {
      throw httpError({ message: 'Could not check the credentials' })
    }
    const { deps, logger } = prepare({ login })
    expect(await cancelPending(PENDING, [], deps)).toBe(false)
    expect(logger.said('warning')).toEqual([
      'A build was being submitted, and whether it was made could not be found out: Could not check the credentials. Look at https://abf.example/build_lists.',
    ])
  })
})
