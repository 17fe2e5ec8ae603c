import { createHash } from 'node:crypto'
import type { GitHubRepository } from '../../__tests__/servers/github.ts'
import { type ActionResult, type ActionRun, runAction, runPost } from '../../__tests__/runner/runner.ts'
import { Api } from './api.ts'
import type { RealSentry, TokenName } from './server.ts'

/** A statement about the action and the real server; `run` throws when it does not hold. */
export interface Check {
  readonly name: string
  readonly run: (place: Place) => Promise<void>
}

type Inputs = Readonly<Record<string, string>>

export interface Step extends ActionRun {
  readonly token?: TokenName
  /** Default: the server itself. */
  readonly url?: string
}

/** Where one check runs: its own commit, so that no check sees the releases of another. */
export class Place {
  readonly sentry: RealSentry
  readonly api: Api
  /** The commit of the push event, and so the default version. */
  readonly sha: string

  /** At GitHub and unknown to Sentry, of this check alone. */
  readonly repository: GitHubRepository
  /** `acme/linked`, which Sentry's GitHub integration reads; shared by all checks. */
  readonly linked: GitHubRepository

  constructor(sentry: RealSentry, name: string) {
    this.sentry = sentry
    this.api = new Api(sentry.url, sentry.seed.tokens.user)
    this.sha = createHash('sha1').update(name).digest('hex')
    this.linked = sentry.linked
    this.repository = sentry.github.addRepository({ owner: 'acme', name: `of-${this.sha.slice(0, 12)}` })
  }

  /** One step with organization token and project `web`; neither commits nor a release date unless the inputs say so. */
  readonly step = async (inputs: Inputs = {}, step: Step = {}): Promise<ActionResult> =>
    await runAction(this.#run(inputs, step))

  readonly post = async (main: Pick<ActionResult, 'state'>, step: Step = {}): Promise<ActionResult> =>
    await runPost(main, this.#run({}, step))

  #run(inputs: Inputs, { token = 'organization', url, ...run }: Step): ActionRun {
    return {
      event: { name: 'push', payload: { after: this.sha } },
      ...run,
      inputs: {
        'sentry-url': url ?? this.sentry.url,
        'sentry-auth-token': this.sentry.seed.tokens[token],
        organization: 'acme',
        projects: 'web',
        'github-token': this.sentry.githubToken,
        'set-commits': 'skip',
        finalize: 'false',
        ...inputs,
      },
      env: { GITHUB_SHA: this.sha, GITHUB_API_URL: this.sentry.github.baseUrl, ...run.env },
    }
  }
}
