import { describe, expect, it } from 'vitest'
import type { AbfStandIn } from '../servers/abf/index.ts'
import type { ActionResult } from '../runner/runner.ts'
import type { Fault } from '../servers/server.ts'
import { always, answer, calls, ending, LateClock, on, said, seed, startAbf } from './abf-helpers.ts'

/** Between the first look and the one at the deadline a fixed interval of this length would not look at all. */
const SELDOM = { 'abf-poll-interval': '1h', 'abf-timeout': '9s' }
const PROJECT = /projects\/40217/
const REFUSED: Fault = { ...always, path: PROJECT, action: answer({ status: 500, body: { status: 500 } }) }

function looks(abf: AbfStandIn): number {
  return calls(abf, 'GET build_lists').length
}

function history(abf: AbfStandIn): string[] {
  return calls(abf).filter((line) => line.includes('projects/'))
}

/** Watches builds that do not end, of a project whose builds usually take so many seconds. */
async function watch(
  seconds: number,
  count: number,
  more: Readonly<Record<string, string>> = SELDOM,
  fault?: Fault,
): Promise<{ readonly abf: AbfStandIn; readonly result: ActionResult }> {
  const abf = await startAbf()
  const project = abf.world.projects.get(40217)
  project?.averages.push({ archId: 2, seconds, builds: 50 })
  if (fault) abf.fault(fault)
  const builds = Array.from({ length: count }, () => seed(abf, 3000))
  return { abf, result: await on(abf, builds, more) }
}

describe.concurrent('The pauses between polls', () => {
  it.each([1, 3])('are short near the usual end of %d builds, for one request more', async (count) => {
    const { abf, result } = await watch(3, count)
    expect(ending(result)).toEqual([1, 'timed_out', '3000'])
    expect(looks(abf)).toBeGreaterThanOrEqual(3)
    // Every two seconds, at the deadline, and the description of each build in the end.
    expect(looks(abf)).toBeLessThanOrEqual(10)
    expect(history(abf)).toEqual(['GET projects/40217 200'])
    expect(calls(abf)[0]).toContain('build_lists')
  })

  it('are long far from the usual end', async () => {
    const { abf } = await watch(7200, 1)
    expect([looks(abf), history(abf).length]).toEqual([2, 1])
  })

  it('are long when the usual duration is unknown, and nothing is logged about it', async () => {
    const { abf, result } = await watch(3, 1, SELDOM, REFUSED)
    expect([looks(abf), history(abf)]).toEqual([2, ['GET projects/40217 500']])
    expect([said(result, 'warning'), said(result, 'notice')]).toEqual([[], []])
    expect(result.log.join('\n')).not.toContain('500')
  })

  it('do not depend on an average that is not valid', async () => {
    const body = {
      project: {
        id: 40217,
        project_statistics: [{ arch_id: 2, average_build_time: 0, build_count: 0 }, null],
      },
    }
    const { abf, result } = await watch(3, 1, SELDOM, { ...REFUSED, action: answer({ status: 200, body }) })
    expect([ending(result), looks(abf)]).toEqual([[1, 'timed_out', '3000'], 2])
  })

  it('take no request for the usual duration when the interval is short', async () => {
    const { abf } = await watch(3, 1, { 'abf-poll-interval': '9s', 'abf-timeout': '1s' })
    expect(history(abf)).toEqual([])
  })

  it('grow when the account has few requests left, so that no request is refused', async () => {
    const clock = new LateClock(10)
    const abf = await startAbf('omv', { clock: clock.now, rateLimit: 5 })
    abf.onRequest(() => {
      clock.run()
    })
    const result = await on(abf, [seed(abf, 3000)], { 'abf-timeout': '8s' })
    expect(ending(result)).toEqual([1, 'timed_out', '3000'])
    expect(looks(abf)).toBeGreaterThanOrEqual(3)
    expect(calls(abf).filter((line) => line.endsWith('403'))).toEqual([])
  })
})
