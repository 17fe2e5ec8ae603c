import { AbfStandIn, FileStoreStandIn } from '../servers/abf/index.ts'
import { GitHubStandIn } from '../servers/github.ts'
import { SHA } from './runner.ts'
import { SentryStandIn } from '../servers/sentry/index.ts'
import type { Exchange, StandIn } from '../servers/server.ts'

const ORGANIZATION = 'acme'
const PROJECTS = ['web', 'api'] as const
/** What Sentry needs to fetch the commits of a release from a repository that it can read. */
const FETCH_MS = 1000

export interface StageOptions {
  /** The commit that all servers know (default: that of the runner's default event). */
  readonly commit?: string
  /** `owner/name` of the repository that Sentry and GitHub know (default: that of the runner's default event). */
  readonly repository?: string
  /** Sentry listens on this port, GitHub, ABF and the file store on the next three (default: any that are free). */
  readonly portBase?: number
}

/** Stand-ins for all servers that a step can talk to, with one repository, one commit and one account on each. */
export class Stage {
  readonly commit: string
  readonly repository: string
  readonly sentry: SentryStandIn
  readonly github: GitHubStandIn
  readonly abf: AbfStandIn
  readonly files: FileStoreStandIn
  readonly #githubToken: string
  #sentryToken = ''

  private constructor(options: StageOptions, files: FileStoreStandIn) {
    const { commit = SHA, repository = 'acme/storefront', portBase } = options
    this.commit = commit
    this.repository = repository
    const history = [{ id: commit, message: 'Sell more', authorName: 'Ada' }]
    this.sentry = new SentryStandIn({
      ...port(portBase, 0),
      organizations: [
        { slug: ORGANIZATION, projects: PROJECTS, repositories: [{ name: repository, history }] },
      ],
      refsDelayMs: FETCH_MS,
    })
    this.github = new GitHubStandIn(port(portBase, 1))
    this.#githubToken = this.github.addToken({ token: 'job-token-of-the-workflow-run' })
    this.abf = new AbfStandIn({ ...port(portBase, 2), dialect: 'omv', fileStore: files })
    this.files = files
  }

  /** Starts all servers; rejects, and leaves none behind, when a port is taken. */
  static async start(options: StageOptions = {}): Promise<Stage> {
    const stage = new Stage(options, new FileStoreStandIn(port(options.portBase, 3)))
    try {
      for (const server of Object.values(stage.servers)) await server.start()
    } catch (error) {
      await stage.stop()
      throw error
    }
    // Once: to ask again would issue it again, also when a scenario has revoked it.
    stage.#sentryToken = stage.sentry.tokens.organization
    const [owner = '', name = ''] = stage.repository.split('/')
    const repository = stage.github.addRepository({ owner, name })
    repository.commit({ message: 'Open the shop', name: 'Ada' })
    repository.commit({ sha: stage.commit, message: 'Sell more', name: 'Ada' })
    for (const project of stage.abf.world.projects.values()) project.commits.push(stage.commit)
    return stage
  }

  /** All servers by the name of the system that each stands for. */
  get servers(): Readonly<Record<'sentry' | 'github' | 'abf' | 'file-store', StandIn>> {
    return { sentry: this.sentry, github: this.github, abf: this.abf, 'file-store': this.files }
  }

  /** What a step, a workflow or a person has to know to use these servers, as environment variables. */
  get env(): Readonly<Record<string, string>> {
    return {
      STAND_IN_SENTRY_URL: this.sentry.baseUrl,
      STAND_IN_SENTRY_TOKEN: this.#sentryToken,
      STAND_IN_ORG: ORGANIZATION,
      STAND_IN_PROJECT: PROJECTS[0],
      STAND_IN_PROJECTS: PROJECTS.join(','),
      STAND_IN_GITHUB_API_URL: this.github.baseUrl,
      STAND_IN_GITHUB_TOKEN: this.#githubToken,
      STAND_IN_ABF_URL: this.abf.url,
      STAND_IN_ABF_TOKEN: this.abf.world.user('ci_bot').token,
      STAND_IN_ABF_PROJECT: 'openmandriva/gtk+demo',
      STAND_IN_ABF_REPOSITORY: 'cooker/main',
      STAND_IN_ABF_BUILD_LIST_IDS: [...this.abf.world.builds.keys()].join(','),
      STAND_IN_FILE_STORE_URL: this.files.url,
      STAND_IN_COMMIT: this.commit,
      STAND_IN_REPOSITORY: this.repository,
    }
  }

  /** Called with each request once it had a response. */
  onExchange(listener: (server: string, exchange: Exchange) => void): void {
    for (const [name, server] of Object.entries(this.servers)) {
      server.onExchange((exchange) => {
        listener(name, exchange)
      })
    }
  }

  async stop(): Promise<void> {
    await Promise.all(Object.values(this.servers).map((server) => server.stop()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

function port(base: number | undefined, offset: number): { readonly port?: number } {
  return base === undefined ? {} : { port: base + offset }
}
