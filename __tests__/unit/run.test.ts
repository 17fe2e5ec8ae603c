import { describe, expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { run } from '../../src/run.ts'
import { failureOf } from './doubles.ts'
import { prepareWorld, withInputs } from './world.ts'

type Prepared = ReturnType<typeof prepareWorld>

function told({ logger, commits }: Prepared): string[] {
  return logger.lines
    .filter(({ level }) => level !== 'debug')
    .map(({ level, message }) => `${level}: ${message}`.replaceAll(commits[2] ?? '', 'HEAD'))
}

function asked({ asked: requests, commits }: Prepared): string[] {
  return requests.map((line) =>
    commits.reduce((rest, sha, index) => rest.replaceAll(sha, `C${index + 1}`), line),
  )
}

const PAGE = 'https://sentry.example/organizations/acme/releases/HEAD/?project=4507310046216192'
const ENSURED = [
  'GET sentry.example/releases/C3/',
  'POST sentry.example/releases/',
  'GET sentry.example/releases/',
]
const READ = ['', '/C3', '/C2', '/C1'].map((path) => `GET api.github.example/repos/acme/app/commits${path}`)

describe('a whole step', () => {
  it('creates the release, associates commits, finalizes and deploys', async () => {
    const job = prepareWorld({ environment: 'production' })
    await run(job.world)
    expect(told(job)).toEqual([
      'info: Organization acme at https://sentry.example/, project web',
      'info: Version HEAD: the release does not exist yet.',
      'info: Created the release.',
      'info: Confirmed: the list of releases has version HEAD.',
      'info: Associated 3 of 3 commits, read from GitHub.',
      'info: The release was finalized together with its commits.',
      'info: Recorded a deploy to production (61730094).',
      `info: Sentry release HEAD was created: ${PAGE}`,
    ])
    expect(asked(job)).toEqual([
      ...ENSURED,
      'GET sentry.example/repos/',
      'GET sentry.example/releases/C3/previous-with-commits/',
      ...READ,
      'PUT sentry.example/releases/C3/',
      'GET sentry.example/releases/C3/deploys/',
      'POST sentry.example/releases/C3/deploys/',
    ])
    expect(job.logger.titles).toEqual(['Sentry release', 'Commits', 'Finalize and deploy'])
    const [head] = job.commits.slice(2)
    expect(job.outputs).toEqual({
      'release-version': head,
      'release-id': '1204417733',
      'release-created': 'true',
      'release-url': PAGE.replace('HEAD', head ?? ''),
      'release-finalized': 'true',
      'commit-count': '3',
      'confirmed-version': head,
      'deploy-id': '61730094',
    })
    const bodies = job.sent.filter((body) => body !== undefined)
    expect(bodies).toHaveLength(3)
    expect(bodies[1]).toMatchObject({
      dateReleased: '2026-01-01T00:00:00.000Z',
      commits: [
        {
          id: head,
          repository: 'acme/app',
          message: 'Third',
          author_name: 'Rowan Pike',
          author_email: 'rowan@acme.example',
          timestamp: '2026-09-01T08:02:00Z',
          patch_set: [{ path: 'a.ts', type: 'M' }],
        },
        { message: 'Second' },
        { message: 'First' },
      ],
    })
    expect(bodies[2]).toEqual({
      environment: 'production',
      url: 'https://github.example/acme/app/actions/runs/42/attempts/2',
      dateStarted: '2026-01-01T00:00:00.000Z',
      dateFinished: '2026-01-01T00:00:00.000Z',
      projects: ['web'],
    })
    expect(job.state.read('settled')).toBe('true')
    expect(job.summaries).toHaveLength(1)
    for (const text of [
      'Sentry release created',
      '3 associated',
      '>production<',
      'recorded as <code>61730094',
    ]) {
      expect(job.summaries[0]).toContain(text)
    }
    expect(job.summaries[0]).toContain(`href="https://github.example/acme/app/commit/${head}"`)
  })

  it('changes nothing the second time', async () => {
    const job = prepareWorld({ environment: 'production' })
    await run(job.world)
    const before = job.asked.length
    await run(job.world)
    expect(asked(job).slice(before)).toEqual([
      'GET sentry.example/releases/C3/',
      'GET sentry.example/releases/C3/deploys/',
    ])
    expect(told(job).slice(-5)).toEqual([
      'info: Version HEAD: the release exists.',
      'info: The release already has commits (3); they are not changed.',
      expect.stringMatching(
        /^info: The release was finalized on "2026-01-01T00:00:00Z"; its date is kept\.$/,
      ),
      expect.stringMatching(
        /^info: The deploy to production already exists \(61730094\), recorded on 20/,
      ) as string,
      `info: Sentry release HEAD already exists: ${PAGE}`,
    ])
    expect(job.outputs['release-created']).toBe('false')
    expect(job.summaries[1]).toContain('already recorded')
    expect(job.summaries[1]).toContain('3, associated before')
  })

  it('does only what is asked for', async () => {
    const job = prepareWorld({ 'set-commits': 'skip', finalize: 'false', summary: 'false' })
    await run(job.world)
    expect(asked(job)).toEqual(ENSURED)
    expect(told(job)).toContain('info: finalize is false: the release date is not changed.')
    expect([job.outputs['release-finalized'], job.summaries]).toEqual(['false', []])
    expect(job.outputs).not.toHaveProperty('deploy-id')
  })

  it('finalizes on its own where there were no commits to go along with', async () => {
    const job = prepareWorld({ 'set-commits': 'skip' })
    await run(job.world)
    expect(asked(job).at(-1)).toBe('PUT sentry.example/releases/C3/')
    expect(job.sent.at(-1)).toEqual({ dateReleased: '2026-01-01T00:00:00.000Z' })
    expect([told(job).at(-2), job.outputs['release-finalized']]).toEqual([
      'info: Finalized the release.',
      'true',
    ])
    expect(job.summaries[0]).toContain('Release date</th><td>2026-01-01 00:00:00 UTC</td>')
  })

  it('looks again before it finalizes when the commits came to nothing after a request', async () => {
    const job = prepareWorld()
    const { transport } = job.world
    const refusing: Prepared['world'] = {
      ...job.world,
      transport: async (outgoing, ...rest) =>
        outgoing.body?.startsWith('{"commits"')
          ? {
              kind: 'response',
              response: { status: 400, header: () => undefined, bytes: Buffer.from('{"commits":["no"]}') },
            }
          : transport(outgoing, ...rest),
    }
    await run(refusing)
    expect(asked(job).slice(-2)).toEqual([
      'GET sentry.example/releases/C3/',
      'PUT sentry.example/releases/C3/',
    ])
    expect(job.logger.said('notice').join()).toContain('Could not associate the commits')
    expect(job.summaries[0]).toContain('none: Could not associate the commits')
  })

  it('tells what was wrong with its inputs, and still writes the summary', async () => {
    const job = prepareWorld({ projects: '', 'request-timeout': 'soon' })
    const error = await failureOf(run(job.world))
    expect(error).toBeInstanceOf(ActionError)
    expect(String(error)).toMatch(
      /2 inputs are not usable\. No request was sent\.\n.*request-timeout[\s\S]*projects/,
    )
    expect(error).toMatchObject({ title: 'Invalid input', advice: 'Correct the inputs of this step.' })
    expect([job.asked, job.summaries.length, job.state.read('settled')]).toEqual([[], 1, 'true'])
    expect(String(await failureOf(run(prepareWorld({ projects: '' }).world)))).toContain(
      'An input is not usable.',
    )
  })

  it('says what the user should know about its inputs', async () => {
    const job = prepareWorld({ 'sentry-url': 'https://sentry.example/other/', 'set-commits': 'skip' })
    await failureOf(run(job.world))
    expect(job.logger.said('notice')[0]).toContain('sentry-url')
  })
})

describe('commits from GitHub', () => {
  const from = async (base: string, more: Readonly<Record<string, string>> = {}): Promise<Prepared> => {
    const job = prepareWorld({ 'set-commits': 'commits', 'previous-commit': base, ...more })
    await run(job.world)
    return job
  }

  it('are those since the previous one', async () => {
    const [first = ''] = prepareWorld().commits
    const job = await from(first)
    expect(asked(job).slice(3, 6)).toEqual([
      'GET api.github.example/repos/acme/app/compare/C1...C3',
      ...READ.slice(1, 3),
    ])
    expect(told(job)).toContain('info: Associated 2 of 2 commits, read from GitHub.')
    expect(job.summaries[0]).toContain(`compare/${first}...${job.commits[2]}`)
  })

  it('are the last ones when GitHub does not know the previous one', async () => {
    const job = await from('f'.repeat(40))
    expect(job.logger.said('notice')[0]).toContain('GitHub does not know the previous commit')
    expect(job.logger.said('debug')[0]).toContain('404')
    expect(asked(job).slice(3, 5)).toEqual([
      `GET api.github.example/repos/acme/app/compare/${'f'.repeat(40)}...C3`,
      READ[0],
    ])
  })

  it('are none when the head is the previous one', async () => {
    const [, , head = ''] = prepareWorld().commits
    const job = await from(head)
    expect(told(job)).toContain('info: There are no commits since the previous release.')
    expect(job.outputs['release-finalized']).toBe('true')
  })

  it.each([
    [{ 'github-token': 'wrong' }, /HTTP 401: Bad credentials.*GitHub does not accept github-token/],
    [{ 'github-token': '' }, /There is no github-token to read the commits with/],
  ])('are an error where they are required: %j', async (inputs, words) => {
    const job = prepareWorld({ 'set-commits': 'commits', ...inputs })
    const error = (await failureOf(run(job.world))) as ActionError
    expect(`${error.message} ${error.advice}`).toMatch(words)
    expect(job.summaries[0]).toMatch(/^### ❌ Failed: could not associate the commits\n/)
    expect(job.outputs['release-created']).toBe('true')
  })

  it('that GitHub hides from the token say what to grant', async () => {
    const job = prepareWorld({ 'set-commits': 'commits' })
    const weak = job.github.addToken({ token: 'ghs_weak', contents: false })
    const error = (await failureOf(run(withInputs(job.world, { 'github-token': weak })))) as ActionError
    expect(error.message).toMatch(
      /^Could not read the commits of acme\/app from api\.github\.example: HTTP 403: Resource not accessible/,
    )
    expect(error.advice).toBe(
      'Grant the job "permissions: contents: read", and check that github-token may read acme/app.',
    )
  })

  it.each([
    ['auto', 4],
    ['commits', 6],
  ])('are asked for again in mode %s when GitHub is in trouble: %i times', async (mode, times) => {
    const job = prepareWorld({ 'set-commits': mode })
    const { transport } = job.world
    let calls = 0
    const broken: Prepared['world'] = {
      ...job.world,
      transport: async (outgoing, ...rest) => {
        if (outgoing.url.hostname !== 'api.github.example') return transport(outgoing, ...rest)
        calls += 1
        return {
          kind: 'response',
          response: { status: 503, header: () => undefined, bytes: Buffer.from('') },
        }
      },
    }
    await run(broken).catch(() => undefined)
    expect(calls).toBe(times)
  })

  it('go without their files when those cannot be read', async () => {
    const job = prepareWorld({ 'set-commits': 'commits' })
    const { transport } = job.world
    const poor: Prepared['world'] = {
      ...job.world,
      transport: async (outgoing, ...rest) =>
        /\/commits\/[0-9a-f]{40}$/.test(outgoing.url.pathname)
          ? {
              kind: 'response',
              response: { status: 404, header: () => undefined, bytes: Buffer.from('{"message":"no"}') },
            }
          : transport(outgoing, ...rest),
    }
    await run(poor)
    expect(told(job)).toContain('info: Some commits go without their files: GitHub responded with 404.')
    expect(told(job)).toContain('info: Associated 3 of 3 commits, read from GitHub.')
  })
})
