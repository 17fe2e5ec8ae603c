import { type AbfDeps, type AbfReport, type AbfResult, runAbf } from '../../../src/abf/index.ts'
import { HttpError } from '../../../src/http/failure.ts'
import { type HttpRequest, HttpResponse } from '../../../src/http/response.ts'
import type { AbfOptions } from '../../../src/abf/options.ts'
import { loadAbf } from '../../../src/inputs/abf.ts'
import { AbfStandIn, commitOf, type Dialect } from '../../servers/abf/index.ts'
import type { StandInResponse } from '../../servers/server.ts'
import { ManualClock, MemoryState, RecordingLogger } from '../doubles.ts'

export const BASE = 'https://abf.example/'
export const COMMIT = commitOf('gtk+demo master')

/** What goes wrong with one request: a response in place of the real one, or none. */
export interface Mishap {
  readonly method: string
  readonly path: RegExp
  /** An error is thrown after the request had its effect. */
  readonly gives: StandInResponse | Error
}

/** ABF without HTTP: the stand-in's own answers, by the test's clock. */
export class AbfInMemory extends AbfStandIn {
  readonly asked: string[] = []
  readonly mishaps: Mishap[] = []

  constructor(clock: ManualClock, dialect: Dialect = 'omv') {
    super({ dialect, pace: 0, clock: () => clock.now() })
  }

  override get url(): string {
    return BASE.slice(0, -1)
  }

  send(request: HttpRequest): HttpResponse {
    const { method, url, body, headers } = request
    this.asked.push(`${method} ${url.pathname}`)
    const call = {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      text: body ?? '',
      bytes: Buffer.from(body ?? ''),
      json: body === undefined ? undefined : (JSON.parse(body) as unknown),
    }
    const index = this.mishaps.findIndex((one) => one.method === method && one.path.test(url.pathname))
    const [mishap] = index < 0 ? [] : this.mishaps.splice(index, 1)
    if (mishap?.gives instanceof Error) {
      this.handle(call)
      throw mishap.gives
    }
    const answer = mishap?.gives ?? this.handle(call)
    const given: Readonly<Record<string, string>> = answer.headers ?? {}
    const low = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]))
    const bytes =
      answer.raw === undefined
        ? Buffer.from(answer.body === undefined ? '' : JSON.stringify(answer.body))
        : Buffer.from(answer.raw)
    return new HttpResponse(
      request,
      { status: answer.status, bytes, header: (name) => low.get(name) },
      1,
      String,
    )
  }
}

/** A response that got lost on its way. */
export function lostAnswer(): HttpError {
  return new HttpError({
    kind: 'timeout',
    message: 'abf.example did not respond in time',
    method: 'POST',
    url: `${BASE}api/v1/build_lists.json`,
  })
}

export function inputsFor(more: Readonly<Record<string, string>>): AbfOptions {
  const all = {
    'abf-url': BASE,
    'abf-token': 'token-of-ci_bot',
    'abf-poll-interval': '60s',
    'abf-timeout': '1h',
    'abf-log-lines': '0',
    ...more,
  }
  const env = Object.fromEntries(
    Object.entries(all).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  )
  const { value, problems } = loadAbf(env, COMMIT, String)
  if (!value || 'off' in value) throw new Error(problems.join('\n'))
  return value
}

export const BUILD = {
  'abf-project': 'openmandriva/gtk+demo',
  'abf-repository': 'cooker/main',
  'abf-arches': 'x86_64',
}

/** One step against a server in memory. */
export function prepare(dialect: Dialect = 'omv') {
  const clock = new ManualClock()
  const abf = new AbfInMemory(clock, dialect)
  const logger = new RecordingLogger()
  const state = new MemoryState()
  const outputs: Record<string, string> = {}
  const controller = new AbortController()
  const reports: AbfReport[] = []
  const connections: unknown[] = []
  const deps: AbfDeps = {
    clock,
    logger,
    state,
    outputs: { set: (name, value) => (outputs[name] = value) },
    signal: controller.signal,
    userAgent: 'us',
    retries: 5,
    onReport: (report) => reports.push(report),
    connect: ({ signal, ...options }) => {
      connections.push(options)
      return {
        send: async (request) => {
          await Promise.resolve()
          signal.throwIfAborted()
          return abf.send(request)
        },
      }
    },
  }
  const run = (more: Readonly<Record<string, string>>): Promise<AbfResult> => runAbf(inputsFor(more), deps)
  return { abf, clock, logger, state, outputs, controller, reports, connections, deps, run }
}

export type Step = ReturnType<typeof prepare>

/** What the log says, each line after its level; the lines of a submitted build's beginning left out. */
export function logLines({ logger }: Step): string[] {
  return logger.lines
    .map(({ level, message }) => `${level}: ${message}`)
    .filter((line) => !line.startsWith('info: ABF at '))
}

/** What was asked for after the names were resolved and equal builds were looked for. */
export function requestsAfter({ abf }: Step): string[] {
  return abf.asked.slice(4).map((line) => line.replace('/api/v1/', '').replace('.json', ''))
}

/** A build in the log, when it is the first one made. */
export const FIRST = 812926
export const LABEL = `openmandriva/gtk+demo x86_64 (build ${FIRST})`
export const SUBMITTED = `info: x86_64: submitted as build ${FIRST}. ${BASE}build_lists/${FIRST}`
