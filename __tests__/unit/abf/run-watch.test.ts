import { describe, expect, it } from 'vitest'
import { HttpError } from '../../../src/http/failure.ts'
import { requestsAfter, BASE, FIRST, prepare, type Step, logLines } from './memory.ts'
import { failureOf } from '../doubles.ts'

const LABEL = `openmandriva/gtk+demo x86_64 (build ${FIRST})`
const SEED = { projectId: 40217, archId: 2, saveToRepositoryId: 14 }
const WATCH = { 'abf-build-list-ids': String(FIRST) }
const RELEASES_NOTHING = 'after which there is nothing to release'

function there(status: number, more: Readonly<Record<string, unknown>> = {}, dialect?: 'omv' | 'rosa'): Step {
  const step = prepare(dialect)
  step.abf.addBuild({ ...SEED, status, ...more })
  return step
}

function trouble(status: number, headers: Readonly<Record<string, string>> = {}) {
  return { method: 'GET', path: /build_lists/, gives: { status, headers, body: { message: 'oops' } } }
}

describe('A step that watches a build', () => {
  it('ends at once when the build has ended', async () => {
    const step = there(6000)
    expect(await step.run(WATCH)).toMatchObject({ conclusion: 'success', ok: true, stop: undefined })
    expect(logLines(step)).toEqual([`info: 00:00:00Z  ${LABEL}: published (6000)`])
    expect(step.abf.asked).toEqual([`GET /api/v1/build_lists/${FIRST}.json`])
  })

  it('fails when the build does not exist, and names its id', async () => {
    const step = prepare()
    expect(await step.run({ 'abf-build-list-ids': '5' })).toMatchObject({ conclusion: 'failure', ok: false })
    expect(logLines(step).slice(0, 2)).toEqual([
      'info: 00:00:00Z  build 5: ABF does not find the build',
      'info: 00:00:00Z  build 5: ABF has no build with this id. The id may be wrong, or ABF has deleted the record, as it does some weeks after a build.',
    ])
    expect(logLines(step)[2]).toMatch(
      /^error: build 5\. ABF has no build with this id\. .*\nBuild: https:\/\/abf\.example\/build_lists\/5$/,
    )
    expect(step.outputs['build-status']).toBe('')
  })

  it('polls once when abf-wait is false', async () => {
    const step = there(3000)
    const result = await step.run({ ...WATCH, 'abf-wait': 'false' })
    expect(result).toMatchObject({ conclusion: 'in_progress', ok: true })
    expect(logLines(step)).toEqual([`info: 00:00:00Z  ${LABEL}: building (3000)`])
    expect(step.clock.pauses).toEqual([])
  })

  it('never cancels the build', async () => {
    const step = there(3000)
    expect(await step.run({ ...WATCH, 'abf-timeout': '90s' })).toMatchObject({ conclusion: 'timed_out' })
    expect(step.abf.asked.some((line) => line.startsWith('PUT'))).toBe(false)
    expect(step.clock.pauses).toEqual([33_000, 33_600, 23_400])
  })

  it('reports a build that somebody cancelled in an annotation with its own title', async () => {
    const step = there(5000)
    expect(await step.run(WATCH)).toMatchObject({
      conclusion: 'cancelled',
      ok: false,
      stop: 'the conclusion of the builds is cancelled',
    })
    expect(logLines(step).at(-1)).toMatch(
      /^error: .*: cancelled \(5000\)\. The build was cancelled, or it ran past/,
    )
  })

  it('reports an architecture that is not permitted as a notice', async () => {
    const step = there(15000)
    expect(await step.run(WATCH)).toMatchObject({ conclusion: 'neutral', ok: true })
    expect(logLines(step).at(-1)).toMatch(
      /^notice: .*: architecture not permitted \(15000\)\. The package excludes/,
    )
  })

  it('succeeds with a warning after failed tests when abf-tests-failed is accept', async () => {
    const step = there(11000)
    expect(await step.run({ ...WATCH, 'abf-tests-failed': 'accept' })).toMatchObject({
      conclusion: 'success',
    })
    expect(logLines(step).at(-1)).toMatch(/^warning: .*: tests failed \(11000\)\. /)
    expect(await there(11000).run(WATCH)).toMatchObject({ conclusion: 'failure' })
  })

  it('logs a heartbeat every five minutes while the status does not change', async () => {
    const step = there(3000)
    await step.run({ ...WATCH, 'abf-timeout': '25m', 'abf-poll-interval': '30s' })
    expect(logLines(step).slice(1, 3)).toEqual([
      `info: 00:05:00Z  Waiting for 1 of 1 builds: x86_64 building (3000) for at least 5 min; 20 min left`,
      `info: 00:10:00Z  Waiting for 1 of 1 builds: x86_64 building (3000) for at least 10 min; 15 min left`,
    ])
  })
})

describe('An error of the server during the wait', () => {
  it('is followed by growing pauses, and logged', async () => {
    const step = there(6000)
    step.abf.mishaps.push(...[1, 2, 3, 4, 5, 6].map(() => trouble(503)))
    expect(await step.run(WATCH)).toMatchObject({ conclusion: 'success' })
    expect(step.clock.pauses).toEqual([60_000, 120_000, 240_000, 300_000, 300_000, 300_000])
    const said = `Could not read build ${FIRST}: ABF at abf.example responded with 503: oops.`
    expect(logLines(step)).toEqual([
      `info: 00:00:00Z  ${said} The next poll is in 1 min.`,
      `info: 00:01:00Z  ${said} The next poll is in 2 min.`,
      `info: 00:03:00Z  ${said} The next poll is in 4 min.`,
      `info: 00:07:00Z  ${said} The next poll is in 5 min.`,
      `warning: ${said} The next poll is in 5 min.`,
      `info: 00:17:00Z  ${said} The next poll is in 5 min.`,
      `info: 00:22:00Z  ${LABEL}: published (6000)`,
      'info: 00:22:00Z  ABF responds again.',
    ])
    expect(step.logger.titles).toEqual(['ABF polls keep failing'])
  })

  it('that says when to retry is followed by a pause until then', async () => {
    const step = there(6000)
    step.abf.mishaps.push(trouble(503, { 'Retry-After': '7' }), trouble(503, { 'Retry-After': '600' }))
    await step.run(WATCH)
    expect(step.clock.pauses).toEqual([7500, 610_000])
  })

  it('that is the rate limit is a warning, and the wait pauses until the full hour', async () => {
    const step = there(6000)
    step.clock.advance(50 * 60_000)
    step.abf.mishaps.push({
      ...trouble(403),
      gives: { status: 403, body: { message: '403 Forbidden | Rate Limit Exceeded' } },
    })
    await step.run(WATCH)
    expect(step.clock.pauses).toEqual([610_000])
    expect(logLines(step)[0]).toContain(
      'the limit of requests an hour is used up until 01:00 UTC. The next poll is in 10 min 10 s.',
    )
    expect(logLines(step)[0]).toMatch(/^warning/)
    expect(step.logger.titles).toEqual(['ABF rate limit reached'])
  })

  it('is named when the deadline comes before the next success', async () => {
    const step = there(3000)
    step.abf.mishaps.push(...[1, 2, 3, 4, 5].map(() => trouble(502)))
    await step.run({ ...WATCH, 'abf-timeout': '2m' })
    expect(logLines(step).at(-1)).toContain(
      `The build did not end within 2 min. Its status could not be read. The last poll failed: Could not read build ${FIRST}: ABF at abf.example responded with 502: oops.`,
    )
  })

  it.each([401, 405, 422])('that is not transient ends the wait: %i', async (status) => {
    const step = there(6000)
    step.abf.mishaps.push(trouble(status))
    expect(await failureOf(step.run(WATCH))).toBeInstanceOf(HttpError)
    expect(step.clock.pauses).toEqual([])
    expect(step.outputs['build-conclusion']).toBe('failure')
  })

  it.each(['tls', 'redirect', 'too-large'] as const)('of kind %s ends the wait', async (kind) => {
    const step = there(6000)
    const error = new HttpError({ kind, message: 'no', method: 'GET', url: BASE })
    step.abf.mishaps.push({ method: 'GET', path: /build_lists/, gives: error })
    expect(await failureOf(step.run(WATCH))).toMatchObject({ kind })
  })

  it.each(['dns', 'reset', 'unreadable'] as const)('of kind %s does not end the wait', async (kind) => {
    const step = there(6000)
    const status = kind === 'unreadable' ? { status: 200 } : {}
    const error = new HttpError({ kind, message: 'no', method: 'GET', url: BASE, ...status })
    step.abf.mishaps.push({ method: 'GET', path: /build_lists/, gives: error })
    expect(await step.run(WATCH)).toMatchObject({ conclusion: 'success' })
  })
})

describe('A filter', () => {
  it('selects builds in addition to the ids', async () => {
    const step = there(6000)
    step.abf.addBuild({ ...SEED, status: 666 })
    const result = await step.run({ 'abf-filter': 'status=666\nownership=index', ...WATCH })
    expect(result.conclusion).toBe('failure')
    expect(step.outputs['build-list-ids']).toBe(`[${FIRST},${FIRST + 1}]`)
  })

  it('that selects no builds makes the conclusion neutral', async () => {
    const step = prepare()
    const result = await step.run({ 'abf-filter': 'status=666', 'abf-operation': 'publish' })
    expect(result).toMatchObject({ conclusion: 'neutral', ok: true })
    expect(logLines(step)).toEqual(['warning: abf-filter selects no builds, so there is nothing to publish.'])
  })

  it('of a search finds builds, and the step reads the first twenty', async () => {
    const step = there(6000)
    for (let count = 0; count < 20; count += 1) step.abf.addBuild({ ...SEED, status: 666 })
    const result = await step.run({ 'abf-filter': 'ownership=index', ...WATCH, 'abf-operation': 'search' })
    expect(result).toMatchObject({
      conclusion: 'success',
      ok: true,
      stop: `abf-operation is search, ${RELEASES_NOTHING}`,
    })
    expect(logLines(step)).toEqual(['info: Found 21 builds.'])
    // The one given by id, then those of the list, newest first.
    const read = [FIRST, ...Array.from({ length: 19 }, (_, index) => FIRST + 20 - index)]
    const reads = read.map((id) => `GET /api/v1/build_lists/${id}.json`)
    expect(step.abf.asked).toEqual(['GET /api/v1/build_lists.json', ...reads])
    expect(step.outputs['build-status']).toBe('')
    const lists = JSON.parse(step.outputs['build-lists'] ?? '') as unknown[]
    const known = { project: 'openmandriva/gtk+demo', arch: 'x86_64', conclusion: null }
    expect(lists[0]).toMatchObject({ ...known, id: FIRST, status: 6000, 'status-name': 'published' })
    expect(lists[19]).toMatchObject({ ...known, id: FIRST + 2, status: 666 })
    expect(lists[20]).toMatchObject({
      id: FIRST + 1,
      status: 666,
      project: null,
      arch: null,
      packages: null,
    })
  })

  it('may lack ids, which a search then reads', async () => {
    const step = there(6000)
    await step.run({ ...WATCH, 'abf-filter': 'status=666', 'abf-operation': 'search' })
    expect(JSON.parse(step.outputs['build-lists'] ?? '')).toMatchObject([{ id: FIRST, status: 6000 }])
  })
})

describe('An operation', () => {
  it('is requested, waited for, and allows the release', async () => {
    const step = there(0)
    step.abf.plan(
      {},
      [
        { status: 7000, afterReads: 1 },
        { status: 6000, afterReads: 1 },
      ],
      { on: 'publish' } as never,
    )
    const result = await step.run({ ...WATCH, 'abf-operation': 'publish' })
    expect(result).toMatchObject({ conclusion: 'success', ok: true, stop: undefined })
    expect(logLines(step)[0]).toBe(`info: ${LABEL}, built (0): ABF has accepted the request to publish it.`)
    expect(requestsAfter(step).length).toBeGreaterThan(0)
  })

  it('to reject does not allow the release', async () => {
    const step = there(0)
    const result = await step.run({ ...WATCH, 'abf-operation': 'reject' })
    expect(result).toMatchObject({
      conclusion: 'success',
      ok: true,
      stop: `abf-operation is reject, ${RELEASES_NOTHING}`,
    })
  })

  it('to cancel succeeds without an error when the build is cancelled', async () => {
    const step = there(5000)
    const result = await step.run({ ...WATCH, 'abf-operation': 'cancel' })
    expect(result).toMatchObject({ conclusion: 'cancelled', ok: true })
    expect(step.logger.said('error')).toEqual([])
  })
})
