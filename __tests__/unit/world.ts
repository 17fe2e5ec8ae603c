import type { AttemptResult, Transport } from '../../src/http/attempt.ts'
import type { Clock } from '../../src/ports.ts'
import { readStart } from '../../src/start.ts'
import type { World } from '../../src/step.ts'
import { GitHubStandIn } from '../servers/github.ts'
import { SentryStandIn } from '../servers/sentry/index.ts'
import type { StandInResponse, StandIn } from '../servers/server.ts'
import { AbfInMemory } from './abf/memory.ts'
import { ManualClock, MemoryState, RecordingLogger } from './doubles.ts'

class SentryInMemory extends SentryStandIn {
  override get url(): string {
    return 'https://sentry.example'
  }
}

class GitHubInMemory extends GitHubStandIn {
  override get url(): string {
    return 'https://api.github.example'
  }
}

/** A stand-in's own response, without HTTP. */
async function ask(server: StandIn, outgoing: Parameters<Transport>[0]): Promise<AttemptResult> {
  const { method, url, headers, body } = outgoing
  const call = {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    text: body ?? '',
    bytes: outgoing.bytes ?? Buffer.from(body ?? ''),
    json: body === undefined ? undefined : (JSON.parse(body) as unknown),
  }
  // Only a test reaches past the network to the part that responds.
  const { handle } = server as unknown as {
    handle: (call: unknown) => StandInResponse | Promise<StandInResponse>
  }
  const answer = await handle.call(server, call)
  const given: Readonly<Record<string, string>> = answer.headers ?? {}
  const low = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]))
  const bytes = Buffer.from(answer.raw ?? (answer.body === undefined ? '' : JSON.stringify(answer.body)))
  return {
    kind: 'response',
    response: {
      status: answer.status,
      bytes,
      header: (name) =>
        low.get(name) ??
        (name === 'content-type' && answer.body !== undefined ? 'application/json' : undefined),
    },
  }
}

/** The same job with other inputs, or by another clock. */
export function withInputs(
  world: World,
  inputs: Readonly<Record<string, string>>,
  clock: Clock = world.clock,
): World {
  const env = { ...world.env, ...asInputs(inputs) }
  return { ...world, env, start: readStart(env, undefined, clock, String) }
}

function asInputs(inputs: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  )
}

/** A job on a runner, with Sentry and GitHub in memory. */
export function prepareWorld(inputs: Readonly<Record<string, string>> = {}) {
  const clock = new ManualClock()
  const sentry = new SentryInMemory({ now: () => clock.now() })
  const abf = new AbfInMemory(clock)
  const github = new GitHubInMemory()
  const repository = github.addRepository({ owner: 'acme', name: 'app' })
  const token = github.addToken({ token: 'ghs_token' })
  const commits = ['First', 'Second', 'Third'].map((message) =>
    repository.commit({ message, files: ['a.ts'] }),
  )
  const logger = new RecordingLogger()
  const state = new MemoryState()
  const outputs: Record<string, string> = {}
  const summaries: string[] = []
  const asked: string[] = []
  const sent: unknown[] = []
  const transport: Transport = async (outgoing) => {
    asked.push(
      `${outgoing.method} ${outgoing.url.hostname}${outgoing.url.pathname}`.replace(
        '/api/0/organizations/acme',
        '',
      ),
    )
    sent.push(outgoing.body === undefined ? undefined : JSON.parse(outgoing.body))
    const servers = new Map<string, StandIn>([
      ['sentry.example', sentry],
      ['abf.example', abf],
    ])
    return ask(servers.get(outgoing.url.hostname) ?? github, outgoing)
  }
  const all = {
    'sentry-auth-token': sentry.tokens.organization,
    projects: 'web',
    'github-token': token,
    ...inputs,
  }
  const env = {
    GITHUB_SHA: commits[2],
    GITHUB_REPOSITORY: 'acme/app',
    GITHUB_SERVER_URL: 'https://github.example',
    GITHUB_API_URL: 'https://api.github.example',
    GITHUB_REF_NAME: 'main',
    GITHUB_RUN_ID: '42',
    GITHUB_RUN_ATTEMPT: '2',
    ...asInputs(all),
  }
  const world: World = {
    clock,
    transport,
    env,
    start: readStart(env, undefined, clock, String),
    signal: new AbortController().signal,
    actions: {
      logger,
      state,
      redact: String,
      outputs: { set: (name, value) => (outputs[name] = value) },
      summary: { write: async (markdown) => void summaries.push(markdown) },
    },
  }
  return {
    world,
    clock,
    sentry,
    abf,
    github,
    repository,
    commits,
    logger,
    state,
    outputs,
    summaries,
    asked,
    sent,
  }
}
