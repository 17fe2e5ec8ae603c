// Coverage of the bundle that users run: builds it once more with a source map, lets the contract tests start that one,
// and maps what V8 saw back to src. Fails below the threshold.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { CoverageReport } from 'monocart-coverage-reports'

const LEAST_LINES = 90
const require = createRequire(import.meta.url)

/** @param {string[]} args @param {Record<string, string>} env */
const node = (args, env = {}) => {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  if (status !== 0) process.exit(status ?? 1)
}

rmSync('coverage', { recursive: true, force: true })
mkdirSync('coverage/raw', { recursive: true })
const ncc =
  'build src/index.ts -o coverage/dist --target es2022 --transpile-only --source-map --no-source-map-register'
node([require.resolve('@vercel/ncc/dist/ncc/cli.js'), ...ncc.split(' ')])
node([join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs'), 'run', '__tests__/contract'], {
  RELEASE_GATE_DIST: 'coverage/dist',
  RELEASE_GATE_COVERAGE: 'coverage/raw',
})

const report = new CoverageReport({
  name: 'release-gate',
  outputDir: 'coverage/report',
  reports: [['console-details', { maxCols: 100 }], ['json-summary']],
  entryFilter: (entry) => /coverage\/dist\/[\w.-]+\.js$/.test(entry.url),
  sourceFilter: (path) => /(^|\/)src\//.test(path) && !path.includes('node_modules'),
  clean: true,
})
await report.addFromDir('coverage/raw')
const result = await report.generate()
// Gigabytes: one file for each process that was started.
rmSync('coverage/raw', { recursive: true })
const lines = result?.summary.lines.pct ?? 0
if (lines < LEAST_LINES) {
  console.error(`lines: ${lines} % covered, at least ${LEAST_LINES} % wanted`)
  process.exit(1)
}
