import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['__tests__/{unit,contract}/**/*.test.ts'],
    reporters: ['default', './__tests__/reporter.ts'],
    // No test leaves anything behind in its process, and starting one per file takes longer than all of them.
    pool: 'threads',
    isolate: false,
    // Contract tests start the built action as child processes against loopback servers, and mostly wait for them.
    maxWorkers: Math.max(2, availableParallelism()),
    // A CI machine can stall for seconds; what fails twice is broken.
    retry: process.env['CI'] ? 1 : 0,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
