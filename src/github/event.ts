import { parseSha } from '../text/sha.ts'

/** What the runner reports about this job, as plain facts. */
export interface GitHubContext {
  /** Without a slash at its end. */
  readonly serverUrl: string
  /** Base of the REST API. */
  readonly apiUrl: string
  /** `owner/name`. */
  readonly repository: string | undefined
  readonly eventName: string
  readonly runId: string
  readonly runAttempt: string
  /** The branch or tag of the commit; undefined when the event has none. */
  readonly refName: string | undefined
  /** The commit that the event is about, a full SHA in lower case; undefined when the event has none. */
  readonly headCommit: string | undefined
  /** Why the event has no commit; undefined when it has one, or when the reason is not known. */
  readonly noCommit: NoCommit | undefined
}

export interface NoCommit {
  /** Completes "because …". */
  readonly reason: string
  /** A release with a version of its own can do without the commit. */
  readonly versionSuffices: boolean
}

/**
 * @param event the parsed file of GITHUB_EVENT_PATH, whatever it holds
 */
export function readContext(env: NodeJS.ProcessEnv, event: unknown): GitHubContext {
  const eventName = env['GITHUB_EVENT_NAME'] ?? ''
  const { commit, ref, noCommit } = factsOf(eventName, event, {
    commit: parseSha(env['GITHUB_SHA']),
    ref: env['GITHUB_REF_NAME'] || undefined,
    headRef: env['GITHUB_HEAD_REF'] || undefined,
  })
  return {
    serverUrl: (env['GITHUB_SERVER_URL'] || 'https://github.com').replace(/\/+$/, ''),
    apiUrl: env['GITHUB_API_URL'] || 'https://api.github.com',
    repository: env['GITHUB_REPOSITORY'] || undefined,
    eventName,
    runId: env['GITHUB_RUN_ID'] || '0',
    runAttempt: env['GITHUB_RUN_ATTEMPT'] || '1',
    refName: ref,
    headCommit: commit,
    noCommit: commit === undefined ? noCommit : undefined,
  }
}

/** What the runner reports beside the event. */
interface Job {
  /** GITHUB_SHA */
  readonly commit: string | undefined
  /** GITHUB_REF_NAME */
  readonly ref: string | undefined
  /** GITHUB_HEAD_REF, of pull requests only. */
  readonly headRef: string | undefined
}

interface Facts {
  readonly commit: string | undefined
  readonly ref: string | undefined
  readonly noCommit?: NoCommit
}

type EventRule = (event: unknown, job: Job) => Facts

/**
 * Which commit an event is about, and on which branch or tag it is. GITHUB_SHA is used only where it is that
 * commit: for `workflow_run`, `check_suite`, `check_run`, `status` and comments it is the head of the default branch,
 * for pull requests a test merge or the base branch, for a merge queue it is on a branch that is thrown away.
 */
const RULES: Readonly<Record<string, EventRule>> = {
  push,
  pull_request: pullRequest,
  pull_request_target: pullRequest,
  pull_request_review: pullRequest,
  pull_request_review_comment: pullRequest,
  merge_group: (event, job) => ({
    commit: shaAt(event, 'merge_group', 'head_sha') ?? job.commit,
    ref: shortRef(textAt(event, 'merge_group', 'base_ref')),
  }),
  workflow_run: (event) => ({
    commit: shaAt(event, 'workflow_run', 'head_sha'),
    ref: textAt(event, 'workflow_run', 'head_branch'),
  }),
  check_suite: (event) => ({
    commit: shaAt(event, 'check_suite', 'head_sha'),
    ref: textAt(event, 'check_suite', 'head_branch'),
  }),
  check_run: (event) => ({
    commit: shaAt(event, 'check_run', 'head_sha'),
    ref: textAt(event, 'check_run', 'check_suite', 'head_branch'),
  }),
  deployment,
  deployment_status: deployment,
  status: (event) => ({ commit: shaAt(event, 'sha'), ref: branchWithHead(event, shaAt(event, 'sha')) }),
  issue_comment: issueComment,
}

function factsOf(eventName: string, event: unknown, job: Job): Facts {
  const rule = Object.hasOwn(RULES, eventName) ? RULES[eventName] : undefined
  const facts = rule ? rule(event, job) : byJob(event, job)
  return {
    noCommit: {
      reason: `the event ${eventName || 'of this run'} does not name one`,
      versionSuffices: false,
    },
    ...facts,
  }
}

/** GitHub sets GITHUB_SHA to the commit, also for an annotated tag. */
function byJob(_event: unknown, { commit, ref }: Job): Facts {
  return { commit, ref }
}

/** A deleted branch or tag: `deleted` is true, `after` is zeros, and GITHUB_SHA is the head of the default branch. */
function push(event: unknown, job: Job): Facts {
  const deleted = at(event, 'deleted') === true || /^0+$/.test(textAt(event, 'after') ?? '')
  if (!deleted) return byJob(event, job)
  const reason =
    'this push deleted a branch or tag, so there is no commit left to release; ' +
    'leave such runs out with if: ${{ !github.event.deleted }}'
  return { commit: undefined, ref: undefined, noCommit: { reason, versionSuffices: false } }
}

/**
 * The last commit of the branch while the pull request is open; once it is merged, the commit that landed in the base
 * branch, because after a squash or a rebase the head commit is in no branch. Payloads of reviews have no `merged`.
 */
function pullRequest(event: unknown, { headRef }: Job): Facts {
  const merged = at(event, 'pull_request', 'merged') === true || textAt(event, 'pull_request', 'merged_at')
  if (!merged) {
    return {
      commit: shaAt(event, 'pull_request', 'head', 'sha'),
      ref: textAt(event, 'pull_request', 'head', 'ref') ?? headRef,
    }
  }
  const reason =
    'the event of this merged pull request has no merge_commit_sha, and its head commit may be in no branch; ' +
    'read the commit in a step before with: gh pr view "$NUMBER" --json mergeCommit --jq .mergeCommit.oid'
  return {
    commit: shaAt(event, 'pull_request', 'merge_commit_sha'),
    ref: textAt(event, 'pull_request', 'base', 'ref'),
    noCommit: { reason, versionSuffices: false },
  }
}

/** `ref` is what the deployment was requested for: a branch, a tag, or the SHA itself. */
function deployment(event: unknown, job: Job): Facts {
  const commit = shaAt(event, 'deployment', 'sha') ?? job.commit
  const ref = textAt(event, 'deployment', 'ref')
  const isSha = /^[0-9a-f]{7,64}$/i.test(ref ?? '') && commit?.startsWith(ref?.toLowerCase() ?? '')
  return { commit, ref: isSha ? undefined : shortRef(ref) }
}

/**
 * A comment on a pull request: the payload has no commit, and GITHUB_SHA is the head of the default branch. Without a
 * payload it may be such a comment.
 */
function issueComment(event: unknown, job: Job): Facts {
  const isIssue = at(event, 'issue') !== undefined && (at(event, 'issue', 'pull_request') ?? null) === null
  if (isIssue) return byJob(event, job)
  const reason =
    'a comment on a pull request comes without the commit; ' +
    'read it in a step before with: gh pr view "$NUMBER" --json headRefOid --jq .headRefOid'
  return { commit: undefined, ref: undefined, noCommit: { reason, versionSuffices: true } }
}

/** A `status` lists up to ten branches that contain the commit, each with its head. */
function branchWithHead(event: unknown, commit: string | undefined): string | undefined {
  const branches = at(event, 'branches')
  if (commit === undefined || !Array.isArray(branches)) return undefined
  const [only, ...more] = branches.filter((branch) => shaAt(branch, 'commit', 'sha') === commit)
  return more.length === 0 ? textAt(only, 'name') : undefined
}

function shortRef(ref: string | undefined): string | undefined {
  return ref?.replace(/^refs\/(?:heads|tags)\//, '')
}

function shaAt(value: unknown, ...path: readonly string[]): string | undefined {
  return parseSha(at(value, ...path))
}

/** A text that is not empty. */
function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' && found !== '' ? found : undefined
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value,
  )
}
