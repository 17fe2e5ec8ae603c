import { describe, expect, it } from 'vitest'
import { CancelledError } from '../../../src/errors.ts'
import {
  requestsAfter,
  BASE,
  BUILD,
  COMMIT,
  FIRST,
  LABEL,
  lostAnswer,
  prepare,
  type Step,
  SUBMITTED,
  logLines,
} from './memory.ts'
import { failureOf } from '../doubles.ts'

const POST = 'POST build_lists'
const SHOW = `GET build_lists/${FIRST}`
const UNANSWERED = { method: 'POST', path: /build_lists/, gives: { status: 503, body: {} } }
const NO_WAIT =
  'abf-wait is false, so the builds may still fail. Wait for them in a later job with abf-build-list-ids'

function start(...script: Parameters<Step['abf']['plan']>[1][number][]): Step {
  const step = prepare()
  step.abf.plan({}, script)
  return step
}

describe('A step that submits builds', () => {
  it('submits one build for each architecture, and logs each change of status with its time', async () => {
    const step = start({ status: 3000, afterReads: 1 }, { status: 0, afterReads: 2 })
    const result = await step.run({ ...BUILD, 'abf-arches': 'x86_64 znver1' })
    expect(result).toMatchObject({ conclusion: 'success', ok: true, stop: undefined })
    const second = LABEL.replace('x86_64', 'znver1').replace(String(FIRST), String(FIRST + 1))
    expect(step.logger.lines[0]?.message).toBe(
      `ABF at ${BASE}: openmandriva/gtk+demo into cooker/main, built for cooker, commit ${COMMIT}`,
    )
    expect(logLines(step)).toEqual([
      SUBMITTED,
      `info: znver1: submitted as build ${FIRST + 1}. ${BASE}build_lists/${FIRST + 1}`,
      `info: 00:01:00Z  ${LABEL}: building (3000), after 1 min queued (2000)`,
      `info: 00:01:00Z  ${second}: building (3000), after 1 min queued (2000)`,
      `info: 00:02:07Z  ${LABEL}: built (0), after 1 min 8 s building (3000)`,
      `info: 00:02:07Z  ${second}: built (0), after 1 min 8 s building (3000)`,
    ])
    expect(requestsAfter(step)).toEqual([
      POST,
      POST,
      'GET build_lists',
      'GET projects/40217',
      ...Array.from({ length: 3 }, () => 'GET build_lists'),
      SHOW,
      `GET build_lists/${FIRST + 1}`,
    ])
    expect(step.connections).toEqual([{}, { retries: 0 }, { retries: 2 }])
    expect(step.outputs).toMatchObject({
      'build-list-ids': `[${FIRST},${FIRST + 1}]`,
      'build-status': '0',
      'build-conclusion': 'success',
    })
    expect(step.reports).toHaveLength(1)
  })

  it('reports a failed build as one annotation with links to its log and its page', async () => {
    const step = start({ status: 3000, afterReads: 1 }, { status: 666, afterReads: 2 })
    const result = await step.run(BUILD)
    expect(result).toMatchObject({
      conclusion: 'failure',
      ok: false,
      stop: 'the conclusion of the builds is failure',
    })
    expect(logLines(step).slice(2)).toEqual([
      `info: 00:02:08Z  ${LABEL}: build failed (666), after 1 min 9 s building (3000)`,
      `info: 00:02:08Z  ${LABEL}: The build failed.`,
      expect.stringMatching(
        /^error: .*: build failed \(666\)\. The build failed\.\nLog: https:\/\/file-store\.invalid\/api\S+\nBuild: https:\/\/abf\.example\/build_lists\/812926$/,
      ),
    ])
  })

  it('does not wait when abf-wait is false', async () => {
    const step = start({ status: 3000, afterReads: 1 })
    expect(await step.run({ ...BUILD, 'abf-wait': 'false' })).toMatchObject({
      conclusion: 'in_progress',
      ok: true,
      stop: NO_WAIT,
    })
    expect([logLines(step), requestsAfter(step)]).toEqual([[SUBMITTED], [POST]])
    expect(step.outputs).toMatchObject({ 'build-status': '2000', 'build-conclusion': 'in_progress' })
  })

  it('ends as neutral when a build that should be published stays at built for the grace period', async () => {
    const step = start({ status: 0 })
    const result = await step.run({ ...BUILD, 'abf-auto-publish': 'default' })
    expect(result).toMatchObject({
      conclusion: 'neutral',
      ok: true,
      stop: 'nothing was built, or the packages were not published',
    })
    const why = 'Built, but not published as requested: ABF did not start to publish within 4 min.'
    expect(logLines(step)[2]).toContain(`info: 00:04:00Z  ${LABEL}: ${why}`)
    expect(logLines(step)[3]).toMatch(
      /^warning: .* built \(0\)\. Built, but not published as requested: .*\nBuild: https/,
    )
    expect(step.clock.pauses.reduce((sum, ms) => sum + ms, 0)).toBe(4 * 60_000)
  })

  it('waits for a build with an unknown status, with one warning', async () => {
    const step = start({ status: 4242, afterReads: 1 }, { status: 0, afterReads: 2 })
    await step.run(BUILD)
    expect(logLines(step).slice(1)).toEqual([
      `info: 00:01:00Z  ${LABEL}: unknown status 4242, after 1 min queued (2000)`,
      'warning: ABF reports the status 4242, which this action does not know. The step waits until the status changes to one that it knows.',
      `info: 00:02:08Z  ${LABEL}: built (0), after 1 min 9 s unknown status 4242`,
    ])
    expect(step.logger.titles).toEqual(['Unknown ABF status'])
  })

  it('fails when ABF built another commit than the requested one', async () => {
    const step = start({ status: 3000, afterReads: 1 }, { status: 0, afterReads: 2 })
    const result = await step.run({ ...BUILD, 'abf-project-version': 'rolling' })
    expect(result.conclusion).toBe('failure')
    expect(logLines(step).at(-1)).toMatch(
      /^error: .* ABF built commit [0-9a-f]{40} instead of [0-9a-f]{40}\. With abf-project-version/,
    )
  })
})

describe('A step that finds an existing build', () => {
  const there = (status: number): Step => {
    const step = prepare()
    step.abf.addBuild({
      projectId: 40217,
      archId: 2,
      saveToRepositoryId: 14,
      status,
      commitHash: COMMIT,
      projectVersion: COMMIT,
      autoPublishStatus: 'none',
    })
    return step
  }

  it('reuses it instead of submitting a new one', async () => {
    const step = there(3000)
    expect(await step.run({ ...BUILD, 'abf-wait': 'false' })).toMatchObject({ conclusion: 'in_progress' })
    expect(logLines(step)).toEqual([
      `info: x86_64: build ${FIRST} of the same commit is building (3000), so it is reused. ${BASE}build_lists/${FIRST}`,
    ])
    expect(step.abf.created).toEqual([])
    expect(JSON.parse(step.outputs['build-lists'] ?? '')).toMatchObject([{ reused: true, status: 3000 }])
  })

  it.each([0, 2000, 6000, 7000, 12000, 15000])('reuses a build at status %i', async (status) => {
    const step = there(status)
    await step.run({ ...BUILD, 'abf-wait': 'false' })
    expect(step.abf.created).toEqual([])
  })

  it.each([666, 5000, 8000, 9000, 10000, 11000])('does not reuse a build at status %i', async (status) => {
    const step = there(status)
    await step.run({ ...BUILD, 'abf-wait': 'false' })
    expect(step.abf.created).toHaveLength(1)
  })

  it('does not reuse it when abf-reuse is false, and never cancels a reused build', async () => {
    const fresh = there(3000)
    await fresh.run({ ...BUILD, 'abf-wait': 'false', 'abf-reuse': 'false' })
    expect(fresh.abf.created).toHaveLength(1)
    const late = there(3000)
    expect(await late.run({ ...BUILD, 'abf-timeout': '2m' })).toMatchObject({ conclusion: 'timed_out' })
    expect(late.abf.build(FIRST).status).toBe(3000)
  })

  it('submits a new build when the server does not list the builds of the project', async () => {
    const step = prepare()
    step.abf.mishaps.push({
      method: 'GET',
      path: /40217\/build_lists/,
      gives: { status: 403, body: { message: 'no' } },
    })
    await step.run({ ...BUILD, 'abf-wait': 'false' })
    expect(logLines(step)).toEqual([
      'info: ABF does not list the builds of this project, so no existing build can be reused.',
      SUBMITTED,
    ])
  })
})

describe('A create whose response is lost', () => {
  it('is found by a search, and the step waits for its build', async () => {
    const step = start(3000)
    step.abf.mishaps.push({ method: 'POST', path: /build_lists/, gives: lostAnswer() })
    expect(await step.run({ ...BUILD, 'abf-timeout': '5m' })).toMatchObject({
      conclusion: 'timed_out',
      ok: false,
    })
    expect(logLines(step)).toEqual([
      'info: x86_64: abf.example did not respond in time. Checking whether the build was created anyway.',
      `info: x86_64: the build was created, as build ${FIRST}. ${BASE}build_lists/${FIRST}`,
      'info: Cancelling the builds that this run has submitted, because abf-timeout has passed.',
      `info: Cancelled build ${FIRST}.`,
      `error: The wait was not long enough for 1 of 1 builds: ${LABEL}, building (3000). The build did not end within 5 min. Its last status was building (3000).\nRaise abf-timeout, or set abf-wait: false and let a later job wait with abf-build-list-ids.`,
    ])
    expect(step.abf.created).toHaveLength(1)
    expect(step.connections.at(-1)).toEqual({ retries: 1, requestTimeout: 20_000 })
    expect(step.clock.pauses.slice(0, 2)).toEqual([0, 33_000])
  })

  it('is sent again after four searches that find nothing', async () => {
    const step = prepare()
    step.abf.mishaps.push(UNANSWERED)
    await step.run({ ...BUILD, 'abf-wait': 'false' })
    const look = ['GET user', 'GET projects/40217/build_lists']
    expect(requestsAfter(step)).toEqual([POST, ...look, ...look, ...look, ...look, POST])
    expect(step.clock.pauses).toEqual([0, 2000, 5000, 10_000])
    expect(logLines(step).slice(1)).toEqual([
      'info: x86_64: no build was created, so it is submitted again.',
      SUBMITTED,
    ])
  })

  it('is given up after two repeats', async () => {
    const step = prepare()
    step.abf.mishaps.push(UNANSWERED, UNANSWERED, UNANSWERED)
    expect(String(await failureOf(step.run(BUILD)))).toContain(
      'submit the build for x86_64: ABF at abf.example responded with 503',
    )
    expect(requestsAfter(step).filter((line) => line === POST)).toHaveLength(3)
    expect(step.state.read('abf-work')).toBe('')
  })

  it('is not sent again to a server that responded with 500', async () => {
    const step = prepare()
    step.abf.mishaps.push({ ...UNANSWERED, gives: { status: 500, body: { error: 'boom' } } })
    expect(await failureOf(step.run(BUILD))).toMatchObject({
      message: 'Could not submit the build for x86_64: ABF at abf.example responded with 500: boom',
      advice:
        'ABF responds like this when it does not have the project: check abf-project and abf-repository. If both are right, check that the server works, then re-run the job.',
      detail: [`POST ${BASE}api/v1/build_lists.json`, 'HTTP status 500'],
    })
    expect(requestsAfter(step)).toEqual([POST, 'GET user', 'GET projects/40217/build_lists'])
    expect(step.outputs).toMatchObject({ 'build-conclusion': 'failure', 'build-list-ids': '[]' })
  })

  it('ends the step with advice to check the server when the search fails as well', async () => {
    const step = prepare()
    step.abf.mishaps.push(UNANSWERED, { method: 'GET', path: /user/, gives: lostAnswer() })
    expect(await failureOf(step.run(BUILD))).toMatchObject({
      message:
        'Could not submit the build for x86_64: ABF at abf.example responded with 503. The check whether the build was created failed as well: abf.example did not respond in time.',
      title: 'A build may have been submitted',
      advice: `Check ${BASE}build_lists for a build for x86_64. When the server responds again, re-run the job: with abf-reuse it uses that build.`,
      detail: [
        `POST ${BASE}api/v1/build_lists.json`,
        'HTTP status 503',
        `POST ${BASE}api/v1/build_lists.json`,
      ],
    })
    expect(logLines(step).slice(-2)).toEqual([
      'info: Cancelling the builds that this run has submitted, because the step fails.',
      `warning: A build was being submitted when the step ended. No build was found so far. The post step continues the search. Check ${BASE}build_lists.`,
    ])
    expect(step.state.read('abf-work')).toContain('"known":[]')
  })
})

describe('The builds that this run has submitted', () => {
  it('are cancelled when the job is cancelled', async () => {
    const step = start(3000)
    step.clock.in(90_000, () => step.controller.abort(new CancelledError('SIGINT')))
    expect(await failureOf(step.run(BUILD))).toBeInstanceOf(CancelledError)
    expect(logLines(step).slice(2)).toEqual([
      'info: Cancelling the builds that this run has submitted, because the job is cancelled.',
      `info: Cancelled build ${FIRST}.`,
    ])
    expect(step.connections.at(-1)).toEqual({ retries: 1, requestTimeout: 1667 })
    expect(step.outputs).toMatchObject({ 'build-conclusion': 'cancelled', 'build-status': '3000' })
    expect([step.state.read('abf-work'), step.reports.length]).toEqual(['', 2])
    expect(step.reports[1]?.records[0]?.outcome?.sentence).toBe(
      'This run cancelled the build, because the job is cancelled.',
    )
  })

  it('are cancelled when ABF refuses a later architecture', async () => {
    const step = start(3000)
    const send = step.abf.send.bind(step.abf)
    step.abf.send = (request) => {
      if (request.body?.includes('"arch_id":2') === false)
        step.abf.mishaps.push({
          method: 'POST',
          path: /./,
          gives: { status: 422, body: { build_list: { id: null, message: 'No.' } } },
        })
      return send(request)
    }
    expect(String(await failureOf(step.run({ ...BUILD, 'abf-arches': 'x86_64 znver1' })))).toContain(
      'submit the build for znver1',
    )
    expect(logLines(step)).toEqual([
      SUBMITTED,
      'info: Cancelling the builds that this run has submitted, because the step fails.',
      `info: Cancelled build ${FIRST}.`,
    ])
    expect(step.outputs).toMatchObject({ 'build-conclusion': 'failure', 'build-list-ids': `[${FIRST}]` })
  })

  it('are left running, with a warning, when abf-on-abort is leave', async () => {
    const step = start(3000)
    await step.run({ ...BUILD, 'abf-on-abort': 'leave', 'abf-timeout': '2m' })
    expect(logLines(step)).toContain(
      `warning: abf-on-abort is leave, so this run leaves its builds running: ${FIRST}.`,
    )
    expect(step.abf.build(FIRST).status).toBe(3000)
    expect(step.state.read('abf-work')).toBe('')
  })

  it('are left to the post step when the cancel fails', async () => {
    const step = start(3000)
    step.abf.mishaps.push({ method: 'PUT', path: /cancel/, gives: { status: 503, body: {} } })
    await step.run({ ...BUILD, 'abf-timeout': '2m' })
    expect(JSON.parse(step.state.read('abf-work'))).toEqual({ ids: [FIRST] })
    expect(
      logLines(step).some((line) => line.startsWith(`warning: Build ${FIRST} could not be cancelled`)),
    ).toBe(true)
  })
})
