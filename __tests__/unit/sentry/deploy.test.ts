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
  urlGiven: false,
}
const PROJECTS = [
  { id: 11, slug: 'web' },
  { id: 12, slug: 'api' },
]
const NONE = incoming(200, [])
const ROW = {
  id: 5,
  environment: 'production',
  url: WANTED.url,
  name: 'run 1',
  dateStarted: '2025-12-31T23:59:00Z',
  dateFinished: '2026-01-01T00:00:00.000000Z',
}
const MADE = incoming(201, { id: 6 })
const HIDDEN = incoming(404)
const LOOK = 'GET releases/1.0/deploys/?per_page=100&project=11'
const CHECK = 'GET releases/1.0/deploys/?per_page=100'
const POST = 'POST releases/1.0/deploys/'

function prepare(...answers: Parameters<typeof scripted>[0]) {
  const server = scripted(answers)
  const begun = server.clock.now()
  const record = (more: Partial<DeployWanted> = {}, hiddenForMs = 0, projects: typeof PROJECTS = PROJECTS) =>
    recordDeploy({ version: '1.0', projects }, { ...WANTED, ...more }, begun + hiddenForMs, server.session)
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
      projects: ['web', 'api'],
    })
    expect(requests.map(({ intent }) => intent)).toEqual(['look up the deploys', 'record the deploy'])
    expect(logger.said('info')).toEqual(['Recorded a deploy to production (6).'])
  })

  it('never ends before it started', async () => {
    const { record, bodies } = prepare(NONE, MADE)
    await record({ startedAt: '2026-01-01T01:00:00.000Z' })
    expect(bodies()[1]).toMatchObject({ dateFinished: '2026-01-01T01:00:00.000Z' })
  })

  const ONE = { projects: ['web'] }
  const WEB = PROJECTS.slice(0, 1)

  it('adds nothing when the release has one project and the deploy exists', async () => {
    const { record, asked, logger } = prepare(incoming(200, [ROW]))
    expect(await record(ONE, 0, WEB)).toEqual({ id: '5', created: false })
    expect(asked()).toEqual([LOOK])
    expect(logger.said('info')).toEqual([
      'The deploy to production already exists (5), recorded on 2026-01-01T00:00:00.000000Z.',
    ])
    expect(logger.said('notice')).toEqual([])
  })

  it('gives a notice when the existing deploy was found by a deploy-url of the user', async () => {
    const { record, logger } = prepare(incoming(200, [ROW]))
    await record({ ...ONE, urlGiven: true }, 0, WEB)
    expect(logger.said('notice')[0]).toMatch(
      /No new deploy was recorded.* with this deploy-url, recorded on 2026-01-01T.*another deploy-url/,
    )
  })

  it('reads all pages of the list', async () => {
    const link = '<https://x.example/>; rel="next"; results="true"; cursor="c"'
    const { record } = prepare(incoming(200, [], { link }), incoming(200, [ROW]))
    expect(await record(ONE, 0, WEB)).toMatchObject({ id: '5' })
  })

  it.each([
    [{ ...ROW, environment: 'staging' }, {}, false],
    [{ ...ROW, url: 'https://github.example/run/2' }, {}, false],
    [{ ...ROW, name: 'another' }, {}, false],
    [{ ...ROW, name: null }, { name: undefined }, true],
    [{ ...ROW, name: '' }, { name: undefined }, true],
    [ROW, { name: ' run 1 ' }, true],
    [{ ...ROW, url: null }, { url: undefined }, false],
  ])('tells deploys apart by environment, name and URL: %j, %j', async (row, more, same) => {
    const { record } = prepare(incoming(200, [row]), MADE)
    expect((await record({ ...ONE, ...more }, 0, WEB)).created).toBe(!same)
  })

  it('records a deploy without a URL each time, with a notice', async () => {
    const { record, logger } = prepare(incoming(200, [{ ...ROW, url: null }]), MADE)
    expect(await record({ ...ONE, url: undefined }, 0, WEB)).toEqual({ id: '6', created: true })
    expect(logger.said('notice')[0]).toContain('was recorded without a URL')
  })

  const ROWS = incoming(200, [ROW])
  const THERE = incoming(200, [{ version: '1.0' }])
  it.each([
    ['only for the other project', ONE, [NONE, MADE], false],
    ['for this and the other project', ONE, [ROWS, ROWS, THERE, THERE, MADE], false],
    ['for this project only', ONE, [ROWS, NONE], true],
    ['for one of two', {}, [ROWS, NONE, MADE], false],
    ['for both', {}, [ROWS, ROWS, THERE, THERE], true],
    ['by a server that lists all deploys, for another project', ONE, [ROWS, ROWS, NONE, MADE], false],
    ['by a server that lists all deploys, for this project', ONE, [ROWS, ROWS, THERE, NONE], true],
    ['by a server that does not tell the environments', ONE, [ROWS, ROWS, incoming(500), MADE], false],
    ['by a server that hides the other project', ONE, [ROWS, incoming(403), MADE], false],
    [
      'by a server that lists all deploys, of which two go to the environment',
      {},
      [incoming(200, [ROW, { ...ROW, id: 4, url: 'https://x.example/' }]), MADE],
      false,
    ],
  ] as const)('finds a deploy for exactly the same projects: listed %s', async (_, more, responses, same) => {
    const [first, ...rest] = responses
    const list =
      rest.length === 1 && first !== NONE && first !== ROWS ? [first, first, ...rest] : [first, ...rest]
    const { record } = prepare(...list)
    expect((await record(more)).created).toBe(!same)
  })

  it('asks for each project by its id, and for the environments of the release', async () => {
    const { record, asked } = prepare(ROWS, ROWS, THERE, NONE)
    await record(ONE)
    const environment = 'GET releases/?query=release:1.0&status=&per_page=100&environment=production'
    expect(asked()).toEqual([
      LOOK,
      'GET releases/1.0/deploys/?per_page=100&project=12',
      ...[11, 12].map((id) => environment.replace('&per_page', `&project=${id}&per_page`)),
    ])
  })

  it('records a deploy when the release does not tell its projects', async () => {
    expect(await prepare(ROWS, MADE).record({}, 0, [])).toEqual({ id: '6', created: true })
  })

  it.each([lost(), incoming(503)])(
    'looks whether a lost request was done, before it sends it again',
    async (fault) => {
      const found = prepare(NONE, fault, incoming(200, [ROW]))
      expect(await found.record()).toEqual({ id: '5', created: true })
      expect(found.asked()).toEqual([LOOK, POST, CHECK])
      expect(found.logger.said('info')[0]).toMatch(/Checking whether the deploy was recorded anyway\.$/)
      const again = prepare(NONE, fault, NONE, MADE)
      expect(await again.record()).toEqual({ id: '6', created: true })
      expect(again.asked()).toEqual([LOOK, POST, CHECK, POST])
    },
  )

  it('gives up after the retries, with what was lost', async () => {
    const error = lost()
    const { record, asked } = prepare(NONE, error, NONE, error, NONE, error)
    expect(await failureOf(record())).toBe(error)
    expect(asked()).toHaveLength(7)
    const trouble = prepare(NONE, incoming(500), NONE, incoming(500), NONE, incoming(500), NONE)
    expect(String(await failureOf(trouble.record()))).toContain('Could not record the deploy: Sentry')
  })

  it.each([
    ['look', [HIDDEN, NONE, MADE]],
    ['post', [NONE, HIDDEN, MADE]],
  ])('waits while Sentry may hide a new release (404 to the %s)', async (_, answers) => {
    const { record, logger } = prepare(...answers)
    expect(await record({}, 10_000)).toEqual({ id: '6', created: true })
    expect(logger.said('info')[0]).toBe(
      'Sentry does not show the release yet (404). This can take a minute; retrying.',
    )
  })

  it.each([
    [0, 0],
    [3_600_000, 70],
  ])('takes 404 for a lack of access when hiding ends in %i ms', async (ms, after) => {
    const { record, seconds } = prepare(HIDDEN)
    expect(await failureOf(record({}, ms))).toMatchObject({
      message:
        'Could not record the deploy to production: Sentry reports that the release does not exist (404).',
      advice: expect.stringContaining('access to all projects of the release') as string,
    })
    expect(seconds()).toBe(after)
  })

  it('explains a refusal', async () => {
    expect(String(await failureOf(prepare(incoming(403)).record()))).toContain('record the deploy')
    const refused = prepare(NONE, incoming(400, { environment: ['Too long'] }))
    expect(await failureOf(refused.record())).toMatchObject({ advice: 'Check the input environment.' })
    expect(refused.asked()).toEqual([LOOK, POST])
  })

  it('does not take a similar deploy for the one whose response was lost', async () => {
    const others = [
      { ...ROW, id: 7, dateFinished: '2026-01-01T00:00:01Z' },
      { ...ROW, id: 8, dateStarted: null },
    ]
    const { record } = prepare(NONE, lost(), incoming(200, others), MADE)
    expect(await record()).toEqual({ id: '6', created: true })
  })

  const REFUSED = incoming(400, { projects: { 0: ['Insufficient access to project'] } })
  it('leaves the projects out where an older Sentry refuses them and the deploy is for all', async () => {
    const { record, bodies } = prepare(NONE, REFUSED, MADE)
    expect(await record()).toEqual({ id: '6', created: true })
    expect(bodies()[2]).not.toHaveProperty('projects')
  })

  it('explains what to change where an older Sentry refuses a deploy for some projects', async () => {
    const { record, asked } = prepare(NONE, REFUSED)
    expect(await failureOf(record(ONE))).toMatchObject({
      advice: expect.stringMatching(/Before version 24\.10.*\(here "web"\).*project:read/) as string,
    })
    expect(asked()).toHaveLength(2)
  })

  it('is done with a 200 too', async () => {
    expect(await prepare(NONE, incoming(200, { id: '7' })).record()).toEqual({ id: '7', created: true })
  })
})
