import { describe, expect, it } from 'vitest'
import type { HttpResponse } from '../../../src/http/response.ts'
import {
  asProject,
  sendOnce,
  isServerFailure,
  pages,
  parse,
  releasePath,
  type SentryCall,
} from '../../../src/sentry/call.ts'
import { ReleaseSchema } from '../../../src/sentry/schema.ts'
import { failureOf, incoming, responseOf } from '../doubles.ts'
import { lost, scripted } from './doubles.ts'

const LOOK: SentryCall = { method: 'GET', path: 'releases/', intent: 'look' }
const WRITE = { method: 'PUT', path: 'releases/1.0/', body: { ref: 'main' }, intent: 'write' } as const

describe('a call', () => {
  it('goes below the organization, with the token, and says who asks', async () => {
    const { session, requests } = scripted([incoming(200)])
    await session.call({ ...LOOK, query: { query: 'release:"a b"' } })
    expect(requests[0]).toMatchObject({
      method: 'GET',
      intent: 'look',
      effect: 'idempotent',
      body: undefined,
      peer: { name: 'Sentry', urlInput: 'sentry-url' },
      headers: {
        Accept: 'application/json',
        Authorization: 'Bearer sntryu_token',
        'User-Agent': 'release-gate (us)',
      },
    })
    expect(requests[0]?.url.href).toBe(
      'https://sentry.example/api/0/organizations/acme/releases/?query=release%3A%22a+b%22',
    )
    expect(requests[0]?.headers).not.toHaveProperty('Content-Type')
    await session.call(LOOK)
    expect(requests[1]?.url.href).toBe('https://sentry.example/api/0/organizations/acme/releases/')
  })

  it('sends a body as JSON and says so', async () => {
    const { session, requests } = scripted([incoming(200)])
    await session.call(WRITE)
    expect(requests[0]).toMatchObject({
      body: '{"ref":"main"}',
      headers: { 'Content-Type': 'application/json' },
    })
  })

  it('escapes a version into one segment of the path', () => {
    expect(releasePath('a b?c')).toBe('releases/a%20b%3Fc/')
  })
})

describe('sendOnce', () => {
  it('sends what may not be repeated blindly, and gives the answer', async () => {
    const { session, requests } = scripted([incoming(409)])
    expect(await sendOnce(session.call, WRITE, ReleaseSchema)).toMatchObject({ status: 409 })
    expect(requests[0]?.effect).toBe('creates')
  })

  it.each(['timeout', 'reset', 'too-large', 'unreadable'] as const)(
    'gives a lost answer (%s) instead of throwing it',
    async (kind) => {
      const error = lost(kind)
      expect(await sendOnce(scripted([error]).session.call, WRITE, ReleaseSchema)).toBe(error)
    },
  )

  it.each([lost('dns'), new Error('a fault')])(
    'throws whatever cannot have had an effect: %s',
    async (error) => {
      expect(await failureOf(sendOnce(scripted([error]).session.call, WRITE, ReleaseSchema))).toBe(error)
    },
  )

  it.each([200, 299])('takes a %i without JSON for lost', async (status) => {
    const answer = await sendOnce(scripted([incoming(status, '{"a')]).session.call, WRITE, ReleaseSchema)
    expect(answer).toMatchObject({ kind: 'unreadable' })
    expect((answer as Error).message).toContain('(no JSON)')
  })

  it.each([{}, [], [{ version: '1' }], { version: 1 }, null])(
    'takes a 201 with %j for lost',
    async (body) => {
      const { session } = scripted([incoming(201, JSON.stringify(body))])
      expect(await sendOnce(session.call, WRITE, ReleaseSchema)).toMatchObject({ kind: 'unreadable' })
    },
  )

  it.each([199, 300, 413])('takes a %i without JSON for what it says', async (status) => {
    const answer = await sendOnce(scripted([incoming(status, 'no')]).session.call, WRITE, ReleaseSchema)
    expect(answer).not.toBeInstanceOf(Error)
    expect(answer.status).toBe(status)
  })
})

it.each([
  [408, true],
  [409, false],
  [499, false],
  [500, true],
  [503, true],
])('status %i is trouble of the server: %s', (status, trouble) => {
  expect(isServerFailure(responseOf(incoming(status)))).toBe(trouble)
})

describe('parse', () => {
  it('gives the body, unknown fields too', () => {
    expect(parse(ReleaseSchema, responseOf(incoming(200, { version: '1', new: 1 })))).toEqual({
      version: '1',
      new: 1,
    })
  })

  it.each([
    [{ version: '1', projects: [{ slug: 5 }] }, '(field projects.0.slug)'],
    [[], '(no JSON)'],
    ['nonsense', '(no JSON)'],
  ])('names what does not fit in %j', (body, where) => {
    expect(() => parse(ReleaseSchema, responseOf(incoming(200, body)))).toThrow(where)
  })
})

describe('pages', () => {
  const link = (cursor: string, results = 'true'): Readonly<Record<string, string>> => ({
    link: `<https://evil.example/?a,b>; rel="previous"; results="true"; cursor="back", <https://evil.example/>; rel="next"; results="${results}"; cursor="${cursor}"`,
  })

  async function asked(...headers: Readonly<Record<string, string>>[]): Promise<string[]> {
    const server = scripted(headers.map((header) => incoming(200, [], header)))
    const replies: HttpResponse[] = []
    for await (const response of pages(server.session.call, { ...LOOK, query: { query: 'q' } }))
      replies.push(response)
    expect(replies).toHaveLength(server.requests.length)
    return server.asked()
  }

  it('follow the cursor at the same address until there are no more results', async () => {
    expect(await asked(link('0:100:0'), link('0:200:0', 'false'))).toEqual([
      'GET releases/?per_page=100&query=q',
      'GET releases/?per_page=100&query=q&cursor=0:100:0',
    ])
  })

  it.each([
    {},
    { link: '' },
    { link: '<https://x.example/>; rel="next"; results="true"' },
    { link: '<https://x.example/>; rel="previous"; results="true"; cursor="a"' },
    { link: '<https://x.example/>;rel="next";results="false";cursor="a"' },
  ])('end with the first one when there is no next: %j', async (header) => {
    expect(await asked(header)).toHaveLength(1)
  })

  it('read a header without spaces', async () => {
    expect(
      await asked({ link: '<https://x.example/>;rel="next";results="true";cursor="a"' }, {}),
    ).toHaveLength(2)
    expect(
      await asked(
        { link: '<a>; rel="previous"; results="true",  <b>; rel="next"; results="true"; cursor="a"' },
        {},
      ),
    ).toHaveLength(2)
  })

  it('take nothing of the previous page for the next one', async () => {
    const link =
      '<a,b>; rel="previous"; results="true"; cursor="a",<b>; rel="next"; results="false"; cursor="b"'
    expect(await asked({ link }, {})).toHaveLength(1)
  })

  it('end when the server gives the same cursor again, and after 50', async () => {
    expect(await asked(link('a'))).toHaveLength(2)
    const many = Array.from({ length: 60 }, (_, index) => link(String(index)))
    expect(await asked(...many)).toHaveLength(50)
  })
})

it.each([
  ['11', 11],
  ['web', 'web'],
  ['11a', '11a'],
  ['+11', '+11'],
  ['11.0', '11.0'],
  ['0x11', '0x11'],
  ['a11', 'a11'],
  ['9007199254740993', '9007199254740993'],
])('project %s is sent as %j', (project, sent) => {
  expect(asProject(project)).toBe(sent)
})
