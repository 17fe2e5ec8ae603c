import { describe, expect, it } from 'vitest'
import { type DeployWanted, recordDeploy } from '../../../src/sentry/deploy.ts'
import { failureOf, incoming } from '../doubles.ts'
import { lost, scripted } from './doubles.ts'

const WANTED: DeployWanted = {
  environment: 'production',
  name: 'run 1',
  url: 'https://github.example/run/1',
  startedAt: '2025-12-31T23:59:00.000Z',
  projects: ['web', '12'],
}
const NONE = incoming(200, [])
const ROW = { id: 5, environment: 'production', url: WANTED.url, name: 'another' }
const MADE = incoming(201, { id: 6 })
const HIDDEN = incoming(404)
const LOOK = 'GET releases/1.0/deploys/?per_page=100'
const POST = 'POST releases/1.0/deploys/'

function prepare(...answers: Parameters<typeof scripted>[0]) {
  const server = scripted(answers)
  const begun = server.clock.now()
  const record = (more: Partial<DeployWanted> = {}, hiddenForMs = 0) =>
    recordDeploy('1.0', { ...WANTED, ...more }, { ...server.session, hiddenUntil: begun + hiddenForMs })
  return { ...server, record, seconds: () => (server.clock.now() - begun) / 1000 }
}

describe('recordDeploy', () => {
  it('looks first, and adds one row for the projects of the step', async () => {
    const { record, asked, bodies, logger, requests } = prepare(NONE, MADE)
    expect(await record()).toEqual({ id: '6', created: true })
    expect(asked()).toEqual([LOOK, POST])
    expect(bodies()[1]).toEqual({
      environment: 'production',
      name: 'run 1',
      url: WANTED.url,
      dateStarted: WANTED.startedAt,
      dateFinished: '2026-01-01T00:00:00.000Z',
      projects: ['web', 12],
    })
    expect(requests.map(({ intent }) => intent)).toEqual(['look up the deploys', 'record the deploy'])
    expect(logger.said('info')).toEqual(['Recorded a deploy to production (6).'])
  })

  it('never ends before it started', async () => {
    const { record, bodies } = prepare(NONE, MADE)
    await record({ startedAt: '2026-01-01T01:00:00.000Z' })
    expect(bodies()[1]).toMatchObject({ dateFinished: '2026-01-01T01:00:00.000Z' })
  })

  it('adds nothing when it is there', async () => {
    const { record, asked, logger } = prepare(incoming(200, [ROW]))
    expect(await record()).toEqual({ id: '5', created: false })
    expect(asked()).toEqual([LOOK])
    expect(logger.said('info')).toEqual(['The deploy to production was already recorded (5).'])
  })

  it('looks at all pages', async () => {
    const link = '<https://x.example/>; rel="next"; results="true"; cursor="c"'
    expect(await prepare(incoming(200, [], { link }), incoming(200, [ROW])).record()).toMatchObject({
      id: '5',
    })
  })

  it.each([
    [{ ...ROW, environment: 'staging' }, {}, false],
    [{ ...ROW, url: 'https://github.example/run/2' }, {}, false],
    [{ ...ROW, url: null, name: 'run 1' }, {}, false],
    [{ ...ROW, url: null, name: 'run 1' }, { url: undefined }, true],
    [{ ...ROW, url: null }, { url: undefined }, false],
  ])('tells deploys apart by URL, or by name where there is none: %j, %j', async (row, more, same) => {
    const { record } = prepare(incoming(200, [row]), MADE)
    expect((await record(more)).created).toBe(!same)
  })

  it.each([lost(), incoming(503)])(
    'looks whether a lost request was done, before it sends it again',
    async (fault) => {
      const found = prepare(NONE, fault, incoming(200, [ROW]))
      expect(await found.record()).toEqual({ id: '5', created: true })
      expect(found.asked()).toEqual([LOOK, POST, LOOK])
      expect(found.logger.said('info')[0]).toMatch(/; looking whether it was done\.$/)
      const again = prepare(NONE, fault, NONE, MADE)
      expect(await again.record()).toEqual({ id: '6', created: true })
      expect(again.asked()).toEqual([LOOK, POST, LOOK, POST])
    },
  )

  it('gives up after the retries, with what was lost', async () => {
    const error = lost()
    const { record, asked } = prepare(NONE, error, NONE, error, NONE, error)
    expect(await failureOf(record())).toBe(error)
    expect(asked()).toHaveLength(6)
    const trouble = prepare(NONE, incoming(500), NONE, incoming(500), NONE, incoming(500))
    expect(String(await failureOf(trouble.record()))).toContain('Could not record the deploy: Sentry')
  })

  it.each([
    ['look', [HIDDEN, NONE, MADE]],
    ['post', [NONE, HIDDEN, NONE, MADE]],
  ])('waits while Sentry may hide a new release (404 to the %s)', async (_, answers) => {
    const { record, logger } = prepare(...answers)
    expect(await record({}, 10_000)).toEqual({ id: '6', created: true })
    expect(logger.said('info')[0]).toBe(
      'Sentry does not show the release yet (404), which can take a minute; trying again.',
    )
  })

  it.each([
    [0, 0],
    [3_600_000, 70],
  ])('takes 404 for a lack of access when hiding ends in %i ms', async (ms, after) => {
    const { record, seconds } = prepare(HIDDEN)
    expect(await failureOf(record({}, ms))).toMatchObject({
      message:
        'Could not record the deploy to production: Sentry answers that the release does not exist (404).',
      advice: expect.stringContaining('access to all projects of the release') as string,
    })
    expect(seconds()).toBe(after)
  })

  it('explains a refusal', async () => {
    expect(String(await failureOf(prepare(incoming(403)).record()))).toContain('look up the deploys')
    const refused = prepare(NONE, incoming(400, { environment: ['Too long'] }))
    expect(await failureOf(refused.record())).toMatchObject({ advice: 'Check the input environment.' })
    expect(refused.asked()).toEqual([LOOK, POST])
  })

  it('is done with a 200 too', async () => {
    expect(await prepare(NONE, incoming(200, { id: '7' })).record()).toEqual({ id: '7', created: true })
  })
})
