import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { run, startServer } from './child.ts'
import { record, releaseInputs } from './sentry.ts'
import { DIST, step } from './step.ts'
import type { Row } from './table.ts'

const MAX_LOADED = 300
const MAX_IN_ALL = 450

/** What the bundle weighs: all of it, and the files that a step loads which finds its release. */
export async function measureSize(node: string): Promise<Row[]> {
  const all = readdirSync(DIST).filter((name) => /\.m?js$/.test(name))
  const loaded = await loadedFiles(node)
  const row = (measure: string, files: readonly string[], most: number): Row => {
    const size = kilobytes(files)
    return {
      measure,
      ours: `${size.toFixed(0)} kB in ${files.length}`,
      target: `at most ${most} kB`,
      met: size <= most,
    }
  }
  return [
    row('size gzipped, files loaded for an existing release', loaded, MAX_LOADED),
    row('size gzipped, all files', all, MAX_IN_ALL),
  ]
}

function kilobytes(files: readonly string[]): number {
  return files.reduce((sum, name) => sum + gzipSync(readFileSync(join(DIST, name))).length / 1000, 0)
}

/** Which files of the bundle V8 has seen, by its own account. */
async function loadedFiles(node: string): Promise<string[]> {
  const { existing } = await record()
  const server = await startServer(existing, 0)
  const folder = mkdtempSync(join(tmpdir(), 'release-gate-loaded-'))
  const program = step(node, releaseInputs(server.url))
  await run({ ...program, env: { ...program.env, NODE_V8_COVERAGE: folder } })
  server.stop()
  const urls = readdirSync(folder).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
      readonly result: readonly { readonly url: string }[]
    }
    return result.map(({ url }) => url)
  })
  rmSync(folder, { recursive: true })
  const paths = urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url))
  const names = paths.filter((path) => path.startsWith(`${DIST}/`)).map((path) => path.slice(DIST.length + 1))
  return [...new Set(names)]
}
