import { type AbfResult, runAbf } from '../../../src/abf/index.ts'
import type { AbfDeps, AbfReport } from '../../../src/abf/index.ts'
import { createHttp } from '../../../src/http/client.ts'
import { createTransport } from '../../../src/http/transport.ts'
import { loadAbf } from '../../../src/inputs/abf.ts'
import type { AbfOptions as Options } from '../../../src/abf/options.ts'
import type { Clock } from '../../../src/ports.ts'
import { AbfStandIn, commitOf, type Dialect } from '../../servers/abf/index.ts'
import type { AbfOptions } from '../../servers/abf/index.ts'
import { MemoryState, RecordingLogger } from '../doubles.ts'

export const COMMIT = commitOf('gtk+demo master')
export const DIALECTS: readonly Dialect[] = ['omv', 'rosa', '2012']
/** What a test started; stopped after it. */
export const running: { stop(): Promise<void> }[] = []

/** Stops the servers that the test started. */
export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((server) => server.stop()))
}

export async function start(
  dialect: Dialect,
  options: Omit<AbfOptions, 'dialect'> = {},
): Promise<AbfStandIn> {
  const abf = await new AbfStandIn({ dialect, ...options }).start()
  running.push(abf)
  return abf
}

/** Time that passes as fast as it is slept away, with a moment of real time for the server to move on. */
export class FastClock implements Clock {
  #ahead = 0
  now(): number {
    return Date.now() + this.#ahead
  }
  random(): number {
    return 0
  }
  timeout(ms: number): AbortSignal {
    return AbortSignal.timeout(ms)
  }
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#ahead += ms
    await new Promise((resolve) => setTimeout(resolve, Math.min(ms, 6)))
    signal.throwIfAborted()
  }
}

export interface Run {
  readonly logger: RecordingLogger
  readonly state: MemoryState
  readonly outputs: Map<string, string>
  readonly controller: AbortController
  readonly deps: AbfDeps
  report: AbfReport | undefined
}

export function prepare(requestTimeout = 5000): Run {
  const clock = new FastClock()
  const transport = createTransport()
  const logger = new RecordingLogger()
  const state = new MemoryState()
  const outputs = new Map<string, string>()
  const controller = new AbortController()
  const run: Run = {
    logger,
    state,
    outputs,
    controller,
    report: undefined,
    deps: {
      clock,
      logger,
      state,
      outputs: { set: (name, value) => outputs.set(name, value) },
      signal: controller.signal,
      userAgent: 'test',
      retries: 2,
      onReport: (report) => {
        run.report = report
      },
      connect: (options) =>
        createHttp({
          transport,
          clock,
          logger,
          redact: (text) => text,
          retries: 2,
          requestTimeout,
          ...options,
        }),
    },
  }
  return run
}

export const BUILD = {
  'abf-project': 'openmandriva/gtk+demo',
  'abf-repository': 'cooker/main',
  'abf-arches': 'x86_64',
}

export function inputsFor(abf: AbfStandIn, more: Readonly<Record<string, string>> = {}): Options {
  const all = {
    'abf-url': abf.url,
    'abf-token': 'token-of-ci_bot',
    'abf-poll-interval': '1s',
    'abf-timeout': '10m',
    ...more,
  }
  const env = Object.fromEntries(
    Object.entries(all).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  )
  const { value, problems } = loadAbf(env, COMMIT, String)
  if (!value || 'off' in value) throw new Error(problems.join('\n'))
  return value
}

export async function go(
  abf: AbfStandIn,
  more: Readonly<Record<string, string>>,
  run: Run = prepare(),
): Promise<{ result: AbfResult; run: Run }> {
  const result = await runAbf(inputsFor(abf, more), run.deps)
  return { result, run }
}
