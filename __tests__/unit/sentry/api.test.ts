import { describe, expect, it } from 'vitest'
import { failureOf, incoming } from '../doubles.ts'
import type { SentrySession } from '../../../src/sentry/session.ts'
import { lost, scripted } from './doubles.ts'

const RELEASE = { version: '1.0', projects: [{ id: 11, slug: 'web' }] }
const NEW = { version: '1.0', projects: ['web', '12'], ref: 'main' }

async function messageOf(work: Promise<unknown>): Promise<string> {
  return String(await failureOf(work))
}

describe('find', () => {
  it('asks for exactly the version', async () => {
    const { session, asked } = scripted([incoming(200, RELEASE)])
    expect(await session.api.find('1.0')).toEqual(RELEASE)
    expect(asked()).toEqual(['GET releases/1.0/'])
  })

  it('takes 404 for none, and explains everything else', async () => {
    expect(await scripted([incoming(404)]).session.api.find('1.0')).toBeUndefined()
    expect(await messageOf(scripted([incoming(403)]).session.api.find('1.0'))).toContain(
      'Could not look up the release: Sentry at sentry.example responded with 403',
    )
  })
})

describe('a response about another version', () => {
  const OTHER = { ...RELEASE, version: '1.0-RC' }

  it('to a look-up is ignored, with a line in the log', async () => {
    const { session, logger } = scripted([incoming(200, OTHER)])
    expect(await session.api.find('1.0')).toBeUndefined()
    expect(logger.said('info')).toEqual([
      'The step requested release "1.0" but Sentry responded with "1.0-RC", which is ignored.',
    ])
  })

  it.each<[string, (api: SentrySession['api']) => Promise<unknown>]>([
    ['a create', (api) => api.create(NEW)],
    ['an update', (api) => api.update('1.0', { ref: 'main' })],
    ['commits', (api) => api.associate('1.0', { refs: [{ repository: 'a/b', commit: 'c' }] }, undefined)],
  ])('to %s is an error', async (_, change) => {
    const { session } = scripted([incoming(200, OTHER)])
    expect(await failureOf(change(session.api))).toMatchObject({
      message: 'Sentry was sent release "1.0" and responded with "1.0-RC".',
      advice: 'Use a version that this Sentry stores unchanged, or report this to its administrator.',
    })
  })
})

describe('list', () => {
  it('asks for releases of any status in all projects within reach', async () => {
    const { session, asked, requests } = scripted([incoming(200, [RELEASE])])
    expect(await session.api.list('1.0')).toEqual([RELEASE])
    expect(asked()).toEqual(['GET releases/?query=release:1.0&status=&project=-1&per_page=100'])
    expect(requests[0]?.intent).toBe('confirm the release in the list')
  })

  it('cannot tell when the version cannot be searched for, and then does not ask', async () => {
    const { session, requests } = scripted([incoming(200, [])])
    expect(await session.api.list('1.*')).toBeUndefined()
    expect(requests).toEqual([])
  })

  it.each([incoming(400), incoming(500, [RELEASE]), incoming(200, { no: 'list' }), lost()])(
    'cannot tell when the server cannot',
    async (answer) => {
      expect(await scripted([answer]).session.api.list('1.0')).toBeUndefined()
    },
  )

  it('hides no fault of this action', async () => {
    const fault = new Error('a fault')
    expect(await failureOf(scripted([fault]).session.api.list('1.0'))).toBe(fault)
  })
})

describe('create', () => {
  it.each([200, 201, 202, 208])('is done with %i', async (status) => {
    const { session, asked, bodies, requests } = scripted([incoming(status, RELEASE)])
    expect(await session.api.create(NEW)).toEqual({ kind: 'ok', release: RELEASE, status })
    expect(asked()).toEqual(['POST releases/'])
    expect(bodies()).toEqual([{ version: '1.0', projects: ['web', 12], ref: 'main' }])
    expect(requests[0]?.intent).toBe('create the release')
  })

  it('tells a conflict (409) from a refusal', async () => {
    expect(await scripted([incoming(409, { detail: 'busy' })]).session.api.create(NEW)).toMatchObject({
      kind: 'conflict',
      error: { message: expect.stringContaining('sentry.example responded with 409: busy') as string },
    })
    expect(await messageOf(scripted([incoming(403)]).session.api.create(NEW))).toContain('responded with 403')
  })

  const REFUSED = incoming(400, { projects: ['Invalid project slugs'] })

  it('asks again for all projects within reach of a personal token', async () => {
    const { session, asked, bodies } = scripted([REFUSED, incoming(201, RELEASE)])
    expect(await session.api.create(NEW)).toMatchObject({ kind: 'ok', status: 201 })
    expect(asked()).toEqual(['POST releases/', 'POST releases/?project=-1'])
    expect(bodies()[1]).toEqual(bodies()[0])
  })

  it.each([400, 403])('keeps the first refusal when the wider one is refused with %i too', async (status) => {
    const { session } = scripted([REFUSED, incoming(status, { detail: 'wider' })])
    const message = await messageOf(session.api.create(NEW))
    expect(message).toContain('responded with 400: projects: Invalid project slugs')
  })

  it('reports any other response to the wider request', async () => {
    expect(await scripted([REFUSED, incoming(409)]).session.api.create(NEW)).toMatchObject({
      kind: 'conflict',
    })
  })

  it.each([
    ['a refusal of another field', incoming(400, { version: ['no'] }), 'sntryu_token'],
    ['another status', incoming(403, { projects: ['no'] }), 'sntryu_token'],
    ['a refusal in plain text', incoming(400, '"projects"'), 'sntryu_token'],
    ['a refusal of null', incoming(400, 'null'), 'sntryu_token'],
  ])('does not ask wider after %s', async (_, answer, token) => {
    const { session, requests } = scripted([answer, incoming(201, RELEASE)], token)
    expect(await messageOf(session.api.create(NEW))).toContain(`responded with ${answer.status}`)
    expect(requests).toHaveLength(1)
  })
})

describe('projects that a server refuses', () => {
  const REFUSED = incoming(400, { projects: ['Invalid project slugs'] })
  const MADE = incoming(201, RELEASE)
  const SLUGS = incoming(200, [{ version: '0.9', projects: [{ id: 12, slug: 'api' }] }])
  const create = async (projects: readonly string[], ...responses: Parameters<typeof scripted>[0]) => {
    const server = scripted(responses, 'sntrys_token')
    const result = await server.session.api
      .create({ version: '1.0', projects })
      .catch((error: Error) => error)
    return { result, asked: server.asked(), sent: server.bodies().map((body) => Object(body).projects) }
  }

  it('are sent as text, which finds a slug of digits', async () => {
    const { result, sent } = await create(['12'], REFUSED, MADE)
    expect(result).toMatchObject({ kind: 'ok', status: 201 })
    expect(sent).toEqual([[12], ['12']])
  })

  it('are sent by slug to a server that takes no ids', async () => {
    const { result, asked, sent } = await create(['web', '12'], REFUSED, REFUSED, SLUGS, MADE)
    expect(result).toMatchObject({ kind: 'ok', status: 201 })
    expect(asked[2]).toBe('GET releases/?project=12&status=&per_page=1')
    expect(sent.at(-1)).toEqual(['web', 'api'])
  })

  it.each([
    ['no release tells the slug', [incoming(200, [])], 3],
    ['the list fails', [incoming(400)], 3],
    ['the slug is refused as well', [SLUGS, REFUSED], 4],
  ])('stay refused, by name, when %s', async (_, more, count) => {
    const { result, asked } = await create(['12'], REFUSED, REFUSED, ...more)
    expect(result).toMatchObject({
      message: expect.stringContaining('responded with 400: projects: Invalid project slugs') as string,
      advice: expect.stringContaining('The step sent web.') as string,
    })
    expect(asked).toHaveLength(count)
  })

  it('are sent once when they are slugs, and keep leading zeros', async () => {
    expect((await create(['web'], REFUSED, MADE)).asked).toHaveLength(1)
    expect((await create(['007', '9'.repeat(20)], REFUSED, MADE)).sent).toEqual([['007', '9'.repeat(20)]])
  })
})

describe('update', () => {
  it('puts the change', async () => {
    const { session, asked, bodies } = scripted([incoming(200, RELEASE)])
    expect(await session.api.update('1.0', { ref: 'main' })).toEqual(RELEASE)
    expect([asked(), bodies()]).toEqual([['PUT releases/1.0/'], [{ ref: 'main' }]])
  })

  it('takes 404 for none, and explains everything else', async () => {
    expect(await scripted([incoming(404)]).session.api.update('1.0', {})).toBeUndefined()
    const error = await failureOf(scripted([incoming(400, { ref: ['x'] })]).session.api.update('1.0', {}))
    expect(error).toMatchObject({
      message: expect.stringContaining('Could not update the release') as string,
    })
  })

  it('is done with another success, and not by a success without the release', async () => {
    expect(await scripted([incoming(202, RELEASE)]).session.api.update('1.0', {})).toEqual(RELEASE)
    const empty = scripted([incoming(204, '')]).session.api.update('1.0', {})
    expect(await failureOf(empty)).toMatchObject({ kind: 'unreadable' })
  })

  it('of an account without right names the scopes for writing', async () => {
    const error = await failureOf(scripted([incoming(403)]).session.api.update('1.0', {}))
    expect(error).toMatchObject({ advice: expect.not.stringContaining('project:read') as string })
  })
})
