import { type GitHubContext, parseSha } from '../github/event.ts'
import { parseDuration } from '../wait/durations.ts'
import {
  check,
  type Checked,
  type Env,
  fallback,
  field,
  input,
  missing,
  optional,
  type Show,
} from './field.ts'
import { parseBoolean, parseInteger } from './parsers.ts'

export interface CommonInputs {
  /** Full SHA in lower case; undefined where the event has none and nothing of the step needs it. */
  readonly commit: string | undefined
  /** Milliseconds for one HTTP request. */
  readonly requestTimeout: number
  readonly retries: number
  readonly summary: boolean
}

/** Values of inputs that were not given. action.yml says the same; a test compares them. */
export const COMMON_DEFAULTS = { 'request-timeout': '30s', retries: '5', summary: 'true' } as const

const LONGEST_REQUEST_TIMEOUT_MS = 60 * 60 * 1000

const COMMIT = 'a full commit SHA of 40 or 64 hex digits, not all zeros'

const FIELDS = {
  commit: optional(field(COMMIT, parseSha)),
  'request-timeout': field('a duration from 1ms to 1h, such as 30s or 1m30s', (text) => {
    const ms = parseDuration(text)
    return ms !== undefined && ms > 0 && ms <= LONGEST_REQUEST_TIMEOUT_MS ? ms : undefined
  }),
  retries: field('a whole number from 0 to 10', (text) => parseInteger(text, 0, 10)),
  summary: field('true or false', parseBoolean),
}

/** The commit, whatever is wrong with the other inputs: more of them depend on it. */
export function givenCommit(env: Env, context: GitHubContext): string | undefined {
  return parseSha(input(env, 'commit')?.text ?? context.headCommit)
}

export function loadCommon(env: Env, context: GitHubContext, show: Show): Checked<CommonInputs> {
  const given = {
    commit: input(env, 'commit') ?? fallback('commit', context.headCommit),
    'request-timeout':
      input(env, 'request-timeout') ?? fallback('request-timeout', COMMON_DEFAULTS['request-timeout']),
    retries: input(env, 'retries') ?? fallback('retries', COMMON_DEFAULTS.retries),
    summary: input(env, 'summary') ?? fallback('summary', COMMON_DEFAULTS.summary),
  }
  const { values, problems } = check(FIELDS, given, show)
  const all = [...(given.commit ? [] : missingCommit(env, context)), ...problems]
  if (!values || all.length > 0) return { value: undefined, problems: all, notices: [] }
  const { commit, retries, summary } = values
  return {
    value: { commit, retries, summary, requestTimeout: values['request-timeout'] },
    problems: [],
    notices: [],
  }
}

function missingCommit(env: Env, { noCommit }: GitHubContext): string[] {
  const needed = needsCommit(env)
  if (noCommit?.versionSuffices && needed === undefined) return []
  const reason = noCommit?.reason ?? 'the event does not name one'
  const also = noCommit?.versionSuffices && needed !== undefined ? `, and ${needed}` : ''
  return [missing('commit', `a full commit SHA of 40 or 64 hex digits (${reason}${also})`)]
}

/** What of the step cannot be done without a commit, as a clause; undefined when nothing needs it. */
function needsCommit(env: Env): string | undefined {
  if (!input(env, 'version')) return 'the release is named after the commit unless version is given'
  const mode = input(env, 'set-commits')?.text.toLowerCase()
  if (mode === 'refs' || mode === 'commits') return `set-commits: ${mode} needs it`
  const operation = input(env, 'abf-operation')?.text ?? (input(env, 'abf-project') ? 'build' : undefined)
  return operation === 'build' && !input(env, 'abf-commit') ? 'ABF needs a commit to build' : undefined
}

/** Whether to write the job summary, also when other inputs are wrong. */
export function wantsSummary(env: Env): boolean {
  return parseBoolean(input(env, 'summary')?.text ?? COMMON_DEFAULTS.summary) !== false
}
