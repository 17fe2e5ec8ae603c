import { describe, expect, it } from 'vitest'
import { SHA } from '../runner/runner.ts'
import { CREATES, ensure, failure, gate, requests, startSentry } from './helpers.ts'

const WEB = '4507310046216192'
const HEAD = '58e6b3a414a1e090dfc6029add0f3555ccba127f'

describe.concurrent('a release', () => {
  it('is created and confirmed with three requests', async () => {
    const sentry = await startSentry()
    const { code, annotations, stderr, outputs, summary } = await ensure(sentry)
    expect([code, annotations, stderr]).toEqual([0, [], ''])
    expect(requests(sentry)).toEqual(CREATES)
    expect(sentry.journal[1]?.json).toEqual({
      version: SHA,
      projects: ['web'],
      ref: 'main',
      url: `https://github.com/acme/storefront/commit/${SHA}`,
    })
    expect(outputs).toEqual({
      'release-version': SHA,
      'release-id': String(sentry.release(SHA).id),
      'release-created': 'true',
      'release-url': `${sentry.url}/organizations/acme/releases/${SHA}/?project=${WEB}`,
      'confirmed-version': SHA,
      'release-finalized': 'false',
      'commit-count': '0',
    })
    expect(summary).toMatch(/^### ✅ Success: Sentry release created\n/)
  })

  it('that exists as asked for takes one request', async () => {
    const sentry = await startSentry()
    sentry.addRelease({
      version: SHA,
      ref: 'other',
      url: 'https://elsewhere.example/',
      projects: ['api', 'web'],
    })
    const { code, outputs, annotations } = await ensure(sentry)
    expect([code, annotations]).toEqual([0, []])
    expect(requests(sentry)).toEqual(['GET releases/SHA/ 200'])
    expect(outputs).toMatchObject({ 'release-created': 'false', 'confirmed-version': SHA })
    expect(sentry.release(SHA)).toMatchObject({ ref: 'other', url: 'https://elsewhere.example/' })
  })

  it('that lacks a project gets it with three requests, and is not called created', async () => {
    const sentry = await startSentry()
    sentry.addRelease({ version: SHA })
    const { code, outputs } = await ensure(sentry, { projects: 'web\napi, worker' })
    expect(requests(sentry)).toEqual(['GET releases/SHA/ 200', 'POST releases/ 201', 'GET releases/ 200'])
    expect(sentry.release(SHA).projects).toEqual(['web', 'api', 'worker'])
    expect([code, outputs['release-created']]).toEqual([0, 'false'])
  })

  it('that is archived is used as it is, with a warning', async () => {
    const sentry = await startSentry()
    sentry.addRelease({ version: SHA, status: 'archived' })
    const { code, annotations } = await ensure(sentry)
    expect(code).toBe(0)
    expect(annotations).toEqual([
      { level: 'warning', title: 'Archived release', message: expect.stringContaining('restore-archived') },
    ])
    expect(requests(sentry)).toEqual(['GET releases/SHA/ 200'])
    expect(sentry.release(SHA).status).toBe('archived')
  })

  it('that is archived is reopened on request with three requests', async () => {
    const sentry = await startSentry()
    sentry.addRelease({ version: SHA, status: 'archived' })
    const { code, annotations } = await ensure(sentry, { 'restore-archived': 'TRUE' })
    expect([code, annotations]).toEqual([0, []])
    expect(requests(sentry)).toEqual(['GET releases/SHA/ 200', 'POST releases/ 208', 'GET releases/ 200'])
    expect(sentry.release(SHA).status).toBe('open')
  })

  it('that is archived and lacks a project gets it and stays archived', async () => {
    const sentry = await startSentry()
    sentry.addRelease({ version: SHA, status: 'archived', projects: ['api'] })
    const { code, annotations } = await ensure(sentry)
    expect([code, annotations.map(({ level }) => level)]).toEqual([0, ['warning']])
    expect(sentry.release(SHA)).toMatchObject({ status: 'archived', projects: ['api', 'web'] })
    expect(requests(sentry)).toHaveLength(3)
  })

  it.each([
    ['a package version', [`web@${SHA}`]],
    ['a suffix', [`${SHA}-hotfix`, `${SHA}+1`]],
    ['upper case', [SHA.toUpperCase()]],
    ['short hashes', [SHA.slice(0, 12), SHA.slice(0, 39)]],
    ['more than a page of them', Array.from({ length: 130 }, (_, index) => `${SHA}-${index}`)],
  ])('is not mistaken for a look-alike: %s', async (_name, versions) => {
    const sentry = await startSentry()
    for (const version of versions) sentry.addRelease({ version })
    const { code, outputs } = await ensure(sentry)
    expect([code, outputs['release-version'], outputs['release-created']]).toEqual([0, SHA, 'true'])
    expect(requests(sentry)).toEqual(CREATES)
    expect(sentry.releases.filter(({ version }) => version === SHA)).toHaveLength(1)
    expect(sentry.releases).toHaveLength(versions.length + 1)
  })

  it('that exists among more than a page of look-alikes is found', async () => {
    const sentry = await startSentry()
    sentry.addRelease({ version: SHA })
    for (let index = 0; index < 130; index += 1) sentry.addRelease({ version: `${SHA}-${index}` })
    expect((await ensure(sentry)).outputs['release-created']).toBe('false')
    expect(requests(sentry)).toEqual(['GET releases/SHA/ 200'])
  })

  it('without any project, which no look-up shows, is attached and not called created', async () => {
    const sentry = await startSentry({ permissionCacheMs: 1000 })
    sentry.addRelease({ version: SHA, projects: [], userAgent: 'an SDK' })
    const { code, outputs } = await ensure(sentry)
    expect([code, outputs['release-created'], outputs['confirmed-version']]).toEqual([0, 'false', SHA])
    expect(requests(sentry)).toEqual(CREATES)
    expect(sentry.release(SHA).projects).toEqual(['web'])
  })

  it('gets ref and url that were asked for, and keeps the ones that were not', async () => {
    const sentry = await startSentry()
    sentry.addRelease({ version: SHA, ref: 'old', url: 'https://old.example/' })
    const { code } = await ensure(sentry, { ref: 'v2' })
    expect(code).toBe(0)
    expect(requests(sentry)).toEqual(['GET releases/SHA/ 200', 'PUT releases/SHA/ 200', 'GET releases/ 200'])
    expect(sentry.journal[1]?.json).toEqual({ ref: 'v2' })
    await ensure(sentry, { ref: 'v2', url: 'https://new.example/' })
    expect(sentry.release(SHA)).toMatchObject({ ref: 'v2', url: 'https://new.example/' })
    await ensure(sentry, { ref: 'v2', url: 'https://new.example/' })
    expect(requests(sentry).slice(6)).toEqual(['GET releases/SHA/ 200'])
  })

  it('gets a missing project and another ref in one step', async () => {
    const sentry = await startSentry()
    sentry.addRelease({ version: SHA, ref: 'old' })
    expect((await ensure(sentry, { projects: 'web api', ref: 'new' })).code).toBe(0)
    expect(sentry.release(SHA)).toMatchObject({ ref: 'new', projects: ['web', 'api'] })
    expect(requests(sentry)).toHaveLength(4)
  })
})

describe.concurrent('the version', () => {
  it.each([
    ['1.2.3'],
    ['com.acme.shop@4.5.6+789'],
    ['release with spaces'],
    ['a"quote*and[brackets]'],
    ['größe-😀'],
    ['100%'],
    ['a?b#c&d=e;f'],
    ['...'],
    ['%2e%2e'],
    ['x'.repeat(200)],
  ])('%j is created byte for byte', async (version) => {
    const sentry = await startSentry()
    const { code, outputs, stderr } = await ensure(sentry, { version })
    expect([code, stderr, outputs['release-version'], outputs['confirmed-version']]).toEqual([
      0,
      '',
      version,
      version,
    ])
    expect(sentry.releases.map((row) => row.version)).toEqual([version])
    await ensure(sentry, { version })
    expect(sentry.requests.at(-1)).toBe(
      `GET /api/0/organizations/acme/releases/${encodeURIComponent(version)}/ 200`,
    )
  })

  it('has the prefix before a commit, and not before a given version', async () => {
    const sentry = await startSentry()
    expect((await ensure(sentry, { 'version-prefix': 'web@' })).outputs['release-version']).toBe(`web@${SHA}`)
    const given = await ensure(sentry, { 'version-prefix': 'web@', version: '1.0.0' })
    expect([given.outputs['release-version'], given.annotations.map(({ level }) => level)]).toEqual([
      '1.0.0',
      ['notice'],
    ])
  })

  it('is the commit in lower case, also one of 64 digits', async () => {
    const sentry = await startSentry()
    const sha256 = 'AB'.repeat(32)
    const { outputs } = await ensure(sentry, { commit: sha256 })
    expect(outputs['release-version']).toBe(sha256.toLowerCase())
  })

  it.each<[string, unknown]>([
    ['pull_request', { pull_request: { head: { sha: HEAD } } }],
    ['pull_request_target', { pull_request: { head: { sha: HEAD } } }],
    ['pull_request_review', { pull_request: { head: { sha: HEAD } } }],
    ['workflow_run', { workflow_run: { head_sha: HEAD } }],
    ['deployment', { deployment: { sha: HEAD } }],
    ['deployment_status', { deployment: { sha: HEAD }, deployment_status: {} }],
    ['check_suite', { check_suite: { head_sha: HEAD } }],
    ['check_run', { check_run: { head_sha: HEAD, check_suite: {} } }],
  ])('is the head commit of a %s event, not GITHUB_SHA', async (name, payload) => {
    const sentry = await startSentry()
    const { outputs } = await ensure(sentry, {}, { event: { name, payload } })
    expect(outputs['release-version']).toBe(HEAD)
  })

  it.each(['push', 'workflow_dispatch', 'schedule', 'release', 'merge_group'])(
    'is GITHUB_SHA of a %s event',
    async (name) => {
      const sentry = await startSentry()
      const { outputs } = await ensure(sentry, {}, { event: { name, payload: null } })
      expect(outputs['release-version']).toBe(SHA)
    },
  )

  it('is never the merge commit of a pull request', async () => {
    const sentry = await startSentry()
    const event = { name: 'pull_request', payload: { pull_request: { merge_commit_sha: SHA } } }
    const { code, annotations } = await ensure(sentry, {}, { event })
    expect([code, annotations[0]?.message]).toEqual([1, expect.stringContaining('input commit')])
    expect(sentry.requests).toEqual([])
  })
})

describe.concurrent('the server', () => {
  it('and the organization are told by an organization token alone', async () => {
    const sentry = await startSentry()
    const { code, annotations } = await ensure(sentry)
    expect([code, annotations]).toEqual([0, []])
  })

  it('and everything else can be told by environment variables', async () => {
    const sentry = await startSentry()
    const env = {
      SENTRY_AUTH_TOKEN: sentry.tokens.integration,
      SENTRY_ORG: 'acme',
      SENTRY_URL: sentry.url,
      SENTRY_PROJECT: 'web,api',
    }
    const { code } = await ensure(sentry, { 'sentry-auth-token': '', projects: '' }, { env })
    expect([code, sentry.release(SHA).projects]).toEqual([0, ['web', 'api']])
  })

  it('that an input names wins over the token, with a notice', async () => {
    const sentry = await startSentry()
    const token = sentry.issueOrgToken('acme', 'https://sentry.example/')
    const { code, annotations } = await ensure(sentry, {
      'sentry-auth-token': token,
      'sentry-url': sentry.url,
    })
    expect(code).toBe(0)
    expect(annotations).toEqual([
      { level: 'notice', title: '', message: expect.stringContaining('https://sentry.example/') },
    ])
  })

  it('may live below a path', async () => {
    const sentry = await startSentry({ prefix: '/tools/sentry' })
    const { code, outputs } = await ensure(sentry)
    expect(code).toBe(0)
    expect(sentry.requests[0]).toBe(`GET /tools/sentry/api/0/organizations/acme/releases/${SHA}/ 404`)
    expect(outputs['release-url']).toBe(
      `${sentry.baseUrl}/organizations/acme/releases/${SHA}/?project=${WEB}`,
    )
  })

  it.each(['2025', '23.7', 'old'] as const)('may be of the %s generation', async (generation) => {
    const sentry = await startSentry({ generation })
    const first = await ensure(sentry)
    expect([first.code, first.annotations, first.outputs['release-created']]).toEqual([0, [], 'true'])
    const second = await ensure(sentry, { projects: 'web api' })
    expect([second.code, second.annotations]).toEqual([0, []])
    expect(sentry.release(SHA).projects).toEqual(['web', 'api'])
  })
})

describe.concurrent('projects', () => {
  it('can be numeric ids on a server before 24.8, as long as one of their releases tells the slug', async () => {
    const sentry = await startSentry({ generation: '23.7' })
    const refused = await ensure(sentry, { projects: WEB })
    expect(failure(refused)).toMatch(new RegExp(`Invalid project slugs[\\s\\S]*${WEB}[\\s\\S]*24\\.8`))
    sentry.addRelease({ version: 'earlier', projects: ['web'] })
    const { code } = await ensure(sentry, { projects: `${WEB} api` })
    expect([code, sentry.release(SHA).projects]).toEqual([0, ['web', 'api']])
  })

  it.each(['23.7', '2025', '2026'] as const)(
    'can have a slug of digits on a %s server',
    async (generation) => {
      const organizations = [{ slug: 'acme', projects: ['2048', '007'] }]
      const sentry = await startSentry({ generation, organizations })
      const { code } = await ensure(sentry, { projects: '2048 007' })
      expect([code, sentry.release(SHA).projects]).toEqual([0, ['2048', '007']])
    },
  )

  it('that Sentry refuses are named', async () => {
    const sentry = await startSentry()
    expect(failure(await ensure(sentry, { projects: 'web nope' }))).toMatch(
      /responded with 400[\s\S]*web, nope/,
    )
  })

  it.each(['2026', '2025'] as const)('can be numeric ids on a %s server', async (generation) => {
    const sentry = await startSentry({ generation })
    const { code } = await ensure(sentry, { projects: `${WEB} api` })
    expect([code, sentry.release(SHA).projects]).toEqual([0, ['web', 'api']])
    await ensure(sentry, { projects: WEB })
    expect(requests(sentry).at(-1)).toBe('GET releases/SHA/ 200')
  })

  it('of joined teams are enough for a personal token', async () => {
    const sentry = await startSentry()
    const personal = {
      'sentry-auth-token': sentry.tokens.user,
      organization: 'acme',
      'sentry-url': sentry.url,
    }
    const { code } = await ensure(sentry, { ...personal, projects: 'web api' })
    expect([code, requests(sentry)]).toEqual([0, CREATES])
  })

  it('outside joined teams take one request more with a personal token', async () => {
    const sentry = await startSentry()
    const personal = {
      'sentry-auth-token': sentry.tokens.user,
      organization: 'acme',
      'sentry-url': sentry.url,
    }
    const { code, outputs } = await ensure(sentry, { ...personal, projects: 'worker' })
    expect([code, outputs['confirmed-version']]).toEqual([0, SHA])
    expect(requests(sentry)).toEqual([
      'GET releases/SHA/ 404',
      'POST releases/ 400',
      'POST releases/ 201',
      'GET releases/ 200',
    ])
  })

  it('that a personal token cannot reach are named in the error', async () => {
    const sentry = await startSentry({
      organizations: [{ slug: 'acme', openMembership: false, projects: ['web', 'secret'] }],
    })
    const personal = {
      'sentry-auth-token': sentry.tokens.user,
      organization: 'acme',
      'sentry-url': sentry.url,
    }
    const { code, annotations } = await ensure(sentry, { ...personal, projects: 'web secret' })
    expect([code, annotations[0]?.message]).toEqual([
      1,
      expect.stringContaining('Invalid project ids or slugs'),
    ])
    expect(sentry.releases).toEqual([])
  })

  it('of another team, on which a closed organization bars a personal token, are told in Sentry’s words', async () => {
    const sentry = await startSentry({
      organizations: [{ slug: 'acme', openMembership: false, projects: ['web', 'secret'] }],
    })
    sentry.addRelease({ version: SHA, projects: ['secret'] })
    const personal = {
      'sentry-auth-token': sentry.tokens.user,
      organization: 'acme',
      'sentry-url': sentry.url,
    }
    const result = await ensure(sentry, { ...personal, projects: 'web' })
    expect(failure(result)).toContain('responded with 400')
    expect(sentry.release(SHA).projects).toEqual(['secret'])
  })
})

describe.concurrent('a release that Sentry hides for a while after a project was attached', () => {
  it('is waited for where the list cannot tell', async () => {
    const sentry = await startSentry({ generation: 'old', permissionCacheMs: 4000 })
    sentry.addRelease({ version: SHA, projects: [] })
    const { code, outputs } = await ensure(sentry)
    expect([code, outputs['confirmed-version']]).toEqual([0, SHA])
    expect(requests(sentry).slice(0, 4)).toEqual([
      'GET releases/SHA/ 404',
      'POST releases/ 201',
      'GET releases/ 400',
      'GET releases/SHA/ 404',
    ])
    expect(requests(sentry).at(-1)).toBe('GET releases/SHA/ 200')
  })

  it('is waited for with its ref, commits, release date and deploy', async () => {
    const sentry = await startSentry({ permissionCacheMs: 1000 })
    sentry.addRelease({ version: SHA, projects: [] })
    const { code, annotations } = await gate(sentry, { ref: 'v2', environment: 'production' })
    expect([code, annotations]).toEqual([0, []])
    expect(sentry.release(SHA)).toMatchObject({ ref: 'v2', headCommits: { 'acme/storefront': SHA } })
    expect([sentry.release(SHA).dateReleased === null, sentry.deploys.length]).toEqual([false, 1])
  })
})
