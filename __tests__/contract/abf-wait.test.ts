import { describe, expect, it } from 'vitest'
import type { Fault, FaultAction } from '../servers/server.ts'
import {
  always,
  answer,
  build,
  buildLists,
  calls,
  DIALECTS,
  ending,
  LateClock,
  on,
  said,
  seed,
  startAbf,
} from './abf-helpers.ts'
import { failure, pool } from './helpers.ts'

const HTML = '<!doctype html><html><head><title>502 Bad Gateway</title></head></html>'
const READS = { method: 'GET', path: /build_lists/ }

describe.concurrent('An error during the wait', () => {
  const troubles: Readonly<Record<string, FaultAction>> = {
    'a 500 in JSON': answer({ status: 500, body: { status: 500, message: 'translation missing: en.flash' } }),
    'a 502 in HTML': answer({ status: 502, headers: { 'Content-Type': 'text/html' }, raw: HTML }),
    'a 429': answer({ status: 429, raw: '' }),
    'a page of maintenance with 200': answer({
      status: 200,
      headers: { 'Content-Type': 'text/html' },
      raw: HTML,
    }),
    'a response that is not JSON': answer({
      status: 200,
      headers: { 'Content-Type': 'application/json' },
      raw: '{"b',
    }),
    'JSON of another shape': answer({ status: 200, body: { build_lists: null, build_list: { id: 'x' } } }),
    'an empty answer': answer({ status: 200, raw: '' }),
    'a reset': { kind: 'reset', when: 'before' },
    'half an answer': { kind: 'reset', when: 'body' },
    'a truncated answer': { kind: 'truncate' },
    'no answer at all': { kind: 'hang' },
  }

  async function heals(action: FaultAction, count: number): Promise<unknown[]> {
    const abf = await startAbf()
    const builds = Array.from({ length: count }, () => seed(abf, 3000))
    for (const { id } of builds) abf.script(id, [{ status: 6000, afterReads: 2 }])
    abf.fault({ ...READS, skip: 1, times: 2, action })
    const result = await on(abf, builds, {
      // Only a server that hangs is given up on, so that a slow machine is not taken for one.
      'request-timeout': action.kind === 'hang' ? '3s' : '30s',
      'abf-timeout': '50s',
    })
    return [...ending(result), said(result, 'error')]
  }

  it('is transient, whether one build is read or several', async () => {
    const cells = Object.entries(troubles).flatMap(([name, action]) =>
      [1, 2].map((count) => [`${name}, ${count}`, action, count] as const),
    )
    const seen: Record<string, unknown> = {}
    await pool(cells, 8, async ([name, action, count]) => {
      seen[name] = await heals(action, count)
    })
    const good = [0, 'success', '6000', []]
    expect(seen).toEqual(Object.fromEntries(cells.map(([name]) => [name, good])))
  })

  it.each([401, 403])(
    'with status %d is not transient, and the builds of this run are cancelled',
    async (status) => {
      const abf = await startAbf()
      abf.plan({}, [3000])
      abf.fault({
        ...READS,
        path: /v1\/build_lists/,
        skip: 1,
        times: 9,
        action: answer({ status, body: { message: 'No.' } }),
      })
      const result = await build(abf)
      expect([failure(result).includes(String(status)), abf.builds[0]?.status]).toEqual([true, 5000])
      expect(result.outputs['build-conclusion']).toBe('failure')
    },
  )

  it('that lasts until the deadline is reported', async () => {
    const abf = await startAbf()
    const one = seed(abf, 3000)
    abf.fault({ ...READS, ...always, skip: 1, action: answer({ status: 502, raw: HTML }) })
    const result = await on(abf, [one], { 'abf-timeout': '8s' })
    expect(ending(result)).toEqual([1, 'timed_out', '3000'])
    expect(failure(result)).toContain('502')
  })

  it('that is the rate limit pauses the wait until the full hour of the server', async () => {
    const clock = new LateClock(2)
    const abf = await startAbf('omv', { clock: clock.now })
    const one = seed(abf, 3000)
    let polls = 0
    abf.onRequest(({ path }) => {
      if (path.includes('build_lists')) polls += 1
      if (polls !== 2) return
      abf.rateLimit.exhaust('user:501')
      clock.run()
    })
    abf.script(one.id, [{ status: 6000, afterReads: 2 }])
    const result = await on(abf, [one], { 'abf-timeout': '1m' })
    expect([ending(result), calls(abf).filter((line) => line.endsWith('403')).length]).toEqual([
      [0, 'success', '6000'],
      1,
    ])
    expect(said(result, 'warning').join()).toContain('11:00')
  })
})

describe.concurrent('A poll', () => {
  it('of 250 builds takes three requests', async () => {
    const abf = await startAbf()
    const builds = Array.from({ length: 250 }, () => seed(abf, 3000))
    for (const { id } of builds) abf.script(id, [{ status: 666, afterReads: 2 }])
    const result = await on(abf, builds, { 'abf-log-lines': '0' })
    expect([result.code, said(result, 'error').length]).toEqual([1, 10])
    const lists = abf.journal.filter(({ path }) => path.endsWith('/build_lists.json'))
    expect(lists).toHaveLength(9)
    expect(lists.every(({ query }) => query.split('filter%5Bid%5D%5B%5D=').length <= 101)).toBe(true)
  })

  it.each([1, 100, 101])('of %d builds takes no more lists than needed', async (count) => {
    const abf = await startAbf('rosa')
    const builds = Array.from({ length: count }, () => seed(abf, 3000))
    await on(abf, builds, { 'abf-timeout': '3s' })
    const queries = abf.journal.map(({ query }) => query)
    const second = queries.indexOf(queries[0] ?? '', 1)
    expect(second).toBe(Math.ceil(count / 100))
  })

  it.each([
    ['ignores the ids, as that of 2012 does', undefined],
    ['refuses the filter', answer({ status: 422, body: { message: 'no' } })],
    ['has no such list', answer({ status: 404, body: { status: 404 } })],
  ])('of a server that %s falls back to one request for each build', async (_name, action) => {
    const abf = await startAbf(action ? 'omv' : '2012')
    const builds = [seed(abf, 3000), seed(abf, 3000), seed(abf, 6000)]
    seed(abf, 666)
    for (const { id } of builds.slice(0, 2)) abf.script(id, [{ status: 6000, afterReads: 4 }])
    if (action) abf.fault({ ...always, path: /build_lists\.json$/, action })
    const result = await on(abf, builds)
    expect(ending(result)).toEqual([0, 'success', '6000'])
    expect(calls(abf).filter((line) => line.startsWith('GET build_lists '))).toHaveLength(1)
  })

  it('of a build that is hidden or cannot be shown uses the list', async () => {
    const abf = await startAbf()
    const one = seed(abf, 3000, { projectId: 40400 })
    const other = seed(abf, 3000)
    for (const { id } of [one, other]) abf.script(id, [{ status: 666, afterReads: 2 }])
    abf.fault({
      ...always,
      path: new RegExp(`/${other.id}`),
      action: answer({ status: 500, body: { status: 500 } }),
    })
    const result = await on(abf, [one, other], { retries: '0', 'abf-log-lines': '0' })
    expect(buildLists(result).map(({ status, conclusion }) => [status, conclusion])).toEqual([
      [666, 'failure'],
      [666, 'failure'],
    ])
  })
})

describe.concurrent('The timeout of the wait', () => {
  it.each(DIALECTS)('cancels only the builds that this run has submitted, on %s', async (dialect) => {
    const abf = await startAbf(dialect)
    const reused = seed(abf, 3000, { archId: 7 })
    abf.plan({}, [3000])
    const result = await build(abf, { 'abf-arches': 'x86_64 znver1', 'abf-timeout': '5s' })
    expect([ending(result), failure(result).includes('abf-timeout')]).toEqual([
      [1, 'timed_out', '3000'],
      true,
    ])
    expect(abf.builds.map(({ id, status }) => [id === reused.id, status])).toEqual([
      [true, 3000],
      [false, 5000],
    ])
    expect(buildLists(result).map(({ conclusion }) => conclusion)).toEqual(['timed_out', 'timed_out'])
  })

  it('leaves given builds running, and its own with abf-on-abort: leave', async () => {
    const abf = await startAbf()
    abf.plan({}, [3000])
    const left = await build(abf, { 'abf-timeout': '5s', 'abf-on-abort': 'leave' })
    const given = await on(abf, abf.builds, { 'abf-timeout': '5s' })
    expect([ending(left), ending(given)]).toEqual([
      [1, 'timed_out', '3000'],
      [1, 'timed_out', '3000'],
    ])
    expect([calls(abf, 'PUT'), said(left, 'warning').length]).toEqual([[], 1])
  })

  it('includes the time of a server that does not respond', async () => {
    const abf = await startAbf()
    const one = seed(abf, 3000)
    abf.fault({ ...READS, ...always, skip: 1, action: { kind: 'hang' } })
    const result = await on(abf, [one], { 'abf-timeout': '8s', 'request-timeout': '2s' })
    expect(ending(result)).toEqual([1, 'timed_out', '3000'])
  })

  it('ends with a poll, so that a build which ended during the last pause counts', async () => {
    const abf = await startAbf()
    const one = seed(abf, 3000)
    abf.script(one.id, [{ status: 6000, afterMs: 1200 }])
    const result = await on(abf, [one], { 'abf-timeout': '2s', 'abf-poll-interval': '1m' })
    expect(ending(result)).toEqual([0, 'success', '6000'])
  })

  it('is refused below a second, and so is a poll interval below a second', async () => {
    const abf = await startAbf()
    for (const input of ['abf-timeout', 'abf-poll-interval']) {
      expect(failure(await on(abf, [{ id: 1 }], { [input]: '999ms' }))).toContain(input)
    }
    expect(abf.journal).toEqual([])
  })
})

describe.concurrent('The log of the wait', () => {
  it('has one line for each change of status, whatever the number of polls', async () => {
    const abf = await startAbf()
    const one = seed(abf, 2000)
    abf.script(one.id, [
      { status: 3000, afterReads: 2 },
      { status: 0, afterReads: 3 },
    ])
    const { log } = await on(abf, [one])
    const about = log.filter((line) => line.includes(String(one.id)))
    for (const code of [2000, 3000]) {
      expect(
        about.filter((line) => line.includes(`: queued (${code})`) || line.includes(`: building (${code})`)),
      ).toHaveLength(1)
    }
    expect(about).toHaveLength(3)
  })

  it('shows that a failed request is retried also when the step does not wait', async () => {
    const abf = await startAbf()
    const one = seed(abf, 6000)
    abf.fault({ ...READS, action: answer({ status: 502, raw: HTML }) })
    const result = await on(abf, [one], { 'abf-wait': 'false' })
    expect([result.code, buildLists(result).map(({ status }) => status)]).toEqual([0, [6000]])
  })

  it('has at most one line for each failed poll, and one when the server responds again', async () => {
    const abf = await startAbf()
    const one = seed(abf, 3000)
    abf.script(one.id, [{ status: 6000, afterReads: 2 }])
    const fault: Fault = { ...READS, skip: 1, times: 2, action: answer({ status: 502, raw: HTML }) }
    abf.fault(fault)
    const { log } = await on(abf, [one])
    expect(log.filter((line) => line.includes('502'))).toHaveLength(2)
    expect(log.join('\n')).toContain('ABF responds again')
  })
})
