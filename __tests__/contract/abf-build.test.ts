import { describe, expect, it } from 'vitest'
import { type Build, commitOf } from '../servers/abf/index.ts'
import { SHA } from '../runner/runner.ts'
import type { FaultAction } from '../servers/server.ts'
import {
  answer,
  build,
  buildLists,
  calls,
  DIALECTS,
  ending,
  on,
  said,
  seed,
  startAbf,
  step,
} from './abf-helpers.ts'
import { failure, pool } from './helpers.ts'

/** Everything that is asked of ABF for a bare commit, and nothing else. */
const FIELDS = {
  project_id: 40217,
  commit_hash: SHA,
  arch_id: 2,
  save_to_repository_id: 14,
  build_for_platform_id: 31,
  include_repos: [14],
  update_type: 'bugfix',
  auto_publish: false,
  auto_publish_status: 'none',
}

describe.concurrent('A create with an unusual response', () => {
  it('of 201 is a build like any other, and is not submitted again', async () => {
    const abf = await startAbf()
    abf.plan({}, [0])
    abf.onAnswer((given, call) => (call.method === 'POST' ? { ...given, status: 201 } : given))
    const result = await build(abf)
    expect([ending(result), calls(abf, 'POST').length, abf.created.length]).toEqual([
      [0, 'success', '0'],
      1,
      1,
    ])
  })

  it('without a usable body reports no duration for a status whose start was not seen', async () => {
    const abf = await startAbf()
    abf.plan({}, [3000, { status: 0, afterReads: 2 }])
    abf.fault({ method: 'POST', action: answer({ status: 200, raw: '<html>' }, 'after') })
    const { log, code } = await build(abf)
    const built = log.filter((line) => line.includes(': built (0)'))
    expect([code, built.length, built.some((line) => line.includes(', after '))]).toEqual([0, 1, false])
  })
})

describe.concurrent('A create whose response is lost', () => {
  const losses: Readonly<Record<string, FaultAction>> = {
    'reset before its effect': { kind: 'reset', when: 'before' },
    'reset after its effect': { kind: 'reset', when: 'after' },
    'cut off in the middle of the answer': { kind: 'reset', when: 'body' },
    truncated: { kind: 'truncate' },
    'responded with 504 after its effect': answer({ status: 504, raw: '<html>' }, 'after'),
    'responded with 502 before its effect': answer({ status: 502, raw: '<html>' }),
    'responded with 200 with a web page after its effect': answer({ status: 200, raw: '<html>' }, 'after'),
    'without an answer after its effect': { kind: 'hang', when: 'after' },
  }

  it('makes exactly one build for each architecture on every server, whatever the reason', async () => {
    const cells = DIALECTS.flatMap((dialect) =>
      Object.entries(losses).map((loss) => [dialect, ...loss] as const),
    )
    const seen: Record<string, unknown> = {}
    await pool(cells, 8, async ([dialect, name, action]) => {
      const abf = await startAbf(dialect)
      abf.fault({ method: 'POST', skip: 1, action })
      const result = await build(abf, {
        'abf-arches': 'x86_64 znver1',
        'request-timeout': action.kind === 'hang' ? '4s' : '30s',
      })
      seen[`${dialect} ${name}`] = [
        ...ending(result),
        abf.builds.map(({ archId }) => archId),
        buildLists(result).map(({ reused }) => reused),
      ]
    })
    const expected = [0, 'success', '0', [2, 7], [false, false]]
    expect(seen).toEqual(Object.fromEntries(cells.map(([dialect, name]) => [`${dialect} ${name}`, expected])))
  })

  it('does not claim the build of another run', async () => {
    const abf = await startAbf()
    let other: Build | undefined
    abf.onRequest(() => {
      other ??= seed(abf, 3000)
    })
    abf.fault({ method: 'POST', action: { kind: 'reset', when: 'before' } })
    const result = await build(abf, { 'abf-reuse': 'false' })
    expect([abf.created.length, result.outputs['build-list-ids']?.includes(String(other?.id))]).toEqual([
      1,
      false,
    ])
  })

  it('ends the step with one failure and no second build when the search fails', async () => {
    const abf = await startAbf()
    abf.fault({ method: 'POST', action: { kind: 'reset', when: 'after' } })
    abf.fault({ method: 'GET', skip: 4, times: 99, action: answer({ status: 503, raw: '<html>' }) })
    const result = await build(abf, { retries: '0' })
    expect([failure(result).includes('build_lists'), abf.created.length]).toEqual([true, 1])
  })

  it('with status 500 is not repeated', async () => {
    const abf = await startAbf()
    abf.fault({ method: 'POST', times: 9, action: answer({ status: 500, body: { status: 500 } }) })
    expect([failure(await build(abf)).includes('500'), calls(abf, 'POST').length]).toEqual([true, 1])
  })
})

describe.concurrent.each(DIALECTS)('A build on %s', (dialect) => {
  it('is submitted by names in six requests, with exactly the requested fields', async () => {
    const abf = await startAbf(dialect)
    const result = await build(abf)
    expect([ending(result), result.annotations]).toEqual([[0, 'success', '0'], []])
    expect(abf.created.map(({ asked }) => asked)).toEqual([FIELDS])
    const keys = Object.keys(abf.created[0]?.asked ?? {})
    expect(keys.indexOf('auto_publish_status')).toBeGreaterThan(keys.indexOf('auto_publish'))
    const submitted = calls(abf).findIndex((line) => line.startsWith('POST'))
    expect(submitted).toBeLessThan(6)
    expect(result.outputs['build-list-ids']).toBe(JSON.stringify(abf.created.map(({ id }) => id)))
  })

  it('takes one more request for each further architecture, and keeps their order', async () => {
    const abf = await startAbf(dialect)
    const result = await build(abf, { 'abf-arches': 'znver1, x86_64 aarch64' })
    const last = calls(abf).findLastIndex((line) => line.startsWith('POST'))
    expect([result.code, last < 8, abf.created.map(({ asked }) => asked['arch_id'])]).toEqual([
      0,
      true,
      [7, 2, 5],
    ])
    expect(buildLists(result).map(({ arch }) => arch)).toEqual(['znver1', 'x86_64', 'aarch64'])
    expect(result.outputs['build-list-ids']).toBe(JSON.stringify(abf.created.map(({ id }) => id)))
  })

  it('is reused by a second run, also when the server changed the mode', async () => {
    const abf = await startAbf(dialect)
    const inputs = { 'abf-arches': 'x86_64 znver1', 'abf-auto-publish': 'default' }
    await build(abf, inputs)
    const again = await build(abf, inputs)
    expect([ending(again), abf.created.length]).toEqual([[0, 'success', '6000'], 2])
    expect(buildLists(again).map(({ reused }) => reused)).toEqual([true, true])
  })

  it('is not submitted when the project, repository, platform or architecture is unknown', async () => {
    const abf = await startAbf(dialect)
    const wrong = {
      'abf-project': 'openmandriva/nothing-like-it',
      'abf-repository': 'cooker/nothing',
      'abf-platform': 'nowhere',
      'abf-arches': 'x86_64,vax',
      'abf-include-repositories': 'rolling/main',
    }
    for (const [name, value] of Object.entries(wrong)) {
      const text = failure(await build(abf, { [name]: value }))
      expect([text.includes(name), text.includes(value.split(/[,/]/).at(-1) ?? '')]).toEqual([true, true])
    }
    expect(failure(await build(abf, { 'abf-repository': 'nowhere/main' }))).toContain('abf-repository')
    expect(abf.created).toEqual([])
  })

  it('fails with the source of the credentials when the token is wrong or lacks write access', async () => {
    const abf = await startAbf(dialect)
    const wrong = await build(abf, { 'abf-token': 'token-of-nobody' })
    expect(failure(wrong)).toMatch(/401[^]*abf-token/)
    const guest = await build(abf, { 'abf-token': 'token-of-guest' })
    expect(failure(guest)).toMatch(/403[^]*abf-token[^]*writer/)
    expect([abf.created, calls(abf, 'POST').every((line) => !line.endsWith('200'))]).toEqual([[], true])
  })
})

describe.concurrent('The fields of a build', () => {
  it.each([
    [
      { 'abf-project-version': 'master', 'abf-commit': commitOf('gtk+demo master') },
      {
        project_version: 'master',
        commit_hash: commitOf('gtk+demo master'),
      },
    ],
    [{ 'abf-auto-publish': 'true' }, { auto_publish: true, auto_publish_status: 'default' }],
    [{ 'abf-auto-publish': 'testing' }, { auto_publish: false, auto_publish_status: 'testing' }],
    [{ 'abf-auto-publish': 'false' }, { auto_publish: false, auto_publish_status: 'none' }],
    [{ 'abf-update-type': 'security' }, { update_type: 'security' }],
    [{ 'abf-repository': 'cooker/contrib' }, { save_to_repository_id: 15, include_repos: [14, 15] }],
    [
      { 'abf-repository': '15', 'abf-include-repositories': 'cooker/contrib 15' },
      {
        save_to_repository_id: 15,
        include_repos: [15],
      },
    ],
    [
      { 'abf-repository': 'rosa2021.1/main' },
      {
        save_to_repository_id: 61,
        build_for_platform_id: 44,
        include_repos: [61],
      },
    ],
    [
      { 'abf-repository': 'alice_personal/main', 'abf-platform': 'rosa2021.1' },
      {
        save_to_repository_id: 19,
        build_for_platform_id: 44,
        include_repos: [61],
      },
    ],
    [
      { 'abf-build-options': '{"use_extra_tests": false, "extra_params": {"build_rpm": "x"}}' },
      {
        use_extra_tests: false,
        extra_params: { build_rpm: 'x' },
      },
    ],
  ])('for %j are %j, and the others are the defaults', async (inputs, fields) => {
    const abf = await startAbf()
    await build(abf, { 'abf-wait': 'false', ...inputs })
    expect(abf.created.map(({ asked }) => asked)).toEqual([{ ...FIELDS, ...fields }])
  })

  it('given as ids need no lookup', async () => {
    const abf = await startAbf('rosa')
    const { code } = await build(abf, {
      'abf-project': '40217',
      'abf-repository': '14',
      'abf-platform': '31',
      'abf-include-repositories': '14',
      'abf-arches': '2',
      'abf-wait': 'false',
    })
    expect([code, abf.created.map(({ asked }) => asked)]).toEqual([0, [FIELDS]])
    expect(calls(abf).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'GET projects/40217/build_lists',
      'POST build_lists',
    ])
  })

  it('may be names on later pages of the lists', async () => {
    const abf = await startAbf()
    for (let index = 0; index < 130; index += 1) {
      abf.addArch(`arch${index}`)
      abf.addPlatform({ name: `aaa${index}` })
    }
    const { id } = abf.addArch('last')
    await build(abf, { 'abf-arches': 'last', 'abf-repository': 'rolling/main', 'abf-wait': 'false' })
    expect(abf.created[0]?.asked).toMatchObject({ arch_id: id, save_to_repository_id: 52 })
  })

  it('that no server knows are sent, with a notice', async () => {
    const abf = await startAbf()
    const result = await build(abf, { 'abf-build-options': '{"frobnicate": [1]}', 'abf-wait': 'false' })
    expect(abf.created[0]?.asked).toEqual({ ...FIELDS, frobnicate: [1] })
    expect(said(result, 'notice')).toEqual([expect.stringContaining('frobnicate')])
  })

  it.each([
    [
      '{"commit_hash": "x", "auto_publish": true, "include_repos": [1], "save_to_platform_id": 1}',
      ['abf-commit', 'abf-auto-publish', 'abf-include-repositories', 'abf-repository'],
    ],
    ['[1]', ['abf-build-options']],
    ['{"a": ', ['abf-build-options']],
  ])('in abf-build-options are refused when another input sets them: %s', async (options, owners) => {
    const abf = await startAbf()
    const text = failure(await build(abf, { 'abf-build-options': options }))
    for (const owner of owners) expect(text).toContain(owner)
    expect(abf.journal).toEqual([])
  })

  it('for a personal repository require abf-platform', async () => {
    const abf = await startAbf()
    expect(failure(await build(abf, { 'abf-repository': 'alice_personal/main' }))).toContain('abf-platform')
    expect(abf.created).toEqual([])
  })

  it.each(['openmandriva/gtk+dem', 'OpenMandriva/GTK+demo', 'openmandriva/gtk_demo', 'mandriva/gtk+demo'])(
    'do not match a project whose name only resembles %s',
    async (project) => {
      const abf = await startAbf()
      expect(failure(await build(abf, { 'abf-project': project }))).toContain('openmandriva/gtk+demo')
      expect(abf.created).toEqual([])
    },
  )

  it('with an unknown id of a project fail, and the failure names the input', async () => {
    const abf = await startAbf()
    expect(failure(await build(abf, { 'abf-project': '99999' }))).toContain('abf-project')
    expect(abf.created).toEqual([])
  })

  it.each([['abf-project'], ['abf-repository'], ['abf-token']])(
    'without %s are refused before any request',
    async (name) => {
      const abf = await startAbf()
      const result = await build(abf, { 'abf-operation': 'build', [name]: '' })
      expect([failure(result).includes(name), abf.journal]).toEqual([true, []])
    },
  )
})

describe.concurrent('An existing build', () => {
  it('of the same source is reused while it is queued, built or published', async () => {
    const abf = await startAbf('rosa')
    const statuses = [0, 2000, 2500, 2550, 3000, 4000, 6000, 7000, 12000, 13000, 15000, 16000]
    const arches = statuses.map((status) => abf.addArch(`for-${status}`))
    for (const [index, status] of statuses.entries()) seed(abf, status, { archId: arches[index]?.id ?? 0 })
    const result = await build(abf, {
      'abf-arches': arches.map(({ name }) => name).join(),
      'abf-wait': 'false',
    })
    expect([result.code, abf.created]).toEqual([0, []])
    expect(buildLists(result).map(({ reused, status }) => [reused, status])).toEqual(
      statuses.map((status) => [true, status]),
    )
  })

  it('that failed, was rejected or is being cancelled is not reused', async () => {
    const abf = await startAbf()
    for (const status of [10000, 5000, 666, 777, 8000, 9000, 11000, 14000, 555]) seed(abf, status)
    const result = await build(abf, { 'abf-wait': 'false' })
    expect([abf.created.length, buildLists(result).map(({ reused }) => reused)]).toEqual([1, [false]])
  })

  it('of another commit, architecture, platform, repository, project or mode is not reused', async () => {
    const abf = await startAbf()
    seed(abf, 6000, { commitHash: commitOf('other') })
    seed(abf, 6000, { commitHash: commitOf('other'), projectVersion: SHA })
    seed(abf, 6000, { archId: 5 })
    seed(abf, 6000, { saveToRepositoryId: 19 })
    seed(abf, 6000, { saveToRepositoryId: 15 })
    seed(abf, 6000, { projectId: 40299 })
    seed(abf, 6000, { autoPublishStatus: 'default' })
    seed(abf, 12000, { autoPublishStatus: 'testing' })
    await build(abf, { 'abf-wait': 'false' })
    expect(abf.created).toHaveLength(1)
  })

  it('is reused where QA is required in the mode that the server enforces', async () => {
    const abf = await startAbf()
    abf.world.repository(14).publishWithoutQa = false
    const first = await build(abf)
    const second = await build(abf)
    expect([ending(first), ending(second), abf.created.length]).toEqual([
      [0, 'success', '12000'],
      [0, 'success', '12000'],
      1,
    ])
    expect(said(first, 'notice').join()).toMatch(/abf-auto-publish[^]*testing/)
  })

  it('with other options or other repositories is not reused, and the log names them', async () => {
    const abf = await startAbf()
    const { id } = seed(abf, 6000, { useExtraTests: false })
    seed(abf, 6000, { includeRepos: [14, 15] })
    const result = await build(abf, { 'abf-wait': 'false' })
    expect([abf.created.length, buildLists(result).map(({ reused }) => reused)]).toEqual([1, [false]])
    expect(result.log.join('\n')).toMatch(/differs in (use_extra_tests|abf-include-repositories)/)
    const same = await build(abf, { 'abf-build-options': '{"use_extra_tests": false}' })
    expect([abf.created.length, buildLists(same).map(({ id: used, reused }) => [used, reused])]).toEqual([
      1,
      [[id, true]],
    ])
  })

  it('whose options the server does not report is not reused, with a notice', async () => {
    const abf = await startAbf()
    const { id } = seed(abf, 6000)
    const result = await build(abf, { 'abf-build-options': '{"save_buildroot": true}', 'abf-wait': 'false' })
    expect([result.code, abf.created.length]).toEqual([0, 1])
    expect(said(result, 'notice').join()).toContain(
      `build ${id} of the same commit exists, but ABF does not report its save_buildroot`,
    )
  })

  it('is reused in any mode where QA is required', async () => {
    const abf = await startAbf('rosa')
    abf.world.repository(14).publishWithoutQa = false
    const { id } = seed(abf, 6000, { autoPublishStatus: 'default' })
    const result = await build(abf, { 'abf-auto-publish': 'testing' })
    expect([result.code, abf.created.length, buildLists(result)[0]?.id]).toEqual([0, 0, id])
  })

  it('is not reused with abf-reuse: false', async () => {
    const abf = await startAbf()
    seed(abf, 6000)
    const result = await build(abf, { 'abf-reuse': 'false' })
    expect([result.code, abf.created.length, buildLists(result)[0]?.reused]).toEqual([0, 1, false])
  })

  it('of one of two architectures is reused, and the other one is submitted', async () => {
    const abf = await startAbf()
    const { id } = seed(abf, 6000, { archId: 7 })
    const result = await build(abf, { 'abf-arches': 'x86_64 znver1' })
    const made = abf.created.map((created) => created.id)
    expect([result.outputs['build-list-ids'], made.length]).toEqual([JSON.stringify([...made, id]), 1])
  })
})

describe.concurrent('A second architecture that ABF refuses', () => {
  const refusal = {
    method: 'POST',
    skip: 1,
    action: answer({ status: 422, body: { build_list: { id: null, message: 'No znver1 today.' } } }),
  }

  it.each([
    ['cancel', [10000]],
    ['leave', [2000]],
  ])('leads to %s of the first one, and the failure names the reason', async (choice, statuses) => {
    const abf = await startAbf()
    abf.plan({}, [])
    abf.fault(refusal)
    const result = await build(abf, { 'abf-arches': 'x86_64 znver1', 'abf-on-abort': choice })
    expect(failure(result)).toMatch(/znver1[^]*No znver1 today\./)
    expect(abf.builds.map(({ status }) => status)).toEqual(statuses)
    expect(ending(result)[1]).toBe('failure')
    expect(result.outputs['build-list-ids']).toBe(JSON.stringify(abf.builds.map(({ id }) => id)))
  })
})

describe.concurrent('A build of a branch', () => {
  it('fails the step when its commit differs, and does not fail a step that watches', async () => {
    const abf = await startAbf()
    const result = await build(abf, { 'abf-project-version': 'rolling' })
    expect([ending(result), failure(result).includes(SHA)]).toEqual([[1, 'failure', '0'], true])
    const watched = await on(abf, abf.builds)
    expect(ending(watched)).toEqual([0, 'success', '0'])
  })

  it('is not submitted with abf-operation: none, which sends no request', async () => {
    const abf = await startAbf()
    const result = await step(abf, { 'abf-operation': 'none' })
    expect([result.code, abf.journal, result.outputs['build-conclusion']]).toEqual([0, [], undefined])
  })
})
