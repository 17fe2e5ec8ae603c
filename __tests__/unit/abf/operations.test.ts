import { describe, expect, it } from 'vitest'
import type { ActionResult, ShowResult } from '../../../src/abf/client/api.ts'
import type { PolledStatus } from '../../../src/abf/wait/poll-status.ts'
import { operate } from '../../../src/abf/operations.ts'
import type { Operation } from '../../../src/abf/status.ts'
import type { BuildRecord } from '../../../src/abf/build.ts'
import { apiOf, buildOf, httpError, recordOf } from './doubles.ts'
import { failureOf, ManualClock, RecordingLogger } from '../doubles.ts'

const DONE: ActionResult = { kind: 'done' }

function refused(status: number, serverMessage = ''): ActionResult {
  return { kind: 'refused', status, error: httpError({ status, serverMessage }) }
}

/** Asks for an operation on a build that a look finds in `status`; undefined: the look does not find it. */
async function ask(
  operation: Operation,
  status: number | undefined,
  answer: ActionResult | Error | readonly (ActionResult | Error)[] = DONE,
  shown: ShowResult | readonly ShowResult[] = { kind: 'missing' },
  source: string | undefined = 'input abf-token',
) {
  const logger = new RecordingLogger()
  const clock = new ManualClock()
  const acts: string[] = []
  const record: BuildRecord = recordOf(2000)
  const seen: PolledStatus | undefined =
    status === undefined
      ? undefined
      : { reading: { kind: 'status', code: status }, build: undefined, projectId: undefined }
  await operate(operation, [record], {
    logger,
    clock,
    inputs: { credentialsSource: source },
    signal: new AbortController().signal,
    statuses: { read: async (ids) => new Map(ids.flatMap((id) => (seen ? [[id, seen] as const] : []))) },
    api: apiOf({
      act: async (id, action) => {
        acts.push(`${action} ${id}`)
        const one = [answer].flat()[acts.length - 1] ?? DONE
        if (one instanceof Error) throw one
        return one
      },
      show: async () => [shown].flat()[acts.length - 1] ?? { kind: 'missing' },
    }),
  })
  return { record, acts, said: logger.said('info'), clock }
}

const shownAs = (status: number): ShowResult => ({ kind: 'build', build: buildOf({ status }) })

describe('An operation', () => {
  it.each([
    ['publish', 0, 'publish', 'publish'],
    ['publish-into-testing', 0, 'publish_into_testing', 'publish into testing'],
    ['reject', 11000, 'reject_publish', 'reject'],
    ['cancel', 2000, 'cancel', 'cancel'],
  ] as const)(
    'requests %s of a build at %i, and ignores the previous status afterwards',
    async (operation, status, action, verb) => {
      const { record, acts, said, clock } = await ask(operation, status)
      expect(acts).toEqual([`${action} 7`])
      expect(record.outcome).toBeUndefined()
      expect(record.track).toMatchObject({
        before: status,
        status,
        polls: 0,
        since: clock.now(),
        stopping: operation === 'cancel',
      })
      expect(said[0]).toMatch(
        new RegExp(
          `^omv/zlib x86_64 \\(build 7\\), .* \\(${status}\\): ABF has accepted the request to ${verb} it\\.$`,
        ),
      )
    },
  )

  it.each([
    ['publish', 6000, 'success'],
    ['publish-into-testing', 12000, 'success'],
    ['publish-into-testing', 6000, 'success'],
    ['reject', 9000, 'success'],
    ['cancel', 5000, 'cancelled'],
  ] as const)(
    'sends no request for %s of a build at %i, which is already done',
    async (operation, status, verdict) => {
      const { record, acts, said } = await ask(operation, status)
      expect([acts, record.outcome?.verdict]).toEqual([[], verdict])
      expect(said[0]).toMatch(/ is already .*: no changes needed\.$/)
    },
  )

  it.each([
    ['publish', 7000],
    ['publish-into-testing', 13000],
    ['publish-into-testing', 7000],
    ['cancel', 10000],
  ] as const)(
    'sends no request for %s of a build at %i, which is already under way',
    async (operation, status) => {
      const { record, acts, said } = await ask(operation, status)
      expect([acts, record.outcome]).toEqual([[], undefined])
      expect(said[0]).toMatch(/ is already .*: no request needed\.$/)
    },
  )

  it('fails for a build that does not exist, and names its id', async () => {
    const { record, acts } = await ask('publish', undefined)
    expect(acts).toEqual([])
    expect(record.outcome).toEqual({
      verdict: 'failure',
      sentence: 'ABF has no build 7. The id may be wrong, or ABF has deleted the record.',
      warn: false,
    })
  })

  it('adds a status to the history only when it changes', async () => {
    expect((await ask('publish', 2000)).record.history.map(({ code }) => code)).toEqual([2000])
    expect((await ask('publish', 0)).record.history.map(({ code }) => code)).toEqual([2000, 0])
  })
})

describe('A response that cannot be read', () => {
  const PAGE = httpError({ kind: 'unreadable', status: 200, message: 'Could not publish build 7: web page' })

  it.each([
    [shownAs(6000), 'success'],
    [shownAs(7000), undefined],
    [shownAs(8000), undefined],
  ])('is replaced by the status of the build: %#', async (shown, verdict) => {
    const { record, acts } = await ask('publish', 0, PAGE, shown)
    expect([acts.length, record.outcome?.verdict]).toEqual([1, verdict])
  })

  it('is followed by another request when the status has not changed', async () => {
    const { record, acts, said, clock } = await ask('publish', 0, [PAGE, DONE], [shownAs(0)])
    expect([acts.length, record.outcome, record.track.before, clock.pauses]).toEqual([
      2,
      undefined,
      0,
      [2000],
    ])
    expect(said[0]).toContain('web page. The build is still built (0). The request is repeated in 2 s.')
    const refusedThen = await ask('publish', 0, [PAGE, refused(403)], [shownAs(0), shownAs(7000)])
    expect([refusedThen.acts.length, refusedThen.record.outcome]).toEqual([2, undefined])
  })

  it('is followed by another request when the build went on, and its new status still allows it', async () => {
    const { record, acts, said } = await ask('cancel', 2000, [PAGE, DONE], [shownAs(3000)])
    expect([acts, record.outcome, record.track.before]).toEqual([['cancel 7', 'cancel 7'], undefined, 3000])
    expect(said[0]).toContain('The build is now building (3000). The request is repeated in 2 s.')
  })

  it('fails the build after three requests without effect', async () => {
    const { record, acts, clock } = await ask('publish', 0, [PAGE, PAGE, PAGE], [0, 0, 0].map(shownAs))
    expect([acts.length, clock.pauses]).toEqual([3, [2000, 5000]])
    expect(record.outcome).toMatchObject({
      verdict: 'failure',
      sentence:
        'Could not publish build 7: web page. The build is still built (0), so ABF did not publish it. Re-run the job.',
    })
  })

  it.each([
    httpError({ status: 401 }),
    httpError({ status: 403, retryAfterMs: 5 }),
    httpError({ kind: 'tls' }),
    new TypeError('broken'),
  ])('differs from an error that concerns all builds, which is thrown: %#', async (error) => {
    expect(await failureOf(ask('publish', 0, error))).toBe(error)
  })
})

describe('A refusal', () => {
  it('is ignored when the build has reached the goal, or is on its way', async () => {
    const there = await ask('publish', 0, refused(422), shownAs(6000))
    expect(there.record.outcome).toMatchObject({ verdict: 'success' })
    expect(there.record.build?.status).toBe(6000)
    expect((await ask('publish', 0, refused(422), shownAs(7000))).record.outcome).toBeUndefined()
  })

  it('of a request for a deleted build says that ABF deleted it', async () => {
    const { record } = await ask('publish', 0, refused(404))
    expect(record.outcome?.sentence).toBe('ABF deleted the build before it handled the request.')
  })

  it.each([
    [
      'publish',
      666,
      refused(422, 'No.'),
      'ABF refused to publish it with 422 ("No."). The status of the build is build failed (666), but has to be built (0), publishing failed (8000), tests failed (11000), published into testing (12000) or publishing into testing failed (14000).',
    ],
    [
      'cancel',
      7000,
      refused(422),
      'ABF refused to cancel it with 422. The status of the build is publishing (7000), but has to be queued (2000) or building (3000). It is too late to cancel it.',
    ],
    [
      'cancel',
      4000,
      refused(422),
      'ABF refused to cancel it with 422. The status of the build is waiting (4000), but has to be queued (2000) or building (3000).',
    ],
    [
      'reject',
      0,
      refused(404),
      'ABF refused to reject it with 404: this server does not have that operation.',
    ],
    [
      'reject',
      0,
      refused(422),
      'ABF refused to reject it with 422, although the status built (0) allows it.',
    ],
    [
      'cancel',
      3000,
      refused(403),
      'ABF refused to cancel it with 403, although the status building (3000) allows it. The account of input abf-token may lack the right. The account must have write access to the project.',
    ],
  ] as const)(
    'to %s a build at %i is explained by the status of the build',
    async (operation, status, answer, sentence) => {
      const { record } = await ask(operation, status, answer, shownAs(status))
      expect(record.outcome).toEqual({ verdict: 'failure', sentence, warn: false })
    },
  )

  it.each([
    ['publish', /administrator of the platform\. ABF also refuses/],
    ['publish-into-testing', /write access to the project\. ABF also refuses/],
    ['reject', /write access to the project or, .* an administrator of the platform\.$/],
  ] as const)('to %s because of a missing right names that right', async (operation, right) => {
    const { record } = await ask(operation, 0, refused(403), shownAs(0), '')
    expect(record.outcome?.sentence).toMatch(right)
  })

  it('mentions the step where the source of the credentials is unknown', async () => {
    const nobody: [Operation, number, ActionResult, ShowResult] = [
      'cancel',
      3000,
      refused(403),
      shownAs(3000),
    ]
    const logger = new RecordingLogger()
    const record = recordOf(3000)
    await operate(nobody[0], [record], {
      logger,
      clock: new ManualClock(),
      signal: new AbortController().signal,
      inputs: { credentialsSource: undefined },
      statuses: {
        read: async () =>
          new Map([[7, { reading: { kind: 'status', code: 3000 }, build: undefined, projectId: undefined }]]),
      },
      api: apiOf({ act: async () => nobody[2], show: async () => nobody[3] }),
    })
    expect(record.outcome?.sentence).toContain('The account of this step may lack the right.')
  })

  it('is explained by the previous status when the build cannot be shown', async () => {
    const { record } = await ask('publish', 0, refused(403), { kind: 'hidden', error: httpError() })
    expect(record.outcome?.sentence).toContain('although the status built (0) allows it')
  })
})
