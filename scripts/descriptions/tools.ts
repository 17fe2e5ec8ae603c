import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(new URL('../../.ci/tools/package.json', import.meta.url))

/** The folder that the tools run in, so that messages name files as people do. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Neither calls home nor asks for a newer version; plain text. */
const QUIET = {
  REDOCLY_TELEMETRY: 'off',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  SCARF_ANALYTICS: 'false',
  NO_COLOR: '1',
  FORCE_COLOR: '0',
}

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  /** Both streams, as they came. */
  readonly output: string
}

/** The program of a package in `.ci/tools`, to be started with Node. */
export function program(name: string, bin: string): string {
  const file = join(dirname(require.resolve(`${name}/package.json`)), 'package.json')
  const { bin: bins } = JSON.parse(readFileSync(file, 'utf8')) as { bin: Record<string, string> }
  return join(dirname(file), bins[bin] ?? '')
}

export function startTool(script: string, args: readonly string[]): ReturnType<typeof spawn> {
  return spawn(process.execPath, [script, ...args], { cwd: ROOT, env: { ...process.env, ...QUIET } })
}

/** Runs a tool to its end, and gives what it wrote. */
export async function runTool(script: string, args: readonly string[]): Promise<Ran> {
  const child = startTool(script, args)
  let output = ''
  let stdout = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (stream === child.stdout) stdout += text
    })
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { code, stdout, output }
}
