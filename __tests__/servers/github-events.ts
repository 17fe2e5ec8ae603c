/** Events as GitHub sends them, cut down to what surrounds the commit, with what the action makes of each. */

/** The commit that the event is about. */
export const HEAD_SHA = 'a1'.repeat(20)
/** GITHUB_SHA of the job. */
export const JOB_SHA = 'c3'.repeat(20)
/** Any other commit of the payload. */
export const OTHER_SHA = 'b2'.repeat(20)
const ZEROS = '0'.repeat(40)

export interface EventCase {
  readonly title: string
  readonly name: string
  readonly payload: unknown
  readonly env?: Readonly<Record<string, string>>
  readonly commit: string | undefined
  readonly ref: string | undefined
}

const REPOSITORY = { full_name: 'acme/storefront', default_branch: 'main', fork: false }
const SENDER = { login: 'ada', type: 'User' }

const PULL_REQUEST = {
  number: 7,
  state: 'open',
  merged_at: null,
  merge_commit_sha: OTHER_SHA,
  head: { label: 'acme:feature/x', ref: 'feature/x', sha: HEAD_SHA, repo: REPOSITORY },
  base: { label: 'acme:main', ref: 'main', sha: OTHER_SHA, repo: REPOSITORY },
}
const MERGED = {
  ...PULL_REQUEST,
  state: 'closed',
  merged_at: '2026-01-31T12:00:00Z',
  merge_commit_sha: HEAD_SHA,
  head: { ...PULL_REQUEST.head, sha: OTHER_SHA },
}
const OF_PULL_REQUEST = { GITHUB_HEAD_REF: 'feature/x', GITHUB_BASE_REF: 'main', GITHUB_REF_NAME: '7/merge' }

const DEPLOYMENT = {
  id: 42,
  sha: HEAD_SHA,
  ref: 'release-1',
  task: 'deploy',
  environment: 'production',
  creator: SENDER,
}

function jobCommit(name: string, payload: unknown, ref = 'main'): EventCase {
  const env = { GITHUB_REF_NAME: ref }
  return { title: `${name}: the commit of the job`, name, payload, env, commit: JOB_SHA, ref }
}

function openPullRequest(name: string, more: object = {}): EventCase {
  const payload = { action: 'synchronize', number: 7, pull_request: { ...PULL_REQUEST, ...more } }
  const title = `${name}: the last commit of the branch`
  return { title, name, payload, env: OF_PULL_REQUEST, commit: HEAD_SHA, ref: 'feature/x' }
}

function mergedPullRequest(name: string, more: object = {}): EventCase {
  const payload = { action: 'closed', number: 7, pull_request: { ...MERGED, ...more } }
  const title = `${name}, merged: the commit that landed in the base branch`
  return { title, name, payload, env: OF_PULL_REQUEST, commit: HEAD_SHA, ref: 'main' }
}

export const EVENTS: readonly EventCase[] = [
  jobCommit('push', {
    ref: 'refs/heads/main',
    before: ZEROS,
    after: JOB_SHA,
    created: true,
    deleted: false,
    head_commit: { id: JOB_SHA },
  }),
  {
    ...jobCommit('push', { ref: 'refs/tags/v1.0', after: OTHER_SHA, deleted: false, base_ref: null }, 'v1.0'),
    title: 'push of an annotated tag: the commit, not the tag object',
  },
  {
    title: 'push that deletes a branch: none',
    name: 'push',
    payload: { ref: 'refs/heads/x', before: OTHER_SHA, after: ZEROS, deleted: true, head_commit: null },
    commit: undefined,
    ref: undefined,
  },
  jobCommit('create', { ref: 'feature/x', ref_type: 'branch', master_branch: 'main' }, 'feature/x'),
  jobCommit('schedule', { schedule: '17 3 * * *' }),
  jobCommit('workflow_dispatch', {
    inputs: { version: '1' },
    ref: 'refs/heads/main',
    workflow: 'release.yml',
  }),
  jobCommit('repository_dispatch', { action: 'go', branch: 'main', client_payload: { sha: OTHER_SHA } }),
  jobCommit('release', { action: 'published', release: { tag_name: 'v1.0', target_commitish: 'x' } }, 'v1.0'),
  jobCommit('issues', { action: 'opened', issue: { number: 3 } }),
  openPullRequest('pull_request', { merged: false }),
  openPullRequest('pull_request_target', { merged: false }),
  openPullRequest('pull_request_review'),
  openPullRequest('pull_request_review_comment'),
  {
    ...openPullRequest('pull_request', { state: 'closed', merged: false }),
    title: 'pull_request, closed without a merge: the last commit of the branch',
  },
  mergedPullRequest('pull_request', { merged: true }),
  mergedPullRequest('pull_request_target', { merged: true }),
  mergedPullRequest('pull_request_review'),
  {
    title: 'merge_group: its head, on the base branch',
    name: 'merge_group',
    payload: {
      action: 'checks_requested',
      merge_group: {
        head_sha: HEAD_SHA,
        head_ref: 'refs/heads/gh-readonly-queue/release/1.x/pr-7-b2b2',
        base_sha: OTHER_SHA,
        base_ref: 'refs/heads/release/1.x',
      },
    },
    env: { GITHUB_REF_NAME: 'gh-readonly-queue/release/1.x/pr-7-b2b2' },
    commit: HEAD_SHA,
    ref: 'release/1.x',
  },
  {
    title: 'workflow_run: the commit and the branch that were built',
    name: 'workflow_run',
    payload: {
      action: 'completed',
      workflow_run: {
        id: 9,
        event: 'push',
        head_branch: 'feature/x',
        head_sha: HEAD_SHA,
        head_commit: { id: HEAD_SHA },
        conclusion: 'success',
      },
    },
    commit: HEAD_SHA,
    ref: 'feature/x',
  },
  {
    title: 'check_suite: its head and branch',
    name: 'check_suite',
    payload: {
      action: 'completed',
      check_suite: { head_branch: 'feature/x', head_sha: HEAD_SHA, before: OTHER_SHA, after: HEAD_SHA },
    },
    commit: HEAD_SHA,
    ref: 'feature/x',
  },
  {
    title: 'check_suite of a fork: its head, no branch',
    name: 'check_suite',
    payload: { action: 'completed', check_suite: { head_branch: null, head_sha: HEAD_SHA } },
    commit: HEAD_SHA,
    ref: undefined,
  },
  {
    title: 'check_run: its head and the branch of its suite',
    name: 'check_run',
    payload: {
      action: 'completed',
      check_run: {
        head_sha: HEAD_SHA,
        check_suite: { id: 5, head_branch: 'feature/x', head_sha: HEAD_SHA },
      },
    },
    commit: HEAD_SHA,
    ref: 'feature/x',
  },
  {
    title: 'deployment: what is deployed, not the workflow run that deploys',
    name: 'deployment',
    payload: {
      action: 'created',
      deployment: DEPLOYMENT,
      workflow_run: { head_sha: OTHER_SHA, head_branch: 'main' },
    },
    commit: HEAD_SHA,
    ref: 'release-1',
  },
  {
    title: 'deployment_status: what is deployed',
    name: 'deployment_status',
    payload: { action: 'created', deployment: DEPLOYMENT, deployment_status: { state: 'success' } },
    commit: HEAD_SHA,
    ref: 'release-1',
  },
  {
    title: 'deployment_status of a SHA: no branch',
    name: 'deployment_status',
    payload: { action: 'created', deployment: { ...DEPLOYMENT, ref: HEAD_SHA } },
    commit: HEAD_SHA,
    ref: undefined,
  },
  {
    title: 'status: its commit, and the one branch whose head it is',
    name: 'status',
    payload: {
      sha: HEAD_SHA,
      state: 'success',
      branches: [
        { name: 'feature/x', commit: { sha: HEAD_SHA } },
        { name: 'main', commit: { sha: OTHER_SHA } },
      ],
    },
    commit: HEAD_SHA,
    ref: 'feature/x',
  },
  {
    title: 'status of a commit that is the head of no branch: no ref',
    name: 'status',
    payload: { sha: HEAD_SHA, branches: [{ name: 'main', commit: { sha: OTHER_SHA } }] },
    commit: HEAD_SHA,
    ref: undefined,
  },
  jobCommit('issue_comment', { action: 'created', issue: { number: 3, pull_request: null } }),
  {
    title: 'issue_comment without an issue: none',
    name: 'issue_comment',
    payload: { action: 'created', comment: { body: '/release' } },
    commit: undefined,
    ref: undefined,
  },
  {
    title: 'pull_request, merged without merge_commit_sha: none',
    name: 'pull_request',
    payload: {
      action: 'closed',
      pull_request: {
        merged: true,
        merge_commit_sha: null,
        head: { sha: HEAD_SHA, ref: 'feature/x' },
        base: { sha: OTHER_SHA, ref: 'main' },
      },
    },
    commit: undefined,
    ref: 'main',
  },
  {
    title: 'issue_comment on a pull request: none',
    name: 'issue_comment',
    payload: {
      action: 'created',
      issue: { number: 7, pull_request: { url: 'https://api.github.com/repos/acme/storefront/pulls/7' } },
      comment: { body: '/release' },
    },
    commit: undefined,
    ref: undefined,
  },
]
