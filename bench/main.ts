import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { spawnSync } from 'node:child_process'
import { measureConnections } from './connections.ts'
import { measureRelease } from './release.ts'
import { record } from './sentry.ts'
import { measureSourceMaps } from './sourcemaps.ts'
import { drawRuns, fixed, ours, type Schedule, simulate, type Workload } from './simulation.ts'
import { measureSize } from './size.ts'
import { DIST } from './step.ts'
import { render, renderRows, type Row } from './table.ts'
import { watch } from './watch.ts'

/** `npm run bench`: what the bundle costs, side by side with what it cannot cost less than. See README.md. */

const MAX_MEMORY = 110
const MAX_CPU = 0.5
/** Fewer have no median to speak of. */
const LEAST_RUNS = 15

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: process.execPath },
    runs: { type: 'string', default: '15' },
  },
})

async function measureWatch(node: string): Promise<Row[]> {
  const { existing } = await record()
  const [few, many] = [await watch(node, 250, existing), await watch(node, 10_000, existing)]
  const { memory, cpu } = many
  return [
    {
      measure: 'requests per poll of 250 builds',
      floor: '3',
      ours: String(few.requests),
      target: 'ceil(N / 100)',
      met: few.requests === 3,
    },
    {
      measure: 'requests per poll of 10,000 builds',
      floor: '100',
      ours: `${many.requests}, request line of ${many.longestLine} bytes`,
      target: 'ceil(N / 100), below 8 KiB',
      met: many.requests === 100 && many.longestLine < 8192,
    },
    {
      measure: '10,000 builds watched: peak memory after 9 polls',
      ours: memory === undefined ? 'n/a' : `${memory.toFixed(0)} MiB`,
      target: `at most ${MAX_MEMORY} MiB`,
      met: memory === undefined ? undefined : memory <= MAX_MEMORY,
    },
    {
      measure: '10,000 builds watched: processor time per poll',
      ours: cpu === undefined ? 'n/a' : `${cpu.toFixed(2)} s`,
      target: `at most ${MAX_CPU} s`,
      met: cpu === undefined ? undefined : cpu <= MAX_CPU,
    },
  ]
}

function simulateAll(): string {
  const schedules: readonly Schedule[] = [
    fixed(30),
    fixed(60),
    ours(30, true),
    ours(30, false),
    ours(300, true),
    ours(300, false),
  ]
  const workloads: readonly Workload[] = ['mixed', 'one architecture', 'three architectures']
  const lines = workloads.flatMap((workload) => {
    const runs = drawRuns(2000, workload)
    return schedules.map((schedule) => {
      const { mean, p95, requests } = simulate(runs, schedule)
      return [workload, schedule.name, `${mean.toFixed(1)} s`, `${p95.toFixed(0)} s`, requests.toFixed(1)]
    })
  })
  return render([['builds', 'schedule', 'mean delay', '95 % below', 'mean requests'], ...lines])
}

const { node } = values
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < LEAST_RUNS)
  throw new Error(`--runs: at least ${LEAST_RUNS}, not ${values.runs}`)
const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
console.log(
  `Node ${version}, ${availableParallelism()} x ${cpus()[0]?.model ?? 'processor'}, medians of ${runs}`,
)
console.log(`Bundle: ${DIST}\n`)
const rows = [
  ...(await measureRelease(node, runs)),
  ...(await measureConnections()),
  ...(await measureSize(node)),
  ...(await measureWatch(node)),
  ...(await measureSourceMaps(node)),
]
console.log(renderRows(rows))
console.log('\nHow soon the end of builds is seen, simulated:\n')
console.log(simulateAll())
