import type { ChildProcess } from 'node:child_process'
import { type AbfOptions, AbfStandIn, type Build, type Dialect } from '../servers/abf/index.ts'
import { type ActionResult, type ActionRun, SHA } from '../runner/runner.ts'
import type { StandInResponse, Fault, StandIn } from '../servers/server.ts'
import { SentryStandIn } from '../servers/sentry/index.ts'
import { gate, serve } from './helpers.ts'

export const TOKEN = 'token-of-ci_bot'
export const DIALECTS: readonly Dialect[] = ['omv', 'rosa', '2012']
export const always = { times: Number.POSITIVE_INFINITY }

type Inputs = Readonly<Record<string, string>>

/** A project of the default world, into a repository of the default world. */
export const BUILD: Inputs = { 'abf-project': 'openmandriva/gtk+demo', 'abf-repository': 'cooker/main' }

/** A farm whose builds move on whenever somebody looks, and that knows the commit of the run in every project. */
export async function startAbf(
  dialect: Dialect = 'omv',
  options: Omit<AbfOptions, 'dialect'> = {},
): Promise<AbfStandIn> {
  const abf = await serve(new AbfStandIn({ dialect, pace: 0, ...options }))
  for (const project of abf.world.projects.values()) project.commits.push(SHA)
  return abf
}

/** One step against this farm, quick to poll; a Sentry of its own unless one is given. */
export async function step(
  abf: AbfStandIn,
  inputs: Inputs = {},
  run: ActionRun = {},
  sentry?: SentryStandIn,
): Promise<ActionResult> {
  await using own = await new SentryStandIn().start()
  const server = sentry ?? own
  return await gate(
    server,
    {
      'sentry-url': server.baseUrl,
      'set-commits': 'skip',
      'abf-url': abf.url,
      'abf-token': TOKEN,
      'abf-poll-interval': '1s',
      'abf-timeout': '20s',
      ...inputs,
    },
    run,
  )
}

/** Submits builds of the default project and waits for them. */
export function build(abf: AbfStandIn, inputs: Inputs = {}, run: ActionRun = {}): Promise<ActionResult> {
  return step(abf, { ...BUILD, ...inputs }, run)
}

/** Watches builds, or does something else with them. */
export function on(
  abf: AbfStandIn,
  builds: readonly Pick<Build, 'id'>[],
  inputs: Inputs = {},
  run: ActionRun = {},
): Promise<ActionResult> {
  return step(abf, { 'abf-build-list-ids': builds.map(({ id }) => id).join(','), ...inputs }, run)
}

/** A build that is there already, of the commit of the run and by the account of the token. */
export function seed(abf: AbfStandIn, status: number, more: Partial<Build> = {}): Build {
  return abf.addBuild({
    projectId: 40217,
    archId: 2,
    saveToRepositoryId: 14,
    commitHash: SHA,
    userId: 501,
    status,
    ...more,
  })
}

interface BuildListOutput {
  readonly id: number
  readonly arch: string
  readonly status: number
  readonly conclusion: string
  readonly reused: boolean
  readonly packages: number
  readonly 'log-url': string
}

export function buildLists({ outputs }: ActionResult): BuildListOutput[] {
  return JSON.parse(outputs['build-lists'] ?? '[]') as BuildListOutput[]
}

/** Exit code, conclusion and the status that decided it. */
export function ending({ code, outputs }: ActionResult): unknown[] {
  return [code, outputs['build-conclusion'], outputs['build-status']]
}

/** Texts of the annotations of one level. */
export function said(result: ActionResult, level: 'error' | 'warning' | 'notice'): string[] {
  return result.annotations.flatMap((each) => (each.level === level ? each.message : []))
}

/** The journal of a farm as `METHOD path status`, below the API. */
export function calls(abf: StandIn, method = ''): string[] {
  return abf.requests
    .map((line) => line.replace('/api/v1/', '').replace('.json', ''))
    .filter((line) => line.startsWith(method))
}

export function answer(given: StandInResponse, when: 'before' | 'after' = 'before'): Fault['action'] {
  return { kind: 'answer', answer: given, when }
}

/** Hands out the process of a run, to stop it from a server's hook. */
export function remote(): { readonly run: ActionRun; readonly stop: (signal: NodeJS.Signals) => void } {
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

/** A clock of the server that stands a few seconds before a full hour until it is let go, however slow the client is. */
export class LateClock {
  readonly #stands: number
  #since: number | undefined

  /** @param secondsLeft before 11:00 UTC */
  constructor(secondsLeft: number) {
    this.#stands = Date.UTC(2026, 0, 1, 11) - secondsLeft * 1000
  }

  readonly now = (): number => this.#stands + (this.#since === undefined ? 0 : Date.now() - this.#since)

  run(): void {
    this.#since ??= Date.now()
  }
}
