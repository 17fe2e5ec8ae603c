// Commits a dist that an unprivileged job has built to the branch of a Dependabot pull request:
// `node scripts/commit-dist.mjs <folder>`, started by dist-update.yml with a token that may write.
//
// The folder was made by code that nobody has looked at yet. It is therefore only ever read: names, kinds and sizes are
// checked, and the bytes go to GitHub as base64. The commit is GitHub's own, on top of exactly the commit that was built.
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder = ''] = process.argv.slice(2)
const { GITHUB_API_URL, GITHUB_GRAPHQL_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, HEAD_BRANCH, HEAD_SHA } =
  process.env

const DEPENDABOT = 49_699_333
const NAME = /^(?:[a-z]+(?:-[a-z]+){0,4}\.js|licenses\.txt|package\.json)$/
const MAX_FILES = 20
const MAX_FILE = 8 * 1024 * 1024
const MAX_SUM = 16 * 1024 * 1024
/** What Dependabot changes, and what this script adds. */
const DEPENDENCY_FILE = /^(?:package\.json|package-lock\.json|dist\/[^/]+)$/
/** A push with the job's own token starts no workflow, so the checks of the new commit are started by name. */
const CHECKS = ['ci.yml', 'e2e.yml', 'check-dist.yml', 'codeql.yml', 'dependency-review.yml']

const COMMIT = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}`

function must(holds, sentence) {
  if (!holds) throw new Error(sentence)
}

async function ask(url, body) {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Accept: 'application/vnd.github+json', Authorization: `Bearer ${GITHUB_TOKEN}` },
    redirect: 'error',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  must(response.ok, `${new URL(url).pathname} responded with ${response.status}`)
  return response.status === 204 ? undefined : await response.json()
}

const rest = (path, body) => ask(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/${path}`, body)

/** The files of the folder by name. Throws on anything that a build of dist does not make. */
function readDist() {
  const names = readdirSync(folder).sort()
  must(names.length <= MAX_FILES, `${names.length} files are too many for dist`)
  must(names.includes('index.js'), 'there is no index.js')
  const stats = names.map((name) => {
    must(NAME.test(name), `${JSON.stringify(name)} is no file of dist`)
    const stat = lstatSync(join(folder, name))
    must(stat.isFile() && stat.nlink === 1, `${name} is no ordinary file`)
    must(stat.size <= MAX_FILE, `${name} is too large`)
    return stat
  })
  must(stats.reduce((sum, { size }) => sum + size, 0) <= MAX_SUM, 'the files together are too large for dist')
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]))
}

/** Throws unless the branch is that of an open pull request of Dependabot that changes dependencies only. */
async function checkPullRequest() {
  must(/^dependabot\/npm_and_yarn\/[\w./@-]{1,200}$/.test(HEAD_BRANCH), 'not a branch of Dependabot')
  must(/^[0-9a-f]{40}$/.test(HEAD_SHA), 'not a commit')
  const [owner] = GITHUB_REPOSITORY.split('/')
  const pulls = await rest(`pulls?state=open&head=${encodeURIComponent(`${owner}:${HEAD_BRANCH}`)}`)
  must(pulls.length === 1, `${pulls.length} open pull requests, not one`)
  const [{ number, user, head, changed_files: changed }] = [await rest(`pulls/${Number(pulls[0].number)}`)]
  must(user.id === DEPENDABOT && user.type === 'Bot', 'the pull request is not from Dependabot')
  must(head.repo?.full_name === GITHUB_REPOSITORY, 'the branch is in another repository')
  must(head.ref === HEAD_BRANCH && head.sha === HEAD_SHA, 'the branch has moved on')
  const files = await rest(`pulls/${Number(number)}/files?per_page=100`)
  must(files.length === changed, `${changed} changed files are too many to look at`)
  const others = files.map(({ filename }) => filename).filter((name) => !DEPENDENCY_FILE.test(name))
  must(others.length === 0, `it changes more than dependencies: ${JSON.stringify(others)}`)
}

/** What turns the dist of the branch into the new one. */
async function changesOf(built) {
  const listed = await rest(`contents/dist?ref=${HEAD_SHA}`)
  const before = new Map(listed.map(({ name, sha }) => [name, sha]))
  const blob = (bytes) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
  return {
    additions: [...built]
      .filter(([name, bytes]) => before.get(name) !== blob(bytes))
      .map(([name, bytes]) => ({ path: `dist/${name}`, contents: bytes.toString('base64') })),
    deletions: [...before.keys()]
      .filter((name) => !built.has(name))
      .map((name) => ({ path: `dist/${name}` })),
  }
}

async function main() {
  const built = readDist()
  await checkPullRequest()
  const fileChanges = await changesOf(built)
  if (fileChanges.additions.length + fileChanges.deletions.length === 0) {
    console.log('dist is up to date')
    return
  }
  const input = {
    branch: { repositoryNameWithOwner: GITHUB_REPOSITORY, branchName: HEAD_BRANCH },
    expectedHeadOid: HEAD_SHA,
    // With this mark Dependabot may still rebase the branch, and throw the commit away.
    message: { headline: 'Build dist with the new dependencies [dependabot skip]' },
    fileChanges,
  }
  const { data, errors } = await ask(GITHUB_GRAPHQL_URL, { query: COMMIT, variables: { input } })
  must(!errors && data?.createCommitOnBranch?.commit?.oid, 'GitHub did not take the commit')
  for (const check of CHECKS) await rest(`actions/workflows/${check}/dispatches`, { ref: HEAD_BRANCH })
  console.log(`dist is committed as ${data.createCommitOnBranch.commit.oid}; its checks are started`)
}

try {
  await main()
} catch (error) {
  console.error(
    `::error title=dist is not updated::${error instanceof Error ? error.message : String(error)}`,
  )
  process.exitCode = 1
}
