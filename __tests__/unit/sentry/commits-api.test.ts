import { describe, expect, it } from 'vitest'
import { failureOf, incoming } from '../doubles.ts'
import { lost, scripted } from './doubles.ts'

const GITHUB = { id: 'integrations:github', name: 'GitHub' }
const RELEASE = { version: '1.0', commitCount: 2 }
const REFS = { refs: [{ repository: 'acme/app', commit: 'a'.repeat(40) }] } as const
const NEXT = { link: '<https://x.example/>; rel="next"; results="true"; cursor="c"' }

describe('the repository that Sentry reads itself', () => {
  const look = (...answers: Parameters<typeof scripted>[0]) =>
    scripted(answers).session.api.integratedRepository('acme/app')

  it('is asked for by name', async () => {
    const { session, asked, requests } = scripted([incoming(200, [])])
    expect(await session.api.integratedRepository('acme/app')).toEqual({ kind: 'none' })
    expect(asked()).toEqual(['GET repos/?per_page=100&query=acme/app'])
    expect(requests[0]?.intent).toBe('look up the repository')
  })

  it.each([undefined, null, 'active'])('may have status %s', async (status) => {
    const row = { name: 'acme/app', provider: GITHUB, status }
    expect(await look(incoming(200, [row]))).toMatchObject({ name: 'acme/app' })
  })

  it.each([
    { name: 'acme/app', provider: GITHUB, status: 'disabled' },
    { name: 'acme/app', provider: { id: 'unknown' } },
    { name: 'acme/app', provider: { id: null } },
    { name: 'acme/app', provider: null },
    { name: 'acme/app' },
    { name: 'acme/app-2', provider: GITHUB },
    { name: 'acme/app', provider: { id: 'x integrations:github' } },
  ])('is not %j', async (row) => {
    expect(await look(incoming(200, [row]))).toEqual({ kind: 'none' })
  })

  it('is rather the one of exactly that spelling, on whichever page', async () => {
    const other = { name: 'Acme/App', provider: GITHUB }
    expect(await look(incoming(200, [other]))).toMatchObject({ name: 'Acme/App' })
    expect(
      await look(incoming(200, [other], NEXT), incoming(200, [{ ...other, name: 'acme/app' }])),
    ).toMatchObject({ name: 'acme/app' })
  })

  it('is unknown when a limit of the rate (403) hides it, which is no lack of rights', async () => {
    const limited = incoming(403, { detail: 'Rate limit exceeded' }, { 'retry-after': '1' })
    expect(await failureOf(look(limited))).toMatchObject({
      advice: 'Sentry limits the rate of these requests. Re-run the job in a minute.',
    })
  })

  it('is none after a 404, and a refusal names the scopes', async () => {
    expect(await look(incoming(404, []))).toEqual({ kind: 'none' })
    expect(await look(incoming(403))).toMatchObject({
      kind: 'forbidden',
      error: { advice: expect.stringContaining('org:integrations') as string },
    })
    expect(String(await failureOf(look(incoming(500))))).toContain('look up the repository')
  })
})

describe('the previous commit', () => {
  const ask = (...answers: Parameters<typeof scripted>[0]) =>
    scripted(answers).session.api.previousCommit('1.0')

  it('is the last one of the release before', async () => {
    const { session, asked, requests } = scripted([
      incoming(200, { version: '0.9', lastCommit: { id: 'abc' } }),
    ])
    expect(await session.api.previousCommit('1.0')).toEqual({ kind: 'previous', commit: 'abc' })
    expect(asked()).toEqual(['GET releases/1.0/previous-with-commits/'])
    expect(requests[0]?.intent).toBe('look up the previous release')
  })

  it.each([
    {},
    { version: '0.9' },
    { lastCommit: null },
    { lastCommit: { id: null } },
    { lastCommit: { id: '' } },
  ])('is none in %j', async (body) => {
    expect(await ask(incoming(200, body))).toEqual({ kind: 'none' })
  })

  it('is our own when another job was faster, unknown after a 404, and a failure is one', async () => {
    const own = { version: '1.0', lastCommit: { id: 'abc' } }
    expect(await ask(incoming(200, own))).toEqual({ kind: 'own' })
    expect(await ask(incoming(404, own))).toBeUndefined()
    expect(String(await failureOf(ask(incoming(500))))).toContain('look up the previous release')
  })
})

describe('the releases with a prefix', () => {
  it('are listed, newest first, and compared with case', async () => {
    const rows = ['web-2', 'WEB-1', 'my-web-1', 'web-1'].map((version) => ({ version }))
    const { session, asked } = scripted([incoming(200, rows)])
    expect(await session.api.withPrefix('web-')).toEqual([{ version: 'web-2' }, { version: 'web-1' }])
    expect(asked()).toEqual(['GET releases/?query=release:web-*&status=&project=-1&per_page=100'])
  })

  it.each([
    ['web app ', '?query=release:"web+app+*"&status='],
    ['a*', '?status='],
  ])('that begin with %j are searched for by %s', async (prefix, query) => {
    const { session, asked } = scripted([incoming(200, [])])
    await session.api.withPrefix(prefix)
    expect(asked()).toEqual([`GET releases/${query}&project=-1&per_page=100`])
  })

  it.each([incoming(400), incoming(500), lost()])('are unknown when the list fails', async (response) => {
    expect(await scripted([response]).session.api.withPrefix('web-')).toBeUndefined()
  })
})

describe('associate', () => {
  const put = (...answers: Parameters<typeof scripted>[0]) =>
    scripted(answers).session.api.associate('1.0', REFS, undefined)

  it('puts once, with the release date when it is due', async () => {
    const server = scripted([incoming(200, RELEASE)])
    const { api } = server.session
    expect(await api.associate('1.0', REFS, undefined)).toEqual({ kind: 'ok', release: RELEASE })
    await api.associate('1.0', REFS, '2026-01-01T00:00:00Z')
    expect(server.asked()).toEqual(['PUT releases/1.0/', 'PUT releases/1.0/'])
    expect(server.bodies()).toEqual([REFS, { ...REFS, dateReleased: '2026-01-01T00:00:00Z' }])
    expect(server.requests[0]).toMatchObject({ effect: 'creates', intent: 'associate the commits' })
  })

  it.each([
    [409, 'busy'],
    [413, 'too-large'],
    [404, 'hidden'],
    [408, 'lost'],
    [500, 'lost'],
  ])('tells what a %i means: %s', async (status, kind) => {
    expect(await put(incoming(status))).toMatchObject({ kind })
  })

  it('keeps the failure of what was lost', async () => {
    const error = lost()
    expect(await put(error)).toEqual({ kind: 'lost', error })
    expect(await put(incoming(503))).toMatchObject({
      error: {
        message: expect.stringContaining(
          'associate the commits: Sentry at sentry.example responded with 503',
        ) as string,
      },
    })
  })

  it.each([201, 202])('is done with %i', async (status) => {
    expect(await put(incoming(status, RELEASE))).toEqual({ kind: 'ok', release: RELEASE })
  })

  it.each([400, 403, 304])('throws for status %i', async (status) => {
    expect(String(await failureOf(put(incoming(status, RELEASE))))).toContain(`responded with ${status}`)
  })
})
