import type { Reporter, TestModule } from 'vitest/node'

/** Ends the output of the tests with their count, alone on its line: `12 passed, 0 failed, 1 skipped`. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    )
    const count = (state: string): number => states.filter((other) => other === state).length
    // A file that fails to load, or an error outside a test, has no test of its own to be counted.
    const broken = modules.filter((module) => module.errors().length > 0).length + errors.length
    const failed = count('failed') + broken
    process.stdout.write(`${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped\n`)
  }
}
