import { AbfStandIn, type Dialect, FileStoreStandIn } from '../servers/abf/index.ts'
import { GitHubStandIn } from '../servers/github.ts'
import { endState, everythingShown } from '../runner/outcome.ts'
import { type ActionResult, type ActionRun, SHA } from '../runner/runner.ts'
import { type StandInResponse, StandIn } from '../servers/server.ts'
import { type SentryOptions, SentryStandIn } from '../servers/sentry/index.ts'
import { type FastClock, startClock } from './clock.ts'

export type System = 'sentry' | 'abf' | 'store' | 'github'

export type Inputs = Readonly<Record<string, string>>

/** A server that nobody should ever ask. */
class Stranger extends StandIn {
  protected handle(): StandInResponse {
    return { status: 200, body: {} }
  }
}

const ABF_TOKEN = 'token-of-ci_bot'
const GITHUB_TOKEN = 'job-token-of-the-workflow-run'

export interface PlaceOptions {
  readonly dialect: Dialect | undefined
  readonly sentry: SentryOptions | undefined
  /** Addresses that the action is given instead of those of the stand-ins. */
  readonly addresses?: Readonly<Partial<Record<System, string>>>
  /** Every server closes each connection right after its response without saying so. */
  readonly closesSilently?: boolean
}

/** All servers that one step talks to, fresh, with one clock for all of them and for the action. */
export class Place {
  readonly clock: FastClock = startClock()
  readonly sentry: SentryStandIn
  readonly abf: AbfStandIn
  readonly store: FileStoreStandIn
  readonly github: GitHubStandIn
  readonly repository: ReturnType<GitHubStandIn['addRepository']>
  readonly stranger = new Stranger()
  readonly #options: PlaceOptions

  constructor(options: PlaceOptions) {
    this.#options = options
    const { closesSilently = false } = options
    this.store = new FileStoreStandIn({ closesSilently })
    this.github = new GitHubStandIn({ closesSilently })
    this.repository = this.github.addRepository({ owner: 'acme', name: 'storefront' })
    const { store } = this
    const address = options.addresses?.store
    const { now } = this.clock
    this.github.addToken({ token: GITHUB_TOKEN })
    this.sentry = new SentryStandIn({ ...options.sentry, now, closesSilently })
    this.abf = new AbfStandIn({
      dialect: options.dialect ?? 'omv',
      pace: 0,
      closesSilently,
      clock: now,
      fileStore: {
        get url() {
          return address ?? store.url
        },
        put: (name, content) => store.put(name, content),
        remove: (sha1) => {
          store.remove(sha1)
        },
      },
    })
    for (const project of this.abf.world.projects.values()) project.commits.push(SHA)
  }

  get servers(): Readonly<Record<System, StandIn>> {
    const { sentry, abf, store, github } = this
    return { sentry, abf, store, github }
  }

  async start(): Promise<this> {
    await Promise.all([...Object.values(this.servers), this.stranger].map((server) => server.start()))
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...Object.values(this.servers), this.stranger].map((server) => server.stop()))
  }

  /** One step with these inputs, on the clock of this place. */
  run(inputs: Inputs, addresses: PlaceOptions['addresses'] = {}): ActionRun {
    const { sentry, abf, github, clock } = this
    const farm: Inputs = {
      'abf-url': addresses.abf ?? abf.url,
      'abf-token': ABF_TOKEN,
      'abf-poll-interval': '5s',
      'abf-timeout': '3m',
    }
    return {
      inputs: {
        'sentry-auth-token': sentry.tokens.organization,
        'sentry-url': addresses.sentry ?? sentry.baseUrl,
        'github-token': GITHUB_TOKEN,
        projects: 'web',
        ...(this.#options.dialect === undefined ? {} : farm),
        ...inputs,
      },
      env: { ...clock.env, RUNNER_DEBUG: '1', GITHUB_API_URL: addresses.github ?? github.baseUrl },
    }
  }

  /** What the servers hold at the end, without ids and times that differ from run to run. */
  get state(): object {
    return { ...endState(this.sentry), builds: this.activeBuilds }
  }

  /** Every build that was not stopped, as project, architecture, target, commit and status. */
  get activeBuilds(): string[] {
    return this.abf.builds
      .filter(({ status }) => status !== 5000 && status !== 10000)
      .map((build) => `${sourceOf(build)} is ${build.status}`)
      .sort()
  }

  /** Forms of a secret that can be read in what a run leaves behind. */
  leaks(result: ActionResult): string[] {
    const shown = everythingShown(result)
    const secrets = [this.sentry.tokens.organization, ABF_TOKEN, GITHUB_TOKEN]
    return secrets.filter((secret) => formsOf(secret).some((form) => shown.includes(form)))
  }
}

type Builds = AbfStandIn['builds']

/** What makes two builds the same. */
export function sourceOf(build: Builds[number]): string {
  const { projectId, archId, saveToRepositoryId, buildForPlatformId, commitHash, projectVersion } = build
  return [projectId, archId, saveToRepositoryId, buildForPlatformId, commitHash ?? projectVersion].join(' ')
}

function formsOf(secret: string): string[] {
  const base64 = [secret, `${secret}:`].map((text) => Buffer.from(text).toString('base64'))
  return [secret, encodeURIComponent(secret), ...base64]
}
