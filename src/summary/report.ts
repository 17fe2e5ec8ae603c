import type { ActionError } from '../errors.ts'
import type { Commits } from '../sentry/commits.ts'
import type { Ensured } from '../sentry/release.ts'

/** What the job summary tells; filled while the step runs, so that it is also right when the step fails. */
export interface Report {
  /** What the step is doing; undefined while it checks its inputs. */
  stage?: Stage
  version?: string
  commit?: string
  /** Where GitHub shows the repository, without a slash at its end. */
  repositoryUrl?: string | undefined
  projects?: readonly string[]
  /** The input finalize. */
  finalize?: boolean
  /** The input environment. */
  environment?: string | undefined
  /** The release as it was before Sentry confirmed it. */
  unconfirmed?: { readonly created: boolean; readonly url: string }
  release?: { readonly ensured: Ensured; readonly url: string }
  commits?: Commits
  /** The release date at the end: ISO 8601 */
  finalized?: string | undefined
  deploy?: { readonly id: string; readonly created: boolean; readonly url: string | undefined }
  /** Why finalize and deploy were skipped. */
  heldBack?: string
  /** The section about source maps, in Markdown. */
  sourceMaps?: string
  builds?: BuildsReport
  failure?: ActionError
}

export type Stage = 'release' | 'source-maps' | 'commits' | 'builds' | 'finish'

/** How the step ended. Only the last three make it red. */
export type Verdict = 'success' | 'warning' | 'in_progress' | 'failure' | 'timed_out' | 'cancelled'

/** What the summary has of ABF builds. */
export interface BuildsReport {
  readonly verdict: Verdict
  /** A few words for the headline, such as `1 of 2 ABF builds failed`. */
  readonly result: string
  /** The builds that need attention, with reasons and ends of logs, in Markdown. */
  readonly problems: string
  /** The section about all builds, in Markdown. */
  readonly section: string
}
