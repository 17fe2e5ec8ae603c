import { GitHubStandIn } from '../../__tests__/servers/github.ts'
import { runAction, SHA } from '../../__tests__/runner/runner.ts'
import { answers, SentryStandIn } from '../../__tests__/servers/sentry/index.ts'
import type { Played } from './abf.ts'
import { ValidatingProxy } from './prism.ts'

type Inputs = Readonly<Record<string, string>>

interface Scene {
  readonly name: string
  readonly prepare?: (sentry: SentryStandIn) => Inputs | undefined
  readonly inputs?: Inputs
  readonly code: 0 | 1
}

const ONLY_ENSURE = { 'set-commits': 'skip', finalize: 'false' }

const SCENES: readonly Scene[] = [
  { name: 'a new release with refs, date and deploy', inputs: { environment: 'production' }, code: 0 },
  { name: 'the same again', inputs: { environment: 'production' }, code: 0 },
  { name: 'one more project', inputs: { projects: 'web, api' }, code: 0 },
  {
    name: 'look-alikes only',
    prepare: (sentry) => {
      sentry.releases.length = 0
      sentry.addRelease({ version: `web@${SHA}` })
      return undefined
    },
    inputs: ONLY_ENSURE,
    code: 0,
  },
  {
    name: 'an archived release is reopened, and gets another ref',
    prepare: (sentry) => {
      sentry.addRelease({ version: 'archived', status: 'archived' })
      return undefined
    },
    inputs: { ...ONLY_ENSURE, version: 'archived', 'restore-archived': 'true', ref: 'other' },
    code: 0,
  },
  {
    name: 'a personal token, and a version in quotes',
    prepare: (sentry) => ({
      'sentry-auth-token': sentry.tokens.user,
      organization: 'acme',
      version: 'web (1.0)',
    }),
    inputs: ONLY_ENSURE,
    code: 0,
  },
  {
    name: 'a personal token outside the team',
    prepare: (sentry) => ({ 'sentry-auth-token': sentry.tokens.user, organization: 'acme' }),
    inputs: { ...ONLY_ENSURE, projects: 'worker', version: 'wide' },
    code: 0,
  },
  { name: 'an unknown project', inputs: { projects: 'no-such', version: 'unknown-project' }, code: 1 },
  {
    name: 'a token without a scope',
    prepare: (sentry) => ({ 'sentry-auth-token': sentry.tokens.weak, organization: 'acme' }),
    code: 1,
  },
  {
    name: 'a token that nobody knows',
    inputs: { 'sentry-auth-token': 'unknown', organization: 'acme' },
    code: 1,
  },
  {
    name: 'another organization',
    prepare: (sentry) => ({ 'sentry-auth-token': sentry.tokens.user, organization: 'nobody' }),
    code: 1,
  },
  {
    name: 'a page of the load balancer, an error and a limit, each once',
    prepare: (sentry) => {
      const soon = Math.floor(Date.now() / 1000) + 1
      for (const answer of [answers.badGateway, answers.internalError, answers.tooConcurrent(soon)]) {
        sentry.fault({ method: 'GET', action: { kind: 'answer', answer } })
      }
      return undefined
    },
    inputs: { ...ONLY_ENSURE, version: 'shaken' },
    code: 0,
  },
  {
    name: 'a conflict, and then the release is there',
    prepare: (sentry) => {
      const action = { kind: 'answer', answer: answers.integrityConflict, when: 'after' } as const
      sentry.fault({ method: 'POST', path: /releases\/$/, action })
      return undefined
    },
    inputs: { ...ONLY_ENSURE, version: 'contested' },
    code: 0,
  },
]

/** Runs the action against a Sentry behind Prism, scene by scene. */
export async function playSentry(): Promise<Played> {
  await using github = await new GitHubStandIn().start()
  const token = github.addToken({ token: 'job-token-of-the-workflow-run' })
  const source = github.addRepository({ owner: 'acme', name: 'storefront' })
  const head = source.linear(3).at(-1) ?? ''
  await using sentry = await new SentryStandIn().start()
  await using proxy = await new ValidatingProxy('openapi/sentry-releases.yaml', sentry.url).start()
  const surprises: string[] = []
  const fromGitHub: Scene = {
    name: 'commits from GitHub, previous release included',
    prepare: () => ({ commit: head, 'github-token': token, 'set-commits': 'commits' }),
    code: 0,
  }
  const env = { GITHUB_API_URL: github.baseUrl }
  for (const scene of [...SCENES, fromGitHub]) {
    const more = scene.prepare?.(sentry)
    const access = {
      'sentry-auth-token': sentry.tokens.organization,
      'sentry-url': proxy.url,
      projects: 'web',
    }
    const result = await runAction({ inputs: { ...access, ...scene.inputs, ...more }, env })
    if (result.code !== scene.code || result.stderr !== '') {
      surprises.push(`${scene.name}: exit code ${result.code}\n${result.stdout}${result.stderr}`)
    }
  }
  return { seen: proxy.seen, violations: proxy.violations, surprises }
}
