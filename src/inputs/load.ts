import { ActionError } from '../errors.ts'
import type { GitHubContext } from '../github/event.ts'
import { ABF_SECRETS, abfPairs, type AbfInputs, type AbfOff, loadAbf } from './abf.ts'
import { type CommonInputs, givenCommit, loadCommon } from './common.ts'
import { type Env, input, problem, type Show, stripQuotes, variable } from './field.ts'
import { type LifecycleInputs, loadLifecycle } from './lifecycle.ts'
import { decodeOrgToken } from '../sentry/token.ts'
import { quoted } from '../text/sanitize.ts'
import { hideUrlCredentials, urlSecrets } from '../text/url-credentials.ts'
import { loadSentry, type SentryInputs } from './release.ts'
import { loadSourceMaps, type SourceMapInputs } from './sourcemaps.ts'

/** Everything that the step was told, checked. Nothing else reads an input or an environment variable. */
export interface Inputs extends CommonInputs {
  readonly sentry: SentryInputs
  readonly lifecycle: LifecycleInputs
  readonly sourceMaps: SourceMapInputs | { readonly off: true }
  readonly abf: AbfInputs | AbfOff
  /** What the user should know about how the inputs were understood. */
  readonly notices: readonly string[]
}

/** Inputs that hold secrets, each with the environment variable that may hold it instead. */
const SECRETS: readonly (readonly [input: string, variable?: string])[] = [
  ['sentry-auth-token', 'SENTRY_AUTH_TOKEN'],
  ['github-token'],
  ...ABF_SECRETS,
]

/** The values that have to be masked before anything is logged. */
export function readSecrets(env: Env): string[] {
  const single = SECRETS.flatMap(([name, other]) => [
    input(env, name),
    other === undefined ? undefined : variable(env, other),
  ])
  const texts = single.flatMap((given) => (given ? [given.text, stripQuotes(given.text)] : []))
  return [...new Set([...texts, ...abfPairs(env), ...inUrls(env)])]
}

/** Variables of the runner that hold URLs. */
const RUNNER_URLS = ['GITHUB_SERVER_URL', 'GITHUB_API_URL']

/** Passwords in URLs, whichever input they were put into, and in the URL that an organization token names. */
function inUrls(env: Env): string[] {
  const token = stripQuotes(
    (input(env, 'sentry-auth-token') ?? variable(env, 'SENTRY_AUTH_TOKEN'))?.text ?? '',
  )
  const inputs = Object.keys(env).filter((name) => name.startsWith('INPUT_'))
  const texts = [...inputs, ...RUNNER_URLS, 'SENTRY_URL'].map((name) => env[name] ?? '')
  return [...texts, decodeOrgToken(token)?.url ?? ''].flatMap(urlSecrets)
}

/** GitHub's addresses are shown and linked to, so they must not hold a password either. */
function runnerProblems(env: Env, show: Show): string[] {
  return RUNNER_URLS.flatMap((name) => {
    const url = variable(env, name)
    return url && hideUrlCredentials(url.text) !== url.text
      ? [problem(url, 'a URL without user and password', show)]
      : []
  })
}

/**
 * Reads all inputs, with their environment variables and defaults, into one frozen value.
 * @param redact takes secrets out of what is repeated, before it is shortened
 * @throws ActionError that lists every problem of every input
 */
export function loadInputs(env: Env, context: GitHubContext, redact: (text: string) => string): Inputs {
  const show: Show = (text) => quoted(hideUrlCredentials(redact(text)))
  const commit = givenCommit(env, context)
  const common = loadCommon(env, context, show)
  const sentry = loadSentry(env, context, commit, show)
  const lifecycle = loadLifecycle(env, context, commit, show)
  const sourceMaps = loadSourceMaps(env, show)
  const abf = loadAbf(env, commit, show)
  const parts = [common, sentry, lifecycle, sourceMaps, abf]
  const problems = [...parts.flatMap((part) => part.problems), ...runnerProblems(env, show)]
  if (
    !common.value ||
    !sentry.value ||
    !lifecycle.value ||
    !sourceMaps.value ||
    !abf.value ||
    problems.length > 0
  ) {
    throw invalid(problems)
  }
  return Object.freeze({
    ...common.value,
    sentry: Object.freeze(sentry.value),
    lifecycle: Object.freeze(lifecycle.value),
    sourceMaps: Object.freeze(sourceMaps.value),
    abf: Object.freeze(abf.value),
    notices: Object.freeze(parts.flatMap((part) => part.notices)),
  })
}

function invalid(problems: readonly string[]): ActionError {
  const count = problems.length === 1 ? 'An input is' : `${problems.length} inputs are`
  return new ActionError(`${count} not usable. No request was sent.\n${problems.join('\n')}`, {
    title: 'Invalid input',
    advice: 'Correct the inputs of this step.',
  })
}
