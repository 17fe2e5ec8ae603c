import type { GitHubContext } from '../github/event.ts'
import type { CommitMode } from '../sentry/commits.ts'
import { lengthOf } from '../text/sanitize.ts'
import {
  check,
  type Checked,
  type Env,
  fallback,
  field,
  input,
  listed,
  LOST,
  missing,
  optional,
  secretField,
  type Show,
  unquoted,
  urlField,
} from './field.ts'
import { LINK_EXPECTED, parseBoolean, parseLink, parseTime } from './parsers.ts'

/** What happens to a release after it is there: commits, release date, deploy. */
export interface LifecycleInputs {
  readonly setCommits: CommitMode
  readonly previousCommit: string | undefined
  /** To read commits with. */
  readonly githubToken: string | undefined
  readonly finalize: boolean
  readonly deploy: DeployInputs | undefined
}

export interface DeployInputs {
  readonly environment: string
  readonly name: string | undefined
  /** Undefined only where Sentry would refuse the run's URL, as on a host without a dot. */
  readonly url: string | undefined
  /** The URL is from the input deploy-url. */
  readonly urlGiven: boolean
  /** ISO 8601; undefined: the start of the step. */
  readonly startedAt: string | undefined
}

/** Values of inputs that were not given. action.yml says the same; a test compares them. */
export const LIFECYCLE_DEFAULTS = { 'set-commits': 'auto', finalize: 'true' } as const

const MODES: readonly string[] = ['auto', 'refs', 'commits', 'skip'] satisfies CommitMode[]
const LONGEST_NAME = 64

const FIELDS = {
  'set-commits': field('auto, refs, commits or skip', (text) => {
    const mode = text.toLowerCase()
    return MODES.includes(mode) ? (mode as CommitMode) : undefined
  }),
  'previous-commit': optional(
    field('a commit SHA of 7 to 64 hex digits', (text) =>
      /^[0-9a-f]{7,64}$/i.test(text) ? text.toLowerCase() : undefined,
    ),
  ),
  'github-token': optional(secretField('a GitHub token', /^[\x21-\x7e]+$/)),
  finalize: field('true or false', parseBoolean),
  environment: optional(
    field(`an environment of at most ${LONGEST_NAME} characters without "/" and line breaks`, (text) =>
      lengthOf(text) <= LONGEST_NAME && !/[/\r\n\f]/.test(text) ? text : undefined,
    ),
  ),
  'deploy-name': optional(
    field(`a name of at most ${LONGEST_NAME} characters`, (text) =>
      lengthOf(text) <= LONGEST_NAME ? text : undefined,
    ),
  ),
  'deploy-url': optional(urlField(LINK_EXPECTED, parseLink)),
  'started-at': optional(
    field('a time in ISO 8601 such as 2026-01-31T12:00:00Z, or in Unix seconds', parseTime),
  ),
}

const OPTIONAL = [
  'previous-commit',
  'github-token',
  'environment',
  'deploy-name',
  'deploy-url',
  'started-at',
] as const

/** @param commit undefined when the event has none, or when it has a problem of its own */
export function loadLifecycle(
  env: Env,
  context: GitHubContext,
  commit: string | undefined,
  show: Show,
): Checked<LifecycleInputs> {
  const given = {
    'set-commits': input(env, 'set-commits') ?? fallback('set-commits', LIFECYCLE_DEFAULTS['set-commits']),
    finalize: input(env, 'finalize') ?? fallback('finalize', LIFECYCLE_DEFAULTS.finalize),
    ...Object.fromEntries(OPTIONAL.map((name) => [name, input(env, name)])),
    'github-token': unquoted(input(env, 'github-token')),
  }
  const { values, problems } = check(FIELDS, given, show)
  const all = [...problems, ...lostEnvironment(env)]
  if (!values || all.length > 0) return { value: undefined, problems: all, notices: [] }
  const { environment } = values
  const withoutCommit = commit === undefined && values['set-commits'] === 'auto'
  return {
    problems: [],
    notices: withoutCommit
      ? ['No commits are associated: the event does not name a commit, and the input commit is not given.']
      : [],
    value: {
      setCommits: withoutCommit ? 'skip' : values['set-commits'],
      previousCommit: realCommit(values['previous-commit']),
      githubToken: values['github-token'],
      finalize: values.finalize,
      deploy:
        environment === undefined
          ? undefined
          : Object.freeze({
              environment,
              startedAt: values['started-at'],
              ...deployIdentity(context, values['deploy-name'], values['deploy-url']),
            }),
    },
  }
}

/** Details of a deploy without its environment: the environment got lost on the way, and the deploy with it. */
function lostEnvironment(env: Env): string[] {
  const details = (['deploy-name', 'deploy-url', 'started-at'] as const).filter((name) => input(env, name))
  if (details.length === 0 || input(env, 'environment')) return []
  const expected = `the environment of the deploy, as ${listed(details)} given`
  return [`${missing('environment', expected)}. ${LOST} To record no deploy, leave these inputs empty, too.`]
}

/** GitHub writes zeros where a push has no commit before it. */
function realCommit(sha: string | undefined): string | undefined {
  return sha === undefined || /^0+$/.test(sha) ? undefined : sha
}

/** Identity of the deploy: the URL of this run attempt, unless the input deploy-url gives another one. */
function deployIdentity(
  { serverUrl, repository, runId, runAttempt }: GitHubContext,
  name: string | undefined,
  url: string | undefined,
): Pick<DeployInputs, 'name' | 'url' | 'urlGiven'> {
  const own = parseLink(`${serverUrl}/${repository ?? ''}/actions/runs/${runId}/attempts/${runAttempt}`)
  return { name, url: url ?? own, urlGiven: url !== undefined }
}
