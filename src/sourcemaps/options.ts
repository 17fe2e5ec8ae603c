import type { Root } from './roots.ts'

export type InjectMode = 'true' | 'false' | 'check'

/** What a step does with source maps. */
export interface SourceMapOptions {
  readonly roots: readonly Root[]
  readonly inject: InjectMode
  /** `auto`, or a prefix of the sources inside of maps. */
  readonly stripPrefix: string | undefined
  readonly dist: string | undefined
  /** What it means that nothing is found, or that a script has no usable map. */
  readonly missing: 'fail' | 'warn' | 'ignore'
  /** Milliseconds to wait for the server's result; 0: do not wait. */
  readonly waitMs: number
  /** Whether maps are deleted from the workspace after the upload. */
  readonly deleteMaps: boolean
}
