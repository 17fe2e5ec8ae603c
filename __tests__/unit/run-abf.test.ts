import { describe, expect, it } from 'vitest'
import { cleanUp } from '../../src/post.ts'
import { ReportedError } from '../../src/errors.ts'
import { run } from '../../src/run.ts'
import { saveForPost } from '../../src/start.ts'
import { COMMIT, FIRST } from './abf/memory.ts'
import { failureOf, ManualClock } from './doubles.ts'
import { prepareWorld, withInputs } from './world.ts'

const BUILD = {
  'set-commits': 'skip',
  'abf-url': 'https://abf.example/',
  'abf-token': 'token-of-ci_bot',
  'abf-commit': COMMIT,
  'abf-project': 'openmandriva/gtk+demo',
  'abf-repository': 'cooker/main',
  'abf-poll-interval': '60s',
  'abf-log-lines': '0',
}

function prepare(status: number, more: Readonly<Record<string, string>> = {}) {
  const job = prepareWorld({ ...BUILD, ...more })
  job.abf.plan({}, [{ status }])
  return job
}

const finalizes = ({ asked }: ReturnType<typeof prepareWorld>): boolean =>
  asked.some((line) => line.startsWith('PUT sentry.example'))

describe('a release with builds', () => {
  it('is finalized and deployed once they are good, after another look at it', async () => {
    const job = prepare(0, { environment: 'production' })
    await run(job.world)
    const end = job.asked
      .filter((line) => line.includes('sentry.example'))
      .map((line) => line.replace(/[0-9a-f]{40}/, 'V'))
    expect(end.slice(3)).toEqual([
      'GET sentry.example/releases/V/',
      'PUT sentry.example/releases/V/',
      'GET sentry.example/releases/V/deploys/',
      'POST sentry.example/releases/V/deploys/',
    ])
    expect(job.outputs).toMatchObject({
      'build-conclusion': 'success',
      'build-list-ids': `[${FIRST}]`,
      'release-finalized': 'true',
    })
    expect(job.summaries[0]).toMatch(/^### ✅ Success: .*1 ABF build successful\n/)
  })

  it('keeps the date for them also where commits could carry it along', async () => {
    const job = prepare(0, { 'set-commits': 'commits' })
    await run(job.world)
    const [commits, date] = job.sent.filter(
      (body) => body !== undefined && ('commits' in (body as object) || 'dateReleased' in (body as object)),
    )
    expect(commits).not.toHaveProperty('dateReleased')
    expect(date).toEqual({ dateReleased: '2026-01-01T00:00:00.000Z' })
  })

  it('is held back, and the step fails, when one fails', async () => {
    const job = prepare(666, { environment: 'production' })
    const error = await failureOf(run(job.world))
    expect(error).toBeInstanceOf(ReportedError)
    expect(String(error)).toContain('ABF build: failure.')
    expect(finalizes(job)).toBe(false)
    expect(job.logger.said('info')).toContain(
      'Finalize and deploy are skipped: the conclusion of the builds is failure.',
    )
    expect(job.summaries[0]).toContain(
      'Release date</th><td>not set: the conclusion of the builds is failure</td>',
    )
    expect(job.logger.titles).not.toContain('Release held back')
  })

  it('is held back with a warning when nothing was built', async () => {
    const job = prepare(15000)
    await run(job.world)
    expect(finalizes(job)).toBe(false)
    expect(job.logger.said('warning')).toEqual([
      'Finalize and deploy are skipped: nothing was built, or the packages were not published.',
    ])
    expect(job.logger.titles).toContain('Release held back')
  })

  it('says nothing of what was not asked for', async () => {
    const job = prepare(15000, { finalize: 'false' })
    await run(job.world)
    expect(job.logger.said('warning')).toEqual([])
    expect(job.logger.said('info')).toContain('finalize is false: the release date is not changed.')
  })
})

describe('the post step of a killed step', () => {
  it('cancels its builds, and warns of the rest', async () => {
    const job = prepare(3000)
    await run(withInputs(job.world, { 'abf-wait': 'false' }))
    saveForPost(job.world.start, job.state)
    job.state.save('settled', '')
    job.state.save('abf-work', JSON.stringify({ ids: [FIRST] }))
    job.logger.titles.splice(0)
    await cleanUp(job.world)
    expect([5000, 10000]).toContain(job.abf.build(FIRST).status)
    expect(job.logger.said('info')).toContain(`Cancelled build ${FIRST}.`)
    expect(job.logger.said('warning').at(-1)).toMatch(
      /^The step was killed while it worked on release [0-9a-f]{40} in organization acme\. Re-run the job/,
    )
    expect(job.logger.titles).toEqual(['Release gate was interrupted'])
  })

  it('has nothing to cancel with where the ABF part is off', async () => {
    const job = prepareWorld()
    job.state.save('abf-work', JSON.stringify({ ids: [FIRST] }))
    await cleanUp(job.world)
    expect([job.asked, job.logger.lines]).toEqual([[], []])
  })
})

it('each run names itself to Sentry, and no other', async () => {
  const agents = new Set<string | undefined>()
  for (const random of [0.25, 0.75]) {
    const job = prepareWorld({ 'set-commits': 'skip' })
    const { transport } = job.world
    await run({
      ...withInputs(job.world, {}, new ManualClock(random)),
      transport: (outgoing, ...rest) => {
        agents.add(outgoing.headers['User-Agent'])
        return transport(outgoing, ...rest)
      },
    })
  }
  expect(agents.size).toBe(2)
  for (const agent of agents) expect(agent).toMatch(/^release-gate \(run 42\.2; [0-9a-z]+\)$/)
})
