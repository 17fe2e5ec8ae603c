import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { CancelledError } from '../../../src/errors.ts'
import { retryUntil } from '../../../src/wait/backoff.ts'
import { systemClock } from '../../../src/wait/clock.ts'
import { mapPool } from '../../../src/wait/pool.ts'
import { poll } from '../../../src/wait/poll.ts'
import { cancellation } from '../../../src/wait/signals.ts'
import { failureOf, ManualClock } from '../doubles.ts'

const signal = new AbortController().signal

describe('retryUntil', () => {
  const never = async (): Promise<undefined> => undefined

  it('pauses longer and longer, up to the longest pause, and once up to the deadline', async () => {
    const clock = new ManualClock(1)
    const deadline = clock.now() + 20_000
    expect(
      await retryUntil(never, deadline, { first: 1000, longest: 5000 }, { clock, signal }),
    ).toBeUndefined()
    expect(clock.pauses).toEqual([1000, 2000, 4000, 5000, 5000, 3000])
  })

  it('spreads the pauses over their second half', async () => {
    const pauses = [0, 0.5].map(async (random) => {
      const clock = new ManualClock(random)
      await retryUntil(never, clock.now() + 1000, { first: 1000, longest: 1000 }, { clock, signal })
      return clock.pauses[0]
    })
    expect(await Promise.all(pauses)).toEqual([500, 750])
  })

  it('makes one attempt when the deadline has passed, and one last at the deadline', async () => {
    const clock = new ManualClock()
    let attempts = 0
    const count = async (): Promise<undefined> => {
      attempts += 1
    }
    await retryUntil(count, clock.now(), { first: 1000, longest: 1000 }, { clock, signal })
    expect([attempts, clock.pauses]).toEqual([1, []])
    await retryUntil(count, clock.now() + 100, { first: 1000, longest: 1000 }, { clock, signal })
    expect([attempts, clock.pauses]).toEqual([3, [100]])
  })

  it('gives whatever is not undefined', async () => {
    const clock = new ManualClock()
    expect(await retryUntil(async () => 0, 0, { first: 1, longest: 1 }, { clock, signal })).toBe(0)
  })
})

describe('mapPool', () => {
  it('works on so many items at a time, and keeps their order', async () => {
    let running = 0
    let most = 0
    const results = await mapPool([3, 1, 2, 5, 4], 2, async (item) => {
      running += 1
      most = Math.max(most, running)
      for (let turn = 0; turn < item; turn += 1) await Promise.resolve()
      running -= 1
      return item * 10
    })
    expect([results, most]).toEqual([[30, 10, 20, 50, 40], 2])
    expect(await mapPool([], 2, async () => 1)).toEqual([])
  })

  it('starts nothing after a failure', async () => {
    const begun: number[] = []
    const work = async (item: number): Promise<void> => {
      begun.push(item)
      await Promise.resolve()
      if (item === 1) throw new Error('first')
      await Promise.resolve()
      await Promise.resolve()
    }
    expect(await failureOf(mapPool([1, 2, 3, 4], 2, work))).toEqual(new Error('first'))
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
    expect(begun).toEqual([1, 2])
  })
})

describe('poll', () => {
  const again = async () => ({ kind: 'again' }) as const
  const onError = () => ({ kind: 'fatal' }) as const

  it('looks until the deadline, the last time exactly then', async () => {
    const clock = new ManualClock()
    const looks: number[] = []
    const begun = clock.now()
    const look = async () => {
      looks.push(clock.now() - begun)
      return again()
    }
    const schedule = () => 400
    expect(await poll(look, { deadline: begun + 1000, schedule, onError, clock, signal })).toEqual({
      kind: 'deadline',
      failure: undefined,
    })
    expect(looks).toEqual([0, 400, 800, 1000])
  })

  it('looks once when the deadline has passed, and twice when one pause fills the time', async () => {
    const count = async (ms: number, pause: number): Promise<number> => {
      const clock = new ManualClock()
      let looks = 0
      const look = async () => {
        looks += 1
        return again()
      }
      await poll(look, { deadline: clock.now() + ms, schedule: () => pause, onError, clock, signal })
      return looks
    }
    expect(await Promise.all([count(-1, 100), count(0, 100), count(100, 100), count(101, 100)])).toEqual([
      1, 1, 2, 3,
    ])
  })

  it('does not look twice at the end when a timer fires a little early', async () => {
    const clock = new ManualClock()
    const early = Object.assign(Object.create(clock) as ManualClock, {
      now: () => clock.now(),
      sleep: (ms: number, until: AbortSignal) => clock.sleep(Math.max(0, ms - 1), until),
    })
    let looks = 0
    const look = async () => {
      looks += 1
      return again()
    }
    await poll(look, { deadline: clock.now() + 100, schedule: () => 100, onError, clock: early, signal })
    expect(looks).toBe(2)
  })

  it('asks the schedule after each good look, and never pauses backwards', async () => {
    const clock = new ManualClock()
    const begun = clock.now()
    const asked: number[] = []
    const schedule = (): number => {
      asked.push(clock.now() - begun)
      return asked.length === 2 ? -5 : 100
    }
    await poll(again, { deadline: begun + 250, schedule, onError, clock, signal })
    expect(asked).toEqual([0, 100, 100, 200, 250])
    expect(clock.pauses).toEqual([100, 0, 100, 50])
  })

  it('keeps the failure of the last look, and the reason of a signal', async () => {
    const clock = new ManualClock()
    const failure = new Error('no answer')
    const look = async () => {
      throw failure
    }
    const options = { deadline: clock.now() + 100, schedule: () => 1, clock, signal }
    const pausing = { ...options, onError: () => ({ kind: 'pause', ms: 60 }) as const }
    expect(await poll(look, pausing)).toEqual({ kind: 'deadline', failure })
    expect(clock.pauses).toEqual([60, 40])
    const reason = new Error('cancelled')
    expect(await failureOf(poll(look, { ...pausing, signal: AbortSignal.abort(reason) }))).toBe(reason)
  })
})

describe('poll of a cancelled job', () => {
  it('looks no more, and does not judge what a look threw', async () => {
    const clock = new ManualClock()
    const reason = new Error('cancelled')
    const never = (): never => {
      throw new Error('asked for')
    }
    const options = { deadline: clock.now() + 100, schedule: () => 1, onError: never, clock }
    expect(await failureOf(poll(never, { ...options, signal: AbortSignal.abort(reason) }))).toBe(reason)
    const controller = new AbortController()
    const look = async (): Promise<never> => {
      controller.abort(reason)
      throw new Error('broke off')
    }
    expect(await failureOf(poll(look, { ...options, signal: controller.signal }))).toBe(reason)
  })
})

describe('the real clock', () => {
  it('tells the time, and a chance below one', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(60_000)
    const chances = Array.from({ length: 20 }, () => systemClock.random())
    expect(chances.every((chance) => chance >= 0 && chance < 1)).toBe(true)
    expect(new Set(chances).size).toBeGreaterThan(1)
  })

  it('sleeps until the time is over, and leaves no listener behind', async () => {
    const controller = new AbortController()
    let listeners = 0
    const counted = new Proxy(controller.signal, {
      get: (target, name) => {
        if (name === 'addEventListener') listeners += 1
        if (name === 'removeEventListener') listeners -= 1
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
    expect(await systemClock.sleep(1, counted)).toBeUndefined()
    expect(listeners).toBe(0)
  })

  it('wakes at once when the signal aborts, or has aborted', async () => {
    const reason = new Error('cancelled')
    expect(await failureOf(systemClock.sleep(3_600_000, AbortSignal.abort(reason)))).toBe(reason)
    const controller = new AbortController()
    const slept = failureOf(systemClock.sleep(3_600_000, controller.signal))
    controller.abort(reason)
    expect(await slept).toBe(reason)
  })

  it('gives signals that time out', async () => {
    const limit = systemClock.timeout(1)
    if (!limit.aborted) await new Promise((resolve) => limit.addEventListener('abort', resolve))
    expect(limit.reason).toMatchObject({ name: 'TimeoutError' })
  })
})

describe('cancellation', () => {
  const start = () => {
    const stdout = new EventEmitter()
    const events = Object.assign(new EventEmitter(), { stdout })
    return { events, stdout, signal: cancellation(events as unknown as NodeJS.Process) }
  }

  it.each(['SIGINT', 'SIGTERM'])('comes with %s', (name) => {
    const { events, signal } = start()
    expect(signal.aborted).toBe(false)
    events.emit(name)
    expect(signal.reason).toEqual(new CancelledError(name))
  })

  it('comes with the end of the log', () => {
    const { stdout, signal } = start()
    stdout.emit('error', new Error('EPIPE'))
    expect(String(signal.reason)).toContain('Stopped by the end of its log')
  })
})
