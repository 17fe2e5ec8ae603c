import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Whole runs over HTTP come last: what the tests of a module notice at once need not wait for them. */
class PureFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isRun = ({ moduleId }: TestSpecification): number => Number(moduleId.endsWith('-run.test.ts'))
    return files.toSorted((a, b) => isRun(a) - isRun(b))
  }
}

/** The unit tests as mutation testing runs them, thousands of times over: see stryker.config.mjs. */
export default defineConfig({
  test: {
    include: ['__tests__/unit/**/*.test.ts'],
    exclude: [
      // Tests of the stand-ins and of README.md run nothing of src.
      '__tests__/unit/sandbox-*.test.ts',
      '__tests__/unit/readme.test.ts',
      // Waits for seconds of real time.
      '__tests__/unit/abf-hangs.test.ts',
    ],
    pool: 'threads',
    isolate: false,
    sequence: { sequencer: PureFirst },
    // A mutant that waits for ever is told by this sooner, and cheaper, than by the limit of Stryker.
    testTimeout: 5_000,
  },
})
