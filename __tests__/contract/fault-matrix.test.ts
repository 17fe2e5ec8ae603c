import { beforeAll, describe, expect, it } from 'vitest'
import { tryKill, planKills } from '../faults/kill.ts'
import { isBad, tryAll } from '../faults/matrix.ts'
import { onClosingServers, planCells, recordAll, sample } from '../faults/plan.ts'
import type { Baseline } from '../faults/run.ts'
import { SCENARIOS } from '../faults/scenarios.ts'
import { pool } from './helpers.ts'

/** `npm run faults` has all of them. */
const SOME = new Set([
  'everything',
  'first commits',
  'omv: build',
  'rosa: publish several',
  '2012: watch a build that fails',
])
const AT_ONCE = 6

/** Faults that pass by nothing but waiting. */
const SLOW = /hang|slow/

describe('a sample of the fault matrix', () => {
  let baselines: readonly Baseline[]
  beforeAll(async () => {
    baselines = await recordAll(
      SCENARIOS.filter(({ name }) => SOME.has(name)),
      AT_ONCE,
    )
  })

  it('comes out as the rule says, in every class', async () => {
    const cells = planCells(baselines, false).filter(({ fault }) => !SLOW.test(fault.name))
    const { results } = await tryAll(sample(cells, 40), { jobs: AT_ONCE })
    expect(results.filter(isBad).map(({ cell, deviations }) => [cell.name, deviations])).toEqual([])
    expect(new Set(results.map(({ seen }) => seen))).toEqual(new Set(['healed', 'tolerated', 'failed']))
  })

  it('comes out the same on servers that close each connection without saying so', async () => {
    const cells = planCells(baselines, false).filter(({ fault }) => !SLOW.test(fault.name))
    const { results } = await tryAll(sample(onClosingServers(cells), 24), { jobs: AT_ONCE })
    expect(results.filter(isBad).map(({ cell, deviations }) => [cell.name, deviations])).toEqual([])
  })

  it('of kills is completed by the post step and the next run', async () => {
    const deviations: unknown[] = []
    await pool(sample(planKills(baselines), 8), AT_ONCE, async (kill) => {
      const killed = await tryKill(kill)
      if (killed.deviations.length > 0) deviations.push(killed)
    })
    expect(deviations).toEqual([])
  })
})
