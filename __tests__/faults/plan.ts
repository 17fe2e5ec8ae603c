import { pool } from '../runner/outcome.ts'
import type { Cell } from './cell.ts'
import { type FaultKind, FAULTS, UNREACHABLE } from './faults.ts'
import type { Request } from './requests.ts'
import { type Often, roleOf } from './rule.ts'
import { type Baseline, record } from './run.ts'
import type { Scenario } from './scenarios.ts'

const OFTEN: readonly Often[] = ['once', 'always']

/** A request with the scenario that it was recorded in. */
export interface Target {
  readonly baseline: Baseline
  readonly request: Request
}

/** Records scenarios, at most `jobs` at a time. */
export async function recordAll(scenarios: readonly Scenario[], jobs: number): Promise<Baseline[]> {
  const found: Baseline[] = []
  await pool([...scenarios.entries()], jobs, async ([index, scenario]) => {
    found[index] = await record(scenario)
  })
  return found
}

/** Each request that means something else, by its key, with every scenario and dialect in which it is made. */
function distinct(baselines: readonly Baseline[]): Map<string, Map<string, Target>> {
  const targets = new Map<string, Map<string, Target>>()
  for (const baseline of baselines) {
    for (const request of baseline.requests) {
      const { system, shape, ordinal, status } = request
      const { lack } = roleOf(request, baseline.inputs)
      const key = [system, shape, ordinal, status, lack].join(' ')
      const dialect = system === 'abf' ? (baseline.scenario.dialect ?? '') : ''
      const variants = targets.get(key) ?? new Map<string, Target>()
      if (!variants.has(dialect)) variants.set(dialect, { baseline, request })
      targets.set(key, variants)
    }
  }
  return targets
}

/** One fault of each family, another one for each request. */
function oneOfEach(turn: number): FaultKind[] {
  const families = [...new Set(FAULTS.map(({ family }) => family))]
  return families.flatMap((family) => {
    const members = FAULTS.filter((fault) => fault.family === family)
    return members[turn % members.length] ?? []
  })
}

/**
 * Every distinct request, with a fault of every family, once and always; where several dialects of ABF make the same
 * request, the faults are dealt out among them.
 * @param all every fault at every request of every dialect instead
 */
export function planCells(baselines: readonly Baseline[], all: boolean): Cell[] {
  const cells = [...distinct(baselines).values()].flatMap((variants, turn) =>
    OFTEN.flatMap((often, second) =>
      (all ? FAULTS : oneOfEach(turn + second)).flatMap((fault, index) => {
        const targets = [...variants.values()]
        const chosen = all ? targets : targets.slice((index + turn) % targets.length).slice(0, 1)
        return chosen.map((target) => cellOf(target, fault, often))
      }),
    ),
  )
  return [...cells, ...unreachable(baselines)]
}

/** The same cells on servers that close each connection right after its response without saying so. */
export function onClosingServers(cells: readonly Cell[]): Cell[] {
  return cells.map((cell) => ({ ...cell, closesSilently: true, name: `${cell.name} / closing` }))
}

/** Faults of the way to a server concern all requests to it, from the first one on. */
function unreachable(baselines: readonly Baseline[]): Cell[] {
  const first = baselines.flatMap((baseline) => {
    const systems = baseline.requests.map(({ system }) => system)
    return baseline.requests
      .filter(({ system }, index) => systems.indexOf(system) === index)
      .map((request) => ({ baseline, request }))
  })
  const different = new Map(
    first.toReversed().map((target) => {
      const { request, baseline } = target
      return [`${request.system} ${request.shape} ${roleOf(request, baseline.inputs).lack}`, target]
    }),
  )
  return [...different.values()].flatMap((target) =>
    Object.keys(UNREACHABLE).map((name) => {
      const sign = name === 'no TLS' ? 'nonsense' : 'refused'
      const facts = { family: name, sign, done: false, body: false, broken: false } as const
      return cellOf(target, { ...facts, name, action: () => ({ kind: 'hang' }) }, 'always')
    }),
  )
}

function cellOf({ baseline, request }: Target, fault: FaultKind, often: Often): Cell {
  return {
    name: `${nameOf({ baseline, request })} / ${fault.name} / ${often}`,
    baseline,
    request,
    fault,
    often,
    closesSilently: false,
  }
}

/** Scenario, server and request, as reports and `--only` write them. */
export function nameOf({ baseline, request }: Target): string {
  const { system, shape, ordinal } = request
  return `${baseline.scenario.name} / ${system} ${shape}${ordinal > 1 ? ` #${ordinal}` : ''}`
}

/** The same `count` cells every time, spread over all requests and faults. */
export function sample<Item>(items: readonly Item[], count: number): Item[] {
  if (count >= items.length) return [...items]
  return Array.from(
    { length: count },
    (_, index) => items[Math.floor((index * items.length) / count)],
  ).flatMap((item) => item ?? [])
}
