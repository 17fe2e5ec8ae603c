// Builds dist from src with ncc; types are checked by `npm run typecheck`. The folder is emptied first, so that nothing of
// an older build stays behind.
import { rmSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'

rmSync('dist', { recursive: true, force: true })
const ncc = createRequire(import.meta.url).resolve('@vercel/ncc/dist/ncc/cli.js')
const args = [
  'build',
  'src/index.ts',
  '-o',
  'dist',
  '--target',
  'es2022',
  '--transpile-only',
  '--license',
  'licenses.txt',
]
const { status } = spawnSync(process.execPath, [ncc, ...args], { stdio: 'inherit' })
process.exit(status ?? 1)
