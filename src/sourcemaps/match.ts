import { MAX_MAP, type MapFacts, readMap } from './map.ts'
import type { Located } from './locate.ts'
import { decodeInline } from './reference.ts'
import { sha1 } from './read-script.ts'
import { verifyMap } from './verify.ts'
import type { Files } from '../ports.ts'

/** What a map is to the script that it was found for. */
export interface Match {
  /** Why the map cannot be used; undefined: it can. */
  readonly reason: string | undefined
  readonly segments: number
  readonly withoutContent: number
  /** The id in the map, of whichever tool. */
  readonly debugId: string | undefined
  /** The map belongs to another script, so that neither this script nor the map may be changed for it. */
  readonly foreign: boolean
  readonly bytes: Buffer | undefined
}

/** The script that a map belongs to. */
export interface Owner {
  /** Relative to the workspace. */
  readonly shown: string
  /** SHA-1 of the script. */
  readonly digest: string
  readonly id: string | undefined
}

/**
 * Reads the map of a script, and checks that it can be used for it.
 * @param reference what the script names
 * @param owner the script that has the same map already
 */
export async function matchMap(
  { map, reference: named }: Located,
  { script, reference }: { readonly script: Buffer; readonly reference: string | undefined },
  owner: Owner | undefined,
  files: Files,
): Promise<Match> {
  const nothing = { segments: 0, withoutContent: 0, debugId: undefined, foreign: false, bytes: undefined }
  if (!map) return { ...nothing, reason: reasonForNone(script, named) }
  const bytes = map.kind === 'inline' ? decodeInline(reference ?? '') : await readFile(map.path, files)
  if (!bytes) return { ...nothing, reason: 'the map is larger than 256 MiB' }
  const facts = readMap(bytes)
  if ('problem' in facts) return { ...nothing, bytes, reason: facts.problem }
  const { debugId, withoutContent } = facts
  const read = { ...nothing, bytes, debugId, withoutContent }
  if (owner && owner.digest !== sha1(script)) {
    return {
      ...read,
      reason: `shares its source map with ${owner.shown}, which is another script`,
      foreign: true,
    }
  }
  return { ...read, ...verdictOf(facts, script) }
}

function verdictOf(facts: MapFacts, script: Buffer): Pick<Match, 'reason' | 'segments'> {
  const verdict = verifyMap(facts, script.toString('utf8'))
  return verdict.usable
    ? { reason: undefined, segments: verdict.segments }
    : { reason: verdict.reason, segments: 0 }
}

async function readFile(path: string, files: Files): Promise<Buffer | undefined> {
  const entry = await files.entry(path)
  return entry && entry.size > MAX_MAP ? undefined : await files.read(path)
}

/** Webpack writes the modules of such a build as texts, each with a map of its own that is found by no id. */
export function isEvalBuild(script: Buffer): boolean {
  return script.includes('eval(') && script.includes('sourceURL=webpack')
}

/** Characters of a reference in a message. */
const MAX_SHOWN = 200

function reasonForNone(script: Buffer, named: string | undefined): string {
  if (named !== undefined) return `source map ${named.slice(0, MAX_SHOWN)} not found`
  return isEvalBuild(script)
    ? 'a development build of webpack (eval) has no source map: build for production'
    : 'no source map found'
}
