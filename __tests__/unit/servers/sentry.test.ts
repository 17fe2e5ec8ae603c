import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answers, orgToken, type SentryOptions, SentryStandIn } from '../../servers/sentry/index.ts'

const sha = '7c1e5a0b93d84f26a8e0d4419b5f37c2e6a1908d'
const web = 4507310046216192
const later = '2026-09-14T08:31:09Z'

interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: unknown
  /** The versions of a list. */
  readonly versions: readonly string[]
}

let sentry: SentryStandIn
let time: number

async function start(options: SentryOptions = {}): Promise<void> {
  time = Date.parse('2026-09-14T08:31:07Z')
  sentry = await new SentryStandIn({ now: () => time, ...options }).start()
}

async function restart(options: SentryOptions): Promise<void> {
  await sentry.stop()
  await start(options)
}

/** One request below `/api/0/organizations/acme/`, with the organization token unless told otherwise. */
async function api(method: string, path: string, body?: unknown, token?: string | null): Promise<Reply> {
  const bearer = token === undefined ? sentry.tokens.organization : token
  const url = path.startsWith('/')
    ? `${sentry.baseUrl}${path}`
    : `${sentry.baseUrl}/api/0/organizations/acme/${path}`
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const json: unknown = /^[[{]/.test(text) ? JSON.parse(text) : undefined
  const versions = Array.isArray(json) ? (json as { version: string }[]).map(({ version }) => version) : []
  return { status: response.status, headers: response.headers, text, body: json, versions }
}

const get = (path: string, token?: string | null): Promise<Reply> => api('GET', path, undefined, token)
const post = (path: string, body: unknown, token?: string): Promise<Reply> => api('POST', path, body, token)
const put = (path: string, body: unknown, token?: string): Promise<Reply> => api('PUT', path, body, token)
const create = (more: object = {}, token?: string): Promise<Reply> =>
  post('releases/', { version: sha, projects: ['web'], ...more }, token)

beforeEach(() => start())
afterEach(() => sentry.stop())

describe('the list', () => {
  const search = async (query: string): Promise<readonly string[]> =>
    (await get(`releases/?query=${encodeURIComponent(query)}`)).versions

  it('searches anywhere in the version, ignoring case', async () => {
    for (const version of [sha, `web@${sha}`, `${sha}-hotfix`, 'other']) sentry.addRelease({ version })
    expect(await search(sha.toUpperCase())).toEqual([`${sha}-hotfix`, `web@${sha}`, sha])
  })

  it('takes the whole query as needle when any word of it is free text', async () => {
    sentry.addRelease({ version: 'a' })
    expect(await search('release:a a')).toEqual([])
  })

  it('compares exactly with `release:`', async () => {
    for (const version of ['abc', 'ABC', 'abc-1', 'x-abc']) sentry.addRelease({ version })
    expect(await search('release:abc')).toEqual(['abc'])
    expect(await search('release:abc*')).toEqual(['abc-1', 'abc'])
    expect(await search('release:*abc')).toEqual(['x-abc', 'abc'])
    expect(await search('release:*abc*')).toEqual(['x-abc', 'abc-1', 'abc'])
    expect(await search('release:[abc,ABC]')).toEqual(['ABC', 'abc'])
    expect(await search('!release:abc')).toEqual(['x-abc', 'abc-1', 'ABC'])
    expect(await search('!release:abc*')).toEqual(['abc-1', 'abc'])
    expect(await search('release:latest')).toEqual(['x-abc'])
  })

  it('finds a version with spaces when it is quoted', async () => {
    sentry.addRelease({ version: 'my app 1' })
    expect(await search('release:"my app 1"')).toEqual(['my app 1'])
  })

  it('filters by whether a release is finalized', async () => {
    sentry.addRelease({ version: 'done', dateReleased: later })
    sentry.addRelease({ version: 'open' })
    expect(await search('finalized:true')).toEqual(['done'])
    expect(await search('finalized:false')).toEqual(['open'])
  })

  it.each(['release:"a', 'release:', 'release:[a', 'colour:red', 'a OR b'])(
    'answers 400 to %s',
    async (query) => {
      const { status, body } = await get(`releases/?query=${encodeURIComponent(query)}`)
      expect([status, typeof (body as { detail: unknown }).detail]).toEqual([400, 'string'])
    },
  )

  it('does not know `release:` on old servers', async () => {
    await restart({ generation: 'old' })
    const { status, body } = await get('releases/?query=release:a')
    expect([status, body]).toEqual([400, { detail: 'Invalid key for this search: release' }])
  })

  it('ignores `limit` and pages with an absolute `Link`', async () => {
    for (const version of ['1', '2', '3']) sentry.addRelease({ version })
    expect((await get('releases/?limit=1')).versions).toHaveLength(3)
    const first = await get('releases/?per_page=2&limit=1')
    expect(first.versions).toEqual(['3', '2'])
    expect(first.headers.get('link')).toBe(
      `<${sentry.url}/api/0/organizations/acme/releases/?per_page=2&limit=1&cursor=2:-1:1>; rel="previous"; results="false"; cursor="2:-1:1", ` +
        `<${sentry.url}/api/0/organizations/acme/releases/?per_page=2&limit=1&cursor=2:1:0>; rel="next"; results="true"; cursor="2:1:0"`,
    )
    expect((await get('releases/?per_page=2&cursor=2:1:0')).versions).toEqual(['1'])
  })

  it.each(['per_page=0', 'per_page=101', 'cursor=x', 'sort=name', 'status=gone', 'sort=users'])(
    'answers 400 to ?%s',
    async (query) => {
      expect((await get(`releases/?${query}`)).status).toBe(400)
    },
  )

  it('hides archived releases unless asked for them', async () => {
    sentry.addRelease({ version: 'kept' })
    sentry.addRelease({ version: 'archived', status: 'archived' })
    expect((await get('releases/')).versions).toEqual(['kept'])
    expect((await get('releases/?status=archived')).versions).toEqual(['archived'])
    expect((await get('releases/?status=')).versions).toEqual(['archived', 'kept'])
  })

  it("shows a member only the joined teams' projects, unless projects are asked for", async () => {
    sentry.addRelease({ version: 'mine', projects: ['web'] })
    sentry.addRelease({ version: 'theirs', projects: ['worker'] })
    const { user, organization } = sentry.tokens
    expect((await get('releases/', user)).versions).toEqual(['mine'])
    expect((await get('releases/?project=-1', user)).versions).toEqual(['theirs', 'mine'])
    expect((await get('releases/', organization)).versions).toEqual(['theirs', 'mine'])
    expect((await get(`releases/?project=${web}`)).versions).toEqual(['mine'])
  })

  it('is empty, without a Link header, for a member of no team', async () => {
    sentry.addRelease({ version: 'a' })
    const token = sentry.addToken({
      kind: 'user',
      token: 'loner',
      organization: 'acme',
      scopes: ['project:read'],
    })
    const { versions, headers } = await get('releases/', token)
    expect([versions, headers.get('link')]).toEqual([[], null])
  })

  it('responds with 403 when an unreachable project is asked for', async () => {
    expect((await get('releases/?project=1')).status).toBe(403)
  })

  it('takes project slugs in the query on 2026 servers only', async () => {
    expect((await get('releases/?project=web')).status).toBe(200)
    await restart({ generation: '2025' })
    expect((await get('releases/?project=web')).body).toEqual({
      detail: 'Invalid project parameter. Values must be numbers.',
    })
  })

  it('finds by environment only what was deployed there', async () => {
    sentry.addRelease({ version: 'fresh' })
    sentry.addRelease({ version: 'deployed' })
    await post('releases/deployed/deploys/', { environment: 'production' })
    expect((await get('releases/?environment=production')).versions).toEqual(['deployed'])
    expect((await get('releases/?environment=never-seen')).status).toBe(404)
  })
})

describe('one release', () => {
  it('is found by its exact version, in any status', async () => {
    sentry.addRelease({ version: 'Abc', status: 'archived' })
    expect(await get('releases/Abc/')).toMatchObject({
      status: 200,
      body: { version: 'Abc', status: 'archived' },
    })
    expect((await get('releases/abc/')).body).toEqual({ detail: 'The requested resource does not exist' })
  })

  it('takes any character in the path but an encoded slash', async () => {
    sentry.addRelease({ version: 'web@1 ä?#%' })
    expect((await get(`releases/${encodeURIComponent('web@1 ä?#%')}/`)).status).toBe(200)
    expect(await get('releases/a%2Fb/')).toMatchObject({ status: 404, text: '' })
  })

  it('stays 404 for a minute after a create has attached the first reachable project', async () => {
    sentry.addRelease({ version: sha, projects: [] })
    expect((await get(`releases/${sha}/`)).status).toBe(404)
    expect((await create()).status).toBe(201)
    time += 59_000
    expect((await get(`releases/${sha}/`)).status).toBe(404)
    time += 1000
    expect((await get(`releases/${sha}/`)).status).toBe(200)
  })

  it('is there at once when it was absent before', async () => {
    expect((await get(`releases/${sha}/`)).status).toBe(404)
    await create()
    expect((await get(`releases/${sha}/`)).status).toBe(200)
  })

  it('responds with 500 to everything when its row exists twice', async () => {
    sentry.addRelease({ version: sha })
    sentry.addRelease({ version: sha })
    expect((await get(`releases/${sha}/`)).status).toBe(500)
    expect(await create()).toMatchObject({ status: 500, body: { detail: 'Internal Error' } })
  })

  it('describes its projects with numeric ids', async () => {
    sentry.addRelease({ version: sha })
    expect((await get(`releases/${sha}/`)).body).toMatchObject({
      projects: [{ id: web, slug: 'web' }],
      versionInfo: { buildHash: sha, description: '7c1e5a0b93d8' },
      shortVersion: sha,
    })
  })
})

describe('creating', () => {
  it('responds with 201 for a new row, 208 with the same body for a known one, 201 for a new project', async () => {
    const first = await create({ ref: 'main' })
    const second = await create({ ref: 'other', url: 'https://acme.example/', dateReleased: later })
    expect([first.status, second.status]).toEqual([201, 208])
    expect(second.body).toEqual(first.body)
    expect((await create({ projects: ['api'] })).status).toBe(201)
    expect(sentry.release(sha)).toMatchObject({ projects: ['web', 'api'], ref: 'main', dateReleased: null })
  })

  it('keeps the user agent of the creating request, cut to 256 characters', async () => {
    const headers = {
      authorization: `Bearer ${sentry.tokens.organization}`,
      'content-type': 'application/json',
    }
    const body = JSON.stringify({ version: sha, projects: ['web'] })
    const url = `${sentry.baseUrl}/api/0/organizations/acme/releases/`
    await fetch(url, { method: 'POST', body, headers: { ...headers, 'user-agent': 'x'.repeat(300) } })
    await fetch(url, { method: 'POST', body, headers: { ...headers, 'user-agent': 'second' } })
    expect(sentry.release(sha).userAgent).toBe('x'.repeat(256))
  })

  it('applies the status to an existing release', async () => {
    sentry.addRelease({ version: sha })
    expect((await create({ projects: [], status: 'archived' })).status).toBe(208)
    expect(sentry.release(sha).status).toBe('archived')
    await create({ projects: [] })
    expect(sentry.release(sha).status).toBe('archived')
    await create({ projects: [], status: 'open' })
    expect(sentry.release(sha).status).toBe('open')
  })

  it.each([
    [{ version: undefined }, { version: ['This field is required.'] }],
    [{ version: '' }, { version: ['This field may not be blank.'] }],
    [{ version: '  ' }, { version: ['Release with name    is not allowed'] }],
    [{ version: 'a/b' }, { version: ['Release with name a/b is not allowed'] }],
    [{ version: 'Latest' }, { version: ['Release with name Latest is not allowed'] }],
    [{ version: 'x'.repeat(201) }, { version: ['Ensure this field has no more than 200 characters.'] }],
    [{ projects: undefined }, { projects: ['This field is required.'] }],
    [{ projects: 'web' }, { projects: ['Expected a list of items but got type "str".'] }],
    [{ projects: ['web', 'unknown'] }, { projects: ['Invalid project ids or slugs'] }],
    [{ url: 'nope' }, { url: ['Enter a valid URL.'] }],
    [{ status: 'gone' }, { status: ['Invalid status gone'] }],
    [
      { refs: [{ repository: 'acme/storefront', commit: 'x'.repeat(65) }] },
      { refs: { '0': { commit: ['Commit too long - max is 64 chars'] } } },
    ],
  ])('answers 400 to %j and writes nothing', async (body, errors) => {
    expect(await create(body)).toMatchObject({ status: 400, body: errors })
    expect(sentry.releases).toHaveLength(0)
  })

  it('responds with 400 to a body that is not JSON', async () => {
    expect((await post('releases/', '{')).body).toEqual({
      detail: 'JSON parse error - Expecting value: line 1 column 1 (char 0)',
    })
  })

  it('crashes on a URL longer than its column', async () => {
    expect((await create({ url: `https://acme.example/${'x'.repeat(180)}` })).status).toBe(500)
    expect(sentry.releases).toHaveLength(0)
  })

  it('takes numeric ids, as strings on newer servers only', async () => {
    expect((await create({ projects: [web] })).status).toBe(201)
    expect((await create({ projects: [String(web)] })).status).toBe(208)
    await restart({ generation: '2025' })
    expect((await create({ projects: [web] })).status).toBe(201)
    expect((await create({ projects: [String(web)] })).status).toBe(400)
  })

  it("limits people to joined teams' projects unless the query widens that", async () => {
    const { user } = sentry.tokens
    expect((await create({ projects: ['worker'] }, user)).status).toBe(400)
    const body = { version: sha, projects: ['worker'] }
    expect((await post('releases/?project=-1', body, user)).status).toBe(201)
  })

  it('responds with 400 under closed membership when another project is attached already', async () => {
    await restart({ organizations: [{ slug: 'acme', openMembership: false, projects: ['web', 'worker'] }] })
    sentry.addRelease({ version: sha, projects: ['worker'] })
    const { status, body } = await create({}, sentry.tokens.user)
    expect([status, body]).toEqual([
      400,
      { projects: ['You do not have permission to one of the projects: worker'] },
    ])
  })

  it('has saved the release when it refuses refs or is locked', async () => {
    const refs = [{ repository: 'acme/unknown', commit: sha }]
    expect(await create({ refs })).toMatchObject({
      status: 400,
      body: { refs: ['Invalid repository names: acme/unknown'] },
    })
    expect(sentry.release(sha).projects).toEqual(['web'])
    sentry.lockCommits(sha)
    expect((await create({ projects: ['api'], commits: [{ id: 'a' }] })).status).toBe(409)
    expect(sentry.release(sha).projects).toEqual(['web', 'api'])
  })

  it('makes one row of concurrent creates, of which each may see 201', async () => {
    let arrived = 0
    let release = (): void => undefined
    const both = new Promise<void>((resolve) => {
      release = resolve
    })
    await restart({
      afterInsert: () => {
        arrived += 1
        if (arrived === 2) release()
        return both
      },
    })
    const replies = await Promise.all([create(), create({ projects: ['api'] })])
    expect(replies.map(({ status }) => status)).toEqual([201, 201])
    expect(sentry.releases).toHaveLength(1)
  })

  it('can be made to meet a database conflict', async () => {
    sentry.fault({ method: 'POST', action: { kind: 'answer', answer: answers.integrityConflict } })
    expect((await create()).status).toBe(409)
    expect((await create()).status).toBe(201)
  })
})

describe('updating and deleting', () => {
  beforeEach(() => sentry.addRelease({ version: sha, ref: 'main', url: 'https://acme.example/' }))

  it('applies truthy values only', async () => {
    expect((await put(`releases/${sha}/`, { ref: '', url: null, dateReleased: null })).status).toBe(200)
    expect(sentry.release(sha)).toMatchObject({
      ref: 'main',
      url: 'https://acme.example/',
      dateReleased: null,
    })
  })

  it('archives but does not restore', async () => {
    await put(`releases/${sha}/`, { status: 'archived' })
    await put(`releases/${sha}/`, { status: 'open' })
    expect(sentry.release(sha).status).toBe('archived')
  })

  it('overwrites the release date each time and notes the first time only', async () => {
    await put(`releases/${sha}/`, { dateReleased: '2026-09-14T10:00:00+02:00' })
    await put(`releases/${sha}/`, { dateReleased: later })
    expect(sentry.release(sha).dateReleased).toBe(later)
    expect(sentry.activities).toEqual([{ type: 'release', project: 'web', version: sha }])
  })

  it('needs access to every attached project; reading needs one', async () => {
    await restart({ organizations: [{ slug: 'acme', openMembership: false, projects: ['web', 'worker'] }] })
    sentry.addRelease({ version: sha, projects: ['web', 'worker'] })
    const { user } = sentry.tokens
    expect((await get(`releases/${sha}/`, user)).status).toBe(200)
    expect((await put(`releases/${sha}/`, { ref: 'x' }, user)).status).toBe(404)
    expect((await post(`releases/${sha}/deploys/`, { environment: 'p' }, user)).status).toBe(404)
  })

  it('deletes what nothing needs, with a scope that organization tokens lack', async () => {
    expect((await api('DELETE', `releases/${sha}/`)).status).toBe(403)
    sentry.release(sha).referencedByIssues = true
    expect((await api('DELETE', `releases/${sha}/`, undefined, sentry.tokens.user)).status).toBe(400)
    sentry.release(sha).referencedByIssues = false
    expect((await api('DELETE', `releases/${sha}/`, undefined, sentry.tokens.user)).status).toBe(204)
    expect(sentry.releases).toEqual([])
  })
})

describe('commits', () => {
  const path = `releases/${sha}/`
  const commit = (id: string, more: object = {}): object => ({
    id,
    timestamp: later,
    author_name: 'Rowan P',
    ...more,
  })

  beforeEach(() => sentry.addRelease({ version: sha }))

  it('replaces the whole list and makes a repository for an unknown name', async () => {
    await put(path, { commits: [commit('a', { repository: 'acme/new' }), commit('b')] })
    await put(path, {
      commits: [commit('c', { timestamp: '2026-01-01T00:00:00Z' }), commit('d'), commit('e')],
    })
    expect(sentry.release(sha).commits.map(({ id }) => id)).toEqual(['d', 'e', 'c'])
    expect(sentry.release(sha).commits[0]?.authorEmail).toBe('rowanp@localhost')
    expect(sentry.repositories.filter(({ integration }) => !integration).map(({ name }) => name)).toEqual([
      'acme/new',
      'organization-71',
    ])
  })

  it('reports errors by index, merged into one object on old servers', async () => {
    const commits = [commit('a'), commit('b', { patch_set: [{ path: 'x'.repeat(511), type: 'A' }] })]
    const tooLong = { path: ['Ensure this field has no more than 510 characters.'] }
    expect((await put(path, { commits })).body).toEqual({ commits: { '1': { patch_set: { '0': tooLong } } } })
    await restart({ generation: 'old' })
    sentry.addRelease({ version: sha })
    expect((await put(path, { commits })).body).toEqual({ commits: { patch_set: tooLong } })
  })

  it.each([
    ['id', 65],
    ['repository', 65],
    ['author_name', 129],
    ['author_email', 201],
  ])('limits %s to %i characters less one', async (field, length) => {
    const { body } = await put(path, { commits: [commit('a', { [field]: 'x'.repeat(length) })] })
    expect(body).toEqual({
      commits: { '0': { [field]: [`Ensure this field has no more than ${length - 1} characters.`] } },
    })
  })

  it.each([
    [[commit('a'), { id: 'b' }]],
    [[commit('a', { timestamp: null })]],
    [[commit('a', { message: null })]],
  ])('crashes on %j', async (commits) => {
    expect((await put(path, { ref: 'saved', commits })).status).toBe(500)
    expect(sentry.release(sha)).toMatchObject({ ref: 'saved', commits: [] })
  })

  it('lets one writer in at a time', async () => {
    await restart({ commitsMs: 30 })
    sentry.addRelease({ version: sha })
    const both = await Promise.all([
      put(path, { commits: [commit('a')] }),
      put(path, { commits: [commit('b')] }),
    ])
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 409]))
  })

  it('responds with 413 in HTML to a body that is too large', async () => {
    await restart({ maxBodyBytes: 1000 })
    const { status, headers } = await create({ ref: 'x'.repeat(1000) })
    expect([status, headers.get('content-type')]).toEqual([413, 'text/html'])
  })

  it('fetches commits for refs later, and only through an integration', async () => {
    const history = ['1', '2', '3', '4'].map((id) => ({ id }))
    sentry.state.addRepository('acme', { name: 'acme/web', history })
    sentry.state.addRepository('acme', { name: 'acme/bare', integration: false })
    const reply = await put(path, {
      refs: [
        { repository: 'acme/web', commit: '2..4', previousCommit: '1' },
        { repository: 'acme/bare', commit: sha },
      ],
    })
    expect(reply.body).toMatchObject({ commitCount: 0 })
    sentry.settleRefs()
    expect((await get(path)).body).toMatchObject({ commitCount: 2, lastCommit: { id: '4' } })
    expect(sentry.release(sha).headCommits).toEqual({ 'acme/web': '4', 'acme/bare': sha })
  })

  it('finishes a fetch by itself when told how long it takes', async () => {
    await restart({ refsDelayMs: 10 })
    sentry.addRelease({ version: sha })
    await put(path, { refs: [{ repository: 'acme/storefront', commit: sha }] })
    await expect.poll(() => sentry.release(sha).commits.length).toBe(1)
  })

  it('says nothing when a commit does not exist, except by mail', async () => {
    sentry.state.addRepository('acme', { name: 'acme/web', history: [{ id: '1' }] })
    expect((await put(path, { refs: [{ repository: 'acme/web', commit: 'x' }] })).status).toBe(200)
    sentry.settleRefs()
    expect([sentry.release(sha).commits.length, sentry.state.mails.length]).toEqual([0, 1])
  })

  it('wants the exact spelling of a repository', async () => {
    expect((await put(path, { refs: [{ repository: 'Acme/storefront', commit: sha }] })).status).toBe(400)
  })

  it('clears everything with an empty list of refs', async () => {
    await put(path, { commits: [commit('a')] })
    await put(path, { commits: [] })
    expect(sentry.release(sha).commits).toHaveLength(1)
    await put(path, { refs: [] })
    expect(sentry.release(sha).commits).toHaveLength(0)
  })

  it('lists commits and the last release that had some', async () => {
    sentry.addRelease({ version: 'next' })
    expect((await get('releases/next/previous-with-commits/')).body).toEqual({})
    sentry.addRelease({ version: 'newest', commits: [{ id: 'z' }] })
    sentry.addRelease({ version: 'after' })
    expect((await get('releases/after/previous-with-commits/')).body).toMatchObject({ version: 'newest' })
    expect((await get('releases/newest/commits/')).body).toMatchObject([{ id: 'z' }])
  })
})

describe('deploys', () => {
  const path = `releases/${sha}/deploys/`

  beforeEach(() => sentry.addRelease({ version: sha, projects: ['web', 'api'] }))

  it('adds a row every time but lists the latest of each project and environment', async () => {
    await post(path, { environment: 'production', name: 'one', dateFinished: later })
    await post(path, { environment: 'production', name: 'two', projects: ['web'] })
    await post(path, { environment: 'production', name: 'three', projects: ['web'] })
    expect(sentry.deploys.map(({ name }) => name)).toEqual(['one', 'two', 'three'])
    const names = ((await get(path)).body as { name: string }[]).map(({ name }) => name)
    expect(names.sort()).toEqual(['one', 'three'])
    expect((await get(`releases/${sha}/`)).body).toMatchObject({
      deployCount: 3,
      lastDeploy: { name: 'three' },
    })
  })

  it('counts for all projects of the release when none is named', async () => {
    expect(await post(path, { environment: 'production' })).toMatchObject({
      status: 201,
      body: { name: null },
    })
    expect(sentry.deploys[0]?.projects).toEqual(['web', 'api'])
  })

  it.each([
    [{}, { environment: ['This field is required.'] }],
    [{ environment: 'a/b' }, { environment: ['Invalid value for environment'] }],
    [{ environment: 'x'.repeat(65) }, { environment: ['Ensure this field has no more than 64 characters.'] }],
    [{ environment: 'p', projects: [] }, { projects: ['This list may not be empty.'] }],
    [{ environment: 'p', projects: ['web', 'x'] }, { projects: { '1': ['Invalid project'] } }],
  ])('answers 400 to %j', async (body, errors) => {
    expect(await post(path, body)).toMatchObject({ status: 400, body: errors })
  })

  it('refuses a project that the release is not attached to', async () => {
    expect((await post(path, { environment: 'p', projects: ['worker'] })).body).toEqual({
      detail: {
        code: 'parameter-validation-error',
        message: `Invalid projects (worker) for release ${sha}`,
        extra: { context: '' },
      },
    })
  })

  it('refuses named projects to a token without a reading scope', async () => {
    const token = sentry.addToken({
      kind: 'integration',
      token: 'writer',
      organization: 'acme',
      scopes: ['project:write'],
    })
    expect((await post(path, { environment: 'p', projects: ['web'] }, token)).body).toEqual({
      projects: { '0': ['Insufficient access to project'] },
    })
    expect((await post(path, { environment: 'p' }, token)).status).toBe(201)
  })

  it('crashes on a null finish', async () => {
    expect((await post(path, { environment: 'p', dateFinished: null })).status).toBe(500)
    expect(sentry.deploys).toEqual([])
  })

  it('is 404 for an absent release', async () => {
    expect((await post('releases/absent/deploys/', { environment: 'p' })).status).toBe(404)
  })
})

describe('routes of one project', () => {
  const base = '/api/0/projects/acme/web/releases/'

  it('creates, lists, updates and removes', async () => {
    expect((await post(base, { version: sha })).status).toBe(201)
    expect((await post(base, { version: sha })).status).toBe(208)
    expect((await get(base)).versions).toEqual([sha])
    expect((await put(`${base}${sha}/`, { ref: 'main' })).body).toMatchObject({ ref: 'main' })
    expect((await get(`/api/0/projects/acme/api/releases/${sha}/`)).status).toBe(404)
  })

  it('redirects after a rename', async () => {
    sentry.renameProject('web', 'shop')
    const { status, headers, body } = await get(base)
    expect([status, headers.get('location')]).toEqual([302, '/api/0/projects/acme/shop/releases/'])
    expect(body).toMatchObject({ detail: { code: 'resource-moved', extra: { slug: 'shop' } } })
  })
})

describe('repositories', () => {
  it('are listed by name, a page at a time', async () => {
    for (const name of ['acme/b', 'acme/a']) sentry.state.addRepository('acme', name)
    sentry.state.addRepository('acme', { name: 'acme/gone', status: 'deleted' })
    const names = async (query: string): Promise<string[]> =>
      ((await get(`repos/?${query}`)).body as { name: string }[]).map(({ name }) => name)
    expect(await names('')).toEqual(['acme/a', 'acme/b', 'acme/storefront'])
    expect(await names('per_page=2&cursor=2:1:0')).toEqual(['acme/storefront'])
    expect(await names('query=STORE')).toEqual(['acme/storefront'])
    expect(await names('status=deleted')).toEqual(['acme/gone'])
  })

  it('need a scope that releases do not', async () => {
    const seed = {
      kind: 'integration',
      token: 'narrow',
      organization: 'acme',
      scopes: ['project:releases'],
    } as const
    expect((await get('repos/', sentry.addToken(seed))).status).toBe(403)
  })
})

describe('authentication', () => {
  it.each([
    [null, 'Authentication credentials were not provided.'],
    ['', 'Invalid token header. No credentials provided.'],
    ['a b', 'Invalid token header. Token string should not contain spaces.'],
    ['unknown', 'Invalid token'],
    [orgToken({ org: 'acme', url: null, seed: 'forged' }), 'Invalid org token'],
  ])('answers 401 to the token %j', async (token, detail) => {
    const reply = await get('releases/', token)
    expect([reply.status, reply.body]).toEqual([401, { detail }])
    expect(reply.headers.get('www-authenticate')).toBe('xBasic realm="api"')
  })

  it('tells expired and inactive apart', async () => {
    for (const [state, detail] of [
      ['expired', 'Token expired'],
      ['inactive', 'User inactive or deleted'],
    ] as const) {
      sentry.addToken({ kind: 'user', token: state, organization: 'acme', scopes: ['project:read'], state })
      expect((await get('releases/', state)).body).toEqual({ detail })
    }
  })

  it('sends members to single sign-on with a detail object', async () => {
    await restart({ organizations: [{ slug: 'acme', requires: 'sso', projects: ['web'] }] })
    expect(await get('releases/', sentry.tokens.user)).toMatchObject({
      status: 401,
      body: { detail: { code: 'sso-required', extra: { loginUrl: '/auth/login/acme/' } } },
    })
    expect((await get('releases/')).status).toBe(200)
  })

  it('names the missing scopes on newer servers', async () => {
    expect((await create({}, sentry.tokens.weak)).headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", scope="org:ci project:admin project:releases project:write"',
    )
    await restart({ generation: '2025' })
    const reply = await create({}, sentry.tokens.weak)
    expect([reply.status, reply.headers.get('www-authenticate')]).toEqual([403, null])
  })

  it('responds with 403 to a token of another organization and 404 for an unknown one', async () => {
    sentry.state.addOrganization({ slug: 'other' })
    expect((await get('/api/0/organizations/other/releases/')).status).toBe(403)
    expect((await get('/api/0/organizations/nobody/releases/')).status).toBe(404)
  })

  it('keeps organizations and projects from organization tokens', async () => {
    expect((await get('/api/0/organizations/acme/projects/')).status).toBe(403)
    expect((await get('/api/0/projects/acme/web/')).status).toBe(403)
    expect((await get('/api/0/organizations/acme/projects/', sentry.tokens.user)).body).toMatchObject([
      { id: String(web) },
      {},
      {},
    ])
  })

  it('tells at the root who is asking', async () => {
    expect((await get('/api/0/')).body).toEqual({ version: '0', auth: { scopes: ['org:ci'] }, user: null })
    expect((await get('/api/0/', sentry.tokens.user)).body).toMatchObject({
      user: { email: 'rowan@acme.example' },
    })
  })

  it('builds organization tokens of three parts', () => {
    const [, payload = '', secret = '', ...rest] = orgToken({ org: 'acme', url: 'https://sentry.io' }).split(
      '_',
    )
    expect(JSON.parse(Buffer.from(payload, 'base64').toString())).toMatchObject({
      org: 'acme',
      url: 'https://sentry.io',
    })
    expect([Buffer.from(secret, 'base64').length, secret.length, rest]).toEqual([32, 43, []])
  })
})

describe('the edges', () => {
  it('hints at a missing trailing slash, in JSON for JSON requests', async () => {
    const path = '/api/0/organizations/acme/releases'
    expect(await post(path, {})).toMatchObject({
      status: 404,
      body: { info: `Route not found, did you forget a trailing slash? try: ${path}/` },
    })
    const plain = await get(path)
    expect([plain.status, plain.headers.get('content-type')]).toEqual([404, 'text/plain'])
  })

  it('gives an empty response to an unknown route', async () => {
    expect(await get('/api/0/nowhere/')).toMatchObject({ status: 404, text: '' })
  })

  it('sends no rate limit headers unless limits are on', async () => {
    expect((await get('releases/')).headers.has('x-sentry-rate-limit-limit')).toBe(false)
  })

  it('limits each caller, endpoint and method by window', async () => {
    await restart({ rateLimit: { limit: 2, windowMs: 1000 } })
    const replies = [await get('releases/'), await get('releases/'), await get('releases/')]
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 429])
    const [, , last] = replies
    expect(last?.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(last?.body).toEqual({
      detail: 'You are attempting to use this endpoint too frequently. Limit is 2 requests in 1 seconds',
    })
    expect(last?.headers.get('x-sentry-rate-limit-reset')).toBe(String(time / 1000 + 1))
    expect(last?.headers.has('retry-after')).toBe(false)
    expect((await create()).status).toBe(201)
    expect((await get('releases/', sentry.tokens.user)).status).toBe(200)
    time += 1000
    expect((await get('releases/')).status).toBe(200)
  })

  it('lives below a prefix on self-hosted servers', async () => {
    await restart({ prefix: '/sentry', linkOrigin: 'https://sentry.acme.example' })
    const { status, headers } = await get('releases/')
    expect(status).toBe(200)
    expect(headers.get('link')).toContain('<https://sentry.acme.example/sentry/api/0/organizations/acme/')
    expect((await fetch(`${sentry.url}/api/0/`)).status).toBe(404)
  })

  it('leaves `userAgent` out on old servers', async () => {
    await restart({ generation: 'old' })
    expect((await create()).body).not.toHaveProperty('userAgent')
  })
})
