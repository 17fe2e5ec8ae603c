import { describe, expect, it } from 'vitest'
import type { AbfStandIn } from '../servers/abf/index.ts'
import { type ActionResult, SHA } from '../runner/runner.ts'
import type { SentryStandIn } from '../servers/sentry/index.ts'
import { BUILD, remote, said, seed, startAbf, step } from './abf-helpers.ts'
import { startSentry } from './helpers.ts'

type Inputs = Readonly<Record<string, string>>

const RELEASE = { environment: 'production', 'abf-log-lines': '0' }

/** A step that would finalize and deploy, with a build at this status. */
async function release(
  inputs: Inputs | ((abf: AbfStandIn, id: number) => Inputs),
  status: number,
): Promise<{ result: ActionResult; sentry: SentryStandIn; abf: AbfStandIn }> {
  const [abf, sentry] = [await startAbf(), await startSentry()]
  const { id } = seed(abf, status)
  const more =
    typeof inputs === 'function' ? inputs(abf, id) : { ...inputs, 'abf-build-list-ids': String(id) }
  return { abf, sentry, result: await step(abf, { ...RELEASE, ...more }, {}, sentry) }
}

/** Whether the release has a date, and how many deploys there are. */
function released(sentry: SentryStandIn): [boolean, number] {
  return [sentry.release(SHA).dateReleased !== null, sentry.deploys.length]
}

const last = (times: readonly { at: number }[]): number => times.at(-1)?.at ?? Number.NaN

describe.concurrent('The release', () => {
  it('is created before the first request to ABF, and finalized and deployed after the last one', async () => {
    const { abf, sentry, result } = await release(() => BUILD, 666)
    expect([result.code, released(sentry)]).toEqual([0, [true, 1]])
    const [first, end] = [abf.journal[0]?.at ?? 0, last(abf.journal)]
    const before = sentry.journal.filter(({ at }) => at <= first).map(({ method }) => method)
    expect(before).toEqual(['GET', 'POST', 'GET'])
    const after = sentry.journal.filter(({ at }) => at >= end).map(({ method }) => method)
    expect(after.filter((method) => method !== 'GET')).toEqual(['PUT', 'POST'])
    expect(sentry.journal).toHaveLength(before.length + after.length)
  })

  it('is confirmed when the ABF part fails before its first build', async () => {
    const { result, sentry } = await release(() => ({ ...BUILD, 'abf-project': 'no/body' }), 0)
    expect([result.code, result.outputs['release-version'], result.outputs['release-finalized']]).toEqual([
      1,
      SHA,
      'false',
    ])
    expect([
      released(sentry),
      result.summary.includes('no&#47;body') || result.summary.includes('no/body'),
    ]).toEqual([[false, 0], true])
  })

  it.each([
    ['watch', 6000],
    ['publish', 0],
    ['publish', 6000],
    ['publish-into-testing', 0],
  ])('is finalized and deployed after %s of a build at %d succeeds', async (operation, status) => {
    const { result, sentry } = await release({ 'abf-operation': operation }, status)
    expect([result.code, released(sentry), result.outputs['release-finalized']]).toEqual([
      0,
      [true, 1],
      'true',
    ])
    expect(result.outputs['deploy-id']).toMatch(/^\d+$/)
  })
})

describe.concurrent('The release is held back, and log and summary say so,', () => {
  it.each([
    ['a failure', { 'abf-operation': 'watch' }, 666, 1, 0],
    ['a cancelled build', { 'abf-operation': 'watch' }, 5000, 1, 0],
    ['a timeout', { 'abf-operation': 'watch', 'abf-timeout': '1s' }, 3000, 1, 0],
    ['nothing built', { 'abf-operation': 'watch' }, 15000, 0, 1],
    ['a filter that selects nothing', { 'abf-operation': 'publish', 'abf-filter': 'arch_id=99' }, 666, 1, 0],
    ['a refused publish', { 'abf-operation': 'publish' }, 3000, 1, 0],
    ['no wait', { 'abf-operation': 'watch', 'abf-wait': 'false' }, 3000, 0, 0],
    ['no wait though the build is good', { 'abf-operation': 'watch', 'abf-wait': 'false' }, 6000, 0, 0],
    ['publish without a wait', { 'abf-operation': 'publish', 'abf-wait': 'false' }, 0, 0, 0],
    ['search', { 'abf-operation': 'search' }, 6000, 0, 0],
    ['cancel', { 'abf-operation': 'cancel' }, 3000, 0, 0],
    ['reject', { 'abf-operation': 'reject' }, 0, 0, 0],
  ])('after %s', async (_name, inputs, status, code, warnings) => {
    const { result, sentry } = await release(inputs, status)
    expect([result.code, released(sentry), result.outputs['release-finalized']]).toEqual([
      code,
      [false, 0],
      'false',
    ])
    const held = said(result, 'warning').filter((text) => text.includes('are skipped'))
    expect(held).toHaveLength(warnings)
    expect(result.stdout).toMatch(/Finalize and deploy are skipped/)
    expect(result.summary).toMatch(/Release date<\/th><td>not set: (?!the step ended)/)
    expect(result.outputs['deploy-id'] ?? '').toBe('')
    expect(sentry.journal.filter(({ method }) => method !== 'GET').map(({ method }) => method)).toEqual([
      'POST',
    ])
  })

  it('with a warning when a build was not published as requested', async () => {
    const { result, sentry } = await release((abf, id) => {
      abf.build(id).autoPublishStatus = 'default'
      return { 'abf-build-list-ids': String(id) }
    }, 12000)
    expect([result.code, result.outputs['build-conclusion'], released(sentry)]).toEqual([
      0,
      'neutral',
      [false, 0],
    ])
    expect(said(result, 'warning').filter((text) => text.includes('are skipped'))).toHaveLength(1)
  })

  it('without a message when neither finalize nor deploy was requested', async () => {
    const [abf, sentry] = [await startAbf(), await startSentry()]
    const one = seed(abf, 15000)
    const result = await step(abf, { 'abf-build-list-ids': String(one.id), finalize: 'false' }, {}, sentry)
    expect(result.stdout).not.toContain('are skipped')
    expect(result.summary).toContain('Release date</th><td>not set: finalize is false<')
  })

  it('by a cancelled run, and the next run completes it', async () => {
    const [abf, sentry] = [await startAbf(), await startSentry()]
    const { run, stop } = remote()
    abf.plan({}, [3000])
    abf.onRequest(({ method }) => {
      if (method === 'GET' && abf.created.length > 0) stop('SIGINT')
    })
    const inputs = { ...BUILD, ...RELEASE }
    const cancelled = await step(abf, inputs, run, sentry)
    expect([cancelled.code, released(sentry)]).toEqual([1, [false, 0]])
    abf.onRequest(() => {})
    abf.plan({}, [0])
    expect([(await step(abf, inputs, {}, sentry)).code, released(sentry)]).toEqual([0, [true, 1]])
  })
})

describe.concurrent('Commits', () => {
  it('are associated before the builds, and the release date is set after they succeed', async () => {
    const [abf, sentry] = [await startAbf(), await startSentry()]
    const result = await step(abf, { ...BUILD, 'set-commits': 'auto' }, {}, sentry)
    const puts = sentry.journal.filter(({ method }) => method === 'PUT')
    const [refs, date] = puts.map(({ json }) => Object.keys(json ?? {}))
    expect([result.code, puts.length, refs, date]).toEqual([0, 2, ['refs'], ['dateReleased']])
    const [first, end] = [abf.journal[0]?.at ?? 0, last(abf.journal)]
    expect((puts[0]?.at ?? Number.NaN) <= first && end <= (puts[1]?.at ?? Number.NaN)).toBe(true)
  })
})
