import { afterEach, describe, expect, it } from 'vitest'
import { runAbf } from '../../../src/abf/index.ts'
import { CancelledError } from '../../../src/errors.ts'
import type { AbfStandIn } from '../../servers/abf/index.ts'
import { BUILD, DIALECTS, inputsFor, prepare, type Run, start, stopAll } from './harness.ts'
import { failureOf } from '../doubles.ts'

// Apart from the other runs, because these wait in real time.

afterEach(stopAll)

/** Longer than the test: what waits for it never ends. */
const HOUR = 3_600_000

/** Cancels the job as soon as the server has responded to, or dropped, the first request like that. */
function cancelAt(
  abf: AbfStandIn,
  run: Run,
  like: (call: { readonly method: string; readonly path: string }) => boolean,
): void {
  abf.onRequest((call) => {
    if (!like(call)) return
    setTimeout(() => {
      run.controller.abort(new CancelledError('SIGINT'))
    }, 50)
  })
}

describe.each(DIALECTS)('%s', (dialect) => {
  it('a job that is cancelled during a create finds the build and cancels it', async () => {
    const abf = await start(dialect)
    abf.plan({}, [3000])
    abf.fault({ method: 'POST', action: { kind: 'hang', when: 'after' } })
    const run = prepare(HOUR)
    cancelAt(abf, run, ({ method }) => method === 'POST')
    await failureOf(runAbf(inputsFor(abf, BUILD), run.deps))
    expect(abf.created).toHaveLength(1)
    expect([5000, 10000]).toContain(abf.builds[0]?.status)
    expect(run.state.read('abf-work')).toBe('')
  })
})

describe('A server that does not respond', () => {
  it('does not delay the end of a cancelled job', async () => {
    const abf = await start('omv')
    abf.plan({}, [3000])
    abf.fault({ method: 'PUT', times: 9, action: { kind: 'hang' } })
    const run = prepare(HOUR)
    cancelAt(abf, run, ({ method, path }) => method === 'GET' && /build_lists\/\d+/.test(path))
    await failureOf(runAbf(inputsFor(abf, BUILD), run.deps))
    expect(run.logger.said('warning').join()).toMatch(/could not be cancelled/)
    expect(run.state.read('abf-work')).toMatch(/"ids":\[\d+\]/)
  })
})
