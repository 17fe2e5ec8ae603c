import { describe, expect, it } from 'vitest'
import type { AbfStandIn, Dialect } from '../servers/abf/index.ts'
import type { ActionResult } from '../runner/runner.ts'
import {
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
  step,
} from './abf-helpers.ts'
import { failure } from './helpers.ts'

const HOUR = 3_600_000

/** Does something with one build that is at this status. */
async function doTo(
  operation: string,
  status: number,
  { dialect = 'omv', prepare }: { dialect?: Dialect; prepare?: (abf: AbfStandIn, id: number) => void } = {},
  inputs: Readonly<Record<string, string>> = {},
): Promise<[ActionResult, AbfStandIn]> {
  const abf = await startAbf(dialect)
  const one = seed(abf, status)
  prepare?.(abf, one.id)
  const all = { 'abf-operation': operation, 'abf-log-lines': '0', ...inputs }
  return [await on(abf, [one], all), abf]
}

const puts = (abf: AbfStandIn): string[] => calls(abf, 'PUT').map((line) => line.replace(/\d+\//, ''))

describe.concurrent.each(DIALECTS)('On %s', (dialect) => {
  it.each([
    ['publish', 0, 'success', 6000, 'publish'],
    ['publish', 8000, 'success', 6000, 'publish'],
    ['reject', 0, 'success', 9000, 'reject_publish'],
    ['cancel', 3000, 'cancelled', 5000, 'cancel'],
  ])('%s brings a build from %d to %s at %d', async (operation, from, conclusion, to, action) => {
    const [result, abf] = await doTo(operation, from, { dialect })
    expect([ending(result), said(result, 'error')]).toEqual([[0, conclusion, String(to)], []])
    expect(puts(abf)).toEqual([`PUT build_lists/${action} 200`])
  })

  it.each([
    ['publish', 6000, 'success'],
    ['reject', 9000, 'success'],
    ['cancel', 5000, 'cancelled'],
  ])('%s of a build that is already at %d sends no request', async (operation, status, conclusion) => {
    const [result, abf] = await doTo(operation, status, { dialect })
    expect([ending(result), puts(abf)]).toEqual([[0, conclusion, String(status)], []])
  })

  it.each([
    ['publish', [3000, 666]],
    ['reject', [3000, 6000]],
    ['cancel', [6000, 0, 666]],
  ])('%s of builds at %j fails for each, with the name of its status', async (operation, statuses) => {
    const abf = await startAbf(dialect)
    const builds = statuses.map((status) => seed(abf, status))
    const result = await on(abf, builds, { 'abf-operation': operation, 'abf-log-lines': '0' })
    expect(ending(result)).toEqual([1, 'failure', String(statuses[0])])
    const errors = said(result, 'error')
    expect(statuses.map((status, index) => errors[index]?.includes(`(${status})`))).toEqual(
      statuses.map(() => true),
    )
  })

  it.each(['publish', 'reject', 'cancel'])(
    '%s without the right fails, and the failure names the right',
    async (operation) => {
      const [result, abf] = await doTo(
        operation,
        operation === 'cancel' ? 3000 : 0,
        { dialect },
        { 'abf-token': 'token-of-guest' },
      )
      expect(failure(result)).toMatch(/403[^]*abf-token[^]*right/)
      expect([ending(result).slice(0, 2), puts(abf).length]).toEqual([[1, 'failure'], 1])
    },
  )
})

describe.concurrent('Publishing', () => {
  it.each([[8000], [777]])('fails when the build ends at %d', async (end) => {
    const [result] = await doTo('publish', 0, {
      prepare: (abf) => {
        abf.plan({}, [7000, { status: end, afterReads: 1 }], { on: 'publish' })
      },
    })
    expect(ending(result)).toEqual([1, 'failure', String(end)])
  })

  it('of a build whose publishing failed before waits until the status changes', async () => {
    const [result] = await doTo('publish', 8000, {
      dialect: 'rosa',
      prepare: (abf) => {
        abf.plan(
          {},
          [
            { status: 7000, afterReads: 2 },
            { status: 6000, afterReads: 1 },
          ],
          { on: 'publish' },
        )
      },
    })
    expect(ending(result)).toEqual([0, 'success', '6000'])
  })

  it('of a build that is being published only waits', async () => {
    const [result, abf] = await doTo('publish', 7000, {
      prepare: (farm, id) => {
        farm.script(id, [{ status: 6000, afterReads: 2 }])
      },
    })
    expect([ending(result), puts(abf)]).toEqual([[0, 'success', '6000'], []])
  })

  it('that is refused although the status allows it names other possible reasons', async () => {
    const [result] = await doTo('publish', 0, {
      prepare: (abf) => {
        abf.world.repository(14).publishOnlyFromBranch = 'master'
      },
    })
    expect(failure(result)).toMatch(/403[^]*branch/)
  })

  it.each([
    [12000, 0, 'success'],
    [6000, 0, 'success'],
    [14000, 1, 'failure'],
    [777, 1, 'failure'],
    [8000, 1, 'failure'],
  ])('into testing that ends at %d exits %d with %s', async (end, code, conclusion) => {
    const [result, abf] = await doTo('publish-into-testing', 0, {
      prepare: (farm) => {
        farm.plan({}, [{ status: end, afterReads: 1 }], { on: 'publish_into_testing' })
      },
    })
    expect(ending(result)).toEqual([code, conclusion, String(end)])
    expect(puts(abf)).toEqual(['PUT build_lists/publish_into_testing 200'])
  })

  it.each([12000, 6000])('into testing of a build at %d sends no request', async (status) => {
    const [result, abf] = await doTo('publish-into-testing', status)
    expect([ending(result), puts(abf)]).toEqual([[0, 'success', String(status)], []])
  })

  it('whose response is lost does not count as refused', async () => {
    const [result, abf] = await doTo('publish', 0, {
      prepare: (farm) => {
        farm.fault({ method: 'PUT', action: { kind: 'reset', when: 'after' } })
      },
    })
    expect([ending(result), puts(abf)[0]]).toEqual([[0, 'success', '6000'], 'PUT build_lists/publish 0'])
  })

  it('of several builds continues with the others when one is refused', async () => {
    const abf = await startAbf()
    const builds = [seed(abf, 0), seed(abf, 666), seed(abf, 6000), seed(abf, 0)]
    const result = await on(abf, builds, { 'abf-operation': 'publish', 'abf-log-lines': '0' })
    expect(buildLists(result).map(({ conclusion }) => conclusion)).toEqual([
      'success',
      'failure',
      'success',
      'success',
    ])
    expect([failure(result).includes('666'), puts(abf).length]).toEqual([true, 3])
  })

  it('succeeds when somebody else published the build first', async () => {
    const [result, abf] = await doTo('reject', 0, {
      prepare: (farm, id) => {
        farm.onRequest(({ method }) => {
          if (method === 'PUT') farm.setStatus(id, 9000)
        })
      },
    })
    expect([ending(result), puts(abf)]).toEqual([
      [0, 'success', '9000'],
      ['PUT build_lists/reject_publish 422'],
    ])
  })
})

describe.concurrent('Cancelling', () => {
  it('of a queued build ends after four polls at 10000', async () => {
    const [result, abf] = await doTo('cancel', 2000)
    expect(ending(result)).toEqual([0, 'cancelled', '10000'])
    expect(calls(abf, 'GET').length).toBeGreaterThanOrEqual(4)
  })

  it('of a build that is then deleted succeeds', async () => {
    const [result] = await doTo('cancel', 2000, {
      prepare: (abf) => {
        abf.plan({}, [{ gone: true, afterReads: 1 }], { on: 'cancel' })
      },
    })
    expect(ending(result).slice(0, 2)).toEqual([0, 'cancelled'])
  })

  it.each([0, 666, 11000])('fails when the build ends at %d first', async (end) => {
    const [result] = await doTo('cancel', 3000, {
      prepare: (abf) => {
        abf.plan({}, [{ status: end, afterReads: 1 }], { on: 'cancel' })
      },
    })
    expect(ending(result)).toEqual([1, 'failure', String(end)])
    expect(failure(result).toLowerCase()).toContain('too late')
  })

  it('without waiting sends the request and ends', async () => {
    const [result, abf] = await doTo('cancel', 3000, {}, { 'abf-wait': 'false' })
    expect([result.code, puts(abf)]).toEqual([0, ['PUT build_lists/cancel 200']])
  })

  it.each(['publish', 'reject', 'cancel'])(
    'and %s of an unknown id fail, and the failure names the id',
    async (operation) => {
      const abf = await startAbf()
      expect(failure(await on(abf, [{ id: 4711 }], { 'abf-operation': operation }))).toContain('4711')
      expect(puts(abf)).toEqual([])
    },
  )
})

describe.concurrent('The rate limit', () => {
  const start = Date.UTC(2026, 0, 1, 10, 59, 57)

  it('is waited for when the full hour of the server is near', async () => {
    const clock = new LateClock(3)
    const abf = await startAbf('omv', { clock: clock.now })
    const one = seed(abf, 0)
    abf.rateLimit.exhaust('user:501')
    abf.onRequest(() => {
      clock.run()
    })
    const result = await on(abf, [one], { 'abf-operation': 'publish' })
    expect([ending(result), puts(abf)]).toEqual([[0, 'success', '6000'], ['PUT build_lists/publish 200']])
  })

  it('ends the step with the time to retry when the full hour is far away', async () => {
    const abf = await startAbf('omv', { clock: () => start - HOUR / 2 })
    const one = seed(abf, 0)
    abf.rateLimit.exhaust('user:501')
    const result = await on(abf, [one], { 'abf-operation': 'publish' })
    expect(failure(result)).toMatch(/limit[^]*11:00/)
    expect(failure(result)).not.toContain('role')
  })

  it('is recognized by the count of requests left when the message is missing', async () => {
    const abf = await startAbf('omv', { clock: () => start })
    const headers = {
      'X-RateLimit-Limit': '3000',
      'X-RateLimit-Remaining': '0',
      Date: new Date(start).toUTCString(),
    }
    abf.fault({ action: answer({ status: 403, headers, raw: '<html>403</html>' }) })
    const result = await on(abf, [seed(abf, 0)], { 'abf-operation': 'publish' })
    expect(ending(result)).toEqual([0, 'success', '6000'])
  })
})

describe.concurrent('A web page with status 200 as the response to', () => {
  it.each([
    ['publish', 0, [0, 'success', '6000']],
    ['publish-into-testing', 0, [0, 'success', '12000']],
    ['reject', 0, [0, 'success', '9000']],
    ['cancel', 3000, [0, 'cancelled', '5000']],
  ] as const)(
    '%s after its effect is replaced by the status of the build',
    async (operation, status, expected) => {
      const page = { status: 200, headers: { 'Content-Type': 'text/html' }, raw: '<html>Maintenance</html>' }
      const prepare = (abf: AbfStandIn): void => abf.fault({ method: 'PUT', action: answer(page, 'after') })
      const [result, abf] = await doTo(operation, status, { prepare })
      expect([ending(result), calls(abf, 'PUT').length, said(result, 'error')]).toEqual([expected, 1, []])
    },
  )

  it('publish before its effect is followed by another request', async () => {
    const page = { status: 200, headers: { 'Content-Type': 'text/html' }, raw: '<html>Maintenance</html>' }
    const prepare = (abf: AbfStandIn): void => abf.fault({ method: 'PUT', action: answer(page) })
    const [result, abf] = await doTo('publish', 0, { prepare })
    expect([ending(result), calls(abf, 'PUT').length]).toEqual([[0, 'success', '6000'], 2])
  })
})

describe.concurrent('A search', () => {
  it('reads the first twenty builds, and reports only the list for the others', async () => {
    const abf = await startAbf()
    for (let count = 0; count < 22; count += 1) seed(abf, 6000)
    const result = await step(abf, { 'abf-filter': 'ownership=index' })
    const lists = JSON.parse(result.outputs['build-lists'] ?? '') as Record<string, unknown>[]
    expect(lists.map(({ arch, project, packages }) => [arch, project, packages !== null])).toEqual([
      ...Array.from({ length: 20 }, () => ['x86_64', 'openmandriva/gtk+demo', true]),
      ...Array.from({ length: 2 }, () => [null, null, false]),
    ])
    expect(calls(abf, 'GET')).toHaveLength(21)
  })

  it.each([1000, 1001])(
    'that finds %i builds warns only when there are more than a thousand',
    async (count) => {
      const abf = await startAbf()
      for (let added = 0; added < count; added += 1) seed(abf, 6000)
      const result = await step(abf, { 'abf-filter': 'ownership=index' })
      expect(said(result, 'warning').some((text) => text.includes('more than 1000 builds'))).toBe(
        count > 1000,
      )
      expect(JSON.parse(result.outputs['build-list-ids'] ?? '')).toHaveLength(1000)
    },
  )

  it('finds what the filter selects, each once, over several pages, and never fails', async () => {
    const abf = await startAbf()
    const wanted = Array.from({ length: 130 }, () => seed(abf, 666))
    seed(abf, 6000)
    const result = await step(abf, { 'abf-filter': 'status=666\nownership=everything', 'abf-token': '' })
    expect(ending(result)).toEqual([0, 'success', ''])
    expect(new Set(JSON.parse(result.outputs['build-list-ids'] ?? '') as number[])).toEqual(
      new Set(wanted.map(({ id }) => id)),
    )
    // Two pages of the list, and the first twenty builds.
    expect([calls(abf).length, buildLists(result)[0]?.status]).toEqual([22, 666])
  })

  it('that finds nothing succeeds', async () => {
    const abf = await startAbf()
    const result = await step(abf, { 'abf-filter': 'arch_id=2' })
    expect([ending(result), result.outputs['build-list-ids']]).toEqual([[0, 'success', ''], '[]'])
  })

  it('with an unknown key is refused, and the failure lists the known keys', async () => {
    const abf = await startAbf()
    const text = failure(await step(abf, { 'abf-filter': 'colour=red\nstatus=' }))
    expect(text).toMatch(/mass_build_id[^]*status[^]*colour/)
    expect(abf.journal).toEqual([])
  })

  it('by the time of creation has a notice that servers ignore that key', async () => {
    const abf = await startAbf()
    const result = await step(abf, { 'abf-filter': 'created_at_start=1\nstatus=0' })
    expect([result.code, said(result, 'notice').join()]).toEqual([
      0,
      expect.stringContaining('created_at_start'),
    ])
    expect(abf.journal[0]?.query).toContain(encodeURIComponent('filter[created_at_start]'))
  })
})

describe.concurrent('Builds that a filter selects', () => {
  it('may be none: the conclusion is neutral, with a warning', async () => {
    const abf = await startAbf()
    const result = await step(abf, { 'abf-operation': 'publish', 'abf-filter': 'status=8000' })
    expect([ending(result), puts(abf)]).toEqual([[0, 'neutral', ''], []])
    expect(said(result, 'warning').join()).toContain('abf-filter')
  })

  it('are added to those given by id, each once', async () => {
    const abf = await startAbf()
    const [first, second, third] = [seed(abf, 6000), seed(abf, 0), seed(abf, 8000)]
    const result = await on(abf, [first, second], {
      'abf-operation': 'publish',
      'abf-filter': 'project_name=gtk\nownership=everything',
    })
    expect([ending(result), puts(abf).length]).toEqual([[0, 'success', '6000'], 2])
    const ids = JSON.parse(result.outputs['build-list-ids'] ?? '') as number[]
    expect([ids.slice(0, 2), ids.length, ids.includes(third.id)]).toEqual([[first.id, second.id], 3, true])
  })

  it('can be those of a job that submitted them, and the release is finalized', async () => {
    const abf = await startAbf()
    abf.plan({}, [3000, { status: 0, afterReads: 2 }])
    const submitted = await build(abf, { 'abf-wait': 'false', 'abf-arches': 'x86_64 aarch64' })
    expect([submitted.code, ending(submitted)[1], submitted.outputs['release-finalized']]).toEqual([
      0,
      'in_progress',
      'false',
    ])
    const ids = submitted.outputs['build-list-ids'] ?? ''
    const watched = await step(abf, { 'abf-build-list-ids': ids, 'abf-token': '' })
    expect([
      ending(watched),
      watched.outputs['build-list-ids'],
      watched.outputs['release-finalized'],
    ]).toEqual([[0, 'success', '0'], ids, 'true'])
  })
})

describe.concurrent('Credentials', () => {
  it.each(['publish', 'publish-into-testing', 'reject', 'cancel'])(
    'are required for %s before any request',
    async (operation) => {
      const abf = await startAbf()
      const result = await on(abf, [seed(abf, 0)], { 'abf-operation': operation, 'abf-token': '' })
      expect([failure(result).includes('abf-token'), abf.journal]).toEqual([true, []])
    },
  )

  it('may be a login with its password, and a token is preferred with a notice', async () => {
    const abf = await startAbf('rosa')
    const one = seed(abf, 0)
    const login = { 'abf-username': 'alice', 'abf-password': 'password-of-alice' }
    const all = { 'abf-operation': 'publish', 'abf-token': '', ...login }
    expect(ending(await on(abf, [one], all))).toEqual([0, 'success', '6000'])
    expect(abf.build(one.id).publisherId).toBe(77)

    const other = seed(abf, 0)
    const both = await on(abf, [other], { ...all, 'abf-token': 'token-of-ci_bot' })
    expect([abf.build(other.id).publisherId, said(both, 'notice').join()]).toEqual([
      501,
      expect.stringContaining('abf-username'),
    ])
  })

  it('that are missing where the server requires them are requested by name', async () => {
    const abf = await startAbf('rosa')
    expect(failure(await on(abf, [seed(abf, 0)], { 'abf-token': '' }))).toContain('abf-token')
  })

  it('of a locked account are not sent to the target of the redirect', async () => {
    const abf = await startAbf('rosa')
    const result = await on(abf, [seed(abf, 0)], { 'abf-token': 'token-of-outlaw' })
    expect([failure(result).includes('locked'), abf.requests.length]).toEqual([true, 1])
  })
})
