// Mutation testing: how many small faults in src the unit tests notice. Node 22 or later; see docs/mutation.md.
/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'vitest',
  // Named, so that none is looked for.
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  // Modules that decide. What only acts or connects other modules is for the contract tests, which start dist.
  mutate: [
    'src/{errors,outputs,state,summary}.ts',
    'src/inputs/*.ts',
    'src/text/*.ts',
    'src/wait/{backoff,durations,poll,pool}.ts',
    'src/http/{client,content-coding,error-body,failure,json,response,retry}.ts',
    'src/github/{errors,event,range,schema}.ts',
    'src/sentry/*.ts',
    'src/sourcemaps/{bundle,check,debug-id,inject,integrity,json-spans,map,prologue,reference,rewrite,verify,zip}.ts',
    'src/abf/{build,cancel,operations,outcome,select,status,submitted-builds}.ts',
    'src/abf/client/{errors,lookups,requests}.ts',
    'src/abf/{report,submit,wait}/*.ts',
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
