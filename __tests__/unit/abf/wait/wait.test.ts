import { describe, expect, it } from 'vitest'
import { createStatusReader } from '../../../../src/abf/wait/poll-status.ts'
import type { Build } from '../../../../src/abf/client/schema.ts'
import type { Goal } from '../../../../src/abf/outcome.ts'
import { createRecord, type BuildRecord } from '../../../../src/abf/build.ts'
import { waitFor } from '../../../../src/abf/wait/wait.ts'
import { apiOf, buildOf, EXPECTED, httpError } from '../doubles.ts'
import { ManualClock, RecordingLogger } from '../../doubles.ts'

type Fields = Readonly<Record<string, unknown>>

/** Waits for builds whose status changes every second; `shown` describes them. */
async function wait(
  statuses: Readonly<Record<number, readonly number[]>>,
  shown: Fields | Error = {},
  more: {
    records?: BuildRecord[]
    goal?: Goal
    timeout?: number
    /** The project of each, by what the lists tell in turn; the last one goes on. */
    projects?: readonly (number | undefined)[]
  } = {},
) {
  const clock = new ManualClock()
  const logger = new RecordingLogger()
  const looked: number[][] = []
  const shows: number[] = []
  const begun = clock.now()
  // One look a second, each at the next status.
  const at = (id: number): number => {
    const all = statuses[id] ?? []
    return all[Math.min(Math.floor((clock.now() - begun) / 1000), all.length - 1)] ?? 0
  }
  const api = apiOf({
    statuses: async (ids) => {
      const project_id = more.projects?.[Math.min(looked.length, more.projects.length - 1)]
      return ids.map((id) => ({ id, status: at(id), project_id, name: undefined }))
    },
    show: async (id) => {
      shows.push(id)
      if (shown instanceof Error) throw shown
      return { kind: 'build', build: buildOf({ id, status: at(id), ...shown }) satisfies Build }
    },
  })
  const { records = Object.keys(statuses).map((id) => createRecord(Number(id), 'given', clock.now())) } = more
  await waitFor(records, {
    api,
    polledStatuses: createStatusReader(api),
    clock,
    logger,
    signal: new AbortController().signal,
    policy: { goal: more.goal ?? 'build', testsFailed: 'fail', unpermittedArch: 'skip', graceMs: 1000 },
    schedule: {
      polled: async (open) => {
        looked.push(open.map(({ id }) => id))
        await Promise.resolve()
      },
      pause: () => 1000,
      usual: () => undefined,
    },
    inputs: { pollInterval: 1000, timeout: more.timeout ?? 60_000 },
  })
  return { records, logger, looked, shows, verdicts: records.map(({ outcome }) => outcome?.verdict) }
}

const submitted = (id: number, mode: 'none' | 'default' = 'none'): BuildRecord =>
  createRecord(id, 'submitted', 0, { expected: { ...EXPECTED, mode }, status: 2000 })

describe('A wait', () => {
  it('requests a mode only when it matters, and a description only at the end', async () => {
    const { shows, verdicts } = await wait({ 1: [2000, 3000, 666], 2: [3000, 0] })
    expect(verdicts).toEqual(['failure', 'success'])
    expect(shows.toSorted((a, b) => a - b)).toEqual([1, 2])
  })

  it('passes the builds that are not over to the schedule after each poll', async () => {
    const { looked } = await wait({ 1: [2000, 3000, 3000, 6000], 2: [3000, 6000] })
    expect(looked).toEqual([[1, 2], [1], [1]])
  })

  it('keeps the project that a list has reported when a later list lacks it', async () => {
    const statuses = { 1: [2000, 3000, 6000], 2: [3000, 3000, 6000] }
    const projectsOf = async (projects: readonly (number | undefined)[]) =>
      (await wait(statuses, {}, { projects })).records.map(({ projectId }) => projectId)
    expect(await projectsOf([40217, undefined])).toEqual([40217, 40217])
    expect(await projectsOf([undefined, 40217])).toEqual([40217, 40217])
    expect(await projectsOf([undefined])).toEqual([undefined, undefined])
  })

  it('uses the reported mode, with a notice when it differs from the requested one', async () => {
    const { logger, records } = await wait(
      { 7: [0, 12000], 8: [0, 12000] },
      { auto_publish_status: 'testing' },
      { records: [submitted(7, 'default'), submitted(8, 'default')] },
    )
    expect(records[0]?.mode).toBe('testing')
    expect(logger.said('notice')).toEqual(
      [7, 8].map(
        (id) =>
          `omv/zlib x86_64 (build ${id}): abf-auto-publish is default, but ABF changed it to testing, as it does for repositories that require QA. The step waits according to testing.`,
      ),
    )
    expect(logger.titles).toEqual(['Publish mode changed by ABF', 'Publish mode changed by ABF'])
  })

  it('logs nothing about a mode that is the requested one', async () => {
    const { logger, verdicts } = await wait({ 7: [0], 8: [0] }, {}, { records: [submitted(7), submitted(8)] })
    expect([verdicts, logger.said('notice'), logger.said('warning')]).toEqual([
      ['success', 'success'],
      [],
      [],
    ])
  })

  it('assumes the requested or the default mode when the server does not report it', async () => {
    const silent = { auto_publish_status: null }
    const { logger, verdicts } = await wait({ 7: [0], 8: [0, 6000] }, silent, {
      records: [submitted(7), createRecord(8, 'given', 0)],
    })
    expect(verdicts).toEqual(['success', 'success'])
    expect(logger.said('warning')).toEqual([
      'omv/zlib x86_64 (build 7): ABF does not report the publish mode, so this step assumes none.',
      'omv/zlib x86_64 (build 8): ABF does not report the publish mode, so this step assumes default.',
    ])
  })

  it('requests no mode for an operation', async () => {
    const { shows, verdicts } = await wait({ 1: [7000, 6000], 2: [6000] }, {}, { goal: 'publish' })
    expect([verdicts, shows.toSorted((a, b) => a - b)]).toEqual([
      ['success', 'success'],
      [1, 2],
    ])
  })

  it('keeps an outcome when the description of the build cannot be read', async () => {
    const { logger, verdicts } = await wait({ 1: [6000], 2: [6000] }, httpError({ message: 'No answer' }))
    expect(verdicts).toEqual(['success', 'success'])
    expect(logger.said('info').filter((line) => line.includes('could not be read'))).toEqual([
      'build 1: its packages and logs could not be read: No answer',
      'build 2: its packages and logs could not be read: No answer',
    ])
  })

  it('fails a good build of another commit, and warns when the commit is not reported', async () => {
    const other = await wait(
      { 7: [15000], 8: [666] },
      { commit_hash: 'b'.repeat(40) },
      { records: [submitted(7), submitted(8)] },
    )
    expect(other.records.map(({ outcome }) => outcome?.sentence.slice(0, 16))).toEqual([
      'ABF built commit',
      'The build failed',
    ])
    const silent = await wait(
      { 7: [0], 8: [666] },
      { commit_hash: null },
      { records: [submitted(7), submitted(8)] },
    )
    expect(silent.logger.said('warning')).toEqual([
      'omv/zlib x86_64 (build 7): ABF does not report which commit it built.',
    ])
    expect((await wait({ 7: [0], 8: [0] }, { commit_hash: null })).logger.said('warning')).toEqual([])
  })

  it('continues for the other builds when one has failed', async () => {
    const { verdicts, records } = await wait({ 1: [666], 2: [3000, 3000, 0] })
    expect(verdicts).toEqual(['failure', 'success'])
    expect(records[0]?.history.map(({ code }) => code)).toEqual([666])
    expect(records[1]?.history.map(({ code }) => code)).toEqual([3000, 0])
  })

  it('counts only open builds in the heartbeat, names five, and shows the time left', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 7 }, (_, index) => [index + 1, index === 0 ? [6000] : [3000]]),
    )
    const { logger } = await wait(many, {}, { timeout: 400_000 })
    expect(logger.said('info').find((line) => line.includes('Waiting'))).toBe(
      '00:05:00Z  Waiting for 6 of 7 builds: 2 building (3000) for at least 5 min, 3 building (3000) for at least 5 min, 4 building (3000) for at least 5 min, 5 building (3000) for at least 5 min, 6 building (3000) for at least 5 min and 1 more; 1 min 40 s left',
    )
  })

  it('ends at once when there is nothing to wait for', async () => {
    const { looked, shows } = await wait({})
    expect([looked, shows]).toEqual([[], []])
  })
})
