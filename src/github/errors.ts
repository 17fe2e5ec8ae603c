import { ActionError } from '../errors.ts'
import { describeWebPage, isWebPage } from '../http/error-body.ts'
import { toSingleLine } from '../text/sanitize.ts'
import { parseUrl } from '../text/url.ts'

/** The HTTP status of what octokit threw; undefined when there was no response. */
export function statusOf(error: unknown): number | undefined {
  const { status, cause } = error as { status?: unknown; cause?: unknown }
  return typeof status === 'number' && !(cause instanceof ActionError) ? status : undefined
}

/**
 * Octokit wraps what the transport throws, and its errors hold the request: neither travels further.
 */
export function explain(
  error: unknown,
  { apiUrl, repository }: { readonly apiUrl: string; readonly repository: string },
): ActionError {
  if (error instanceof ActionError) return error
  const { cause, message } = error as { cause?: unknown; message?: unknown }
  if (cause instanceof ActionError) return cause
  const status = statusOf(error)
  const host = parseUrl(apiUrl)?.host ?? apiUrl
  const reason = typeof message === 'string' ? describe(message) : 'no response'
  return new ActionError(
    `Could not read the commits of ${repository} from ${host}: ${status === undefined ? reason : `HTTP ${status}: ${reason}`}`,
    { advice: advise(status, repository) },
  )
}

function advise(status: number | undefined, repository: string): string {
  switch (status) {
    case 401:
      return 'GitHub does not accept github-token. Leave the input out to use the token of the job.'
    case 403:
    case 404:
    case 422:
      return `Grant the job "permissions: contents: read", and check that github-token may read ${repository}.`
    case 429:
      return 'GitHub limits how often its API is called. Re-run the job later.'
    case undefined:
    default:
      return 'Re-run the job. If the problem persists, check https://www.githubstatus.com, or set set-commits: skip.'
  }
}

/** Octokit takes the whole body for the message where it is not JSON. */
function describe(message: string): string {
  return isWebPage(message) ? describeWebPage(message, toSingleLine) : toSingleLine(message, 200)
}
