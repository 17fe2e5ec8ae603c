import { describe, expect, it } from 'vitest'
import { type ActionResult, type ActionRun, SHA } from '../runner/runner.ts'
import type { SentryStandIn } from '../servers/sentry/index.ts'
import { failure, gate, requests, startSentry } from './helpers.ts'

const RUN_URL = 'https://github.com/acme/storefront/actions/runs/9812345678/attempts/1'

/** One step that deploys a release without looking at commits. */
function deploy(
  sentry: SentryStandIn,
  inputs: Record<string, string> = {},
  run: ActionRun = {},
): Promise<ActionResult> {
  return gate(sentry, { 'set-commits': 'skip', environment: 'production', ...inputs }, run)
}

const seconds = (text: string | null | undefined): number => Date.parse(text ?? '') / 1000

describe.concurrent('a deploy', () => {
  it('has the environment, the address of the run, its times and the listed projects only', async () => {
    const sentry = await startSentry()
    sentry.addRelease({ version: SHA, projects: ['web', 'api', 'worker'] })
    const before = Date.now() / 1000
    const { code, outputs, summary } = await deploy(sentry, { projects: 'web api' })
    const [row] = sentry.deploys
    expect([code, sentry.deploys.length, outputs['deploy-id']]).toEqual([0, 1, row?.id])
    expect(row).toMatchObject({
      environment: 'production',
      name: null,
      url: RUN_URL,
      projects: ['web', 'api'],
    })
    expect(seconds(row?.dateStarted)).toBeGreaterThanOrEqual(Math.floor(before))
    expect(seconds(row?.dateFinished)).toBeGreaterThanOrEqual(seconds(row?.dateStarted))
    expect(summary).toContain('production')
  })

  it('comes after the release date, in two requests', async () => {
    const sentry = await startSentry()
    await deploy(sentry)
    expect(requests(sentry).slice(3)).toEqual([
      'PUT releases/SHA/ 200',
      'GET releases/SHA/deploys/ 200',
      'POST releases/SHA/deploys/ 201',
    ])
  })

  it('is found again by a second run, which gives the same id and moves no date', async () => {
    const sentry = await startSentry()
    const first = await deploy(sentry)
    const date = sentry.release(SHA).dateReleased
    const before = sentry.journal.length
    const second = await deploy(sentry)
    expect(second.outputs['deploy-id']).toBe(first.outputs['deploy-id'])
    expect([sentry.deploys.length, sentry.release(SHA).dateReleased]).toEqual([1, date])
    expect(requests(sentry).slice(before)).toEqual(['GET releases/SHA/ 200', 'GET releases/SHA/deploys/ 200'])
    expect(second.outputs['release-finalized']).toBe('true')
  })

  it('is another one for the next attempt of the run, and for another environment', async () => {
    const sentry = await startSentry()
    await deploy(sentry)
    await deploy(sentry, {}, { env: { GITHUB_RUN_ATTEMPT: '2' } })
    await deploy(sentry, { environment: 'Production' })
    expect(sentry.deploys.map(({ environment, url }) => [environment, url?.slice(-1)])).toEqual([
      ['production', '1'],
      ['production', '2'],
      ['Production', '1'],
    ])
  })

  it('has the name and address that were given, and is found by that address', async () => {
    const sentry = await startSentry()
    const inputs = { 'deploy-name': 'Friday', 'deploy-url': 'https://deploys.example/7' }
    await deploy(sentry, inputs)
    await deploy(sentry, inputs, { env: { GITHUB_RUN_ATTEMPT: '2' } })
    expect(sentry.deploys).toMatchObject([{ name: 'Friday', url: 'https://deploys.example/7' }])
  })

  it('without an address that Sentry takes is recorded each time, with a notice', async () => {
    const sentry = await startSentry()
    const run = { env: { GITHUB_SERVER_URL: 'https://ghes' } }
    await deploy(sentry, { 'deploy-name': 'Friday' }, run)
    const { code, annotations } = await deploy(sentry, { 'deploy-name': 'Friday' }, run)
    expect([code, sentry.deploys.map(({ url, name }) => [url, name])]).toEqual([
      0,
      [
        [null, 'Friday'],
        [null, 'Friday'],
      ],
    ])
    expect(annotations).toMatchObject([{ level: 'notice', title: 'Deploy without a URL' }])
  })

  it('found again by a deploy-url of the user is a notice, and by the address of the run it is none', async () => {
    const sentry = await startSentry()
    const inputs = { 'deploy-url': 'https://deploys.example/7' }
    await deploy(sentry, inputs)
    const again = await deploy(sentry, inputs)
    expect(again.annotations).toMatchObject([{ level: 'notice', title: 'Deploy already recorded' }])
    expect(again.annotations[0]?.message).toMatch(/recorded on 20\d\d-.*another deploy-url/)
    expect(sentry.deploys).toHaveLength(1)
  })

  describe.each(['23.7', '2025', '2026'] as const)('to a Sentry of %s', (generation) => {
    it('is one for each project of a release, and one for both', async () => {
      const sentry = await startSentry({ generation })
      const ids: (string | undefined)[] = []
      for (const projects of ['web', 'api', 'web api']) {
        ids.push((await deploy(sentry, { projects })).outputs['deploy-id'])
      }
      expect(sentry.deploys.map((row) => row.projects)).toEqual([['web'], ['api'], ['web', 'api']])
      expect(ids).toEqual(sentry.deploys.map(({ id }) => id))
    })

    it.each(['web', 'web api'])('is not added again for the same projects: %s', async (projects) => {
      const sentry = await startSentry({ generation })
      await deploy(sentry, { projects })
      const { code, outputs } = await deploy(sentry, { projects })
      expect([code, sentry.deploys.map(({ id }) => id)]).toEqual([0, [outputs['deploy-id']]])
    })

    it('is not added again when another project of the release was never deployed there', async () => {
      const sentry = await startSentry({ generation })
      sentry.addRelease({ version: SHA, projects: ['web', 'api'] })
      await deploy(sentry, { projects: 'web' })
      await deploy(sentry, { projects: 'web' })
      expect(sentry.deploys).toHaveLength(1)
    })

    it('needs no more than project:releases when it is for all projects of the release', async () => {
      const sentry = await startSentry({ generation })
      const token = {
        'sentry-auth-token': sentry.tokens.integration,
        organization: 'acme',
        'sentry-url': sentry.baseUrl,
      }
      const { code } = await deploy(sentry, { ...token, projects: 'web api' })
      expect([code, sentry.deploys.map((row) => row.projects)]).toEqual([0, [['web', 'api']]])
    })
  })

  it('of some projects with only project:releases fails before 24.10, and says what to change', async () => {
    const sentry = await startSentry({ generation: '23.7' })
    sentry.addRelease({ version: SHA, projects: ['web', 'api'] })
    const result = await deploy(sentry, {
      'sentry-auth-token': sentry.tokens.integration,
      organization: 'acme',
      'sentry-url': sentry.baseUrl,
    })
    expect(failure(result)).toMatch(/Insufficient access to project[\s\S]*24\.10[\s\S]*project:read/)
  })

  it('of another name is another one', async () => {
    const sentry = await startSentry()
    await deploy(sentry, { 'deploy-name': 'one' })
    await deploy(sentry, { 'deploy-name': 'two' })
    expect(sentry.deploys.map(({ name }) => name)).toEqual(['one', 'two'])
  })

  it('names projects by numeric id', async () => {
    const sentry = await startSentry()
    const { code } = await deploy(sentry, { projects: '4507310046216192' })
    expect([code, sentry.deploys[0]?.projects]).toEqual([0, ['web']])
  })

  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00Z'],
    ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00Z'],
    ['2026-01-31 12:00', '2026-01-31T12:00:00Z'],
    ['1769860800', '2026-01-31T12:00:00Z'],
  ])('that started at %s says so', async (given, expected) => {
    const sentry = await startSentry()
    const { code } = await deploy(sentry, { 'started-at': given })
    expect([code, seconds(sentry.deploys[0]?.dateStarted)]).toEqual([0, seconds(expected)])
  })

  it('that starts in the future does not end before it starts', async () => {
    const sentry = await startSentry()
    await deploy(sentry, { 'started-at': '2036-01-31T12:00:00Z' })
    const [row] = sentry.deploys
    expect(seconds(row?.dateFinished)).toBeGreaterThanOrEqual(seconds(row?.dateStarted))
  })

  it.each(['a b', 'größe', 'x'.repeat(64), '100%', 'a?b#c'])(
    'can go to the environment %j',
    async (environment) => {
      const sentry = await startSentry()
      const { code } = await deploy(sentry, { environment })
      expect([code, sentry.deploys[0]?.environment]).toEqual([0, environment])
    },
  )

  it('of an archived release is recorded, with a warning', async () => {
    const sentry = await startSentry()
    sentry.addRelease({ version: SHA, status: 'archived' })
    const { code, annotations } = await deploy(sentry)
    expect([code, annotations.map(({ level }) => level), sentry.deploys.length]).toEqual([0, ['warning'], 1])
  })

  it('of a release with a project out of reach fails with advice, and the rest stands', async () => {
    const sentry = await startSentry({
      organizations: [{ slug: 'acme', openMembership: false, projects: ['web', 'api', 'secret'] }],
    })
    sentry.addRelease({ version: SHA, projects: ['web', 'secret'] })
    sentry.fault({
      times: Number.POSITIVE_INFINITY,
      method: 'POST',
      path: /deploys/,
      action: {
        kind: 'answer',
        answer: { status: 400, body: { projects: { 0: ['Insufficient access to project'] } } },
      },
    })
    const result = await deploy(sentry)
    expect(failure(result)).toMatch(/Insufficient access to project[\s\S]*project:read/)
    expect(result.outputs).toMatchObject({ 'release-finalized': 'true', 'release-version': SHA })
  })
})

it('a deploy is not recorded without a look when a rate limit (403) hides the list of deploys', async () => {
  const sentry = await startSentry()
  const reset = String(Math.ceil(Date.now() / 1000) + 1)
  sentry.fault({
    method: 'GET',
    path: /deploys/,
    times: Number.POSITIVE_INFINITY,
    action: {
      kind: 'answer',
      answer: {
        status: 403,
        headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': reset },
        body: { detail: 'Rate limit exceeded' },
      },
    },
  })
  const result = await deploy(sentry, { retries: '1' })
  expect(failure(result)).toMatch(/look up the deploys.*403: Rate limit exceeded\n.*limits the rate/)
  expect(sentry.deploys).toEqual([])
})

describe.concurrent('a response to a deploy that was lost', () => {
  it.each(['after', 'body'] as const)('(connection cut: %s) leaves one deploy, with its id', async (when) => {
    const sentry = await startSentry()
    sentry.fault({ method: 'POST', path: /deploys/, action: { kind: 'reset', when } })
    const { code, outputs } = await deploy(sentry)
    expect([code, sentry.deploys.map(({ id }) => id)]).toEqual([0, [outputs['deploy-id']]])
  })

  it.each([
    ['an empty object', 201, '{}'],
    ['a list', 201, '[{"id":"1"}]'],
    ['null', 200, 'null'],
    ['an empty id', 201, '{"id":""}'],
    ['a null id', 201, '{"id":null}'],
    ['another status', 202, ''],
    ['nothing', 204, ''],
    ['a web page', 200, '<!doctype html><title>OK</title>'],
  ])('(%s under %i) leaves one deploy, with its id', async (_name, status, raw) => {
    const sentry = await startSentry()
    sentry.fault({
      method: 'POST',
      path: /deploys/,
      action: { kind: 'answer', when: 'after', answer: { status, raw } },
    })
    const { code, outputs } = await deploy(sentry)
    expect([code, sentry.deploys.map(({ id }) => id)]).toEqual([0, [outputs['deploy-id']]])
    expect(outputs['deploy-id']).toMatch(/^\d+$/)
  })

  it('does not lead to a second one even when no retry is allowed', async () => {
    const sentry = await startSentry()
    sentry.fault({ method: 'POST', path: /deploys/, action: { kind: 'reset', when: 'after' } })
    await deploy(sentry, { retries: '0' })
    await deploy(sentry, { retries: '0' })
    expect(sentry.deploys).toHaveLength(1)
  })
})

describe.concurrent('the release date', () => {
  it('is left unset with finalize: false', async () => {
    const sentry = await startSentry()
    const { code, outputs } = await deploy(sentry, { finalize: 'false' })
    expect([code, outputs['release-finalized'], sentry.release(SHA).dateReleased]).toEqual([0, 'false', null])
    expect(sentry.deploys).toHaveLength(1)
  })

  it('that is set stays, also when commits are added', async () => {
    const sentry = await startSentry()
    const dateReleased = '2026-01-02T03:04:05Z'
    sentry.addRelease({ version: SHA, dateReleased })
    const { code, outputs } = await gate(sentry)
    expect([code, outputs['release-finalized'], sentry.release(SHA).dateReleased]).toEqual([
      0,
      'true',
      dateReleased,
    ])
    expect(sentry.release(SHA).headCommits).toEqual({ 'acme/storefront': SHA })
  })
})
