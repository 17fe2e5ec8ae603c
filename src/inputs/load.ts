import { ActionError } from '../errors.ts'
import type { GitHubContext } from '../github/event.ts'
import { quoted } from '../text/sanitize.ts'
import { parseSha } from '../text/sha.ts'
import { hideUrlCredentials, urlSecrets } from '../text/url-credentials.ts'
import { parseDuration } from '../wait/durations.ts'
import type { AbfOptions } from '../abf/options.ts'
import { abfPairs, loadAbf } from './abf.ts'
import { ABF_ROWS } from './abf-rows.ts'
import {
  check,
  type Checked,
  type Env,
  fallback,
  input,
  missing,
  type Off,
  problem,
  read,
  type Row,
  type Rows,
  secretsOf,
  type Show,
  stripQuotes,
  variable,
} from './field.ts'
import { DEPLOY_ROWS, LIFECYCLE_ROWS, type LifecycleInputs, loadLifecycle } from './lifecycle.ts'
import { parseBoolean, parseInteger } from './parsers.ts'
import { decodeOrgToken, loadSentry, RELEASE_ROWS, type SentryInputs } from './release.ts'
import { loadSourceMaps, SOURCEMAP_ROWS, type SourceMapInputs } from './sourcemaps.ts'

interface CommonInputs {
  /** Full SHA in lower case; undefined where the event has none and nothing of the step needs it. */
  readonly commit: string | undefined
  /** Milliseconds for one HTTP request. */
  readonly requestTimeout: number
  readonly retries: number
  readonly summary: boolean
}

/** Everything that the step was given, checked. Nothing else reads an input or an environment variable. */
export interface Inputs extends CommonInputs {
  readonly sentry: SentryInputs
  readonly lifecycle: LifecycleInputs
  readonly sourceMaps: SourceMapInputs | Off
  readonly abf: AbfOptions | Off
  /** What the user should know about how the inputs were understood. */
  readonly notices: readonly string[]
}

const MAX_REQUEST_TIMEOUT_MS = 60 * 60 * 1000

const COMMON_ROWS = {
  commit: {
    input: 'commit',
    optional: true,
    expected: 'a full commit SHA of 40 or 64 hex digits, not all zeros',
    parse: parseSha,
  },
  requestTimeout: {
    input: 'request-timeout',
    default: '30s',
    expected: 'a duration from 1ms to 1h, such as 30s or 1m30s',
    parse: (text) => parseDuration(text, 1, MAX_REQUEST_TIMEOUT_MS),
  },
  retries: {
    input: 'retries',
    default: '5',
    expected: 'a whole number from 0 to 10',
    parse: (text) => parseInteger(text, 0, 10),
  },
  summary: { input: 'summary', default: 'true', expected: 'true or false', parse: parseBoolean },
} satisfies Rows

/** All inputs of the action. */
export const ROWS: readonly Row<unknown>[] = [
  RELEASE_ROWS,
  LIFECYCLE_ROWS,
  DEPLOY_ROWS,
  SOURCEMAP_ROWS,
  ABF_ROWS,
  COMMON_ROWS,
].flatMap((rows: Rows) => Object.values(rows))

/** The values that have to be masked before anything is logged. */
export function readSecrets(env: Env): string[] {
  return [...new Set([...secretsOf(ROWS, env), ...abfPairs(env), ...inUrls(env)])]
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
  const commit = parseSha(input(env, 'commit')?.text ?? context.headCommit)
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

function loadCommon(env: Env, context: GitHubContext, show: Show): Checked<CommonInputs> {
  const asGiven = read(COMMON_ROWS, env)
  const given = { ...asGiven, commit: asGiven.commit ?? fallback('commit', context.headCommit) }
  const { values, problems } = check(COMMON_ROWS, given, show)
  const all = [...(given.commit ? [] : missingCommit(env, context)), ...problems]
  if (!values || all.length > 0) return { value: undefined, problems: all, notices: [] }
  return { value: values, problems: [], notices: [] }
}

function missingCommit(env: Env, { noCommit }: GitHubContext): string[] {
  const needed = needsCommit(env)
  if (noCommit?.versionSuffices && needed === undefined) return []
  const reason = noCommit?.reason ?? 'the event does not name one'
  const also = noCommit?.versionSuffices && needed !== undefined ? `, and ${needed}` : ''
  return [missing('commit', `a full commit SHA of 40 or 64 hex digits (${reason}${also})`)]
}

/** Which part of the step needs a commit, as a clause; undefined when none does. */
function needsCommit(env: Env): string | undefined {
  if (!input(env, 'version')) return 'the release is named after the commit unless version is given'
  const mode = input(env, 'set-commits')?.text.toLowerCase()
  if (mode === 'refs' || mode === 'commits') return `set-commits: ${mode} needs it`
  const operation = input(env, 'abf-operation')?.text ?? (input(env, 'abf-project') ? 'build' : undefined)
  return operation === 'build' && !input(env, 'abf-commit') ? 'ABF needs a commit to build' : undefined
}

/** Whether to write the job summary, also when other inputs are wrong. */
export function wantsSummary(env: Env): boolean {
  return parseBoolean(input(env, 'summary')?.text ?? COMMON_ROWS.summary.default) !== false
}
