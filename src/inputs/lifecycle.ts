import type { GitHubContext } from '../github/event.ts'
import type { CommitMode } from '../sentry/commits.ts'
import { lengthOf } from '../text/sanitize.ts'
import {
  changedInputs,
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
  setCommits: {
    input: 'set-commits',
    default: 'auto',
    expected: 'auto, refs, commits or skip',
    parse: (text) => MODES.find((mode) => mode === text.toLowerCase()),
  },
  previousCommit: {
    input: 'previous-commit',
    optional: true,
    expected: 'a commit SHA of 7 to 64 hex digits',
    parse: (text) => (/^[0-9a-f]{7,64}$/i.test(text) ? text.toLowerCase() : undefined),
  },
  githubToken: {
    input: 'github-token',
    secret: 'token',
    optional: true,
    expected: 'a GitHub token without spaces or line breaks',
    parse: (text) => (/^[\x21-\x7e]+$/.test(text) ? text : undefined),
  },
  finalize: { input: 'finalize', default: 'true', expected: 'true or false', parse: parseBoolean },
} satisfies Rows

/** Properties of `DeployInputs`; without an environment there is no deploy. */
export const DEPLOY_ROWS = {
  environment: {
    input: 'environment',
    optional: true,
    expected: `an environment of at most ${MAX_NAME} characters without "/" and line breaks`,
    parse: (text) => (lengthOf(text) <= MAX_NAME && !/[/\r\n\f]/.test(text) ? text : undefined),
  },
  name: {
    input: 'deploy-name',
    optional: true,
    expected: `a name of at most ${MAX_NAME} characters`,
    parse: (text) => (lengthOf(text) <= MAX_NAME ? text : undefined),
  },
  url: { input: 'deploy-url', optional: true, ...url(LINK_EXPECTED, parseLink) },
  startedAt: {
    input: 'started-at',
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
  const lifecycle = check(LIFECYCLE_ROWS, read(LIFECYCLE_ROWS, env), show)
  const deploy = check(DEPLOY_ROWS, read(DEPLOY_ROWS, env), show)
  const problems = [...lifecycle.problems, ...deploy.problems, ...lostEnvironment(env)]
  if (!lifecycle.values || !deploy.values || problems.length > 0) {
    return { value: undefined, problems, notices: [] }
  }
  const { setCommits, previousCommit } = lifecycle.values
  const { environment, url } = deploy.values
  const withoutCommit = commit === undefined && setCommits === 'auto'
  return {
    problems: [],
    notices: withoutCommit
      ? ['No commits are associated: the event does not name a commit, and the input commit is not given.']
      : [],
    value: {
      ...lifecycle.values,
      setCommits: withoutCommit ? 'skip' : setCommits,
      previousCommit: realCommit(previousCommit),
      deploy:
        environment === undefined
          ? undefined
          : Object.freeze({
              ...deploy.values,
              environment,
              url: url ?? urlOfRun(context),
              urlGiven: url !== undefined,
            }),
    },
  }
}

/** Details of a deploy without its environment: the environment got lost on the way, and the deploy with it. */
function lostEnvironment(env: Env): string[] {
  const details = changedInputs(DEPLOY_ROWS, env)
  if (details.length === 0 || input(env, DEPLOY_ROWS.environment.input)) return []
  const expected = `the environment of the deploy, as ${listed(details)} given`
  return [`${missing('environment', expected)}. ${LOST} To record no deploy, leave these inputs empty, too.`]
}

/** GitHub writes zeros where a push has no commit before it. */
function realCommit(sha: string | undefined): string | undefined {
  return sha === undefined || /^0+$/.test(sha) ? undefined : sha
}

/** The page of this run attempt, unless Sentry would refuse its host. */
function urlOfRun({ serverUrl, repository, runId, runAttempt }: GitHubContext): string | undefined {
  return parseLink(`${serverUrl}/${repository ?? ''}/actions/runs/${runId}/attempts/${runAttempt}`)
}
