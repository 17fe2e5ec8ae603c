import { describe, expect, it } from 'vitest'
import type { AbfApi, ActionResult, ShowResult } from '../../../src/abf/client/api.ts'
import { cancelBuilds, cancelPending } from '../../../src/abf/cancel.ts'
import type { Pending } from '../../../src/abf/submitted-builds.ts'
import { apiOf, BASE, buildOf, httpError, SHA } from './doubles.ts'
import { ManualClock, RecordingLogger } from '../doubles.ts'

const REFUSED: ActionResult = {
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
  known: [6],
}

function prepare(calls: Partial<AbfApi>) {
  const logger = new RecordingLogger()
  return { logger, deps: { api: apiOf(calls), clock: new ManualClock(), logger, base: BASE } }
}

const shownAs = (status: number): ShowResult => ({ kind: 'build', build: buildOf({ status }) })

describe('Cancelling a build', () => {
  it('sends a request for each build and logs the result', async () => {
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

  it.each([
    [{ kind: 'missing' } as const, 'cancelled', 'does not exist any more'],
    [shownAs(5000), 'cancelled', 'is cancelled (5000)'],
    [shownAs(10000), 'cancelled', 'is cancelling (10000)'],
    [shownAs(0), 'over', 'is built (0)'],
    [shownAs(7000), 'over', 'is publishing (7000)'],
    [shownAs(666), 'over', 'is build failed (666)'],
  ])(
    'succeeds without a warning when the build has ended or is being cancelled',
    async (shown, result, words) => {
      const { deps, logger } = prepare({ act: async () => REFUSED, show: async () => shown })
      expect(await cancelBuilds([7], deps)).toEqual([{ id: 7, result }])
      expect(logger.lines).toEqual([
        { level: 'info', message: `Build 7 ${words}, so there is nothing to cancel.` },
      ])
    },
  )

  it.each([shownAs(2000), shownAs(3000), shownAs(99_999), { kind: 'hidden', error: httpError() } as const])(
    'warns with the page of the build when the build goes on',
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

  it.each([
    [shownAs(10000), 'cancelled'],
    [shownAs(5000), 'cancelled'],
    [shownAs(0), 'over'],
    [shownAs(3000), 'failed'],
  ])('is decided by the status when the response cannot be read: %#', async (shown, result) => {
    const page = httpError({ kind: 'unreadable', status: 200, message: 'Could not cancel build 7: web page' })
    const { deps, logger } = prepare({ act: () => Promise.reject(page), show: async () => shown })
    expect(await cancelBuilds([7], deps)).toEqual([{ id: 7, result }])
    expect(logger.said('warning')).toHaveLength(result === 'failed' ? 1 : 0)
  })

  it.each([
    [new DOMException('slow', 'TimeoutError'), 'the server did not respond in time'],
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

describe('A create without a response', () => {
  const found = (...ids: readonly number[]): Partial<AbfApi> => ({
    login: async () => 'bot',
    serverNow: () => 0,
    searchProject: async () => ids.map((id) => ({ id, status: 2000, project_id: 1, name: undefined })),
    show: async (id) => ({ kind: 'build', build: buildOf({ id, status: 2000 }) }),
  })

  it('is cancelled when its build is found', async () => {
    const acts: unknown[] = []
    const { deps } = prepare({
      ...found(8),
      act: async (...call) => {
        acts.push(call)
        return { kind: 'done' }
      },
    })
    expect(await cancelPending(PENDING, [7], 0, deps)).toMatchObject({
      kind: 'found',
      build: { id: 8 },
      result: 'cancelled',
    })
    expect(acts).toEqual([[8, 'cancel']])
  })

  it('is left to the post step when the cancel fails', async () => {
    const { deps } = prepare({ ...found(8), act: async () => REFUSED })
    expect(await cancelPending(PENDING, [], 0, deps)).toMatchObject({ kind: 'found', result: 'failed' })
  })

  it('is searched for until the limit, even if a search fails meanwhile', async () => {
    let searches = 0
    const { deps } = prepare({
      ...found(),
      login: async () => {
        searches += 1
        if (searches === 2) throw httpError({ status: 502 })
        return 'bot'
      },
      searchProject: async () =>
        searches < 4 ? [] : [{ id: 8, status: 2000, project_id: 1, name: undefined }],
      act: async () => ({ kind: 'done' }),
    })
    expect(await cancelPending(PENDING, [], deps.clock.now() + 8000, deps)).toMatchObject({ kind: 'found' })
    expect(searches).toBe(4)
    const late = prepare(found())
    expect(await cancelPending(PENDING, [], late.deps.clock.now() + 8000, late.deps)).toEqual({
      kind: 'not-found',
      error: undefined,
    })
    expect(late.deps.clock.pauses).toEqual(Array.from({ length: 8 }, () => 1000))
  })

  it('cannot be a build that existed before, or another build of this run', async () => {
    const { deps } = prepare(found(6, 7))
    expect(await cancelPending(PENDING, [7], 0, deps)).toEqual({ kind: 'not-found', error: undefined })
  })

  it('is not cancelled when several builds fit, and the warning links them all', async () => {
    const { deps, logger } = prepare(found(8, 9))
    expect(await cancelPending(PENDING, [], 0, deps)).toEqual({ kind: 'ambiguous' })
    expect(logger.said('warning')).toEqual([
      'A build was being submitted. Several builds fit, so this run cancels none of them. Check https://abf.example/build_lists/8 and https://abf.example/build_lists/9.',
    ])
  })

  it('is not searched for any more when the server refuses the credentials', async () => {
    const error = httpError({ status: 401, message: 'Could not check the credentials' })
    const login = (): never => {
      throw error
    }
    const { deps } = prepare({ login })
    expect(await cancelPending(PENDING, [], Infinity, deps)).toEqual({ kind: 'not-found', error })
  })
})
