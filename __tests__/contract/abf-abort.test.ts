import { describe, expect, it } from 'vitest'
import type { AbfOptions, AbfStandIn, Dialect } from '../servers/abf/index.ts'
import { type ActionResult, runPost } from '../runner/runner.ts'
import type { Call } from '../servers/server.ts'
import { SentryStandIn } from '../servers/sentry/index.ts'
import {
  answer,
  BUILD,
  build,
  buildLists,
  calls,
  DIALECTS,
  ending,
  on,
  remote,
  said,
  seed,
  startAbf,
  step,
  TOKEN,
} from './abf-helpers.ts'
import { pool } from './helpers.ts'

const BOTH = { 'abf-arches': 'x86_64 znver1' }
/** Statuses of builds on which nobody works any more. */
const STOPPED = new Set([5000, 10000])

/** A run that gets a signal at the request of this number, counted from 0. */
async function stoppedAt(
  abf: AbfStandIn,
  number: number | ((call: Call) => boolean),
  signal: NodeJS.Signals,
  run: (more: ReturnType<typeof remote>['run']) => Promise<ActionResult>,
): Promise<ActionResult> {
  const { run: more, stop } = remote()
  let seen = 0
  let sent = false
  abf.onRequest((call) => {
    const hit = typeof number === 'number' ? seen === number : number(call)
    if (hit && !sent) {
      sent = true
      setTimeout(stop, 60, signal)
    }
    seen += 1
  })
  return run(more)
}

/** The first request of the wait: the first read once so many builds were submitted. */
function waiting(abf: AbfStandIn, submitted: number): (call: Call) => boolean {
  return ({ method }) => method === 'GET' && abf.created.length === submitted
}

/** Inputs of a main step and of its post step, which the runner gives the same. */
function inputsFor(abf: AbfStandIn, sentry: SentryStandIn): Record<string, string> {
  return {
    'sentry-auth-token': sentry.tokens.organization,
    'sentry-url': sentry.baseUrl,
    projects: 'web',
    'set-commits': 'skip',
    'abf-url': abf.url,
    'abf-token': TOKEN,
    'abf-poll-interval': '1s',
    ...BUILD,
    ...BOTH,
  }
}

/** What a farm ends up with, without numbers and times. */
function endState(abf: AbfStandIn): unknown[] {
  return abf.builds
    .filter(({ status }) => !STOPPED.has(status))
    .map(({ archId, status, commitHash }) => ({ archId, status, commitHash }))
}

async function patientFarm(
  dialect: Dialect = 'omv',
  options: Omit<AbfOptions, 'dialect'> = {},
): Promise<AbfStandIn> {
  const abf = await startAbf(dialect, options)
  abf.plan({}, [3000])
  return abf
}

describe.concurrent.each(DIALECTS)('A job that is cancelled on %s', (dialect) => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s during the wait cancels its own builds and reports what is known',
    async (signal) => {
      const abf = await patientFarm(dialect)
      const reused = seed(abf, 3000, { archId: 5 })
      const result = await stoppedAt(abf, waiting(abf, 2), signal, (run) =>
        build(
          abf,
          { 'abf-arches': 'x86_64 aarch64 znver1', 'abf-poll-interval': '1h', 'abf-timeout': '2h' },
          run,
        ),
      )
      expect([result.code, result.stderr]).toEqual([1, ''])
      expect(abf.builds.map(({ id, status }) => (id === reused.id ? status : STOPPED.has(status)))).toEqual([
        3000,
        true,
        true,
      ])
      expect(result.outputs['build-list-ids']).toBe(JSON.stringify(buildLists(result).map(({ id }) => id)))
      expect([buildLists(result).length, result.outputs['build-conclusion']]).toEqual([3, 'cancelled'])
      expect([said(result, 'error').length, result.summary.includes(String(reused.id))]).toEqual([1, true])
      expect(result.outputs['release-finalized']).toBe('false')
    },
  )

  it('during a create cancels the build that was perhaps created', async () => {
    const abf = await patientFarm(dialect)
    abf.fault({ method: 'POST', skip: 1, action: { kind: 'hang', when: 'after' } })
    let posts = 0
    const result = await stoppedAt(
      abf,
      ({ method }) => method === 'POST' && ++posts === 2,
      'SIGINT',
      (run) => build(abf, { ...BOTH, 'request-timeout': '1h' }, run),
    )
    expect([result.code, abf.created.length, endState(abf)]).toEqual([1, 2, []])
  })
})

describe.concurrent('A cancelled job', () => {
  it('leaves its builds running with abf-on-abort: leave, and so does its post step', async () => {
    const abf = await patientFarm()
    const inputs = { ...BOTH, 'abf-on-abort': 'leave' }
    const result = await stoppedAt(abf, waiting(abf, 2), 'SIGINT', (run) => build(abf, inputs, run))
    await using sentry = await new SentryStandIn().start()
    await runPost(result, { inputs: { ...inputsFor(abf, sentry), ...inputs } })
    expect([result.code, calls(abf, 'PUT'), abf.builds.map(({ status }) => status)]).toEqual([
      1,
      [],
      [3000, 3000],
    ])
  })

  it('does not cancel builds that were given by id', async () => {
    const abf = await startAbf()
    const one = seed(abf, 3000)
    const result = await stoppedAt(abf, waiting(abf, 0), 'SIGINT', (run) => on(abf, [one], {}, run))
    expect([ending(result), calls(abf, 'PUT')]).toEqual([[1, 'cancelled', '3000'], []])
  })

  it('does not cancel builds that have ended, and its post step logs nothing', async () => {
    const abf = await startAbf()
    abf.plan({ arch: 'x86_64' }, [0])
    abf.plan({ arch: 'znver1' }, [3000])
    const result = await stoppedAt(abf, waiting(abf, 2), 'SIGINT', (run) => build(abf, BOTH, run))
    expect(abf.builds.map(({ status }) => status)).toEqual([0, 5000])
    await using sentry = await new SentryStandIn().start()
    const requested = abf.requests.length
    const post = await runPost(result, { inputs: inputsFor(abf, sentry) })
    expect([post.code, post.log, post.annotations, post.stderr, abf.requests.length]).toEqual([
      0,
      [],
      [],
      '',
      requested,
    ])
  })

  it('reads the status when the response to a cancel is a web page, and does not warn of a cancelled build', async () => {
    const abf = await patientFarm()
    const page = { status: 200, headers: { 'Content-Type': 'text/html' }, raw: '<html>Maintenance</html>' }
    abf.fault({ method: 'PUT', action: answer(page, 'after') })
    const result = await stoppedAt(abf, waiting(abf, 2), 'SIGINT', (run) => build(abf, BOTH, run))
    expect([result.code, endState(abf), said(result, 'warning')]).toEqual([1, [], []])
  })

  it('ends although the server does not respond, and its post step cancels the builds', async () => {
    const abf = await patientFarm()
    abf.fault({ method: 'PUT', times: 99, action: { kind: 'hang' } })
    const result = await stoppedAt(abf, waiting(abf, 2), 'SIGINT', (run) =>
      build(abf, { ...BOTH, 'request-timeout': '1h' }, run),
    )
    expect([result.code, endState(abf).length]).toEqual([1, 2])
    abf.clearFaults()
    await using sentry = await new SentryStandIn().start()
    const post = await runPost(result, { inputs: inputsFor(abf, sentry) })
    expect([post.code, post.stderr, endState(abf)]).toEqual([0, '', []])
  })

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'by %s finds its build also when the clock of the server is an hour behind',
    async (signal) => {
      const abf = await patientFarm('omv', { clock: () => Date.now() - 3_600_000 })
      await using sentry = await new SentryStandIn().start()
      const inputs = { ...inputsFor(abf, sentry), 'abf-arches': 'x86_64' }
      abf.fault({ method: 'POST', action: { kind: 'hang', when: 'after' } })
      const posted = ({ method }: Call): boolean => method === 'POST'
      const result = await stoppedAt(abf, posted, signal, (run) => step(abf, inputs, run, sentry))
      await runPost(result, { inputs })
      expect([abf.created.length, endState(abf)]).toEqual([1, []])
    },
  )
})

describe.concurrent('The build of a slow create', () => {
  const late = (afterMs: number) => ({ method: 'POST', action: { kind: 'late' as const, afterMs } })
  const posted = ({ method }: Call): boolean => method === 'POST'

  it('is found and cancelled by the step that is cancelled meanwhile', async () => {
    const abf = await patientFarm()
    abf.fault(late(2600))
    const result = await stoppedAt(abf, posted, 'SIGINT', (run) => build(abf, {}, run))
    expect([result.code, abf.created.length, endState(abf)]).toEqual([1, 1, []])
    expect(buildLists(result).map(({ id, conclusion }) => [id, conclusion])).toEqual([
      [abf.created[0]?.id, 'cancelled'],
    ])
    await using sentry = await new SentryStandIn().start()
    const post = await runPost(result, { inputs: { ...inputsFor(abf, sentry), 'abf-arches': 'x86_64' } })
    expect([post.code, post.log, post.annotations]).toEqual([0, [], []])
  })

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'is found and cancelled by the post step when %s ends the main step too early',
    async (signal) => {
      const abf = await patientFarm()
      await using sentry = await new SentryStandIn().start()
      const inputs = { ...inputsFor(abf, sentry), 'abf-arches': 'x86_64' }
      abf.fault(late(signal === 'SIGINT' ? 12_000 : 4000))
      const result = await stoppedAt(abf, posted, signal, (run) => step(abf, inputs, run, sentry))
      expect(abf.created.length).toBe(0)
      const post = await runPost(result, { inputs })
      expect([post.code, said(post, 'error'), abf.created.length, endState(abf)]).toEqual([0, [], 1, []])
    },
    60_000,
  )
})

describe.concurrent('A step that is killed', () => {
  /** Requests to ABF of a run that submits two builds and waits for them. */
  const STAGES = 7

  /** Kills a run at a request, before or after that had its effect; then the post step and a second run follow. */
  async function killedAt(stage: number, moment: 'before' | 'after', dialect: Dialect): Promise<unknown> {
    const abf = await startAbf(dialect)
    await using sentry = await new SentryStandIn().start()
    const inputs = inputsFor(abf, sentry)
    abf.plan({}, [3000])
    abf.fault({ skip: stage, action: { kind: 'hang', when: moment } })
    const killed = await stoppedAt(abf, stage, 'SIGKILL', (run) => step(abf, inputs, run, sentry))
    abf.clearFaults()
    const post = await runPost(killed, { inputs })
    const running = endState(abf)
    abf.plan({}, [3000, 0])
    const again = await step(abf, inputs, {}, sentry)
    const clean = /token|Basic|sntrys/i.exec(JSON.stringify(killed.state)) === null
    return [
      ['killed', killed.code, clean],
      ['post', post.code, post.stderr, said(post, 'error')],
      ['running', running],
      ['again', ...ending(again), endState(abf).length, again.outputs['release-finalized']],
    ]
  }

  it('at any request leaves no build running, and the next run succeeds', async () => {
    const cells = [
      ...Array.from({ length: STAGES }, (_, stage) => [stage, 'before', 'omv'] as const),
      // From the first create on a request has an effect.
      ...[4, 5, 6].map((stage) => [stage, 'after', 'omv'] as const),
      [5, 'after', 'rosa'] as const,
      [6, 'after', '2012'] as const,
    ]
    const seen: Record<string, unknown> = {}
    await pool(cells, 6, async ([stage, moment, dialect]) => {
      seen[`${moment} ${stage} ${dialect}`] = await killedAt(stage, moment, dialect)
    })
    const expected = [
      ['killed', null, true],
      ['post', 0, '', []],
      ['running', []],
      ['again', 0, 'success', '0', 2, 'true'],
    ]
    expect(seen).toEqual(
      Object.fromEntries(
        cells.map(([stage, moment, dialect]) => [`${moment} ${stage} ${dialect}`, expected]),
      ),
    )
  })

  it('during its cancels is completed by its post step', async () => {
    const abf = await patientFarm()
    await using sentry = await new SentryStandIn().start()
    const inputs = inputsFor(abf, sentry)
    abf.fault({ method: 'PUT', times: 2, action: { kind: 'hang' } })
    const { run, stop } = remote()
    abf.onRequest((call) => {
      if (waiting(abf, 2)(call)) stop('SIGINT')
      if (call.method === 'PUT') setTimeout(stop, 50, 'SIGKILL')
    })
    const killed = await step(abf, inputs, run, sentry)
    const post = await runPost(killed, { inputs })
    expect([killed.code, post.code, endState(abf)]).toEqual([null, 0, []])
  })

  it('with abf-wait: false after its end keeps its builds', async () => {
    const abf = await patientFarm()
    await using sentry = await new SentryStandIn().start()
    const inputs = { ...inputsFor(abf, sentry), 'abf-wait': 'false' }
    const main = await step(abf, inputs, {}, sentry)
    const post = await runPost(main, { inputs })
    expect([post.log, post.annotations, endState(abf).length]).toEqual([[], [], 2])
  })

  it('has a post step that never fails the job, whatever the server responds', async () => {
    const abf = await patientFarm()
    await using sentry = await new SentryStandIn().start()
    const inputs = { ...inputsFor(abf, sentry), retries: '0' }
    const killed = await stoppedAt(abf, waiting(abf, 2), 'SIGKILL', (run) => step(abf, inputs, run, sentry))
    abf.fault({ times: 99, action: { kind: 'reset', when: 'before' } })
    const post = await runPost(killed, { inputs })
    expect([post.code, post.stderr, said(post, 'error')]).toEqual([0, '', []])
    for (const { id } of abf.builds) expect(said(post, 'warning').join()).toContain(`build_lists/${id}`)
  })
})
