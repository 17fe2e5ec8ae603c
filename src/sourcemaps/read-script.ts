import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { Files } from '../ports.ts'

/** Bytes. Node cannot hold a longer text than 512 MiB, and Sentry processes much less. */
const MAX_SCRIPT = 256 * 1024 * 1024

/** @returns the bytes of a script, or why a file with the name of a script cannot be handled as one */
export async function readScript(path: string, files: Files): Promise<Buffer | { readonly problem: string }> {
  const entry = await files.entry(path)
  if (!entry) return { problem: 'the file does not exist any more, or its name is not UTF-8' }
  if (entry.size > MAX_SCRIPT) return { problem: 'the script is larger than 256 MiB' }
  const script = await files.read(path)
  const problem = problemOf(script)
  return problem === undefined ? script : { problem }
}

export function sha1(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex')
}

function problemOf(script: Buffer): string | undefined {
  if (script[0] === 0x1f && script[1] === 0x8b)
    return 'the file is compressed with gzip: run this step before compression'
  const magic = script.toString('hex', 0, 8)
  if (magic === 'c61fbc03c103191f')
    return 'Hermes bytecode: upload it with the tools of Sentry for React Native'
  if (magic.startsWith('e5d10bfb')) return 'a RAM bundle: upload it with the tools of Sentry for React Native'
  return isUtf8(script) ? undefined : 'the script is not UTF-8'
}
