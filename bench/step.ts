import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { actionFile, SHA } from '../__tests__/runner/runner.ts'
import type { Program } from './child.ts'

/** The folder of the bundle; another one to compare with. */
export const DIST = resolve(process.env['RELEASE_GATE_DIST'] ?? 'dist')

const folder = mkdtempSync(join(tmpdir(), 'release-gate-bench-'))
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true })
})

/** One step as the runner starts it: inputs and files in the environment, an empty folder to work in. */
export function step(node: string, inputs: Readonly<Record<string, string>>): Program {
  const file = (name: string, content = ''): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  const defaults = Object.entries(actionFile.inputs).map(([name, { default: text = '' }]) => [
    name,
    text.includes('${{') ? '' : text,
  ])
  const all = { ...Object.fromEntries(defaults), ...inputs } as Record<string, string>
  return {
    command: node,
    args: [join(DIST, 'index.js')],
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_EVENT_PATH: file('event.json', JSON.stringify({ after: SHA })),
      GITHUB_OUTPUT: file('output'),
      GITHUB_REF_NAME: 'main',
      GITHUB_REPOSITORY: 'acme/storefront',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_RUN_ID: '9812345678',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_SHA: SHA,
      GITHUB_STATE: file('state'),
      GITHUB_STEP_SUMMARY: file('summary'),
      ...Object.fromEntries(Object.entries(all).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text])),
    },
  }
}

/** Any other program, with nothing in its environment but what it needs. */
export function program(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Program {
  return { command, args, cwd: folder, env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env } }
}
