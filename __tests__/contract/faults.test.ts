import { describe, expect, it } from 'vitest'
import type { ActionResult } from '../runner/runner.ts'
import type { Fault, FaultAction } from '../servers/server.ts'
import { answers, SentryStandIn } from '../servers/sentry/index.ts'
import { endState, gate, pool } from './helpers.ts'

const faults: Readonly<Record<string, FaultAction>> = {
  '500': { kind: 'answer', answer: answers.internalError },
  '503 as a web page': { kind: 'answer', answer: answers.unavailable() },
  '504 after the effect': { kind: 'answer', answer: answers.gatewayTimeout, when: 'after' },
  '429 of an edge': { kind: 'answer', answer: answers.throttledByEdge(0) },
  'a connection cut before the effect': { kind: 'reset', when: 'before' },
  'a connection cut after the effect': { kind: 'reset', when: 'after' },
  'a connection cut in the body': { kind: 'reset', when: 'body' },
  'a body cut in half': { kind: 'truncate' },
  'no answer after the effect': { kind: 'hang', when: 'after' },
}

interface Stage {
  readonly name: string
  readonly strikes: Pick<Fault, 'method' | 'path' | 'skip'>
  readonly inputs?: Readonly<Record<string, string>>
}

const skipping = { 'set-commits': 'skip' }
const stages: readonly Stage[] = [
  { name: 'the look-up', strikes: { method: 'GET', path: /\/releases\/\w+\/$/ } },
  { name: 'the create', strikes: { method: 'POST', path: /\/releases\/$/ } },
  { name: 'the confirmation', strikes: { method: 'GET', path: /\/releases\/$/ } },
  { name: 'the look-up of the repository', strikes: { method: 'GET', path: /\/repos\/$/ } },
  { name: 'the refs', strikes: { method: 'PUT' } },
  { name: 'the release date', strikes: { method: 'PUT' }, inputs: skipping },
  { name: 'the list of deploys', strikes: { method: 'GET', path: /\/deploys\/$/ }, inputs: skipping },
  { name: 'the deploy', strikes: { method: 'POST', path: /\/deploys\/$/ }, inputs: skipping },
]

/** Exit code, what people see, what later steps get, and what Sentry has at the end of one run. */
async function outcome(stage: Stage, action?: FaultAction): Promise<object> {
  await using sentry = await new SentryStandIn().start()
  if (action) sentry.fault({ ...stage.strikes, action })
  const result: ActionResult = await gate(sentry, {
    environment: 'production',
    // Only a server that hangs is given up on, so that a slow machine is not taken for one.
    'request-timeout': action?.kind === 'hang' ? '10s' : '30s',
    ...stage.inputs,
  })
  const { 'release-url': url, ...outputs } = result.outputs
  return {
    code: result.code,
    stderr: result.stderr,
    annotations: result.annotations,
    outputs: { ...outputs, url: url?.replace(sentry.url, '') },
    state: endState(sentry),
  }
}

describe.concurrent('one fault', () => {
  it.each(stages)('in $name, whichever it is, changes nothing about the result', async (stage) => {
    const clean = await outcome(stage)
    expect(clean).toMatchObject({ code: 0, state: { deploys: [{ environment: 'production' }] } })
    const seen: Record<string, object> = {}
    await pool(Object.entries(faults), 4, async ([name, action]) => {
      seen[name] = await outcome(stage, action)
    })
    expect(seen).toEqual(Object.fromEntries(Object.keys(faults).map((name) => [name, clean])))
  })
})
