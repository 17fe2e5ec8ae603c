import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { pool } from '../sandbox/outcome.ts'
import { type Cell, type Result, tryCell } from './cell.ts'
import { type Kill, planKills, tryKill } from './kill.ts'
import { planCells, recordAll, sample } from './plan.ts'
import { report } from './report.ts'
import { SCENARIOS } from './scenarios.ts'

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    kill: { type: 'boolean', default: false },
    jobs: { type: 'string', default: String(4 * availableParallelism()) },
    only: { type: 'string', default: '' },
    sample: { type: 'string', default: '' },
  },
})

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

process.exitCode = (await main()) ? 0 : 1

/** Records clean runs, injects the faults (or kills), and prints the report; true when all is as it should be. */
async function main(): Promise<boolean> {
  const jobs = Number(values.jobs)
  // A name begins with that of its scenario; without the others, no cell is left to them.
  const only = SCENARIOS.filter(({ name }) => values.only.startsWith(`${name} /`))
  const single = only.length > 0
  const baselines = await recordAll(single ? only : SCENARIOS, jobs)
  if (values.kill) return await killAll(choose(planKills(baselines)), jobs)
  const cells = choose(planCells(baselines, values.all || single))
  say(`${baselines.length} scenarios, ${cells.length} cells, ${jobs} at a time`)
  const results = await run(cells, jobs)
  // A machine under load makes faults of its own, so what deviates is tried again with little else to do.
  const again = await run(
    cells.filter((_, index) => isBad(results[index])),
    2,
  )
  const final = results.map((result) => again.find(({ cell }) => cell.name === result.cell.name) ?? result)
  say(report(final))
  const unsteady = again.filter((result) => !isBad(result))
  for (const { cell } of unsteady) say(`deviates only now and then: ${cell.name}`)
  return final.length > 0 && !final.some(isBad)
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

function isBad(result: Result | undefined): boolean {
  return result !== undefined && result.deviations.length > 0
}

async function run(cells: readonly Cell[], jobs: number): Promise<Result[]> {
  const results: Result[] = []
  let done = 0
  await pool([...cells.entries()], jobs, async ([index, cell]) => {
    const result = await tryCell(cell)
    results[index] = result
    done += 1
    if (isBad(result)) say(`deviation: ${cell.name}: ${result.deviations[0]}`)
    if (done % 100 === 0) say(`${done} of ${cells.length}`)
  })
  return results
}
