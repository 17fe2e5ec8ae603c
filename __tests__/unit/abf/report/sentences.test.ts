import { describe, expect, it } from 'vitest'
import {
  afterRequest,
  afterPoll,
  decide,
  type Goal,
  type BuildOutcome,
  startTrack,
  type Track,
} from '../../../../src/abf/outcome.ts'
import { BuildResponse, modeOf } from '../../../../src/abf/client/schema.ts'
import { formatStatus, KNOWN_CODES, modeMatters, statusInfo } from '../../../../src/abf/status.ts'
import { BUILD, FIRST, lostAnswer, prepare, logLines } from '../memory.ts'
import { failureOf } from '../../doubles.ts'

const MINUTE = 60_000

function judged(
  codes: readonly (number | 'missing')[],
  goal: Goal = 'build',
  from: Track = startTrack(0),
  mode: 'none' | 'testing' = 'none',
): BuildOutcome | undefined {
  let track = from
  let last: BuildOutcome | undefined
  for (const [index, code] of codes.entries()) {
    const now = index * MINUTE
    track = afterPoll(track, code === 'missing' ? { kind: 'missing' } : { kind: 'status', code }, now)
    last = decide(track, mode, { goal, testsFailed: 'fail', unpermittedArch: 'skip', graceMs: MINUTE }, now)
  }
  return last
}

describe('The sentence of an outcome', () => {
  it.each<[string, BuildOutcome | undefined, string]>([
    [
      'of a build that was cancelled and is gone',
      judged([10000, 'missing']),
      'The build was cancelled, and the server has deleted its record.',
    ],
    [
      'of a build that is gone',
      judged([3000, 'missing', 'missing', 'missing']),
      'The server has deleted the build; its last status was building (3000). Operators do that to builds that are stuck.',
    ],
    [
      'of a cancel that came too late',
      judged([666], 'cancel'),
      'It was too late to cancel: the build had ended. The build failed.',
    ],
    [
      'of a cancel that is noted',
      judged([10000, 10000, 10000, 10000], 'cancel'),
      'ABF has accepted the cancel. A queued build keeps this status until the server deletes it.',
    ],
    [
      'of a failure that was there before',
      judged([8000, 8000, 8000, 8000, 8000], 'publish', afterRequest(startTrack(0, 8000), 8000, 0, false)),
      'The packages were built, but could not be published. The status was the same before this run, and has not changed since.',
    ],
    [
      'of an operation that failed',
      judged([8000], 'publish'),
      'The packages were built, but could not be published.',
    ],
  ])('%s', (_, result, sentence) => {
    expect(result?.sentence).toBe(sentence)
  })

  it('of a build that stays built names where it should have been published', () => {
    const stayed = (mode: 'none' | 'testing') =>
      judged([0, 0, 0, 0, 0], 'build', startTrack(0), mode)?.sentence
    expect(stayed('testing')).toMatch(
      /^Built, but not published into testing as requested: ABF did not start to publish within 4 min\./,
    )
    expect(stayed('none')).toBe('The build is complete.')
  })

  it('is missing at 10000 unless the operation is cancel', () => {
    expect(judged([10000, 10000, 10000, 10000], 'publish')).toBeUndefined()
    expect(judged([10000, 10000, 10000, 10000])).toBeUndefined()
  })
})

describe('A status', () => {
  it('that is known has a name and a sentence of its own', () => {
    const infos = KNOWN_CODES.map((code) => statusInfo(code))
    expect(new Set(infos.map(({ name }) => name)).size).toBe(infos.length)
    expect(new Set(infos.map(({ sentence }) => sentence)).size).toBe(infos.length)
    for (const { code, name, sentence } of infos) {
      expect(name).toMatch(/^[a-z][a-z ]+$/)
      expect(sentence).toMatch(/^[A-Z].*\.$/)
      expect(formatStatus(code)).toBe(`${name} (${code})`)
    }
  })

  it('that is not known means to wait', () => {
    expect(statusInfo(4242)).toMatchObject({
      name: 'status 4242',
      sentence: 'The status 4242 is not known.',
      phase: 'unknown',
      meaning: { none: 'wait', default: 'wait', testing: 'wait' },
    })
    expect([formatStatus(4242), formatStatus(undefined)]).toEqual(['unknown status 4242', 'no status'])
  })

  it('may mean different things in testing and in a repository', () => {
    expect([12000, 0, 6000, 666].map((code) => modeMatters(code))).toEqual([true, true, false, false])
  })
})

it.each([
  [{ auto_publish_status: 'testing', auto_publish: true }, 'testing'],
  [{ auto_publish: true }, 'default'],
  [{ auto_publish: false }, 'none'],
  [{ auto_publish_status: 'odd' }, undefined],
  [{}, undefined],
])('The mode of %j is %s', (fields, mode) => {
  expect(modeOf(BuildResponse.parse({ build_list: { id: 1, status: 0, ...fields } }).build_list)).toBe(mode)
})

describe('Builds that were created at the same time', () => {
  it("as one whose response was lost do not count as this run's own", async () => {
    const step = prepare()
    step.abf.plan({}, [3000])
    const send = step.abf.send.bind(step.abf)
    let twin = false
    step.abf.send = (request) => {
      if (request.method === 'POST' && !twin) {
        twin = true
        send(request)
        step.abf.mishaps.push({ method: 'POST', path: /build_lists/, gives: lostAnswer() })
      }
      return send(request)
    }
    await step.run({ ...BUILD, 'abf-timeout': '2m' })
    expect(JSON.parse(step.outputs['build-lists'] ?? '')).toMatchObject([{ reused: true }])
    expect(step.abf.builds.map(({ status }) => status)).toEqual([3000, 3000])
    expect(step.state.read('abf-work')).toBe('')
  })

  it('cannot be listed when the server refuses, which ends the step', async () => {
    for (const answer of [
      { status: 401, body: {} },
      { status: 403, headers: { 'Retry-After': '99' }, body: { message: 'no' } },
    ]) {
      const step = prepare()
      step.abf.mishaps.push({ method: 'GET', path: /40217\/build_lists/, gives: answer })
      expect(await failureOf(step.run(BUILD))).toMatchObject({ status: answer.status })
      expect(step.abf.created).toEqual([])
    }
  })
})

describe('Builds given by id', () => {
  it('are described at the end when an operation needed no wait', async () => {
    const step = prepare()
    for (let count = 0; count < 2; count += 1)
      step.abf.addBuild({ projectId: 40217, archId: 2, saveToRepositoryId: 14, status: 6000 })
    const ids = `${FIRST} ${FIRST + 1}`
    await step.run({ 'abf-build-list-ids': ids, 'abf-operation': 'publish', 'abf-wait': 'false' })
    expect(JSON.parse(step.outputs['build-lists'] ?? '')).toMatchObject([
      { project: 'openmandriva/gtk+demo' },
      { project: 'openmandriva/gtk+demo' },
    ])
    step.abf.mishaps.push({ method: 'GET', path: new RegExp(`build_lists/${FIRST}`), gives: lostAnswer() })
    await step.run({ 'abf-build-list-ids': ids, 'abf-operation': 'publish', 'abf-wait': 'false' })
    expect(logLines(step).at(-1)).toBe(
      `info: Build ${FIRST} could not be read: abf.example did not respond in time`,
    )
  })

  it.each([
    [1000, 'info: Found 1000 builds.'],
    [
      1001,
      'warning: abf-filter matches more than 1000 builds. Only the 1000 that changed last are used. Make abf-filter narrower.',
    ],
  ])('and found %i times by filter are limited to a thousand, with a warning', async (count, line) => {
    const step = prepare()
    for (let added = 0; added < count; added += 1)
      step.abf.addBuild({ projectId: 40217, archId: 2, saveToRepositoryId: 14, status: 6000 })
    await step.run({ 'abf-filter': 'ownership=index', 'abf-operation': 'search' })
    expect(logLines(step)[0]).toBe(line)
    expect(JSON.parse(step.outputs['build-list-ids'] ?? '')).toHaveLength(1000)
  })
})
