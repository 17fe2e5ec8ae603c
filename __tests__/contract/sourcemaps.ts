import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import type { ActionResult, ActionRun } from '../runner/runner.ts'
import type { SentryStandIn } from '../servers/sentry/index.ts'
import { ensure } from './helpers.ts'

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

/** A workspace with files in it, gone after the last test of the file. */
export async function workspaceWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'workspace-'))
  folders.push(folder)
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return folder
}

export function contentsOf(workspace: string, names: readonly string[]): Promise<string[]> {
  return Promise.all(names.map((name) => readFile(join(workspace, name), 'utf8')))
}

/** One step that ensures the release and uploads the source maps of `dist`. */
export function upload(
  sentry: SentryStandIn,
  workspace: string,
  inputs: Readonly<Record<string, string>> = {},
  run: ActionRun = {},
): Promise<ActionResult> {
  const env = { GITHUB_WORKSPACE: workspace, ...run.env }
  return ensure(sentry, { sourcemaps: 'dist', ...inputs }, { ...run, env })
}

/** A script of one line, and its map with one segment per call. */
export function build(name: string, text = name): Record<string, string> {
  const map = {
    version: 3,
    file: `${name}.js`,
    sources: [`../src/${name}.ts`],
    sourcesContent: [`call('${text}')\n`],
    names: [],
    mappings: 'AAAA',
  }
  return {
    [`dist/${name}.js`]: `call("${text}");\n//# sourceMappingURL=${name}.js.map\n`,
    [`dist/${name}.js.map`]: JSON.stringify(map),
  }
}

export function json(text: string | undefined): unknown {
  return JSON.parse(text ?? 'null')
}

/** Text that compression does not make much smaller. */
export function noise(seed: number, bytes: number): string {
  let state = seed
  const words = Array.from({ length: bytes / 6 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state.toString(36).padStart(6, '0').slice(-6)
  })
  return words.join('')
}
