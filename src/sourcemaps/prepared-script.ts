import type { ScriptFile } from './discover.ts'
import type { MapPlace } from './locate.ts'

/** What is known of a script before anything is written; no contents, so that a build of any size fits. */
export interface PreparedScript {
  readonly file: ScriptFile
  readonly map: MapPlace | undefined
  /** The id that the script has or gets. */
  readonly id: string | undefined
  /** Whether the script itself is changed. */
  readonly inject: boolean
  /** Why no error in this script will be resolved; undefined: it will. */
  readonly reason: string | undefined
  /** Whether script and map go into the bundle. */
  readonly upload: boolean
  readonly segments: number
  readonly withoutContent: number
  /** Whether the script may hold hashes of other scripts. */
  readonly mayHoldHashes: boolean
  /** SHA-1 of the contents that were read. */
  readonly digest: string
  readonly mapDigest: string | undefined
}
