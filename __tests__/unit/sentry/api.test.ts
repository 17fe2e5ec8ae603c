import { describe, expect, it } from 'vitest'
import { failureOf, incoming } from '../doubles.ts'
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
  it.each([200, 201, 208])('is done with %i', async (status) => {
    const { session, asked, bodies, requests } = scripted([incoming(status, RELEASE)])
    expect(await session.api.create(NEW)).toEqual({ kind: 'ok', release: RELEASE, status })
    expect(asked()).toEqual(['POST releases/'])
    expect(bodies()).toEqual([{ version: '1.0', projects: ['web', 12], ref: 'main' }])
    expect(requests[0]?.intent).toBe('create the release')
  })

  it('tells a conflict (409) from a refusal', async () => {
    expect(await scripted([incoming(409)]).session.api.create(NEW)).toEqual({ kind: 'conflict' })
    expect(await messageOf(scripted([incoming(403)]).session.api.create(NEW))).toContain('responded with 403')
    expect(await messageOf(scripted([incoming(202, RELEASE)]).session.api.create(NEW))).toContain(
      'responded with 202',
    )
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

  it('tells any other answer to the wider request', async () => {
    expect(await scripted([REFUSED, incoming(409)]).session.api.create(NEW)).toEqual({ kind: 'conflict' })
  })

  it.each([
    ['an organization token, which sees all projects', REFUSED, 'sntrys_token'],
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

  it('is not done by any other status', async () => {
    expect(await messageOf(scripted([incoming(202, RELEASE)]).session.api.update('1.0', {}))).toContain(
      'responded with 202',
    )
  })

  it('of an account without right names the scopes for writing', async () => {
    const error = await failureOf(scripted([incoming(403)]).session.api.update('1.0', {}))
    expect(error).toMatchObject({ advice: expect.not.stringContaining('project:read') as string })
  })
})
