import { gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { cleanUpAbf, runAbf, summarizeBuilds } from '../../../src/abf/index.ts'
import type { AbfDeps } from '../../../src/abf/index.ts'
import { CancelledError } from '../../../src/errors.ts'
import { commitOf, FileStoreStandIn } from '../../servers/abf/index.ts'
import { BUILD, COMMIT, DIALECTS, go, inputsFor, prepare, running, start, stopAll } from './harness.ts'
import { failureOf } from '../doubles.ts'

afterEach(stopAll)

describe.each(DIALECTS)('%s', (dialect) => {
  it('builds by names in at most six requests before the first poll, and reports the result', async () => {
    const abf = await start(dialect)
    const { result, run } = await go(abf, BUILD)
    expect([result.conclusion, result.ok, result.stop]).toEqual(['success', true, undefined])
    expect(abf.created).toHaveLength(1)
    expect(abf.requests.findIndex((line) => line.startsWith('POST'))).toBeLessThan(6)
    expect(abf.created[0]?.asked).toMatchObject({
      project_id: 40217,
      arch_id: 2,
      commit_hash: COMMIT,
      include_repos: [14],
      auto_publish: false,
      auto_publish_status: 'none',
      update_type: 'bugfix',
    })
    expect(abf.created[0]?.asked).not.toHaveProperty('project_version')
    expect(run.outputs.get('build-status')).toBe('0')
    expect(JSON.parse(run.outputs.get('build-lists') ?? '')).toMatchObject([
      {
        arch: 'x86_64',
        commit: COMMIT,
        project: 'openmandriva/gtk+demo',
        repository: 'cooker/main',
        reused: false,
      },
    ])
  })

  it('publishes automatically when abf-auto-publish is default', async () => {
    const abf = await start(dialect)
    const { result, run } = await go(abf, { ...BUILD, 'abf-auto-publish': 'default' })
    expect([result.conclusion, run.outputs.get('build-status')]).toEqual(['success', '6000'])
  })

  it('reuses an equal build instead of submitting a second one', async () => {
    const abf = await start(dialect)
    await go(abf, { ...BUILD, 'abf-arches': 'x86_64, znver1' })
    const { result, run } = await go(abf, { ...BUILD, 'abf-arches': 'x86_64, znver1' })
    expect(abf.created).toHaveLength(2)
    expect(result.conclusion).toBe('success')
    expect(JSON.parse(run.outputs.get('build-lists') ?? '')).toMatchObject([
      { reused: true },
      { reused: true },
    ])
  })

  it('watches many builds, and publishes, rejects and cancels builds', async () => {
    const abf = await start(dialect)
    const builds = Array.from({ length: 7 }, () =>
      abf.addBuild({ projectId: 40217, archId: 2, saveToRepositoryId: 14, commitHash: COMMIT, status: 3000 }),
    )
    const ids = builds.map(({ id }) => id)
    for (const id of ids) abf.script(id, [{ status: 0, afterReads: 2 }])
    const list = JSON.stringify(ids)
    expect((await go(abf, { 'abf-build-list-ids': list })).result.conclusion).toBe('success')

    const some = JSON.stringify(ids.slice(0, 3))
    const published = await go(abf, { 'abf-operation': 'publish', 'abf-build-list-ids': some })
    expect([published.result.conclusion, published.run.outputs.get('build-status')]).toEqual([
      'success',
      '6000',
    ])
    const again = await go(abf, { 'abf-operation': 'publish', 'abf-build-list-ids': some })
    expect(again.result.conclusion).toBe('success')
    expect(abf.requests.filter((line) => line.startsWith('PUT'))).toHaveLength(3)

    const rejected = await go(abf, { 'abf-operation': 'reject', 'abf-build-list-ids': String(ids[3]) })
    expect([rejected.result.conclusion, rejected.result.stop === undefined]).toEqual(['success', false])

    const late = await go(abf, { 'abf-operation': 'cancel', 'abf-build-list-ids': String(ids[4]) })
    expect([late.result.conclusion, late.result.ok]).toEqual(['failure', false])
    expect(late.run.logger.said('error')).toHaveLength(1)

    abf.setStatus(ids[5] ?? 0, 3000)
    abf.setStatus(ids[6] ?? 0, 2000)
    const cancelled = await go(abf, {
      'abf-operation': 'cancel',
      'abf-build-list-ids': JSON.stringify(ids.slice(5)),
    })
    expect([cancelled.result.conclusion, cancelled.result.ok]).toEqual(['cancelled', true])
    expect(cancelled.run.logger.said('error')).toEqual([])
  })

  it('finds the build of a create whose response was lost', async () => {
    const abf = await start(dialect)
    abf.fault({ method: 'POST', action: { kind: 'reset', when: 'after' } })
    const { result } = await go(abf, BUILD)
    expect([result.conclusion, abf.created.length]).toEqual(['success', 1])
  })

  it('submits again after a create that had no effect', async () => {
    const abf = await start(dialect)
    abf.fault({
      method: 'POST',
      action: { kind: 'answer', answer: { status: 502, raw: '<html>' }, when: 'before' },
    })
    const { result } = await go(abf, BUILD)
    expect([result.conclusion, abf.created.length]).toEqual(['success', 1])
  })

  it('cancels its own builds when the job is cancelled, and writes the outputs', async () => {
    const abf = await start(dialect)
    abf.plan({}, [3000])
    const run = prepare()
    abf.onRequest(({ method, path }) => {
      if (method === 'GET' && /build_lists\/\d+/.test(path))
        run.controller.abort(new CancelledError('SIGINT'))
    })
    const thrown = await failureOf(runAbf(inputsFor(abf, BUILD), run.deps))
    expect(thrown).toBeInstanceOf(CancelledError)
    expect([5000, 10000]).toContain(abf.builds[0]?.status)
    expect(run.outputs.get('build-conclusion')).toBe('cancelled')
    expect(run.outputs.get('build-list-ids')).toBe(JSON.stringify(abf.builds.map(({ id }) => id)))
    expect(run.report).toBeDefined()
    expect(run.state.read('abf-work')).toBe('')
  })

  it('cancels in the post step the builds of a killed step', async () => {
    const abf = await start(dialect)
    abf.plan({}, [3000])
    const run = prepare()
    const inputs = inputsFor(abf, { ...BUILD, 'abf-wait': 'true' })
    // Killed: the process sees nothing more, not even its signal.
    const frozen: AbfDeps = {
      ...run.deps,
      clock: {
        ...run.deps.clock,
        now: () => Date.now(),
        random: () => 0,
        timeout: (ms) => AbortSignal.timeout(ms),
        sleep: () => new Promise(() => {}),
      },
    }
    void runAbf(inputs, frozen)
    await expect.poll(() => run.outputs.get('build-list-ids')).toMatch(/\d/)
    const saved = run.state.read('abf-work')
    expect(saved).not.toContain('token')
    expect(await cleanUpAbf(inputs, run.deps)).toBe(true)
    expect([5000, 10000]).toContain(abf.builds[0]?.status)
    expect(await cleanUpAbf(inputs, run.deps)).toBe(false)
  })

  it('cancels after abf-timeout only the builds that this run has submitted', async () => {
    const abf = await start(dialect)
    abf.plan({}, [3000])
    const { result, run } = await go(abf, { ...BUILD, 'abf-timeout': '5s' })
    expect([result.conclusion, result.ok]).toEqual(['timed_out', false])
    expect([5000, 10000]).toContain(abf.builds[0]?.status)
    expect(run.logger.said('error')).toHaveLength(1)

    const given = abf.addBuild({ projectId: 40217, archId: 2, saveToRepositoryId: 14, status: 3000 })
    await go(abf, { 'abf-build-list-ids': String(given.id), 'abf-timeout': '5s' })
    expect(abf.build(given.id).status).toBe(3000)
  })

  it('cancels the first architecture when ABF refuses the second', async () => {
    const abf = await start(dialect)
    abf.plan({}, [3000])
    abf.fault({
      method: 'POST',
      skip: 1,
      action: {
        kind: 'answer',
        answer: { status: 422, body: { build_list: { id: null, message: 'No.' } } },
        when: 'before',
      },
    })
    const run = prepare()
    const thrown = await failureOf(
      runAbf(inputsFor(abf, { ...BUILD, 'abf-arches': 'x86_64 znver1' }), run.deps),
    )
    expect(String(thrown)).toMatch(/submit the build for znver1.*No\./)
    expect([5000, 10000]).toContain(abf.builds[0]?.status)
    expect(run.outputs.get('build-conclusion')).toBe('failure')
  })

  it('searches for builds', async () => {
    const abf = await start(dialect)
    abf.addBuild({ projectId: 40217, archId: 2, saveToRepositoryId: 14, status: 6000, userId: 501 })
    abf.addBuild({ projectId: 40217, archId: 2, saveToRepositoryId: 14, status: 666, userId: 501 })
    const { result, run } = await go(abf, { 'abf-filter': 'status=6000' })
    expect([result.conclusion, run.outputs.get('build-status')]).toEqual(['success', ''])
    expect(JSON.parse(run.outputs.get('build-lists') ?? '')).toMatchObject([{ status: 6000 }])
  })
})

describe('A failed build', () => {
  it('has its log named and the end of it shown with all special characters escaped', async () => {
    const store = await new FileStoreStandIn().start()
    running.push(store)
    const abf = await start('rosa', { fileStore: store })
    abf.plan({}, [3000, 666])
    const { result, run } = await go(abf, { ...BUILD, 'abf-project': '40217' })
    expect([result.conclusion, result.ok]).toEqual(['failure', false])
    const [error, ...more] = run.logger.said('error')
    expect(more).toEqual([])
    expect(error).toContain('openmandriva/gtk+demo x86_64')
    expect(error).toContain('build failed (666)')
    expect(run.logger.said('info')).toContain('error: Bad exit status')
    const [record] = run.report?.records ?? []
    expect(record?.log?.fileName).toBe('build.gtk+demo.log.gz')
    expect(gunzipSync([...store.files.values()][0]?.content ?? '').toString()).toContain('Bad exit status')
    expect(summarizeBuilds(result.report).problems).toContain('<pre>')
  })

  it('is reported when ABF built another commit than the requested one', async () => {
    const abf = await start('omv')
    const { result, run } = await go(abf, { ...BUILD, 'abf-project-version': 'rolling' })
    expect(result.conclusion).toBe('failure')
    expect(run.logger.said('error')[0]).toContain(`instead of ${COMMIT}`)
  })

  it('is not submitted for a project whose name only resembles the requested one', async () => {
    const abf = await start('omv')
    const run = prepare()
    const thrown = await failureOf(
      runAbf(inputsFor(abf, { ...BUILD, 'abf-project': 'openmandriva/gtk+dem' }), run.deps),
    )
    expect(String(thrown)).toContain('openmandriva/gtk+demo')
    expect(abf.requests.filter((line) => line.startsWith('POST'))).toEqual([])
  })
})

describe('A hidden project on a server that reads as an anonymous user', () => {
  it('is built by its id, with the statuses of the list', async () => {
    const abf = await start('omv')
    const { result, run } = await go(abf, {
      ...BUILD,
      'abf-token': 'token-of-alice',
      'abf-project': '40400',
      'abf-commit': commitOf('secret master'),
    })
    expect([result.conclusion, run.outputs.get('build-status')]).toEqual(['success', '0'])
    expect(run.logger.said('warning').join()).toMatch(/does not report which commit/)
  })
})

describe('The number of requests', () => {
  it('is three for a poll of 250 builds, and the wait pauses until the next full hour at the rate limit', async () => {
    const abf = await start('omv')
    const ids = Array.from({ length: 250 }, () =>
      abf.addBuild({ projectId: 40217, archId: 2, saveToRepositoryId: 14, status: 3000 }),
    ).map(({ id }) => id)
    const run = prepare()
    await go(abf, { 'abf-build-list-ids': ids.join(','), 'abf-timeout': '3s' }, run)
    const lists = abf.requests.filter((line) => line.startsWith('GET /api/v1/build_lists.json'))
    expect(lists.length % 3).toBe(0)
    expect(lists.length).toBeLessThanOrEqual(12)
  })

  it('is limited per hour, and the wait pauses until the next full hour', async () => {
    const abf = await start('omv', { clock: () => Date.UTC(2026, 0, 1, 10, 20) })
    const build = abf.addBuild({ projectId: 40217, archId: 2, saveToRepositoryId: 14, status: 6000 })
    abf.fault({
      action: {
        kind: 'answer',
        answer: {
          status: 403,
          headers: { Date: new Date(Date.UTC(2026, 0, 1, 10, 20)).toUTCString() },
          body: { message: '403 Forbidden | Rate Limit Exceeded' },
        },
        when: 'before',
      },
    })
    const run = prepare()
    const before = run.deps.clock.now()
    const { result } = await go(abf, { 'abf-build-list-ids': String(build.id), 'abf-timeout': '2h' }, run)
    expect(result.conclusion).toBe('success')
    expect(run.deps.clock.now() - before).toBeGreaterThanOrEqual(40 * 60_000)
    expect(run.logger.said('warning')[0]).toContain('11:00 UTC')
  })
})
