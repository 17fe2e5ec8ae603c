import { describe, expect, it } from 'vitest'
import type { AbfApi, Filter } from '../../../../src/abf/client/api.ts'
import {
  findReusable,
  isSameSource,
  listSameSource,
  type BuildKey,
} from '../../../../src/abf/submit/reuse.ts'
import type { Pending } from '../../../../src/abf/submitted-builds.ts'
import { findPending } from '../../../../src/abf/submit/recover.ts'
import type { Mode } from '../../../../src/abf/status.ts'
import { apiOf, buildOf, SHA } from '../doubles.ts'
import { ManualClock } from '../../doubles.ts'

const SOUGHT: BuildKey = {
  projectId: 1,
  project: 'omv/zlib',
  repositoryId: 14,
  platformId: 31,
  commit: SHA,
  version: 'v1',
}
const FILTER = {
  project_version: 'v1',
  save_to_repository_id: '14',
  build_for_platform_id: '31',
  ownership: 'index',
}

type Fields = Readonly<Record<string, unknown>> & { readonly id: number; readonly status: number }

/** A server with these builds, listed in this order. */
function server(builds: readonly Fields[], more: Partial<AbfApi> = {}) {
  const calls: unknown[] = []
  const api = apiOf({
    searchProject: async (id, filter) => {
      calls.push(['project', id, filter])
      return builds.map((build) => ({
        project_id: undefined,
        name: undefined,
        ...build,
        ...(build['row'] as object),
      }))
    },
    show: async (id) => {
      calls.push(['show', id])
      const found = builds.find((build) => build.id === id)
      return found && !found['hidden'] ? { kind: 'build', build: buildOf(found) } : { kind: 'missing' }
    },
    repository: async (id) => {
      calls.push(['repository', id])
      return { id, name: 'main', platform: undefined, publish_without_qa: more.login === undefined }
    },
    ...more,
  })
  return { api, calls, shows: () => calls.filter((call) => (call as unknown[])[0] === 'show').length }
}

describe('The list of builds of the same source', () => {
  it('is requested by project, with a filter that every server knows', async () => {
    const { api, calls } = server([{ id: 7, status: 0 }])
    expect((await listSameSource(api, SOUGHT, { arch_id: '2' })).map(({ id }) => id)).toEqual([7])
    expect(calls).toEqual([['project', 1, { ...FILTER, arch_id: '2' }]])
  })

  it.each([
    ['omv/zlib', { ...FILTER, project_name: 'zlib' }],
    ['project 1', FILTER],
  ])('is requested by name on servers without that path: %s', async (project, filter) => {
    const filters: Filter[] = []
    const api = apiOf({
      searchProject: async () => undefined,
      searchNewest: async (given) => {
        filters.push(given)
        return [
          { id: 7, status: 0, project_id: 1, name: undefined },
          { id: 8, status: 0, project_id: 2, name: undefined },
          { id: 9, status: 0, project_id: undefined, name: undefined },
        ]
      },
    })
    expect((await listSameSource(api, { ...SOUGHT, project })).map(({ id }) => id)).toEqual([7, 9])
    expect(filters).toEqual([filter])
  })
})

it.each([
  ['project', { project: { id: 2, name: 'x' } }],
  ['project', { project: null }],
  ['repository', { save_to_repository: { id: 15, name: 'x' } }],
  ['repository', { save_to_repository: null }],
  ['platform', { build_for_platform: { id: 32, name: 'x' } }],
  ['platform', { build_for_platform: null }],
  ['commit', { commit_hash: 'b'.repeat(40) }],
  ['commit', { commit_hash: null }],
])('A build of another %s is not of the same source: %j', (_, fields) => {
  expect(isSameSource(buildOf(fields), SOUGHT)).toBe(false)
  expect(isSameSource(buildOf({ commit_hash: SHA.toUpperCase() }), SOUGHT)).toBe(true)
})

describe('A build to reuse', () => {
  const find = async (
    builds: readonly Fields[],
    {
      archIds = [2],
      mode = 'none',
      more = {},
    }: { archIds?: number[]; mode?: Mode; more?: Partial<AbfApi> } = {},
  ) => {
    const made = server(builds, more)
    const { byArch, existing } = await findReusable(made.api, SOUGHT, {
      archIds,
      mode,
      includeRepositories: [14],
      includesGiven: false,
      options: {},
    })
    return {
      ...made,
      taken: Object.fromEntries([...byArch].map(([arch, { id }]) => [arch, id])),
      seen: [...existing],
    }
  }
  const arch = (id: number) => ({ arch: { id, name: `arch${id}` } })

  it('is the first of its architecture whose status allows it', async () => {
    const { taken, seen, shows, calls } = await find([
      { id: 9, status: 666 },
      { id: 8, status: 3000 },
      { id: 7, status: 0 },
    ])
    expect([taken, seen, shows()]).toEqual([{ 2: 8 }, [9, 8, 7], 1])
    expect(calls[0]).toEqual(['project', 1, { ...FILTER, arch_id: '2' }])
  })

  it('is searched for until every architecture has one', async () => {
    const builds = [
      { id: 9, status: 0, ...arch(2) },
      { id: 8, status: 0, ...arch(2) },
      { id: 7, status: 0, ...arch(5) },
      { id: 6, status: 0, ...arch(3) },
      { id: 5, status: 0, ...arch(3) },
      { id: 4, status: 0, ...arch(2) },
    ]
    const { taken, shows, calls } = await find(builds, { archIds: [2, 3] })
    expect([taken, shows()]).toEqual([{ 2: 9, 3: 6 }, 4])
    expect(calls[0]).toEqual(['project', 1, FILTER])
  })

  it('cannot be hidden, different, or have ended since the list', async () => {
    const { taken } = await find([
      { id: 9, status: 0, hidden: true },
      { id: 8, status: 0, commit_hash: 'b'.repeat(40) },
      { id: 7, status: 666, row: { status: 3000 } },
      { id: 6, status: 0, arch: null },
    ])
    expect(taken).toEqual({})
  })

  it('is searched for among the newest twenty', async () => {
    const builds = Array.from({ length: 21 }, (_, index) => ({
      id: 100 - index,
      status: 0,
      commit_hash: 'b'.repeat(40),
    }))
    expect((await find(builds)).shows()).toBe(20)
  })

  it.each([0, 2000, 2500, 2550, 3000, 4000, 6000, 7000, 12000, 13000, 15000, 16000])(
    'may have status %i',
    async (status) => {
      expect((await find([{ id: 7, status }])).taken).toEqual({ 2: 7 })
    },
  )

  it.each([666, 777, 5000, 8000, 9000, 10000, 11000, 14000, 99999])(
    'cannot have status %i',
    async (status) => {
      expect((await find([{ id: 7, status }])).taken).toEqual({})
    },
  )

  it.each<[string, Mode, boolean, boolean]>([
    ['none', 'none', false, false],
    ['testing', 'none', true, true],
    ['testing', 'default', true, true],
    ['none', 'default', true, true],
    ['default', 'none', true, true],
    ['default', 'testing', true, true],
    ['none', 'testing', true, true],
  ])(
    'in mode %s is accepted for %s only where the repository requires QA',
    async (is, wanted, asksForIt, takenThen) => {
      const builds = [{ id: 7, status: 0, auto_publish_status: is }]
      const free = await find(builds, { mode: wanted })
      expect(free.taken).toEqual(is === wanted ? { 2: 7 } : {})
      const strict = await find(builds, { mode: wanted, more: { login: async () => 'bot' } })
      expect(strict.taken).toEqual(is === wanted || takenThen ? { 2: 7 } : {})
      expect(strict.calls.some((call) => (call as unknown[])[0] === 'repository')).toBe(asksForIt)
    },
  )

  it('needs a reported mode, and the repository is read once', async () => {
    expect((await find([{ id: 7, status: 0, auto_publish_status: null }])).taken).toEqual({})
    const two = [9, 8].map((id) => ({ id, status: 0, auto_publish_status: 'testing', ...arch(id) }))
    const { calls, taken } = await find(two, { archIds: [9, 8], more: { login: async () => 'bot' } })
    expect(taken).toEqual({ 8: 8, 9: 9 })
    expect(calls.filter((call) => (call as unknown[])[0] === 'repository')).toEqual([['repository', 14]])
  })
})

describe('The build of a create without a response', () => {
  const CLOCK = new ManualClock()
  const SINCE = CLOCK.now() - 5000
  const PENDING: Pending = { ...SOUGHT, archId: 2, since: SINCE, known: [5] }
  const AHEAD = 60_000
  const created = (ms: number) => ({ created_at: (SINCE + AHEAD + ms) / 1000 })

  const find = async (fields: Readonly<Record<string, unknown>>, known: readonly number[] = []) => {
    const filters: Filter[] = []
    const { api } = server([{ id: 7, status: 2000, ...fields }], {
      login: async () => 'bot',
      serverNow: () => CLOCK.now() + AHEAD,
    })
    const watched = apiOf({
      login: () => api.login(),
      serverNow: () => api.serverNow(),
      show: (id) => api.show(id),
      searchProject: (id, filter) => {
        filters.push(filter)
        return api.searchProject(id, filter)
      },
    })
    const found = await findPending(PENDING, new Set(known), watched, CLOCK)
    return { found: found.map(({ id }) => id), filters }
  }

  it('is searched for by the time of the server', async () => {
    const { filters } = await find({})
    expect(filters).toEqual([
      { ...FILTER, arch_id: '2', updated_at_start: String(Math.floor((SINCE + AHEAD) / 1000) - 600) },
    ])
  })

  it.each([
    [{}, true],
    [created(0), true],
    [created(-2000), true],
    [created(-3000), false],
    [{ user: { uname: 'bot' } }, true],
    [{ user: { uname: 'eve' } }, false],
    [{ arch: { id: 3, name: 'x' } }, false],
    [{ arch: null }, false],
    [{ commit_hash: 'b'.repeat(40) }, false],
  ])('with %j can be the one: %s', async (fields, may) => {
    expect((await find(fields)).found).toEqual(may ? [7] : [])
  })

  it('cannot have existed before', async () => {
    expect((await find({}, [7])).found).toEqual([])
  })
})
