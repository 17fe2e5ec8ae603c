import type { ChildProcess } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { type ActionResult, type ActionRun, runPost, SHA } from '../runner/runner.ts'
import { SentryStandIn } from '../servers/sentry/index.ts'
import { endState, gate, pool, requests, startSentry } from './helpers.ts'

const everything = { environment: 'production' }
/** Requests of a run that does everything from the beginning. */
const STAGES = [
  'GET releases/SHA/',
  'POST releases/',
  'GET releases/',
  'GET repos/',
  'PUT releases/SHA/',
  'GET releases/SHA/deploys/',
  'POST releases/SHA/deploys/',
]

/** Hands out the process of a run, to stop it from a server's hook. */
function remote(): { readonly run: ActionRun; readonly stop: (signal: NodeJS.Signals) => void } {
  let child: ChildProcess | undefined
  return {
    run: {
      onStart: (started) => {
        child = started
      },
    },
    stop: (signal) => child?.kill(signal),
  }
}

async function cleanEndState(): Promise<object> {
  const sentry = await startSentry()
  await gate(sentry, everything)
  return endState(sentry)
}

describe.concurrent('the same step', () => {
  it('run twice changes nothing the second time', async () => {
    const sentry = await startSentry()
    await gate(sentry, everything)
    sentry.settleRefs()
    const state = structuredClone([sentry.releases, sentry.deploys, sentry.activities])
    const second = await gate(sentry, everything)
    expect([second.code, second.annotations, second.outputs['release-created']]).toEqual([0, [], 'false'])
    expect([sentry.releases, sentry.deploys, sentry.activities]).toEqual(state)
    expect(sentry.journal.slice(STAGES.length).map(({ method }) => method)).toEqual(['GET', 'GET'])
  })

  it('run in parallel for two projects leaves one release with both', async () => {
    const sentry = await startSentry()
    const results = await Promise.all([gate(sentry), gate(sentry, { projects: 'api' })])
    expect(results.map(({ code }) => code)).toEqual([0, 0])
    expect(new Set(results.map(({ outputs }) => outputs['release-created']))).toEqual(
      new Set(['false', 'true']),
    )
    expect([sentry.releases.length, [...sentry.release(SHA).projects].sort()]).toEqual([1, ['api', 'web']])
  })

  it('after one for another project attaches its own', async () => {
    const sentry = await startSentry()
    await gate(sentry)
    const { outputs } = await gate(sentry, { projects: 'api', 'set-commits': 'skip' })
    expect([outputs['release-created'], sentry.release(SHA).projects]).toEqual(['false', ['web', 'api']])
  })
})

describe.concurrent('a step that is killed', () => {
  /** Kills a run at a request, before or after that had its effect; then the post step and a second run follow. */
  async function killedAt(stage: number, moment: 'before' | 'after'): Promise<object> {
    await using sentry = await new SentryStandIn().start()
    const { run, stop } = remote()
    let seen = 0
    sentry.fault({ skip: stage, action: { kind: 'hang', when: moment } })
    sentry.onRequest(() => {
      if (seen === stage) setTimeout(stop, 30, 'SIGKILL')
      seen += 1
    })
    const killed = await gate(sentry, everything, run)
    sentry.clearFaults()
    const post = await runPost(killed)
    const again = await gate(sentry, everything)
    return {
      killed: killed.code,
      post: [post.code, post.stderr, post.annotations.map(({ level }) => level)],
      again: [again.code, again.stderr, again.annotations],
      state: endState(sentry),
    }
  }

  it.each(['before', 'after'] as const)(
    '%s the effect of any request is completed by the next run, and the post step warns',
    async (moment) => {
      const state = await cleanEndState()
      const seen: Record<string, object> = {}
      await pool([...STAGES.entries()], 4, async ([index, name]) => {
        seen[name] = await killedAt(index, moment)
      })
      const expected = { killed: null, post: [0, '', ['warning']], again: [0, '', []], state }
      expect(seen).toEqual(Object.fromEntries(STAGES.map((name) => [name, expected])))
    },
  )

  it('names the release in the warning of the post step, and its version as an output', async () => {
    const sentry = await startSentry()
    const { run, stop } = remote()
    sentry.onRequest(({ path }) => {
      if (path.endsWith('/repos/')) stop('SIGKILL')
    })
    sentry.fault({ path: /repos/, action: { kind: 'hang' } })
    const killed = await gate(sentry, everything, run)
    expect([killed.code, killed.outputs['release-version'], killed.outputs['release-created']]).toEqual([
      null,
      SHA,
      'true',
    ])
    const post = await runPost(killed)
    expect(post.annotations).toEqual([
      { level: 'warning', title: expect.any(String), message: expect.stringContaining(SHA) },
    ])
  })
})

describe.concurrent('a step that is cancelled', () => {
  async function cancelledAt(path: RegExp, signal: NodeJS.Signals): Promise<[ActionResult, SentryStandIn]> {
    const sentry = await startSentry()
    const { run, stop } = remote()
    sentry.fault({ path, action: { kind: 'hang' } })
    sentry.onRequest((call) => {
      if (!path.test(call.path)) return
      setTimeout(stop, 50, signal)
    })
    // A request that is not cancelled outlasts the test.
    const result = await gate(sentry, { ...everything, 'request-timeout': '1h' }, run)
    return [result, sentry]
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s during a request ends at once and says what is known',
    async (signal) => {
      const [result] = await cancelledAt(/repos/, signal)
      expect([result.code, result.stderr, result.annotations.length]).toEqual([1, '', 1])
      expect(result.annotations[0]?.message).toContain(signal)
      expect(result.outputs).toMatchObject({ 'release-version': SHA, 'release-created': 'true' })
      expect(result.summary).toMatch(/^### ⏹️ Cancelled/)
      const post = await runPost(result)
      expect([post.code, post.annotations, post.log, post.stderr]).toEqual([0, [], [], ''])
    },
  )

  it('during the very first request leaves the version as the only output, and a summary', async () => {
    const [result, sentry] = await cancelledAt(/releases/, 'SIGINT')
    expect([result.code, result.outputs, sentry.releases]).toEqual([1, { 'release-version': SHA }, []])
    expect(result.summary).toMatch(/^### ⏹️ Cancelled/)
  })

  it('during a pause between attempts ends at once', async () => {
    const sentry = await startSentry()
    const { run, stop } = remote()
    sentry.fault({ action: { kind: 'answer', answer: { status: 503, headers: { 'Retry-After': '30' } } } })
    sentry.onRequest(() => {
      setTimeout(stop, 200, 'SIGINT')
    })
    const result = await gate(sentry, everything, run)
    expect([result.code, requests(sentry)]).toEqual([1, ['GET releases/SHA/ 503']])
  })

  it('by a runner that is gone ends too, instead of writing to nobody for ever', async () => {
    const sentry = await startSentry()
    sentry.fault({ times: Number.POSITIVE_INFINITY, action: { kind: 'answer', answer: { status: 503 } } })
    const result = await gate(sentry, everything, {
      onStart: (child) => {
        child.stdout?.destroy()
      },
    })
    expect([result.code, result.stderr]).toEqual([1, ''])
    expect(result.summary).toMatch(/^### ⏹️ Cancelled/)
  })

  it('is completed by the next run', async () => {
    const [, sentry] = await cancelledAt(/deploys/, 'SIGINT')
    expect((await gate(sentry, everything)).code).toBe(0)
    expect(endState(sentry)).toEqual(await cleanEndState())
  })
})

describe.concurrent('the post step', () => {
  it.each([{}, { projects: 'nobody' }, { projects: 'a/b' }])(
    'is silent after a step that ended by itself: %j',
    async (inputs) => {
      const sentry = await startSentry()
      const main = await gate(sentry, inputs)
      const requested = sentry.journal.length
      const post = await runPost(main)
      expect([post.code, post.log, post.annotations, post.stderr, post.summary]).toEqual([0, [], [], '', ''])
      expect(sentry.journal).toHaveLength(requested)
    },
  )

  it.each([
    ['an error that is thrown where nobody waits', 'throw new Error("late")'],
    ['a rejection that nobody handles', 'Promise.reject(new Error("late"))'],
  ])('does not turn the job red for %s', async (_, code) => {
    const sentry = await startSentry()
    const main = await gate(sentry)
    // As soon as the action listens for such errors.
    const wait = `const timer = setInterval(() => {
      if (process.listenerCount("uncaughtException") === 0) return
      clearInterval(timer)
      ${code}
    }, 1)`
    const script = `data:text/javascript,${encodeURIComponent(wait)}`
    const NODE_OPTIONS = `--import ${script}`
    const post = await runPost(main, { env: { NODE_OPTIONS } })
    expect([post.code, post.annotations, post.stderr]).toEqual([
      0,
      [expect.objectContaining({ level: 'warning', message: expect.stringContaining('late') as string })],
      '',
    ])
  })
})
