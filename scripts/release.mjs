// Says whether a version can be released: `node scripts/release.mjs v1.2.3 [file for the release notes]`.
// Prints name=value lines for GITHUB_OUTPUT, or every reason against it.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const [tag = '', notesFile] = process.argv.slice(2)
const [, ...numbers] = /^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(tag) ?? []
const version = tag.slice(1)
const [major] = numbers

/** Lines that git prints; none when it fails. */
const git = (...args) =>
  spawnSync('git', args, { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line !== '')

/** The section of a version in CHANGELOG.md, without its heading. */
function notesOf(wanted) {
  const [, ...sections] = readFileSync('CHANGELOG.md', 'utf8').split(/^## /m)
  const section = sections.find((text) => text.split(/[\s]/, 1)[0] === wanted)
  return section?.slice(section.indexOf('\n')).trim()
}

/** Whether this version is at least as new as another tag; tags that are no version are older than everything. */
function isNewest(other) {
  const parts = /^v(\d+)\.(\d+)\.(\d+)$/.exec(other)?.slice(1).map(Number) ?? []
  const at = parts.findIndex((part, index) => part !== Number(numbers[index]))
  return at === -1 || Number(numbers[at]) > parts[at]
}

function problems() {
  if (major === undefined) return [`"${tag}" is no version: it has to look like v1.2.3`]
  const found = []
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  const versions = {
    'package.json': JSON.parse(readFileSync('package.json', 'utf8')).version,
    'package-lock.json': lock.version,
    'the root package of package-lock.json': lock.packages[''].version,
  }
  for (const [file, has] of Object.entries(versions)) {
    if (has !== version) found.push(`${file} says ${has}, not ${version}`)
  }
  if (!notesOf(version)) found.push(`CHANGELOG.md has no section "## ${version}", or an empty one`)
  const [tagged = commit] = git('rev-parse', '--verify', '--quiet', `refs/tags/${tag}^{commit}`)
  if (tagged !== commit) found.push(`the tag ${tag} is on ${tagged}, not on ${commit}`)
  const branches = [`main`, `releases/v${major}`].map((name) => `refs/remotes/origin/${name}`)
  if (git('for-each-ref', '--contains', commit, ...branches).length === 0) {
    found.push(`${commit} is neither on main nor on releases/v${major}`)
  }
  return found
}

const [commit = ''] = git('rev-parse', 'HEAD')
const reasons = problems()
if (reasons.length > 0) {
  console.error(reasons.map((reason) => `::error title=No release::${reason}`).join('\n'))
  process.exit(1)
}
const tags = git('tag', '--list', 'v*')
const results = {
  tag,
  commit,
  major: `v${major}`,
  'newest-of-major': tags.filter((other) => other.startsWith(`v${major}.`)).every(isNewest),
  'newest-of-all': tags.every(isNewest),
}
console.log(
  Object.entries(results)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n'),
)
if (notesFile !== undefined) writeFileSync(notesFile, `${notesOf(version)}\n`)
