import { afterAll } from 'vitest'
import { GitHubStandIn } from '../servers/github.ts'
import { type ActionResult, type ActionRun, runAction, SHA } from '../runner/runner.ts'
import type { StandIn } from '../servers/server.ts'
import { type SentryOptions, SentryStandIn } from '../servers/sentry/index.ts'

export { endState, everythingShown, pool } from '../runner/outcome.ts'

const API = '/api/0/organizations/acme'

type Inputs = NonNullable<ActionRun['inputs']>

const servers: StandIn[] = []
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
})

/** Starts a stand-in that stops after the last test of the file. */
export async function serve<Server extends StandIn>(server: Server): Promise<Server> {
  servers.push(server)
  await server.start()
  return server
}

export function startSentry(options: SentryOptions = {}): Promise<SentryStandIn> {
  return serve(new SentryStandIn(options))
}

/** One step with the organization token of the server and project `web`; everything else is the default. */
export function gate(sentry: SentryStandIn, inputs: Inputs = {}, run: ActionRun = {}): Promise<ActionResult> {
  return runAction({
    ...run,
    inputs: { 'sentry-auth-token': sentry.tokens.organization, projects: 'web', ...inputs },
  })
}

/** One step that only ensures the release. */
export function ensure(
  sentry: SentryStandIn,
  inputs: Inputs = {},
  run: ActionRun = {},
): Promise<ActionResult> {
  return gate(sentry, { 'set-commits': 'skip', finalize: 'false', ...inputs }, run)
}

/** The journal as `METHOD path status`, below the organization and with `SHA` for the default version. */
export function requests(server: StandIn): string[] {
  return server.requests.map((line) => line.replace(`${API}/`, '').replaceAll(SHA, 'SHA'))
}

/** Requests of a run that creates the release and nothing else. */
export const CREATES = ['GET releases/SHA/ 404', 'POST releases/ 201', 'GET releases/ 200']

/** The only red annotation of a failed run; anything else than exactly one, an exit code of 1 and a silent stderr throws. */
export function failure(result: ActionResult): string {
  const errors = result.annotations.filter(({ level }) => level === 'error')
  const [error] = errors
  if (!error || errors.length > 1 || result.code !== 1 || result.stderr !== '') {
    throw new Error(`not one failure: exit code ${result.code}\n${result.stdout}\n${result.stderr}`)
  }
  return error.message
}

/** A GitHub with the repository of the default context, and a token that may read it. */
export async function startGitHub(
  options: ConstructorParameters<typeof GitHubStandIn>[0] = {},
): Promise<{ github: GitHubStandIn; repository: ReturnType<GitHubStandIn['addRepository']>; token: string }> {
  const github = await serve(new GitHubStandIn(options))
  const token = github.addToken({ token: 'job-token-of-the-workflow-run' })
  return { github, repository: github.addRepository({ owner: 'acme', name: 'storefront' }), token }
}

/** Sentry without any repository, so that commits are read from GitHub. */
export const NO_REPOSITORY: SentryOptions = {
  organizations: [{ slug: 'acme', projects: ['web', 'api', 'worker'] }],
}
