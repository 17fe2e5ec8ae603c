// Holds the files in docs/openapi and docs/arazzo against tools of others: Redocly's linter, Stoplight Prism between the
// action and the stand-ins, and Redocly Respect. The tools are installed once, into .ci/tools; after that no network.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const tools = join(root, '.ci', 'tools')

/** @param {string} file */
const read = (file) => JSON.parse(readFileSync(file, 'utf8'))

const installed = Object.entries(read(join(tools, 'package.json')).dependencies).every(([name, version]) => {
  const file = join(tools, 'node_modules', name, 'package.json')
  return existsSync(file) && read(file).version === version
})
if (!installed) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const args = ['ci', '--prefix', tools, '--ignore-scripts', '--no-audit', '--no-fund']
  const { status } = spawnSync(npm, args, { stdio: 'inherit', cwd: root })
  if (status !== 0) process.exit(status ?? 1)
}
const args = ['--import', 'tsx', join(root, 'scripts', 'descriptions', 'main.ts')]
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', cwd: root })
process.exit(status ?? 1)
