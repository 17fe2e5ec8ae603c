import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { readStart } from '../../src/start.ts'
import { ManualClock } from './doubles.ts'
import { prepareWorld } from './world.ts'

describe('what is known before anything is sent', () => {
  it('is the inputs, the context, the time, and a name for this run', () => {
    const { world, commits } = prepareWorld()
    const start = readStart(world.env, undefined, new ManualClock(0.25), String)
    expect(start.startedAt).toBe('2026-01-01T00:00:00.000Z')
    expect(start.userAgent).toMatch(/^release-gate \(run 42\.2; [0-9a-z]+\)$/)
    expect(start.context).toMatchObject({ repository: 'acme/app', headCommit: commits[2] })
    expect(start.inputs).toMatchObject({ commit: commits[2], sentry: { projects: ['web'] } })
  })

  it('has another name in another process of the same run', () => {
    const { env } = prepareWorld().world
    const names = [0.25, 0.75].map(
      (random) => readStart(env, undefined, new ManualClock(random), String).userAgent,
    )
    expect(new Set(names).size).toBe(2)
  })

  it('takes the commit from the event', () => {
    const env = { ...prepareWorld().world.env, GITHUB_EVENT_NAME: 'pull_request' }
    const sha = 'c'.repeat(40)
    const start = readStart(env, { pull_request: { head: { sha } } }, new ManualClock(), String)
    expect(start.inputs).toMatchObject({ commit: sha })
  })

  it('is an error that lists what is wrong with the inputs, without secrets, and is not thrown', () => {
    const { env } = prepareWorld({ projects: '', retries: 'hunter2' }).world
    const { inputs } = readStart(env, undefined, new ManualClock(), (text) =>
      text.replaceAll('hunter2', '***'),
    )
    expect(inputs).toBeInstanceOf(ActionError)
    expect(inputs instanceof Error && inputs.message).toMatch(
      /2 inputs are not usable[\s\S]*input retries: .* got "\*\*\*"[\s\S]*projects/,
    )
  })

  it('does not depend on what an event holds, or whether there is an environment', () => {
    const { env } = prepareWorld().world
    fc.assert(
      fc.property(fc.anything(), (event) => {
        expect(readStart(env, event, new ManualClock(), String).inputs).not.toBeInstanceOf(Error)
      }),
    )
    expect(readStart({}, undefined, new ManualClock(), String).inputs).toBeInstanceOf(ActionError)
  })
})
