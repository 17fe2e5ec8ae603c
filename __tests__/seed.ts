import * as fc from 'fast-check'

/**
 * Runs before each test file. Every generated test uses the same seed, so that `npm test` does the same each time.
 * `FUZZ_SEED` sets another one, as the weekly workflow does; `FUZZ_RUNS` sets how many values each property tries.
 */
const SEED = process.env['FUZZ_SEED'] ?? '20260101'
const RUNS = process.env['FUZZ_RUNS']

fc.configureGlobal({ seed: Number(SEED), ...(RUNS === undefined ? {} : { numRuns: 10 * Number(RUNS) }) })
