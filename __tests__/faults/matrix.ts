import { pool } from '../runner/outcome.ts'
import { type Cell, type Result, tryCell } from './cell.ts'

export interface Matrix {
  readonly results: readonly Result[]
  /** Names of cells that deviated at first and not when they were tried again. */
  readonly unsteady: readonly string[]
}

export interface MatrixOptions {
  /** Cells at a time. */
  readonly jobs: number
  /** Told the progress, a line at a time. */
  readonly say?: (line: string) => void
  /** Ends the work early: what is done by then is given. */
  readonly signal?: AbortSignal
}

/**
 * Tries every cell. A machine under load makes faults of its own, so what deviates is tried again with little else to
 * do, and that counts.
 */
export async function tryAll(cells: readonly Cell[], options: MatrixOptions): Promise<Matrix> {
  const first = await tryOnce(cells, options)
  const bad = new Set(first.filter(isBad).map(({ cell }) => cell.name))
  const again = await tryOnce(
    cells.filter(({ name }) => bad.has(name)),
    { ...options, jobs: 2 },
  )
  return {
    results: first.map((result) => again.find(({ cell }) => cell.name === result.cell.name) ?? result),
    unsteady: again.filter((result) => !isBad(result)).map(({ cell }) => cell.name),
  }
}

/** True for a cell that is not as the rule says. */
export function isBad({ deviations }: Result): boolean {
  return deviations.length > 0
}

async function tryOnce(cells: readonly Cell[], { jobs, say, signal }: MatrixOptions): Promise<Result[]> {
  const results: Result[] = []
  await pool(cells, jobs, async (cell) => {
    if (signal?.aborted) return
    const result = await tryCell(cell)
    results.push(result)
    if (isBad(result)) say?.(`deviation: ${cell.name}: ${result.deviations[0]}`)
    if (results.length % 100 === 0) say?.(`${results.length} of ${cells.length}`)
  })
  return results
}
