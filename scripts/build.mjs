// Builds dist from src with ncc; types are checked by `npm run typecheck`. The folder is emptied first, so that nothing of
// an older build stays behind.
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'

const DIST = 'dist'
const ncc = createRequire(import.meta.url).resolve('@vercel/ncc/dist/ncc/cli.js')
const temporary = mkdtempSync(join(tmpdir(), 'build-'))
const statistics = join(temporary, 'stats.json')
const args = [
  'build',
  'src/index.ts',
  '-o',
  DIST,
  '--target',
  'es2022',
  '--transpile-only',
  '--license',
  'licenses.txt',
  '--stats-out',
  statistics,
]
rmSync(DIST, { recursive: true, force: true })
try {
  const { status } = spawnSync(process.execPath, [ncc, ...args], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  renameChunks(JSON.parse(readFileSync(statistics, 'utf8')).chunks)
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

/**
 * Names the files of late imports after the module that is imported. ncc gives them numbers, which change with modules
 * that have nothing to do with them.
 */
function renameChunks(chunks) {
  const late = chunks.filter(({ entry }) => !entry)
  const names = Object.fromEntries(late.map((chunk) => [chunk.id, nameOf(chunk)]))
  if (new Set(Object.values(names)).size !== late.length) throw new Error('two chunks have the same name')
  for (const { id, files } of late) renameSync(join(DIST, files[0]), join(DIST, `${names[id]}.js`))
  const main = join(DIST, 'index.js')
  const before = readFileSync(main, 'utf8')
  const after = before.replace(
    'return "" + chunkId + ".index.js";',
    `return ${JSON.stringify(names)}[chunkId] + ".js";`,
  )
  if (after === before) throw new Error('the names of chunks were not found in index.js')
  writeFileSync(main, after)
}

/** `src/abf/index.ts` becomes `abf`, `src/http/write.ts` becomes `http-write`, the packages of it `http-write-packages`. */
function nameOf({ origins, modules }) {
  const { moduleName, request } = origins[0]
  const path = posix.join(posix.dirname(moduleName), request).replace(/^src\//, '')
  const name = path.replace(/(\/index)?\.[jt]s$/, '').replaceAll('/', '-')
  return modules.some((module) => module.name.startsWith('./src/')) ? name : `${name}-packages`
}
