// Mutation testing: how many small faults in src the unit tests notice. Node 22 or later; see docs/mutation.md.
/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'vitest',
  // Named, so that none is looked for.
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  mutate: [
    'src/**/*.ts',
    // Types only: nothing of it is left to run.
    '!src/ports.ts',
    // Acts as soon as it is imported, so only the contract tests, which start dist, can run it.
    '!src/index.ts',
  ],
  // No mutator is left out: messages are what users of this action see of it.
  coverageAnalysis: 'perTest',
  // A mutant of a constant is in force before any test begins, so each would load and run everything anew.
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 5_000,
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  tempDirName: 'reports/mutation/sandbox',
  reporters: ['clear-text', 'json', 'html'],
  clearTextReporter: { allowColor: false, reportTests: false },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  htmlReporter: { fileName: 'reports/mutation/mutation.html' },
  thresholds: { high: 95, low: 90, break: 85 },
}
