import type { GitHubContext } from '../github/event.ts'
import type { CommitMode } from '../sentry/commits.ts'
import { lengthOf } from '../text/sanitize.ts'
import {
  check,
  type Checked,
  type Env,
  input,
  listed,
  LOST,
  missing,
  read,
  type Rows,
  type Show,
  url,
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

const MODES: readonly CommitMode[] = ['auto', 'refs', 'commits', 'skip']
/** Code points of an environment and of the name of a deploy. */
const MAX_NAME = 64

export const LIFECYCLE_ROWS = {
  'set-commits': {
    default: 'auto',
    expected: 'auto, refs, commits or skip',
    parse: (text) => MODES.find((mode) => mode === text.toLowerCase()),
  },
  'previous-commit': {
    optional: true,
    expected: 'a commit SHA of 7 to 64 hex digits',
    parse: (text) => (/^[0-9a-f]{7,64}$/i.test(text) ? text.toLowerCase() : undefined),
  },
  'github-token': {
    secret: 'token',
    optional: true,
    expected: 'a GitHub token without spaces or line breaks',
    parse: (text) => (/^[\x21-\x7e]+$/.test(text) ? text : undefined),
  },
  finalize: { default: 'true', expected: 'true or false', parse: parseBoolean },
  environment: {
    optional: true,
    expected: `an environment of at most ${MAX_NAME} characters without "/" and line breaks`,
    parse: (text) => (lengthOf(text) <= MAX_NAME && !/[/\r\n\f]/.test(text) ? text : undefined),
  },
  'deploy-name': {
    optional: true,
    expected: `a name of at most ${MAX_NAME} characters`,
    parse: (text) => (lengthOf(text) <= MAX_NAME ? text : undefined),
  },
  'deploy-url': { optional: true, ...url(LINK_EXPECTED, parseLink) },
  'started-at': {
    optional: true,
    expected: 'a time in ISO 8601 such as 2026-01-31T12:00:00Z, or in Unix seconds',
    parse: parseTime,
  },
} satisfies Rows

/** @param commit undefined when the event has none, or when it has a problem of its own */
export function loadLifecycle(
  env: Env,
  context: GitHubContext,
  commit: string | undefined,
  show: Show,
): Checked<LifecycleInputs> {
  const { values, problems } = check(LIFECYCLE_ROWS, read(LIFECYCLE_ROWS, env), show)
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
