import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { pool } from '../runner/outcome.ts'
import { type Kill, planKills, tryKill } from './kill.ts'
import { isBad, tryAll } from './matrix.ts'
import { onClosingServers, planCells, recordAll, sample } from './plan.ts'
import { report } from './report.ts'
import { SCENARIOS } from './scenarios.ts'

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    closing: { type: 'boolean', default: false },
    kill: { type: 'boolean', default: false },
    jobs: { type: 'string', default: String(4 * availableParallelism()) },
    only: { type: 'string', default: '' },
    sample: { type: 'string', default: '' },
  },
})

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

/** Ctrl-C ends the run early: what is done by then is reported. */
const stopped = new AbortController()
process.once('SIGINT', () => {
  stopped.abort()
})

process.exitCode = (await main()) ? 0 : 1

/** Records clean runs, injects the faults (or kills), and prints the report; true when all is as it should be. */
async function main(): Promise<boolean> {
  const jobs = Number(values.jobs)
  // A name begins with that of its scenario; without the others, no cell is left to them.
  const only = SCENARIOS.filter(({ name }) => values.only.startsWith(`${name} /`))
  const single = only.length > 0
  const baselines = await recordAll(single ? only : SCENARIOS, jobs)
  if (values.kill) return await killAll(choose(planKills(baselines)), jobs)
  const planned = planCells(baselines, values.all || single)
  const cells = choose(values.closing ? onClosingServers(planned) : planned)
  say(`${baselines.length} scenarios, ${cells.length} cells, ${jobs} at a time`)
  const { results, unsteady } = await tryAll(cells, { jobs, say, signal: stopped.signal })
  say(report(results))
  for (const name of unsteady) say(`deviates only now and then: ${name}`)
  return results.length > 0 && !results.some(isBad)
}

function choose<Item extends { readonly name: string }>(planned: readonly Item[]): Item[] {
  const wanted = planned.filter(({ name }) => name.includes(values.only))
  return values.sample === '' ? wanted : sample(wanted, Number(values.sample))
}

async function killAll(kills: readonly Kill[], jobs: number): Promise<boolean> {
  const bad: string[] = []
  say(`${kills.length} kills, ${jobs} at a time`)
  await pool(kills, jobs, async (kill) => {
    const { name, deviations } = await tryKill(kill)
    if (deviations.length === 0) return
    bad.push(name)
    say([`DEVIATION ${name}`, ...deviations, `  npm run faults -- --kill --only '${name}'`].join('\n  - '))
  })
  say(`${kills.length} kills, ${bad.length} with deviations`)
  return kills.length > 0 && bad.length === 0
}
