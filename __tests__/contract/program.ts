import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A program of this repository that is running. */
export interface Program {
  /** Settles once stdout has it; rejects when the program ends before. */
  readonly says: (text: string | RegExp) => Promise<void>
  readonly stdout: () => string
  readonly stop: (signal: NodeJS.Signals) => void
  readonly end: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
}

/** Starts a TypeScript file of this repository as its script in package.json does, without a terminal. */
export function start(script: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Program {
  const child = spawn(process.execPath, ['--import', 'tsx', '--', script, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
  })
  let stdout = ''
  let stderr = ''
  const waiting = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    for (const look of waiting) look()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const end = new Promise<Awaited<Program['end']>>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      resolve({ code, stdout, stderr })
    })
  })
  return {
    end,
    stdout: () => stdout,
    stop: (signal) => {
      child.kill(signal)
    },
    says: async (text) => {
      const ended = end.then(({ code }) => {
        throw new Error(`ended with ${code} before it said ${String(text)}:\n${stdout}\n${stderr}`)
      })
      const said = new Promise<void>((resolve) => {
        const look = (): void => {
          if (typeof text === 'string' ? stdout.includes(text) : text.test(stdout)) resolve()
        }
        waiting.add(look)
        look()
      })
      await Promise.race([said, ended])
    },
  }
}
