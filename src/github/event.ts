/** What the runner says about this job, as plain facts. */
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
  /** Branch or tag: the head branch of a pull request, else the name of the ref that was pushed. */
  readonly refName: string | undefined
  /** The commit that the event is about. */
  readonly headCommit: string | undefined
}

const SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i

/** A full commit SHA in lower case (40 hex digits, or 64 in SHA-256 repositories); undefined for anything else. */
export function parseSha(text: unknown): string | undefined {
  return typeof text === 'string' && SHA.test(text) ? text.toLowerCase() : undefined
}

/**
 * @param event the parsed file of GITHUB_EVENT_PATH, whatever it holds
 */
export function readContext(env: NodeJS.ProcessEnv, event: unknown): GitHubContext {
  const eventName = env['GITHUB_EVENT_NAME'] ?? ''
  return {
    serverUrl: (env['GITHUB_SERVER_URL'] || 'https://github.com').replace(/\/+$/, ''),
    apiUrl: env['GITHUB_API_URL'] || 'https://api.github.com',
    repository: env['GITHUB_REPOSITORY'] || undefined,
    eventName,
    runId: env['GITHUB_RUN_ID'] || '0',
    runAttempt: env['GITHUB_RUN_ATTEMPT'] || '1',
    refName: env['GITHUB_HEAD_REF'] || env['GITHUB_REF_NAME'] || undefined,
    headCommit: headCommit(eventName, event, env['GITHUB_SHA']),
  }
}

/**
 * Where events keep the commit that they are about, in order of trust. The event of a deployment also holds the
 * workflow run that made it, but it is about what is deployed.
 */
const DEPLOYMENT = ['deployment', 'sha'] as const
const HEAD_COMMIT_PATHS = [
  ['pull_request', 'head', 'sha'],
  ['workflow_run', 'head_sha'],
  DEPLOYMENT,
  ['check_suite', 'head_sha'],
  ['check_run', 'head_sha'],
] as const

/**
 * The head commit of an event. GITHUB_SHA is the last resort, and none at all for pull requests: there it is a merge
 * commit that GitHub makes up, or the base branch, and nothing of it is ever deployed.
 */
export function headCommit(
  eventName: string,
  event: unknown,
  githubSha: string | undefined,
): string | undefined {
  const first = eventName.startsWith('deployment') ? [DEPLOYMENT] : []
  for (const path of [...first, ...HEAD_COMMIT_PATHS]) {
    const sha = parseSha(dig(event, path))
    if (sha) return sha
  }
  return eventName.startsWith('pull_request') ? undefined : parseSha(githubSha)
}

function dig(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value,
  )
}
