import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

/**
 * Windows cannot send a signal to another process, only end it, so that nothing can be cancelled there by a test. And
 * the scripts of workflows are for bash on Linux.
 */
const notOnWindows = [
  'abf-abort',
  'abf-order',
  'lifecycle',
  'sandbox',
  'demo',
  'examples',
  'e2e',
  'workflow-scripts',
].map((name) => `__tests__/contract/${name}.test.ts`)

export default defineConfig({
  test: {
    include: ['__tests__/{unit,contract}/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(process.platform === 'win32' ? notOnWindows : [])],
    setupFiles: ['./__tests__/seed.ts'],
    reporters: ['default', './__tests__/reporter.ts'],
    // No test leaves anything behind in its process, and starting one per file takes longer than all of them.
    pool: 'threads',
    isolate: false,
    // Contract tests start the built action as child processes against loopback servers, and mostly wait for them.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
