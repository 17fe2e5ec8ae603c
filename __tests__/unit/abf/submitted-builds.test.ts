import { describe, expect, it } from 'vitest'
import { cleanUpAbf } from '../../../src/abf/index.ts'
import { StepBuilds, type Pending, unfinishedWork } from '../../../src/abf/submitted-builds.ts'
import { archOf, createRecord, labelOf, mismatch, type Origin, projectOf } from '../../../src/abf/build.ts'
import { createStatusReader } from '../../../src/abf/wait/poll-status.ts'
import type { AbfApi } from '../../../src/abf/client/api.ts'
import { apiOf, buildOf, EXPECTED, httpError, SHA } from './doubles.ts'
import { BUILD, FIRST, inputsFor, prepare } from './memory.ts'
import { failureOf, MemoryState } from '../doubles.ts'

const PENDING: Pending = {
  projectId: 1,
  project: 'omv/zlib',
  archId: 2,
  repositoryId: 14,
  platformId: 31,
  commit: SHA,
  version: SHA,
  since: 5,
  known: [],
}

describe('The builds of a step', () => {
  function open(onAbort: 'cancel' | 'leave' = 'cancel') {
    const state = new MemoryState()
    const outputs: string[] = []
    const builds = new StepBuilds(
      { state, outputs: { set: (name, value) => outputs.push(`${name}=${value}`) } },
      onAbort,
    )
    const add = (id: number, origin: Origin): void => builds.add(createRecord(id, origin, 0))
    return { builds, state, outputs, add, work: () => unfinishedWork(state) }
  }

  it('are saved for the post step before and after each create', () => {
    const { builds, add, work, outputs } = open()
    expect(work()).toBeUndefined()
    builds.startCreate(PENDING)
    expect(work()).toEqual({ ids: [], pending: PENDING })
    add(7, 'submitted')
    expect([work(), builds.pending]).toEqual([{ ids: [7] }, undefined])
    builds.startCreate(PENDING)
    builds.endCreate()
    expect(work()).toEqual({ ids: [7] })
    expect(outputs).toEqual(['build-list-ids=[7]'])
  })

  it('are not saved when this run has not submitted them', () => {
    const { builds, add, work, outputs } = open()
    builds.startCreate(PENDING)
    add(7, 'reused')
    add(8, 'given')
    expect([work(), builds.pending]).toEqual([{ ids: [], pending: PENDING }, PENDING])
    expect(outputs).toEqual(['build-list-ids=[7]', 'build-list-ids=[7,8]'])
  })

  it('are not saved when abf-on-abort is leave', () => {
    const { builds, add, work, state } = open('leave')
    state.save('abf-work', 'mine')
    builds.startCreate(PENDING)
    add(7, 'submitted')
    builds.finish([])
    expect([work(), state.read('abf-work')]).toEqual([undefined, 'mine'])
  })

  it('stay saved when a cancel failed, or a create has no response', () => {
    const { builds, add, work, state } = open()
    add(7, 'submitted')
    add(8, 'submitted')
    builds.finish([8])
    expect(work()).toEqual({ ids: [8] })
    builds.finish([])
    expect(state.read('abf-work')).toBe('')
    builds.startCreate(PENDING)
    builds.finish([])
    expect(work()).toEqual({ ids: [], pending: PENDING })
  })

  it.each(['', 'nonsense', '{}', '{"ids":["7"]}', '{"ids":[7],"pending":{}}', 'null'])(
    'are read as none from the state %j',
    (text) => {
      const state = new MemoryState()
      state.save('abf-work', text)
      expect(unfinishedWork(state)).toBeUndefined()
    },
  )
})

describe('The post step', () => {
  it('cancels the builds of a killed step, including a create without a response', async () => {
    const killed = prepare()
    killed.abf.plan({}, [3000])
    await killed.run({ ...BUILD, 'abf-wait': 'false' })
    const build = killed.abf.build(FIRST)
    const pending: Pending = {
      projectId: build.projectId,
      project: 'openmandriva/gtk+demo',
      archId: build.archId,
      repositoryId: 14,
      platformId: 31,
      commit: build.commitHash ?? '',
      version: build.projectVersion ?? '',
      since: killed.clock.now(),
      known: [],
    }
    killed.state.save('abf-work', JSON.stringify({ ids: [5], pending }))
    killed.logger.lines.splice(0)
    expect(await cleanUpAbf(inputsFor(BUILD), killed.deps)).toBe(true)
    expect(killed.logger.lines.map(({ message }) => message)).toEqual([
      'The step ended before it could cancel the builds that it had submitted. The post step cancels them now.',
      'Build 5 does not exist any more, so there is nothing to cancel.',
      `Found build ${FIRST} of the submission without a response, after 0 ms.`,
      `Cancelled build ${FIRST}.`,
    ])
    expect(killed.state.read('abf-work')).toBe('')
    expect(await cleanUpAbf(inputsFor(BUILD), killed.deps)).toBe(false)
  })
})

describe('The record of a build', () => {
  it('is labelled by the description of the server, or else by the request', () => {
    const told = createRecord(7, 'given', 0, { build: buildOf() })
    expect([projectOf(told), archOf(told), labelOf(told)]).toEqual([
      'omv/zlib',
      'x86_64',
      'omv/zlib x86_64 (build 7)',
    ])
    const nameOnly = buildOf({ project: { id: 1, name: 'zlib' }, arch: null })
    expect(labelOf(createRecord(7, 'given', 0, { build: nameOnly }))).toBe('zlib (build 7)')
    expect(labelOf(createRecord(7, 'given', 0, { build: nameOnly, expected: EXPECTED }))).toBe(
      'omv/zlib x86_64 (build 7)',
    )
    expect(labelOf(createRecord(7, 'given', 0))).toBe('build 7')
  })

  it('begins with the known status', () => {
    expect(createRecord(7, 'given', 5, { build: buildOf({ status: 3000 }) })).toMatchObject({
      mode: 'none',
      history: [{ code: 3000, at: 5 }],
      track: { status: 3000, since: 5, polls: 0 },
    })
    expect(createRecord(7, 'given', 5)).toMatchObject({
      mode: undefined,
      history: [],
      track: { status: undefined },
    })
  })

  const against = (fields: Readonly<Record<string, unknown>>) =>
    mismatch(createRecord(7, 'submitted', 0, { build: buildOf(fields), expected: EXPECTED }))

  it.each([{}, { commit_hash: SHA.toUpperCase() }, { commit_hash: null, arch: null, project: null }])(
    'matches the request when no reported value differs: %j',
    (fields) => {
      expect(against(fields)).toBeUndefined()
      expect(mismatch(createRecord(7, 'given', 0, { build: buildOf(fields) }))).toBeUndefined()
      expect(mismatch(createRecord(7, 'submitted', 0, { expected: EXPECTED }))).toBeUndefined()
    },
  )

  it.each([
    [
      { commit_hash: 'b'.repeat(40) },
      `ABF built commit ${'b'.repeat(40)} instead of ${SHA}. With abf-project-version, ABF builds the head of that branch at the time when a builder starts. Remove abf-project-version to build exactly the commit.`,
    ],
    [{ arch: { id: 3, name: 'i686' } }, 'ABF built for i686 instead of x86_64.'],
    [{ project: { id: 2, fullname: 'omv/other' } }, 'ABF built project omv/other instead of omv/zlib.'],
    [{ project: { id: 2 } }, 'ABF built project 2 instead of omv/zlib.'],
  ])('does not match the request: %j', (fields, words) => {
    expect(against(fields)).toBe(words)
  })
})

describe('Reading statuses', () => {
  const observe = (calls: Partial<AbfApi>) => createStatusReader(apiOf(calls))
  const row = (id: number, status: number) => ({ id, status, project_id: undefined, name: undefined })
  const code = (status: number) => ({ kind: 'status', code: status })

  it('takes the description of a single build, and one list for many', async () => {
    const one = await observe({
      show: async () => ({ kind: 'build', build: buildOf({ status: 3000 }) }),
    }).read([7])
    expect(one.get(7)).toMatchObject({ reading: code(3000), build: { id: 7 } })
    const many = await observe({ statuses: async (ids) => ids.map((id) => row(id, 2000)) }).read([7, 8])
    expect([...many]).toEqual([7, 8].map((id) => [id, { reading: code(2000), build: undefined }]))
  })

  it('takes one list for each hundred builds', async () => {
    const sizes: number[] = []
    const statuses: AbfApi['statuses'] = async (ids) => {
      sizes.push(ids.length)
      return ids.map((id) => row(id, 0))
    }
    const ids = Array.from({ length: 201 }, (_, index) => index + 1)
    expect((await observe({ statuses }).read(ids)).size).toBe(201)
    expect(sizes).toEqual([100, 100, 1])
  })

  it('requests each build that the list lacks before it counts as missing', async () => {
    const seen = await observe({
      statuses: async () => [row(7, 0)],
      show: async () => ({ kind: 'missing' }),
    }).read([7, 8])
    expect(seen.get(8)).toEqual({ reading: { kind: 'missing' }, build: undefined })
  })

  it('does not request the list again from a server that does not support it', async () => {
    let lists = 0
    const statuses = observe({
      statuses: async () => {
        lists += 1
        return undefined
      },
      show: async (id) => ({ kind: 'build', build: buildOf({ id }) }),
    })
    await statuses.read([7, 8])
    expect((await statuses.read([7, 8])).size).toBe(2)
    expect(lists).toBe(1)
  })

  it('finds a build that cannot be shown in the list, at once from the second time on', async () => {
    const error = httpError({ status: 500 })
    let shows = 0
    const statuses = observe({
      statuses: async (ids) => ids.map((id) => row(id, 6000)),
      show: async () => {
        shows += 1
        return { kind: 'hidden', error }
      },
    })
    expect((await statuses.read([7])).get(7)?.reading).toEqual(code(6000))
    expect((await statuses.read([7])).get(7)?.reading).toEqual(code(6000))
    expect(shows).toBe(1)
    const nowhere = observe({ statuses: async () => [], show: async () => ({ kind: 'hidden', error }) })
    expect(await failureOf(nowhere.read([7]))).toBe(error)
  })
})
