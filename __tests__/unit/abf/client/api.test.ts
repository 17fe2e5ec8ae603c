import { describe, expect, it } from 'vitest'
import { httpError, scriptedApi } from '../doubles.ts'
import { failureOf, incoming } from '../../doubles.ts'

const row = (id: number, status = 0) => ({ id, status })
const rows = (...ids: readonly number[]) => incoming(200, { build_lists: ids.map((id) => row(id)) })
const PAGE = Array.from({ length: 100 }, (_, index) => index + 1)
const LIMIT = incoming(403, { message: 'Rate limit exceeded' })

describe('A list of builds', () => {
  it('is read page by page, with each build once', async () => {
    const { api, asked } = scriptedApi([rows(...PAGE), rows(100, 101)])
    const found = await api.search({ status: '0' })
    expect(found.rows.map(({ id }) => id)).toEqual([...PAGE, 101])
    expect(found.more).toBe(false)
    expect(asked()).toEqual([
      'GET build_lists.json?filter[status]=0&per_page=100&page=1',
      'GET build_lists.json?filter[status]=0&per_page=100&page=2',
    ])
  })

  it.each([
    [rows(), false],
    [rows(7), true],
  ])('ends after ten pages, and the eleventh shows whether there are more: %#', async (eleventh, more) => {
    const { api, requests } = scriptedApi([...Array.from({ length: 10 }, () => rows(...PAGE)), eleventh])
    const found = await api.search({})
    expect([found.rows.length, found.more, requests.length]).toEqual([100, more, 11])
    expect(requests[0]?.intent).toBe('search for builds')
  })

  it('may be one page of the newest builds, or of the builds of a project', async () => {
    const newest = scriptedApi([rows(...PAGE)])
    expect(await newest.api.searchNewest({ a: 'b' })).toHaveLength(100)
    expect(newest.asked()).toEqual(['GET build_lists.json?filter[a]=b&per_page=100&page=1'])
    const project = scriptedApi([rows(7)])
    expect(await project.api.searchProject(1, {})).toMatchObject([row(7)])
    expect(project.asked()).toEqual(['GET projects/1/build_lists.json?per_page=100&page=1'])
    expect(await scriptedApi([incoming(404, { build_lists: [] })]).api.searchProject(1, {})).toBeUndefined()
    const refused = await failureOf(scriptedApi([incoming(500)]).api.searchProject(1, {}))
    expect(String(refused)).toContain('list the builds of the project')
    expect(String(await failureOf(scriptedApi([incoming(500)]).api.searchNewest({})))).toContain(
      'search for builds',
    )
  })
})

describe('The statuses of many builds', () => {
  it('take one request', async () => {
    const { api, asked, requests } = scriptedApi([rows(7, 8)])
    expect(await api.statuses([7, 8, 9])).toMatchObject([row(7), row(8)])
    expect(asked()).toEqual([
      'GET build_lists.json?filter[id][]=7&filter[id][]=8&filter[id][]=9&per_page=100',
    ])
    expect(requests[0]?.intent).toBe('read the status of the builds')
  })

  it.each([400, 404, 405, 422])('are undefined for a server that responds with %i', async (status) => {
    expect(await scriptedApi([incoming(status, { build_lists: [] })]).api.statuses([7])).toBeUndefined()
  })

  it('are undefined for a server that sends other builds', async () => {
    expect(await scriptedApi([rows(7, 1)]).api.statuses([7])).toBeUndefined()
  })

  it('throw the error of the server', async () => {
    expect(await failureOf(scriptedApi([incoming(500)]).api.statuses([7]))).toMatchObject({ status: 500 })
  })
})

describe('Reading one build', () => {
  it('returns the build, or that it is missing', async () => {
    const { api, asked, requests } = scriptedApi([incoming(200, { build_list: row(7, 3000) })])
    expect(await api.show(7)).toMatchObject({ kind: 'build', build: { id: 7, status: 3000 } })
    expect([asked(), requests[0]?.intent]).toEqual([['GET build_lists/7.json'], 'read build 7'])
    expect(await scriptedApi([incoming(404)]).api.show(7)).toEqual({ kind: 'missing' })
  })

  it('returns hidden when it is forbidden or fails with its repository', async () => {
    for (const status of [403, 500]) {
      expect(await scriptedApi([incoming(status, {})]).api.show(7)).toMatchObject({
        kind: 'hidden',
        error: { status },
      })
    }
  })

  it('throws for other errors', async () => {
    expect(await failureOf(scriptedApi([incoming(500, '<html>')]).api.show(7))).toMatchObject({ status: 500 })
    expect(await failureOf(scriptedApi([incoming(502, {})]).api.show(7))).toMatchObject({ status: 502 })
    expect(await failureOf(scriptedApi([LIMIT], { maxRateLimitWaitMs: 0 }).api.show(7))).toMatchObject({
      retryAfterMs: expect.any(Number) as number,
    })
  })
})

describe('A create', () => {
  const create = (answer: Parameters<typeof scriptedApi>[0][number]) =>
    scriptedApi([answer], { maxRateLimitWaitMs: 0 }).api.create({ project_id: 1 }, 'submit the build')

  it('sends the fields once', async () => {
    const { api, requests, asked } = scriptedApi([incoming(200, { build_list: { id: 9 } })])
    expect(await api.create({ project_id: 1 }, 'submit the build')).toEqual({ kind: 'created', id: 9 })
    expect(asked()).toEqual(['POST build_lists.json'])
    expect(requests[0]).toMatchObject({
      body: '{"build_list":{"project_id":1}}',
      effect: 'creates',
      intent: 'submit the build',
    })
  })

  it.each([400, 403, 404, 422])('is refused with %i', async (status) => {
    expect(await create(incoming(status, { build_list: { id: 9, message: 'No.' } }))).toMatchObject({
      kind: 'refused',
      error: { status, serverMessage: 'No.' },
    })
  })

  it('succeeds with another 2xx when the body has an id', async () => {
    expect(await create(incoming(201, { build_list: { id: 9 } }))).toEqual({ kind: 'created', id: 9 })
  })

  it('is refused by a 200 without an id', async () => {
    const { kind, error } = (await create(incoming(200, { build_list: { id: null, message: 'No.' } }))) as {
      kind: string
      error: Error
    }
    expect(kind).toBe('refused')
    expect(error).toMatchObject({
      message: 'Could not submit the build: ABF at abf.example refused: No.',
      serverMessage: 'No.',
      advice: 'Correct the input that the message of ABF names.',
    })
  })

  it.each([
    incoming(408),
    incoming(500),
    incoming(503),
    incoming(200, '<html>'),
    incoming(200, {}),
    incoming(202, {}),
    incoming(204),
    httpError({ kind: 'timeout' }),
    httpError({ kind: 'reset' }),
    httpError({ kind: 'too-large' }),
    httpError({ status: 500 }),
  ])('is lost when the response is not usable', async (answer) => {
    expect((await create(answer)).kind).toBe('lost')
  })

  it.each([httpError({ kind: 'dns' }), httpError({ kind: 'refused' }), httpError({ status: 429 })])(
    'is refused when the request was not delivered',
    async (error) => {
      expect(await create(error)).toEqual({ kind: 'refused', error })
    },
  )

  it('throws faults of this action', async () => {
    const fault = new Error('a fault')
    expect(await failureOf(create(fault))).toBe(fault)
  })
})

describe('An action', () => {
  const act = (answer: Parameters<typeof scriptedApi>[0][number]) =>
    scriptedApi([answer], { maxRateLimitWaitMs: 0 }).api.act(7, 'cancel')

  it.each([
    ['cancel', 'cancel build 7'],
    ['publish', 'publish build 7'],
    ['publish_into_testing', 'publish build 7'],
    ['reject_publish', 'reject build 7'],
  ] as const)('%s is one PUT', async (action, intent) => {
    const { api, asked, requests } = scriptedApi([incoming(200, { build_list: { id: 7, message: 'ok' } })])
    expect(await api.act(7, action)).toEqual({ kind: 'done' })
    expect([asked(), requests[0]?.intent]).toEqual([[`PUT build_lists/7/${action}.json`], intent])
  })

  it.each([403, 404, 422])('is refused with %i', async (status) => {
    expect(await act(incoming(status, { message: 'No.' }))).toMatchObject({
      kind: 'refused',
      status,
      error: { serverMessage: 'No.' },
    })
  })

  it('is refused by a flag on old servers', async () => {
    expect(await act(incoming(200, { is_canceled: true, message: 'ok' }))).toEqual({ kind: 'done' })
    expect(await act(incoming(200, { is_canceled: false, message: 'No.' }))).toMatchObject({
      kind: 'refused',
      status: 422,
      error: { message: 'Could not cancel build 7: ABF at abf.example refused: No.' },
    })
  })

  it('throws at the rate limit and for an error of the server', async () => {
    expect(await failureOf(act(LIMIT))).toMatchObject({ retryAfterMs: expect.any(Number) as number })
    expect(await failureOf(act(incoming(500)))).toMatchObject({ status: 500 })
  })
})
