import type { Filter } from './client/api.ts'
import type { Credentials } from './client/requests.ts'
import type { WantedBuild } from './submit/fields.ts'

/** What to do with ABF. */
export type AbfTask =
  | { readonly operation: 'build'; readonly wanted: WantedBuild }
  | {
      readonly operation: 'search' | 'watch' | 'publish' | 'publish-into-testing' | 'reject' | 'cancel'
      /** Empty when there are none to handle besides those of `filter`. */
      readonly ids: readonly number[]
      /** Undefined: only the builds of `ids`. Without keys: the builds that the server lists by itself. */
      readonly filter: Filter | undefined
    }

export type AbfOperation = AbfTask['operation']

/** What a step does with ABF, and how. */
export interface AbfOptions {
  readonly task: AbfTask
  /** With a slash at its end. */
  readonly baseUrl: string
  readonly credentials: Credentials | undefined
  /** For messages: where the credentials were found. */
  readonly credentialsSource: string | undefined
  readonly reuse: boolean
  readonly wait: boolean
  /** Milliseconds for the whole wait. */
  readonly timeout: number
  /** Milliseconds: the longest pause between two polls. */
  readonly pollInterval: number
  readonly onAbort: 'cancel' | 'leave'
  readonly testsFailed: 'fail' | 'accept'
  readonly unpermittedArch: 'skip' | 'fail'
  readonly logLines: number
}
