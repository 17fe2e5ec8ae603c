import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import {
  AbfStandIn,
  commitOf,
  FileStoreStandIn,
  type AbfOptions,
  type Build,
  type Dialect,
} from '../../servers/abf/index.ts'
import { next, STATUS } from '../../servers/abf/machine.ts'

const running: { stop(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((standIn) => standIn.stop()))
})

async function start(dialect: Dialect, options: Omit<AbfOptions, 'dialect'> = {}): Promise<AbfStandIn> {
  const abf = await new AbfStandIn({ dialect, ...options }).start()
  running.push(abf)
  return abf
}

async function startFileStore(options = {}): Promise<FileStoreStandIn> {
  const store = await new FileStoreStandIn(options).start()
  running.push(store)
  return store
}

interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // The shape is what the tests are about.
  readonly body: Json
}

interface Json {
  readonly [key: string]: Json
}

interface Ask {
  readonly as?: string | null
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

async function ask(abf: AbfStandIn, method: string, path: string, options: Ask = {}): Promise<Reply> {
  const { as = 'ci_bot', body, headers } = options
  const response = await fetch(`${abf.url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      Accept: 'application/json',
      ...(as === null ? {} : { Authorization: as.startsWith('Basic ') ? as : abf.basic(as) }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: parse(text) }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return {}
  }
}

const get = (abf: AbfStandIn, path: string, options?: Ask): Promise<Reply> =>
  ask(abf, 'GET', `/api/v1${path}`, options)

const put = (abf: AbfStandIn, path: string, options?: Ask): Promise<Reply> =>
  ask(abf, 'PUT', `/api/v1${path}`, options)

const HEAD = commitOf('gtk+demo master')

/** The body of a POST that every dialect accepts. */
function wanted(changes: Record<string, unknown> = {}): { build_list: Record<string, unknown> } {
  return {
    build_list: {
      project_id: 40217,
      arch_id: 7,
      commit_hash: HEAD,
      save_to_repository_id: 14,
      build_for_platform_id: 31,
      include_repos: [14],
      update_type: 'bugfix',
      auto_publish_status: 'none',
      ...changes,
    },
  }
}

const post = (abf: AbfStandIn, changes: Record<string, unknown> = {}, options: Ask = {}): Promise<Reply> =>
  ask(abf, 'POST', '/api/v1/build_lists.json', { body: wanted(changes), ...options })

function newest(abf: AbfStandIn): Build {
  const build = abf.builds.at(-1)
  if (!build) throw new Error('nothing was built')
  return build
}

/** A build at this status that nothing moves. */
function still(abf: AbfStandIn, status: number, more: Partial<Build> = {}): Build {
  return abf.addBuild({ projectId: 40217, archId: 7, saveToRepositoryId: 14, status, ...more })
}

/** The statuses that a client sees when it reads again and again, each once. */
async function watch(abf: AbfStandIn, id: number, reads: number): Promise<number[]> {
  const seen: number[] = []
  for (let read = 0; read < reads; read += 1) {
    const { body } = await get(abf, `/build_lists/${id}.json`)
    const status = Number(body['build_list']?.['status'])
    if (seen.at(-1) !== status) seen.push(status)
  }
  return seen
}

describe('the state machine', () => {
  it('a worker may still report after a cancel', () => {
    expect(next('omv', STATUS.build_canceling, 'succeed')).toBe(0)
    expect(next('omv', STATUS.build_canceled, 'fail')).toBe(666)
  })

  it('only the ROSA site can restart a build', () => {
    expect(next('rosa', 666, 'restart')).toBe(2000)
    expect(next('omv', 666, 'restart')).toBeUndefined()
  })

  it('2012 cancels at once', () => {
    expect(next('2012', 3000, 'cancel')).toBe(5000)
  })
})

describe('credentials', () => {
  it('OMV responds with 401 in plain text', async () => {
    const reply = await post(await start('omv'), {}, { as: null })
    expect([reply.status, reply.text]).toEqual([401, 'HTTP Basic: Access denied.\n'])
    expect(reply.headers.get('www-authenticate')).toBe('Basic realm="Application"')
  })

  it('OMV reads builds without looking at a wrong password', async () => {
    const abf = await start('omv')
    const as = `Basic ${Buffer.from('ci_bot:wrong').toString('base64')}`
    expect((await get(abf, '/build_lists.json', { as })).status).toBe(200)
    expect((await get(abf, '/user.json', { as })).status).toBe(401)
  })

  it('ROSA needs credentials for everything but the arches', async () => {
    const abf = await start('rosa')
    expect((await get(abf, '/arches.json', { as: null })).status).toBe(200)
    const reply = await get(abf, '/build_lists.json', { as: null })
    expect(reply.status).toBe(401)
    expect(reply.body).toEqual({ error: 'You need to sign in or sign up before continuing.' })
  })

  it('ROSA tells wrong credentials from none', async () => {
    const as = `Basic ${Buffer.from('nobody:x').toString('base64')}`
    expect((await get(await start('rosa'), '/user.json', { as })).body).toEqual({
      error: 'Invalid email or password.',
    })
  })

  it('2012 has its own sentence for 401', async () => {
    expect((await get(await start('2012'), '/build_lists.json', { as: null })).body).toEqual({
      status: 401,
      message: 'Requires authentication',
    })
  })

  it('a token with a password passes on OMV and not on ROSA', async () => {
    const as = `Basic ${Buffer.from('token-of-ci_bot:x').toString('base64')}`
    expect((await get(await start('omv'), '/user.json', { as })).status).toBe(200)
    expect((await get(await start('rosa'), '/user.json', { as })).status).toBe(401)
  })

  it('login or e-mail with the password pass', async () => {
    const abf = await start('rosa')
    for (const name of ['alice', 'alice@example.org']) {
      const as = `Basic ${Buffer.from(`${name}:password-of-alice`).toString('base64')}`
      expect((await get(abf, '/user.json', { as })).body['user']?.['uname']).toBe('alice')
    }
  })

  it('a banned account is sent to the front page', async () => {
    const abf = await start('omv')
    const reply = await get(abf, '/user.json', { as: 'outlaw' })
    expect([reply.status, reply.headers.get('location')]).toEqual([302, `${abf.url}/`])
  })

  it('an unconfirmed account is told so in JSON', async () => {
    const reply = await post(await start('omv'), {}, { as: 'newcomer' })
    expect(reply.status).toBe(401)
    expect(reply.body).toEqual({ error: 'You have to confirm your account before continuing.' })
  })

  it('a parameter named token leads to the login page', async () => {
    const abf = await start('omv')
    const reply = await get(abf, '/build_lists.json?token=x')
    expect([reply.status, reply.headers.get('location')]).toEqual([302, `${abf.url}/users/sign_in`])
  })
})

describe('responses of the framework', () => {
  it('a wrong verb is a 404 whose status is a string', async () => {
    const abf = await start('omv')
    const path = `/api/v1/build_lists/${still(abf, 0).id}/publish.json`
    const reply = await ask(abf, 'POST', path)
    expect([reply.status, reply.body]).toEqual([404, { status: '404', error: 'Not Found' }])
    expect((await ask(abf, 'POST', path, { headers: { Accept: '*/*' } })).text).toContain('<html>')
  })

  it('an unknown GET is a 404 of the application', async () => {
    expect((await get(await start('rosa'), '/nothing.json')).body).toEqual({
      status: 404,
      message: 'Error 404. Resource not found!',
    })
    expect((await get(await start('omv'), '/build_lists/1.json')).body).toEqual({
      status: 404,
      message: 'translation missing: en.flash.404_message',
    })
  })

  it('unparsable JSON is a 400 before the credentials are looked at', async () => {
    const reply = await post(await start('rosa'), {}, { as: null, body: '{"build_list":' })
    expect([reply.status, reply.body]).toEqual([400, { status: '400', error: 'Bad Request' }])
  })

  it('a 200 has a weak ETag and a repeated GET is a 304', async () => {
    const abf = await start('omv')
    const etag = (await get(abf, '/arches.json')).headers.get('etag') ?? ''
    expect(etag).toMatch(/^W\/"[0-9a-f]{32}"$/)
    expect((await get(abf, '/arches.json', { headers: { 'If-None-Match': etag } })).status).toBe(304)
  })
})

describe('the rate limit of OMV', () => {
  it('every response says what is left, and the Date is the clock of the limit', async () => {
    const abf = await start('omv', { rateLimit: 2, clock: () => Date.UTC(2026, 7, 6, 10, 59, 59) })
    const reply = await get(abf, '/build_lists/1.json')
    expect(reply.headers.get('x-ratelimit-limit')).toBe('2')
    expect(reply.headers.get('x-ratelimit-remaining')).toBe('1')
    expect(reply.headers.get('date')).toBe('Thu, 06 Aug 2026 10:59:59 GMT')
  })

  it('over it comes a 403 without Retry-After, until the full hour', async () => {
    let now = Date.UTC(2026, 7, 6, 10, 59, 59)
    const abf = await start('omv', { rateLimit: 1, clock: () => now })
    await get(abf, '/arches.json')
    const reply = await get(abf, '/arches.json')
    expect([reply.status, reply.body]).toEqual([403, { message: '403 Forbidden | Rate Limit Exceeded' }])
    expect(reply.headers.has('retry-after')).toBe(false)
    now += 1000
    expect((await get(abf, '/arches.json')).status).toBe(200)
  })

  it('each account has its own', async () => {
    const abf = await start('omv')
    abf.rateLimit.exhaust('user:501')
    expect((await get(abf, '/arches.json')).status).toBe(403)
    expect((await get(abf, '/arches.json', { as: 'alice' })).status).toBe(200)
  })

  it('ROSA has none', async () => {
    const abf = await start('rosa', { rateLimit: 0 })
    expect((await get(abf, '/arches.json')).headers.has('x-ratelimit-limit')).toBe(false)
  })
})

describe('create', () => {
  it('one POST makes one build, and a repeated one another', async () => {
    const abf = await start('omv')
    const { status, body } = await post(abf)
    await post(abf)
    expect([status, body]).toEqual([
      200,
      { build_list: { id: abf.created[0]?.id, message: 'BuildList has been created successfully' } },
    ])
    expect(abf.created).toHaveLength(2)
  })

  it('an unknown project breaks the server', async () => {
    expect((await post(await start('omv'), { project_id: 1 })).status).toBe(500)
    expect((await post(await start('rosa'), { project_id: 1 })).body['message']).toMatch(/^Error 500\./)
  })

  it('without write access it is a 403', async () => {
    const reply = await post(await start('omv'), {}, { as: 'guest' })
    expect([reply.status, reply.body]).toEqual([403, { message: 'Access violation to this page!' }])
  })

  it('what is no package cannot be built', async () => {
    expect((await post(await start('omv'), { project_id: 40401 })).status).toBe(403)
  })

  it('all complaints come in one sentence, a missing record twice', async () => {
    const { status, body } = await post(await start('omv'), { arch_id: null, include_repos: [] })
    expect([status, body]).toEqual([
      422,
      {
        build_list: {
          id: null,
          message:
            "BuildList has not been created. Architecture can't be blank. Architecture can't be blank. Included repositories can't be blank. Save to repository Include repos have to belongs to build for platform",
        },
      },
    ])
  })

  it.each([
    [
      { save_to_repository_id: 19 },
      { repositoryIds: [14] },
      'Save to repository Repository does not contain project.',
    ],
    [{ include_repos: [52] }, {}, 'Save to repository Include repos have to belongs to build for platform'],
    [{ auto_publish_status: 'maybe' }, {}, 'Auto publish status is not included in the list'],
    [{ commit_hash: '' }, {}, "Version can't be blank"],
    [
      { build_for_platform_id: 40, include_repos: [52] },
      {},
      'Build for platform Only the primary platform can be selected for the main repository!',
    ],
    [
      { save_to_repository_id: 19, build_for_platform_id: 8, include_repos: [19] },
      {},
      'Build for platform Type of platform in "build_for_platform" should be "main"',
    ],
  ])('a value that does not fit is named: %j', async (changes, project, message) => {
    const abf = await start('omv')
    Object.assign(abf.world.project('openmandriva/gtk+demo'), project)
    const reply = await post(abf, changes)
    expect(reply.status).toBe(422)
    expect(reply.body['build_list']?.['message']).toBe(`BuildList has not been created. ${message}`)
  })

  it('ROSA wants an update type and a commit that it has', async () => {
    const { body } = await post(await start('rosa'), { update_type: 'none', commit_hash: 'deadbeef' })
    expect(body['build_list']?.['message']).toBe(
      "BuildList has not been created. Commit hash Unable find commit 'deadbeef' in project. Update type is not included in the list",
    )
  })

  it('OMV checks neither', async () => {
    expect((await post(await start('omv'), { update_type: null, commit_hash: 'deadbeef' })).status).toBe(200)
  })

  it('digits in strings are numbers and unknown keys are dropped', async () => {
    const reply = await post(await start('omv'), {
      project_id: '40217',
      include_repos: ['14', '14'],
      nonsense: 1,
    })
    expect(reply.status).toBe(200)
  })

  it('a form body works as well', async () => {
    const abf = await start('omv')
    const form = new URLSearchParams()
    for (const [key, value] of Object.entries(wanted().build_list)) {
      form.append(`build_list[${key}]${Array.isArray(value) ? '[]' : ''}`, String(value))
    }
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    expect((await post(abf, {}, { body: form.toString(), headers })).status).toBe(200)
  })

  it('OMV builds the version and forgets the commit that came with it', async () => {
    const abf = await start('omv', { pace: 60_000 })
    await post(abf, { commit_hash: commitOf('older'), project_version: 'rolling' })
    abf.happen(newest(abf).id, 'start')
    expect(newest(abf).commitHash).toBe(commitOf('gtk+demo rolling'))
  })

  it('OMV knows no commit of a branch until a worker has started', async () => {
    const abf = await start('omv', { pace: 60_000 })
    await post(abf, { commit_hash: null, project_version: 'master' })
    expect(newest(abf).commitHash).toBeNull()
    abf.happen(newest(abf).id, 'start')
    expect(newest(abf).commitHash).toBe(HEAD)
  })

  it('ROSA resolves a branch at once, and a bare commit becomes the version', async () => {
    const abf = await start('rosa')
    await post(abf, { commit_hash: null, project_version: 'rolling' })
    expect(newest(abf).commitHash).toBe(commitOf('gtk+demo rolling'))
    await post(abf)
    expect(newest(abf).projectVersion).toBe(HEAD)
  })

  it('a chain of ROSA is joined by id, and its later levels wait at 4000', async () => {
    const abf = await start('rosa', { pace: 60_000 })
    const first = await post(abf, { chain_config: { create_chain: true } })
    const id = first.body['build_list']?.['chain_build_id']
    expect(id).toEqual(expect.any(Number))
    await post(abf, { chain_config: { add_to_chain: 'last', next_level: true } })
    expect(newest(abf).status).toBe(4000)
    expect((await get(abf, '/chain_builds/last.json')).body).toEqual({
      chain_build: { id, arches: ['znver1'] },
    })
  })

  it('an unknown chain is a 422, no chain at all a 404', async () => {
    const abf = await start('rosa')
    const reply = await post(abf, { chain_config: { add_to_chain: 5 } })
    expect(reply.body).toEqual({ build_list: { id: null, message: 'ChainBuild not found' } })
    const last = await get(abf, '/chain_builds/last.json')
    expect([last.status, last.body]).toEqual([404, { chain_build: null }])
  })
})

describe('the mode of publishing', () => {
  it.each([
    [{}, 'default'],
    [{ auto_publish: false }, 'none'],
    [{ auto_publish: 'false' }, 'default'],
    [{ auto_publish: true, auto_publish_status: 'none' }, 'none'],
    [{ auto_publish_status: 'none', auto_publish: true }, 'default'],
    [{ auto_publish_status: 'default', external_nodes: 'owned' }, 'none'],
  ])('%j asks for %s', async (keys, mode) => {
    const abf = await start('omv')
    const { auto_publish_status: _none, ...rest } = wanted().build_list
    await post(abf, {}, { body: { build_list: { ...rest, ...keys } } })
    expect(newest(abf).autoPublishStatus).toBe(mode)
  })

  it.each([
    ['omv', 'none', 'testing'],
    ['omv', 'default', 'testing'],
    ['rosa', 'default', 'none'],
    ['rosa', 'testing', 'testing'],
  ] as const)('%s with QA turns %s into %s', async (dialect, asked, mode) => {
    const abf = await start(dialect)
    abf.world.repository(14).publishWithoutQa = false
    await post(abf, { auto_publish_status: asked })
    const { body } = await get(abf, `/build_lists/${newest(abf).id}.json`)
    expect(body['build_list']?.['auto_publish_status']).toBe(mode)
  })
})

describe('how builds move', () => {
  it.each([
    ['none', 0],
    ['default', 6000],
    ['testing', 12000],
  ])('mode %s ends at %i', async (mode, end) => {
    const abf = await start('omv', { pace: 0 })
    await post(abf, { auto_publish_status: mode })
    expect(newest(abf).status).toBe(end)
  })

  it('a script by reads shows every state', async () => {
    const abf = await start('omv')
    const seen = [3000, 2000, 3000, 0, 7000, 6000]
    abf.plan(
      { arch: 'znver1' },
      seen.map((status) => ({ status, afterReads: 2 })),
    )
    await post(abf)
    expect(await watch(abf, newest(abf).id, 14)).toEqual([2000, ...seen])
  })

  it('reading by the list counts, too', async () => {
    const abf = await start('omv')
    abf.plan({}, [{ status: 3000, afterReads: 1 }])
    await post(abf)
    const path = `/build_lists.json?filter[id][]=${newest(abf).id}`
    const statuses = [await get(abf, path), await get(abf, path)].map(
      ({ body }) => body['build_lists']?.['0']?.['status'],
    )
    expect(statuses).toEqual([2000, 3000])
  })

  it('the arches of one commit can end differently', async () => {
    const abf = await start('omv', { pace: 0 })
    abf.plan({ arch: 'i686' }, [3000, 15000])
    await post(abf, { arch_id: 9 })
    await post(abf, { arch_id: 2 })
    expect(abf.builds.map(({ status }) => status)).toEqual([15000, 0])
  })

  it('a plan can be for one build only', async () => {
    const abf = await start('omv', { pace: 0 })
    abf.plan({}, [3000, 666], { times: 1 })
    await post(abf)
    await post(abf)
    expect(abf.builds.map(({ status }) => status)).toEqual([666, 0])
  })

  it('a record may vanish', async () => {
    const abf = await start('omv')
    abf.plan({}, [{ gone: true, afterReads: 1 }])
    await post(abf)
    const { id } = newest(abf)
    expect((await get(abf, `/build_lists/${id}.json`)).status).toBe(200)
    expect((await get(abf, `/build_lists/${id}.json`)).status).toBe(404)
  })

  it.each([
    ['a branch that the repository is tied to', { publishOnlyFromBranch: 'master' }],
    ['companions that were never built', { synchronized: true }],
  ])('publishing is left out in silence for %s', async (_why, settings) => {
    const abf = await start('omv', { pace: 0 })
    Object.assign(abf.world.repository(14), settings)
    await post(abf, { auto_publish_status: 'default' })
    expect(newest(abf).status).toBe(0)
  })

  it('what cannot happen is refused', async () => {
    const abf = await start('omv')
    expect(() => {
      abf.happen(still(abf, 6000).id, 'fail')
    }).toThrow('fail cannot happen')
  })

  it('a restart on ROSA wipes the results', async () => {
    const abf = await start('rosa')
    const { id } = still(abf, 3000)
    abf.happen(id, 'fail')
    expect(abf.build(id).logs).not.toEqual([])
    abf.happen(id, 'restart')
    expect(abf.build(id)).toMatchObject({ status: 2000, logs: [] })
  })
})

describe('actions', () => {
  it('a cancelled queued build stays at 10000 until it is swept away', async () => {
    const abf = await start('omv', { pace: 0 })
    const { id } = still(abf, 2000)
    const reply = await put(abf, `/build_lists/${id}/cancel.json`)
    expect(reply.body).toEqual({ build_list: { id, message: 'Build canceled' } })
    expect(await watch(abf, id, 3)).toEqual([10000])
    abf.sweep()
    expect((await get(abf, `/build_lists/${id}.json`)).status).toBe(404)
  })

  it('a running one ends at 5000', async () => {
    const abf = await start('omv', { pace: 0 })
    const { id } = still(abf, 3000)
    await put(abf, `/build_lists/${id}/cancel.json`)
    expect(abf.build(id).status).toBe(5000)
  })

  it('a late reply of the worker wins over a cancel', async () => {
    const abf = await start('omv')
    const { id } = still(abf, 3000)
    abf.plan({}, [0], { on: 'cancel' })
    await put(abf, `/build_lists/${id}/cancel.json`)
    expect((await watch(abf, id, 2)).at(-1)).toBe(0)
  })

  it('cancelling twice is a 422', async () => {
    const abf = await start('omv')
    const reply = await put(abf, `/build_lists/${still(abf, 10000).id}/cancel.json`)
    expect([reply.status, reply.body]).toEqual([
      422,
      { build_list: { id: null, message: 'Errors during build cancelation!' } },
    ])
  })

  it('tests being rerun cannot be cancelled by the API', async () => {
    const abf = await start('omv')
    expect((await put(abf, `/build_lists/${still(abf, 2550).id}/cancel.json`)).status).toBe(422)
  })

  it.each([
    ['publish', 0, 200, 7000],
    ['publish', 3000, 403, 3000],
    ['publish', 9000, 403, 9000],
    ['publish_into_testing', 0, 200, 13000],
    ['publish_into_testing', 6000, 403, 6000],
    ['reject_publish', 0, 200, 9000],
    ['reject_publish', 6000, 422, 6000],
    ['rerun_tests', 11000, 200, 2500],
    ['rerun_tests', 6000, 422, 6000],
  ])('%s at %i is answered %i', async (action, status, code, after) => {
    const abf = await start('omv', { pace: 60_000 })
    const { id } = still(abf, status)
    expect((await put(abf, `/build_lists/${id}/${action}.json`)).status).toBe(code)
    expect(abf.build(id).status).toBe(after)
  })

  it('on ROSA a publish is only queued', async () => {
    const abf = await start('rosa')
    const { id } = still(abf, 0)
    abf.plan({}, [{ status: 7000, afterReads: 1 }, 6000], { on: 'publish' })
    const reply = await put(abf, `/build_lists/${id}/publish.json`)
    expect(reply.body['build_list']?.['message']).toBe('Build is queued for publishing')
    expect((await watch(abf, id, 2)).slice(0, 2)).toEqual([0, 7000])
  })

  it('with QA only an administrator of the platform publishes and rejects', async () => {
    const abf = await start('omv')
    abf.world.repository(14).publishWithoutQa = false
    const { id } = still(abf, 0)
    expect((await put(abf, `/build_lists/${id}/publish.json`)).status).toBe(403)
    expect((await put(abf, `/build_lists/${id}/reject_publish.json`)).status).toBe(403)
    expect((await put(abf, `/build_lists/${id}/publish.json`, { as: 'alice' })).status).toBe(200)
  })

  it('publishing again takes more than writing', async () => {
    const abf = await start('omv')
    const { id } = still(abf, 6000)
    expect((await put(abf, `/build_lists/${id}/publish.json`)).status).toBe(403)
    abf.world.repository(14).members.push(501)
    expect((await put(abf, `/build_lists/${id}/publish.json`)).status).toBe(200)
  })

  it('OMV never publishes a bare commit where the repository is tied to a branch', async () => {
    const abf = await start('omv')
    abf.world.repository(14).publishOnlyFromBranch = 'master'
    const { id } = still(abf, 0, { projectVersion: HEAD })
    expect((await put(abf, `/build_lists/${id}/publish.json`)).status).toBe(403)
  })

  it('a container has a status of its own', async () => {
    const abf = await start('omv', { pace: 0 })
    const { id } = still(abf, 0)
    expect((await put(abf, `/build_lists/${id}/create_container.json`)).status).toBe(200)
    expect(abf.build(id)).toMatchObject({ status: 0, containerStatus: 6000 })
    expect((await put(abf, `/build_lists/${id}/create_container.json`)).status).toBe(422)
  })

  it('an action on a deleted build is a 404', async () => {
    expect((await put(await start('omv'), '/build_lists/1/cancel.json')).status).toBe(404)
  })
})

describe('the list', () => {
  const ids = ({ body }: Reply): unknown[] =>
    (body['build_lists'] as unknown as { id: number }[]).map(({ id }) => id)

  it('is paged at 20, then empty, and says no total', async () => {
    const abf = await start('omv')
    for (let count = 0; count < 25; count += 1) still(abf, 0)
    const first = await get(abf, '/build_lists.json')
    expect(ids(first)).toHaveLength(20)
    expect(Object.keys(first.body)).toEqual(['build_lists', 'url'])
    expect(first.headers.has('link')).toBe(false)
    expect(ids(await get(abf, '/build_lists.json?page=2'))).toHaveLength(5)
    expect(ids(await get(abf, '/build_lists.json?page=3'))).toEqual([])
    expect(ids(await get(abf, '/build_lists.json?per_page=1000'))).toHaveLength(25)
  })

  it('shows what changed last first', async () => {
    let now = 1_000_000
    const abf = await start('omv', { clock: () => now })
    const [older, newer] = [still(abf, 2000), still(abf, 2000)]
    now += 1000
    abf.setStatus(older.id, 3000)
    expect(ids(await get(abf, '/build_lists.json'))).toEqual([older.id, newer.id])
  })

  it('by id skips every other filter, and missing ids are absent', async () => {
    const abf = await start('rosa')
    const { id } = still(abf, 0, { userId: 77 })
    const path = `/build_lists.json?filter[id][]=${id}&filter[id][]=5&filter[status]=6000`
    expect(ids(await get(abf, path))).toEqual([id])
  })

  it('is by default of the caller alone when credentials count', async () => {
    const [rosa, omv] = [await start('rosa'), await start('omv')]
    for (const abf of [rosa, omv]) still(abf, 0, { userId: 77 })
    expect(ids(await get(rosa, '/build_lists.json'))).toHaveLength(0)
    expect(ids(await get(rosa, '/build_lists.json?filter[ownership]=everything'))).toHaveLength(1)
    expect(ids(await get(omv, '/build_lists.json'))).toHaveLength(1)
    expect(ids(await get(omv, '/build_lists.json?filter[ownership]=owned'))).toHaveLength(0)
  })

  it.each([
    ['status=0', 1],
    ['arch_id=2', 1],
    ['arch_id=', 0],
    ['project_name=demo', 2],
    ['project_name=DEMO', 0],
    ['mass_build_id=-1', 1],
    ['updated_at_start=01/01/2030', 0],
    ['created_at_start=1893456000', 2],
  ])('filter %s finds %i', async (filter, count) => {
    const abf = await start('omv', { clock: () => Date.UTC(2026, 0, 1) })
    still(abf, 0)
    still(abf, 6000, { archId: 2, massBuild: { id: 4, name: 'all' } })
    const [key = '', value = ''] = filter.split('=')
    expect(ids(await get(abf, `/build_lists.json?filter[${key}]=${value}`))).toHaveLength(count)
  })

  it('of a project names the address of the general one', async () => {
    const abf = await start('omv')
    still(abf, 6000)
    const { body } = await get(abf, '/projects/40217/build_lists.json?filter[status]=6000&page=1')
    expect(body['url']).toBe('/api/v1/build_lists.json?filter%5Bstatus%5D=6000')
  })

  it('of a hidden project is a 403 on OMV even for its owner', async () => {
    const [omv, rosa] = [await start('omv'), await start('rosa')]
    expect((await get(omv, '/projects/40400/build_lists.json', { as: 'alice' })).status).toBe(403)
    expect((await get(rosa, '/projects/40400/build_lists.json', { as: 'alice' })).status).toBe(200)
  })
})

describe('show', () => {
  it('has keys that come and go with the fork', async () => {
    const [omv, rosa] = [await start('omv'), await start('rosa')]
    const keys = async (abf: AbfStandIn): Promise<string[]> => {
      const { body } = await get(abf, `/build_lists/${still(abf, 2000, { updateType: 'bugfix' }).id}`)
      return Object.keys(body['build_list'] ?? {})
    }
    expect(await keys(omv)).not.toContain('update_type')
    expect(await keys(rosa)).toEqual(expect.arrayContaining(['update_type', 'new_core']))
    expect(await keys(rosa)).not.toContain('publisher')
  })

  it('leaves the maintainer out when there is none', async () => {
    const abf = await start('omv')
    const project = async (id: number): Promise<Json | undefined> => {
      const { id: buildId } = still(abf, 2000, { projectId: id })
      return (await get(abf, `/build_lists/${buildId}.json`)).body['build_list']?.['project']
    }
    expect(await project(40217)).toHaveProperty('maintainer.uname', 'alice')
    expect(await project(40300)).not.toHaveProperty('maintainer')
  })

  it('sizes are strings from workers and a number from the publisher', async () => {
    const abf = await start('omv', { pace: 0 })
    await post(abf, { auto_publish_status: 'default' })
    const { body } = await get(abf, `/build_lists/${newest(abf).id}.json`)
    const logs = body['build_list']?.['logs'] as unknown as { file_name: string; size: unknown }[]
    expect(logs.map(({ file_name, size }) => [file_name, typeof size])).toEqual([
      ['build.log', 'string'],
      ['root.log.gz', 'string'],
      ['script_output.log', 'string'],
      ['publish.log', 'number'],
    ])
    expect(body['build_list']).toHaveProperty('publisher.uname', 'ci_bot')
  })

  it('ROSA sets the package version when it publishes', async () => {
    const abf = await start('rosa', { pace: 0 })
    await post(abf, { auto_publish_status: 'default' })
    const { body } = await get(abf, `/build_lists/${newest(abf).id}.json`)
    expect(body['build_list']?.['package_version']).toBe('cooker-1.0-1')
  })

  it('is a 500 for good once the repository is deleted', async () => {
    const abf = await start('omv')
    const { id } = still(abf, 0)
    abf.world.repositories.delete(14)
    expect((await get(abf, `/build_lists/${id}.json`)).status).toBe(500)
  })
})

describe('2012', () => {
  it('the list has names, 30 a page, and does not know ids', async () => {
    const abf = await start('2012')
    for (let count = 0; count < 31; count += 1) still(abf, 0)
    const { body } = await get(abf, `/build_lists.json?filter[id][]=5`)
    const rows = body['build_lists'] as unknown as Record<string, unknown>[]
    expect(rows).toHaveLength(30)
    expect(Object.keys(rows[0] ?? {})).toEqual(['id', 'name', 'status', 'url'])
  })

  it('show has a boolean, an owner and no results', async () => {
    const abf = await start('2012')
    const { id } = still(abf, 6000, { autoPublishStatus: 'default' })
    const build = (await get(abf, `/build_lists/${id}.json`)).body['build_list']
    expect(build).toMatchObject({ name: 'gtk+demo', auto_publish: true, owner: { name: 'openmandriva' } })
    for (const key of ['auto_publish_status', 'logs', 'packages']) expect(build).not.toHaveProperty([key])
  })

  it.each([
    ['cancel', 2000, 'is_canceled', true, 'Build canceled'],
    ['cancel', 6000, 'is_canceled', false, 'Errors during build cancelation!'],
    ['publish', 0, 'is_published', true, 'Build is queued for publishing'],
    ['publish', 3000, 'is_published', false, 'Errors during build publishing!'],
    ['reject_publish', 0, 'is_rejected', true, 'Publishing rejected'],
  ])('%s at %i is a 200 with a flag', async (action, status, flag, done, message) => {
    const abf = await start('2012')
    const { id } = still(abf, status)
    const reply = await put(abf, `/build_lists/${id}/${action}.json`)
    expect([reply.status, reply.body]).toEqual([
      200,
      { [flag]: done, url: `/api/v1/build_lists/${id}.json`, message },
    ])
  })

  it('there was no testing channel', async () => {
    const abf = await start('2012')
    expect((await put(abf, `/build_lists/${still(abf, 0).id}/publish_into_testing.json`)).status).toBe(404)
  })

  it('create takes the brackets in the key and names the build in its message', async () => {
    const abf = await start('2012')
    const { include_repos: repos, auto_publish_status: _mode, ...rest } = wanted().build_list
    const reply = await post(abf, {}, { body: { build_list: { ...rest, 'include_repos[]': repos } } })
    expect(reply.body['build_list']?.['message']).toBe(
      `Build list for project version '${HEAD}', platform 'cooker' and architecture 'znver1' has been created successfully`,
    )
  })

  it('a refused create is a 200 without an id', async () => {
    const reply = await post(await start('2012'), { arch_id: 1 })
    expect([reply.status, reply.body['build_list']?.['id']]).toEqual([200, null])
  })

  it('old codes can be scripted', async () => {
    const abf = await start('2012', { pace: 0 })
    abf.plan({}, [3000, 4])
    await post(abf)
    expect(newest(abf).status).toBe(4)
  })

  it('403 has the words of the time', async () => {
    expect((await post(await start('2012'), {}, { as: 'guest' })).body).toEqual({
      message: "Forbidden. Sorry, you don't have enough rights for this action!",
    })
  })
})

describe('names', () => {
  const names = (rows: unknown): unknown[] => (rows as { name: string }[]).map(({ name }) => name)

  it('a project is found exactly before anything like it', async () => {
    const abf = await start('omv')
    const { body } = await get(abf, '/projects/get_id.json?owner=openmandriva&name=gtk%2Bdemo')
    expect(body['project']).toMatchObject({ id: 40217, fullname: 'openmandriva/gtk+demo' })
  })

  it.each(['gtk%2Bdemo', 'GTK%2BDEMO', 'gtk_demo', 'gtk%25extras'])(
    'a missing project %s is answered with another one',
    async (name) => {
      const abf = await start('omv')
      abf.world.projects.delete(40217)
      const { status, body } = await get(abf, `/projects/get_id.json?owner=openmandriva&name=${name}`)
      expect([status, body['project']?.['fullname']]).toEqual([200, 'openmandriva/gtk+demo-extras'])
    },
  )

  it('a plus that was not encoded is a blank', async () => {
    const abf = await start('omv')
    expect((await get(abf, '/projects/get_id.json?owner=openmandriva&name=gtk+demo')).status).toBe(404)
  })

  it('a hidden project is a 403', async () => {
    const [omv, rosa] = [await start('omv'), await start('rosa')]
    const path = '/projects/get_id.json?owner=alice&name=secret'
    expect((await get(omv, path, { as: 'alice' })).status).toBe(403)
    expect((await get(rosa, path)).status).toBe(403)
    expect((await get(rosa, path, { as: 'alice' })).status).toBe(200)
  })

  it('only ROSA lists refs', async () => {
    const { body } = await get(await start('rosa'), '/projects/40217/refs_list.json')
    const refs = [{ ref: 'master', object: { type: 'commit', sha: HEAD } }]
    expect(body['refs_list']).toEqual(expect.arrayContaining(refs))
    expect((await get(await start('omv'), '/projects/40217/refs_list.json')).status).toBe(404)
  })

  it('platforms resolve by id and by name, but not with a dot in it', async () => {
    const abf = await start('omv')
    expect((await get(abf, '/platforms/cooker.json')).body['platform']).toMatchObject({
      id: 31,
      default_branch: 'master',
    })
    expect((await get(abf, '/platforms/44.json')).body['platform']?.['name']).toBe('rosa2021.1')
    expect((await get(abf, '/platforms/rosa2021.1.json')).status).toBe(404)
  })

  it('platforms for build are paged on OMV only, and always main ones', async () => {
    for (const [dialect, count] of [
      ['omv', 20],
      ['rosa', 28],
    ] as const) {
      const abf = await start(dialect)
      for (let number = 0; number < 25; number += 1) abf.addPlatform({ name: `old${number}` })
      const { body } = await get(abf, '/platforms/platforms_for_build.json')
      expect(names(body['platforms'])).toHaveLength(count)
      expect(names(body['platforms'])).not.toContain('alice_personal')
    }
  })

  it('the list of platforms needs credentials on OMV, too', async () => {
    const abf = await start('omv')
    expect((await get(abf, '/platforms.json', { as: null })).status).toBe(401)
    const { body } = await get(abf, '/platforms.json?type=personal')
    expect(names(body['platforms'])).toEqual(['alice_personal'])
  })

  it('arches are paged', async () => {
    const abf = await start('omv')
    for (let number = 0; number < 20; number += 1) abf.addArch(`arch${number}`)
    expect(names((await get(abf, '/arches.json')).body['architectures'])).toHaveLength(20)
    expect(names((await get(abf, '/arches.json?per_page=100')).body['architectures'])).toHaveLength(24)
  })

  it('a repository is known by its number and says whether it publishes without QA', async () => {
    const abf = await start('omv')
    expect((await get(abf, '/repositories/14.json')).body['repository']).toMatchObject({
      name: 'main',
      publish_without_qa: true,
      platform: { name: 'cooker' },
    })
    expect((await get(abf, '/repositories/main.json')).status).toBe(404)
    expect((await get(abf, '/repositories/14/projects.json')).body['repository']).toHaveProperty('projects')
  })

  it('a project says where it may be saved, in addresses that do not work', async () => {
    const { body } = await get(await start('omv'), '/projects/40217.json')
    expect(body['project']?.['repositories']).toEqual(
      expect.arrayContaining([
        {
          id: 14,
          name: 'main',
          url: '/api/v1/repositories/main.json',
          platform: { id: 31, name: 'cooker', url: '/api/v1/platforms/cooker.json' },
        },
      ]),
    )
  })

  it('searching needs credentials on OMV', async () => {
    const abf = await start('omv')
    expect((await get(abf, '/search.json?type=projects&query=zlib', { as: null })).status).toBe(401)
    const { body } = await get(abf, '/search.json?type=projects&query=zlib')
    expect(names(body['results']?.['projects'])).toEqual(['zlib', 'zlib-ng'])
  })
})

describe('pages of the site', () => {
  it('the live log is escaped markup while the build runs', async () => {
    const abf = await start('omv')
    const { id } = still(abf, 3000, { liveLog: '<b> & ::error::no' })
    const { body } = await ask(abf, 'GET', `/build_lists/${id}/log`, { as: null })
    expect(body).toEqual({
      log: '<div class="highlight"><pre>&lt;b&gt; &amp; ::error::no</pre></div>',
      building: true,
    })
    abf.setStatus(id, 666)
    const after = await ask(abf, 'GET', `/build_lists/${id}/log`, { as: null })
    expect(after.body).toEqual({ log: 'Log not available yet.', building: false })
  })

  it('the reason of a failure is only here', async () => {
    const abf = await start('omv')
    const { id } = still(abf, 666, { failReason: 'nothing provides foo' })
    expect((await get(abf, `/build_lists/${id}.json`)).text).not.toContain('nothing provides foo')
    const { body } = await ask(abf, 'GET', `/build_lists/${id}.json`, { as: null })
    expect(body['build_list']).toMatchObject({ fail_reason: 'nothing provides foo', can_cancel: false })
  })

  it('a hidden project sends to the login page', async () => {
    const abf = await start('omv')
    const { id } = still(abf, 3000, { projectId: 40400 })
    expect((await ask(abf, 'GET', `/build_lists/${id}/log`, { as: null })).status).toBe(302)
  })
})

describe('the file store', () => {
  it('serves the logs that show points at, to anybody', async () => {
    const fileStore = await startFileStore()
    const abf = await start('omv', { pace: 0, fileStore })
    abf.plan({}, [3000, { status: 666, files: { 'script_output.log': 'no chroot\n', 'build.log': '' } }])
    await post(abf)
    const { logs } = newest(abf)
    expect(logs.map(({ fileName, size }) => [fileName, size])).toEqual([
      ['script_output.log', '0.01'],
      ['build.log', '0.00'],
    ])
    const response = await fetch(`${logs[0]?.url}.log?show=true`)
    expect(response.headers.get('content-type')).toBe('text/plain')
    expect(await response.text()).toBe('no chroot\n')
  })

  it('a packed log is text with its encoding when viewed and a download otherwise', async () => {
    const fileStore = await startFileStore()
    const packed = gzipSync('root log')
    const url = fileStore.address(fileStore.put('root.log.gz', packed))
    expect(await (await fetch(`${url}.log?show=true`)).text()).toBe('root log')
    const download = await fetch(url)
    expect(download.headers.get('content-disposition')).toBe('attachment; filename="root.log.gz"')
    expect(Buffer.from(await download.arrayBuffer())).toEqual(packed)
  })

  it('contents are bytes, valid UTF-8 or not, and any amount of them', async () => {
    const fileStore = await startFileStore()
    const content = Buffer.concat([Buffer.of(0xff, 0xfe, 0x0a), Buffer.alloc(3_000_000, 'log ')])
    const response = await fetch(fileStore.address(fileStore.put('build.log', content)))
    expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true)
  })

  it('what is not there is a 404 with a body of its own, or an empty list', async () => {
    const fileStore = await startFileStore()
    const response = await fetch(fileStore.address('0'.repeat(40)))
    expect([response.status, await response.json()]).toEqual([404, { 'Error 404': ['Resource not found!'] }])
    const lookup = await fetch(`${fileStore.url}/api/v1/file_stores.json?hash=${'0'.repeat(40)}`)
    expect(await lookup.json()).toEqual([])
  })

  it('files go with their build', async () => {
    const fileStore = await startFileStore()
    const abf = await start('rosa', { pace: 0, fileStore })
    await post(abf)
    const { id, logs, packages } = newest(abf)
    expect(logs[0]?.fileName).toBe('build.gtk+demo.log.gz')
    expect(fileStore.files.size).toBe(logs.length + packages.length)
    abf.remove(id)
    expect(fileStore.files.size).toBe(0)
  })
})
