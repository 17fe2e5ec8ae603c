import { defineConfig } from 'vitest/config'

/** The unit tests as mutation testing runs them, thousands of times over: see stryker.config.mjs. */
export default defineConfig({
  test: {
    include: ['__tests__/unit/**/*.test.ts'],
    exclude: [
      // Tests of the stand-ins and of README.md run nothing of src.
      '__tests__/unit/servers/**',
      '__tests__/unit/repository/**',
      // Over real HTTP and in real time: seconds for each mutant, where the same runs in memory take milliseconds.
      '__tests__/unit/abf/{run,hangs}.test.ts',
    ],
    setupFiles: ['./__tests__/seed.ts'],
    pool: 'threads',
    isolate: false,
    // A mutant that waits for ever is told by this sooner, and cheaper, than by the limit of Stryker.
    testTimeout: 5_000,
  },
})
