import { describe, expect, it } from 'vitest'
import { commitOf, type Script } from '../servers/abf/index.ts'
import { build, buildLists, ending, on, said, seed, startAbf } from './abf-helpers.ts'
import { failure, pool } from './helpers.ts'

const MODES = ['none', 'default', 'testing'] as const
const WAIT = '…'
const [P, PW, N, F, C] = ['success', 'success with a warning', 'neutral', 'failure', 'cancelled']

/** What every status code means to somebody who waits, by publish mode: none, default, testing. */
const TABLE: Readonly<Record<number, readonly [none: string, usual: string, testing: string]>> = {
  0: [P, N, N],
  1: [F, F, F],
  2: [F, F, F],
  3: [F, F, F],
  4: [F, F, F],
  6: [F, F, F],
  555: [F, F, F],
  666: [F, F, F],
  777: [PW, F, F],
  1234: [WAIT, WAIT, WAIT],
  2000: [WAIT, WAIT, WAIT],
  2500: [WAIT, WAIT, WAIT],
  2550: [WAIT, WAIT, WAIT],
  3000: [WAIT, WAIT, WAIT],
  4000: [WAIT, WAIT, WAIT],
  5000: [C, C, C],
  6000: [P, P, P],
  7000: [P, WAIT, WAIT],
  8000: [PW, F, F],
  9000: [PW, F, F],
  10000: [WAIT, WAIT, WAIT],
  11000: [F, F, F],
  12000: [P, N, P],
  13000: [P, WAIT, WAIT],
  14000: [PW, F, F],
  15000: [N, N, N],
  16000: [WAIT, WAIT, WAIT],
}

const CELLS = Object.entries(TABLE).flatMap(([code, meanings]) =>
  MODES.map((mode, index) => ({ code: Number(code), mode, meaning: meanings[index] ?? '' })),
)

/** One build that stays at a status, or that is seen there and then fails. */
async function watchOne({ code, mode, meaning }: (typeof CELLS)[number]): Promise<unknown[]> {
  const abf = await startAbf()
  const one = seed(abf, code, { autoPublishStatus: mode })
  if (meaning === WAIT) abf.script(one.id, [{ status: 666, afterReads: 1 }])
  const result = await on(abf, [one], { 'abf-log-lines': '0' })
  const warned = said(result, 'warning').some((text) => text.includes(String(one.id)))
  return [...ending(result), warned, buildLists(result).map(({ conclusion }) => conclusion)]
}

function expectation({ code, meaning }: (typeof CELLS)[number]): unknown[] {
  const conclusion = meaning === WAIT ? 'failure' : (meaning.split(' ')[0] ?? '')
  const fails = conclusion === F || conclusion === C
  // A neutral end is one that somebody should look at, unless nothing was to be built.
  const warned = meaning === PW || (meaning === N && code !== 15000)
  return [fails ? 1 : 0, conclusion, String(meaning === WAIT ? 666 : code), warned, [conclusion]]
}

describe.concurrent('A status', () => {
  it('has the same meaning in each mode for a single build', async () => {
    const seen: Record<string, unknown[]> = {}
    await pool(CELLS, 14, async (cell) => {
      seen[`${cell.code} ${cell.mode}`] = await watchOne(cell)
    })
    const expected = CELLS.map((cell) => [`${cell.code} ${cell.mode}`, expectation(cell)] as const)
    expect(seen).toEqual(Object.fromEntries(expected))
  })

  it.each(MODES)('has the same meaning among all others in mode %s', async (mode) => {
    const abf = await startAbf()
    const ends = CELLS.filter((cell) => cell.mode === mode && cell.meaning !== WAIT)
    const builds = ends.map(({ code }) => seed(abf, code, { autoPublishStatus: mode }))
    const result = await on(abf, builds, { 'abf-log-lines': '0' })
    expect(buildLists(result).map(({ status, conclusion }) => [status, conclusion])).toEqual(
      ends.map(({ code, meaning }) => [code, meaning.split(' ')[0]]),
    )
    const first = ends.find(({ meaning }) => meaning === F)?.code
    expect(ending(result)).toEqual([1, 'failure', String(first)])
    const decisive = ends.filter(({ meaning }) => meaning === F || meaning === C).length
    expect(said(result, 'error')).toHaveLength(Math.min(10, decisive))
  })

  it.each([
    ['abf-tests-failed', 11000, { fail: [1, 'failure', '11000'], accept: [0, 'success', '11000'] }],
    ['abf-unpermitted-arch', 15000, { fail: [1, 'failure', '15000'], skip: [0, 'neutral', '15000'] }],
  ])('is decided by %s', async (input, code, choices) => {
    const abf = await startAbf()
    const one = seed(abf, code)
    for (const [choice, expected] of Object.entries(choices)) {
      expect(ending(await on(abf, [one], { [input]: choice, 'abf-log-lines': '0' }))).toEqual(expected)
    }
  })

  it.each(['default', 'testing'] as const)('0 in mode %s waits for publishing to start', async (mode) => {
    const abf = await startAbf()
    const one = seed(abf, 0, { autoPublishStatus: mode })
    abf.script(one.id, [
      { status: 13000, afterReads: 3 },
      { status: 12000, afterReads: 1 },
    ])
    const result = await on(abf, [one])
    expect(ending(result)).toEqual([0, mode === 'default' ? 'neutral' : 'success', '12000'])
  })

  it('0 without publishing ends as neutral after four polls and four intervals', async () => {
    const abf = await startAbf('rosa')
    const one = seed(abf, 0, { autoPublishStatus: 'default' })
    const result = await on(abf, [one])
    expect(ending(result)).toEqual([0, 'neutral', '0'])
    expect(said(result, 'warning').join()).toContain('not published')
    const polls = abf.journal.filter(({ path }) => path.includes('build_lists'))
    expect([polls.length >= 4, (polls.at(-1)?.at ?? 0) - (polls[0]?.at ?? 0) >= 3900]).toEqual([true, true])
  })

  it('0 starts the grace period again when 3000 is read in between', async () => {
    const abf = await startAbf()
    const one = seed(abf, 0, { autoPublishStatus: 'default' })
    abf.script(one.id, [
      { status: 3000, afterReads: 3 },
      { status: 0, afterReads: 1 },
      { status: 7000, afterReads: 3 },
      { status: 6000, afterReads: 1 },
    ])
    expect(ending(await on(abf, [one]))).toEqual([0, 'success', '6000'])
  })
})

describe.concurrent('Several builds', () => {
  it.each([
    [
      [6000, 0],
      [0, 'success', '6000'],
    ],
    [
      [15000, 6000],
      [0, 'success', '6000'],
    ],
    [
      [15000, 15000],
      [0, 'neutral', '15000'],
    ],
    [
      [6000, 5000, 15000],
      [1, 'cancelled', '5000'],
    ],
    [
      [5000, 6000, 666, 11000],
      [1, 'failure', '666'],
    ],
    [
      [3000, 6000],
      [1, 'timed_out', '3000'],
    ],
    [
      [3000, 5000],
      [1, 'cancelled', '5000'],
    ],
    [
      [3000, 666],
      [1, 'failure', '666'],
    ],
  ])('at %j end as %j', async (statuses, expected) => {
    const abf = await startAbf()
    const builds = statuses.map((status) => seed(abf, status))
    const result = await on(abf, builds, { 'abf-timeout': '2s', 'abf-log-lines': '0' })
    expect(ending(result)).toEqual(expected)
    expect(result.outputs['build-list-ids']).toBe(JSON.stringify(builds.map(({ id }) => id)))
  })

  it('continue when one has failed', async () => {
    const abf = await startAbf()
    const builds = [seed(abf, 666), seed(abf, 3000)]
    abf.script(builds[1]?.id ?? 0, [{ status: 6000, afterReads: 2 }])
    const result = await on(abf, builds, { 'abf-log-lines': '0' })
    expect(ending(result)).toEqual([1, 'failure', '666'])
    expect(buildLists(result).map(({ conclusion }) => conclusion)).toEqual(['failure', 'success'])
  })

  it('that are given twice count once, in the given order', async () => {
    const abf = await startAbf()
    const [first, second] = [seed(abf, 6000), seed(abf, 6000)]
    const result = await on(abf, [second, first, second])
    expect(result.outputs['build-list-ids']).toBe(JSON.stringify([second.id, first.id]))
  })
})

describe.concurrent('A watched build', () => {
  it('may have an unknown status, which is reported once as a warning', async () => {
    const abf = await startAbf()
    const one = seed(abf, 17000)
    abf.script(one.id, [
      { status: 3000, afterReads: 2 },
      { status: 17000, afterReads: 1 },
      { status: 6000, afterReads: 1 },
    ])
    const result = await on(abf, [one])
    expect(ending(result)).toEqual([0, 'success', '6000'])
    expect(said(result, 'warning').filter((text) => text.includes('17000'))).toHaveLength(1)
  })

  it('may return to an earlier status', async () => {
    const abf = await startAbf()
    const one = seed(abf, 3000)
    abf.script(one.id, [
      { status: 2000, afterReads: 1 },
      { status: 3000, afterReads: 1 },
      { status: 0, afterReads: 1 },
    ])
    expect(ending(await on(abf, [one]))).toEqual([0, 'success', '0'])
  })

  const gone: Readonly<Record<string, readonly [Script, readonly unknown[]]>> = {
    'after 10000 is cancelled': [
      [
        { status: 10000, afterReads: 1 },
        { gone: true, afterReads: 1 },
      ],
      [1, 'cancelled', '10000'],
    ],
    'without 10000 is a failure': [[{ gone: true, afterReads: 1 }], [1, 'failure', '3000']],
  }
  it.each(Object.entries(gone))('that vanishes %s', async (_name, [script, expected]) => {
    const abf = await startAbf()
    const one = seed(abf, 3000)
    abf.script(one.id, script)
    const result = await on(abf, [one])
    expect([ending(result), failure(result).includes(String(one.id))]).toEqual([expected, true])
    const missed = abf.journal.filter(({ path, status }) => path.endsWith(`${one.id}.json`) && status === 404)
    expect(missed.length).toBe(expected[1] === 'failure' ? 3 : 1)
  })

  it('that is not found twice and is then found goes on', async () => {
    const abf = await startAbf()
    const one = seed(abf, 3000)
    abf.script(one.id, [{ status: 6000, afterReads: 2 }])
    abf.fault({
      path: /build_lists\/\d+/,
      skip: 1,
      times: 2,
      action: { kind: 'answer', answer: { status: 404, body: { status: 404 } } },
    })
    expect(ending(await on(abf, [one]))).toEqual([0, 'success', '6000'])
  })

  it.each([[[]], [[6000]]])(
    'with an unknown id is a failure that names the id, beside %j',
    async (others) => {
      const abf = await startAbf()
      const builds = [{ id: 4711 }, ...others.map((status) => seed(abf, status))]
      const result = await on(abf, builds)
      expect([result.code, result.outputs['build-conclusion']]).toEqual([1, 'failure'])
      expect(failure(result)).toContain('4711')
      expect(result.outputs['build-list-ids']).toBe(JSON.stringify(builds.map(({ id }) => id)))
    },
  )

  it.each([
    ['omv', 'none', '12000'],
    ['rosa', 'default', '0'],
  ] as const)('ends by the mode that %s makes of %s where QA is required', async (dialect, mode, status) => {
    const abf = await startAbf(dialect)
    abf.world.repository(14).publishWithoutQa = false
    const result = await build(abf, { 'abf-auto-publish': mode, 'abf-arches': 'x86_64 znver1' })
    expect(ending(result)).toEqual([0, 'success', status])
    expect(said(result, 'notice').filter((text) => text.includes('abf-auto-publish'))).toHaveLength(2)
  })

  it('of another commit is a failure that names both commits', async () => {
    const abf = await startAbf()
    abf.plan({}, [3000, { status: 0, commitHash: commitOf('other') }])
    const text = failure(await build(abf))
    expect(text).toContain(commitOf('other'))
  })

  it('in the API of 2012 is decided by its boolean', async () => {
    const abf = await startAbf('2012')
    const [quiet, published] = [seed(abf, 7000), seed(abf, 7000, { autoPublishStatus: 'default' })]
    abf.script(published.id, [{ status: 8000, afterReads: 2 }])
    const result = await on(abf, [quiet, published], { 'abf-log-lines': '0' })
    expect(buildLists(result).map(({ status, conclusion }) => [status, conclusion])).toEqual([
      [7000, 'success'],
      [8000, 'failure'],
    ])
  })
})
