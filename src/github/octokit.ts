import { getOctokitOptions } from '@actions/github/lib/utils'
import { Octokit } from '@octokit/rest'
import { ActionError } from '../errors.ts'
import type { Http } from '../http/client.ts'
import type { Logger } from '../ports.ts'
import { toSingleLine, quoted } from '../text/sanitize.ts'
import { parseUrl } from '../text/url.ts'
import type { CommitSource } from '../sentry/commit-source.ts'
import { explain } from './errors.ts'
import { readRange, withFiles } from './range.ts'

/*
 * This module is imported late, only when commits have to be read: octokit and @actions/github take longer to load
 * than a whole run without them.
 */

/** A comparison brings the patches of up to 300 files along. */
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024

export interface GitHubDeps {
  readonly http: Http
  readonly logger: Logger
  readonly token: string
  /** `https://api.github.com`, or the one of a GitHub Enterprise Server. */
  readonly apiUrl: string
  /** `owner/name` */
  readonly repository: string
}

/** Commits by GitHub's REST API: compare, list, and one commit each for its files. */
export function createCommitSource(deps: GitHubDeps): CommitSource {
  const octokit = connect(deps)
  const [owner = '', repo = ''] = deps.repository.split('/')
  const place = { owner, repo }
  return {
    async read(head, base) {
      if (!parseUrl(deps.apiUrl)) {
        throw new ActionError(`GITHUB_API_URL is not a URL: ${quoted(deps.apiUrl)}.`, {
          advice: 'The runner sets it; on GitHub Enterprise Server it ends in /api/v3.',
        })
      }
      try {
        const range = await readRange(octokit, place, head, base)
        return await withFiles(octokit, place, range)
      } catch (error) {
        throw explain(error, deps)
      }
    },
  }
}

/** Octokit over the action's own HTTP: the same proxies, limits, retries and cleaned errors as everywhere. */
function connect({ http, logger, token, apiUrl }: GitHubDeps): Octokit {
  const fetch = async (
    url: string,
    init: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<Response> => {
    const response = await http.send({
      method: 'GET',
      url: new URL(url),
      headers: init.headers ?? {},
      intent: 'read the commits',
      effect: 'idempotent',
      peer: { name: 'GitHub', urlInput: 'GITHUB_API_URL' },
      maxResponseBytes: MAX_RESPONSE_BYTES,
    })
    const { status, json } = response
    const link = response.header('link')
    // Octokit parses what it is given as JSON. Secrets are taken out of values only, so that it stays JSON.
    const type = json === undefined ? 'text/plain' : 'application/json'
    const headers = { 'content-type': type, ...(link === undefined ? {} : { link }) }
    const body = json === undefined ? response.text : JSON.stringify(json)
    return new Response(status === 204 || status === 304 ? null : body, { status, headers })
  }
  const debug = (message: string): void => {
    logger.debug(toSingleLine(message))
  }
  // Octokit would write to the console, past the one place that defuses what is shown.
  const ignore = (): void => undefined
  return new Octokit(
    getOctokitOptions(token, {
      baseUrl: apiUrl.replace(/\/+$/, ''),
      request: { fetch },
      log: { debug: ignore, info: ignore, warn: debug, error: debug },
    }),
  )
}
