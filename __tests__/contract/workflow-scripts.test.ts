import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { type StandInResponse, type Call, StandIn } from '../servers/server.ts'
import { runWorkflow, type StepRun } from '../runner/workflow.ts'
import { serve } from './helpers.ts'

// The scripts of release.yml and dist-update.yml, as these run them.

const script = (name: string): string => fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url))

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function newFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'scripts-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

describe.concurrent('scripts/release.mjs', () => {
  interface Given {
    readonly version?: string
    readonly changelog?: string
    readonly lock?: string
    readonly tags?: readonly string[]
    readonly branch?: string
  }
  const CHANGELOG =
    '# Changelog\n\n## Unreleased\n\n## 1.2.3 - 2026-11-21\n\n- It is mended.\n\n## 1.2.2\n\n- Older.\n'

  /** A repository with one commit, as a checkout leaves it. */
  function repository(given: Given = {}): {
    folder: string
    commit: string
    git: (...args: string[]) => string
  } {
    const { version = '1.2.3', lock = version, changelog = CHANGELOG, branch = 'main', tags = [] } = given
    const folder = newFolder({
      'package.json': JSON.stringify({ version }),
      'package-lock.json': JSON.stringify({ version: lock, packages: { '': { version } } }),
      'CHANGELOG.md': changelog,
    })
    const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'commit.gpgsign=false']
    const git = (...args: string[]): string => {
      const { status, stdout, stderr } = spawnSync('git', [...identity, ...args], { cwd: folder })
      if (status !== 0) throw new Error(stderr.toString())
      return stdout.toString().trim()
    }
    git('init', '--quiet')
    git('add', '.')
    git('commit', '--quiet', '--message', 'All')
    git('update-ref', `refs/remotes/origin/${branch}`, 'HEAD')
    for (const tag of tags) git('tag', tag)
    return { folder, commit: git('rev-parse', 'HEAD'), git }
  }

  function check(
    folder: string,
    tag = 'v1.2.3',
  ): { outputs: Record<string, string>; errors: string[]; notes: string } {
    const notes = join(folder, 'notes.md')
    const { status, stdout, stderr } = spawnSync(process.execPath, [script('release.mjs'), tag, notes], {
      cwd: folder,
      encoding: 'utf8',
    })
    const errors = stderr.split('\n').filter((line) => line !== '')
    expect(status).toBe(errors.length > 0 ? 1 : 0)
    const outputs = stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('=')]))
    return {
      outputs: Object.fromEntries(outputs) as Record<string, string>,
      errors: errors.map((line) => line.replace('::error title=No release::', '')),
      notes: status === 0 ? readFileSync(notes, 'utf8') : '',
    }
  }

  it('finds a version good, and takes its notes from the changelog', () => {
    const { folder, commit } = repository()
    expect(check(folder)).toEqual({
      outputs: {
        tag: 'v1.2.3',
        commit,
        major: 'v1',
        'newest-of-major': 'true',
        'newest-of-all': 'true',
      },
      errors: [],
      notes: '- It is mended.\n',
    })
  })

  it.each<[string, Given, string, string]>([
    ['a version like no other', {}, '1.2.3', '"1.2.3" is no version: it has to look like v1.2.3'],
    ['a version with more', {}, 'v1.2.3-rc.1', '"v1.2.3-rc.1" is no version: it has to look like v1.2.3'],
    ['another package', { version: '1.2.4', lock: '1.2.3' }, 'v1.2.3', 'package.json says 1.2.4, not 1.2.3'],
    ['an old lockfile', { lock: '1.2.2' }, 'v1.2.3', 'package-lock.json says 1.2.2, not 1.2.3'],
    [
      'nothing in the changelog',
      { changelog: '## 1.2.30\n\n- No.\n' },
      'v1.2.3',
      'CHANGELOG.md has no section "## 1.2.3", or an empty one',
    ],
    [
      'an empty section',
      { changelog: '## 1.2.3\n\n## 1.2.2\n\n- No.\n' },
      'v1.2.3',
      'CHANGELOG.md has no section "## 1.2.3", or an empty one',
    ],
    ['another branch', { branch: 'try' }, 'v1.2.3', ' is neither on main nor on releases/v1'],
    [
      'another maintenance branch',
      { branch: 'releases/v2' },
      'v1.2.3',
      ' is neither on main nor on releases/v1',
    ],
  ])('refuses %s', (_, given, tag, reason) => {
    const { errors, outputs } = check(repository(given).folder, tag)
    expect(errors).toContainEqual(expect.stringContaining(reason))
    expect(outputs).toEqual({})
  })

  it('refuses a tag that is on another commit', () => {
    const { folder, commit, git } = repository({ tags: ['v1.2.3'] })
    git('commit', '--quiet', '--allow-empty', '--message', 'Later')
    git('update-ref', 'refs/remotes/origin/main', 'HEAD')
    expect(check(folder).errors).toEqual([
      `the tag v1.2.3 is on ${commit}, not on ${git('rev-parse', 'HEAD')}`,
    ])
  })

  it('says all reasons together', () => {
    expect(check(repository({ version: '2.0.0', branch: 'try' }).folder).errors).toHaveLength(4)
  })

  it.each([
    [['v1.2.3', 'v1.2.2', 'v0.9.0', 'v1'], 'true', 'true'],
    [['v1.2.10'], 'false', 'false'],
    [['v1.10.0', 'v2.0.0'], 'false', 'false'],
    [['v2.0.0', 'v10.0.0', 'v1.1.9'], 'true', 'false'],
  ])('with the tags %s moves the major tag: %s, is the latest: %s', (tags, major, all) => {
    const { outputs } = check(repository({ tags, branch: 'releases/v1' }).folder)
    expect([outputs['newest-of-major'], outputs['newest-of-all']]).toEqual([major, all])
  })
})

interface PublishJob {
  readonly needs: string
  readonly environment: string
}

describe.concurrent('the job that publishes a release', () => {
  const COMMIT = 'd'.repeat(40)
  const file = parse(
    readFileSync(new URL('../../.github/workflows/release.yml', import.meta.url), 'utf8'),
  ) as {
    readonly jobs: { readonly publish: PublishJob }
  }
  const CHECKED = {
    tag: 'v1.2.3',
    commit: COMMIT,
    major: 'v1',
    'newest-of-major': 'true',
    'newest-of-all': 'true',
  }

  /** Runs the job after a check with these results, with a `gh` that knows the answers to some of its calls. */
  async function publish(
    answers: Readonly<Record<string, string>> = {},
    checked: Partial<typeof CHECKED> = {},
  ): Promise<{ result: string; calls: string[]; last: StepRun | undefined }> {
    const outputs = Object.entries({ ...CHECKED, ...checked })
    const check = {
      'runs-on': 'ubuntu-latest',
      outputs: Object.fromEntries(outputs.map(([name]) => [name, `\${{ steps.check.outputs.${name} }}`])),
      steps: [
        {
          id: 'check',
          run: outputs.map(([name, value]) => `echo ${name}=${value} >>"$GITHUB_OUTPUT"`).join('\n'),
        },
      ],
    }
    const known = {
      'release view v1.2.3 --json isDraft --jq .isDraft': '',
      'api repos/acme/gate/releases/tags/v1.2.3 --jq .immutable': 'true',
      'api repos/acme/gate/commits/tags/v1.2.3 --jq .sha': COMMIT,
      ...answers,
    }
    const cases = Object.entries(known).map(
      ([call, answer]) => `"${call}") ${answer === '' ? 'exit 1' : `echo ${answer}`} ;;`,
    )
    const echo = '#!/usr/bin/env bash\necho "CALL ${0##*/} $*" >&2\n'
    const run = await runWorkflow(
      stringify({ on: 'workflow_dispatch', jobs: { check, publish: file.jobs.publish } }),
      {
        files: { git: echo, node: echo, gh: `${echo}case "$*" in\n${cases.join('\n')}\nesac\n` },
        without: ['actions/checkout', 'actions/attest-build-provenance'],
        github: { repository: 'acme/gate' },
      },
    )
    const steps = run.jobs['publish']?.steps ?? []
    const calls = steps.flatMap(({ log }) =>
      [...log.matchAll(/^CALL gh (.*)$/gm)].map(([, call = '']) => call),
    )
    const changes = calls.filter((call) => /^release (create|edit|delete)|--method/.test(call))
    return {
      result: run.result,
      calls: changes.map((call) => call.replaceAll(/\S+\/(?=notes|release-gate)/g, '')),
      last: steps.findLast(({ outcome }) => outcome !== 'skipped'),
    }
  }

  const DRAFT = `release create v1.2.3 --draft --target ${COMMIT} --title v1.2.3 --notes-file notes.md release-gate-v1.2.3.tar.gz`
  const MOVE = `api --method PATCH repos/acme/gate/git/refs/tags/v1 -f sha=${COMMIT} -F force=true --silent`

  it('waits for an approval', () => {
    expect([file.jobs.publish.needs, file.jobs.publish.environment]).toEqual(['check', 'release'])
  })

  it('drafts, publishes, and then moves the major tag', async () => {
    const { result, calls } = await publish()
    expect([result, calls]).toEqual([
      'success',
      [DRAFT, 'release edit v1.2.3 --draft=false --latest=true', MOVE],
    ])
  })

  it('makes the major tag when there is none', async () => {
    const { calls } = await publish({ 'api repos/acme/gate/git/ref/tags/v1 --silent': '' })
    expect(calls.at(-1)).toBe(
      `api --method POST repos/acme/gate/git/refs -f ref=refs/tags/v1 -f sha=${COMMIT} --silent`,
    )
  })

  it('replaces a draft of before', async () => {
    const { calls } = await publish({ 'release view v1.2.3 --json isDraft --jq .isDraft': 'true' })
    expect(calls.slice(0, 2)).toEqual(['release delete v1.2.3 --yes', DRAFT])
  })

  it('never deletes what is published', async () => {
    const { calls } = await publish({ 'release view v1.2.3 --json isDraft --jq .isDraft': 'false' })
    expect(calls[0]).toBe(DRAFT)
  })

  it('moves no major tag for an older version', async () => {
    const { result, calls } = await publish({}, { 'newest-of-major': 'false', 'newest-of-all': 'false' })
    expect([result, calls.slice(1)]).toEqual([
      'success',
      ['release edit v1.2.3 --draft=false --latest=false'],
    ])
  })

  it.each([
    ['can still be changed', 'api repos/acme/gate/releases/tags/v1.2.3 --jq .immutable', 'false'],
    ['is of another commit', 'api repos/acme/gate/commits/tags/v1.2.3 --jq .sha', 'e'.repeat(40)],
  ])('moves no major tag when the release %s', async (_, call, answer) => {
    const { result, calls, last } = await publish({ [call]: answer })
    expect([result, calls.includes(MOVE), last?.outcome]).toEqual(['failure', false, 'failure'])
  })
})

const BRANCH = 'dependabot/npm_and_yarn/runtime-0123456789'
const HEAD = 'b'.repeat(40)
const blob = (text: string): string => createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex')

/** The part of GitHub that an update of dist needs: one pull request, one branch. */
class Repository extends StandIn {
  pull: Record<string, unknown> = {
    number: 7,
    user: { id: 49_699_333, login: 'dependabot[bot]', type: 'Bot' },
    head: { ref: BRANCH, sha: HEAD, repo: { full_name: 'acme/gate' } },
    changed_files: 2,
  }
  open = 1
  files = ['package.json', 'package-lock.json']
  dist: Readonly<Record<string, string>> = { 'index.js': 'old', 'licenses.txt': 'same', 'gone.js': 'gone' }
  commit: unknown = { createCommitOnBranch: { commit: { oid: 'c'.repeat(40) } } }
  readonly commits: unknown[] = []

  protected handle({ method, path, query, headers, json }: Call): StandInResponse {
    if (headers.authorization !== 'Bearer token-of-the-job') return { status: 401, body: {} }
    if (path === '/graphql') {
      this.commits.push(json)
      return { status: 200, body: { data: this.commit } }
    }
    const local = path.replace('/repos/acme/gate/', '')
    if (method === 'POST' && /^actions\/workflows\/[\w-]+\.yml\/dispatches$/.test(local))
      return { status: 204 }
    if (local === 'pulls') {
      const matches = query.get('head') === `acme:${BRANCH}` && query.get('state') === 'open'
      return { status: 200, body: matches ? Array.from({ length: this.open }, () => this.pull) : [] }
    }
    if (local === 'pulls/7') return { status: 200, body: this.pull }
    if (local === 'pulls/7/files') return { status: 200, body: this.files.map((filename) => ({ filename })) }
    if (local === 'contents/dist' && query.get('ref') === HEAD) {
      const rows = Object.entries(this.dist).map(([name, text]) => ({ name, sha: blob(text) }))
      return { status: 200, body: rows }
    }
    return { status: 404, body: {} }
  }
}

describe.concurrent('scripts/commit-dist.mjs', () => {
  const BUILT = { 'index.js': 'new', 'licenses.txt': 'same', 'package.json': '{"type":"module"}' }

  async function update(
    github: Repository,
    folder: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number | null; said: string }> {
    const child = spawn(process.execPath, [script('commit-dist.mjs'), folder], {
      env: {
        PATH: process.env['PATH'],
        GITHUB_API_URL: github.url,
        GITHUB_GRAPHQL_URL: `${github.url}/graphql`,
        GITHUB_REPOSITORY: 'acme/gate',
        GITHUB_TOKEN: 'token-of-the-job',
        HEAD_BRANCH: BRANCH,
        HEAD_SHA: HEAD,
        ...env,
      },
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said += text))
    }
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { code, said }
  }

  it('commits what has changed on top of what was built, and starts the checks', async () => {
    const github = await serve(new Repository())
    expect(await update(github, newFolder(BUILT))).toMatchObject({ code: 0 })
    expect(github.commits).toMatchObject([
      {
        variables: {
          input: {
            branch: { repositoryNameWithOwner: 'acme/gate', branchName: BRANCH },
            expectedHeadOid: HEAD,
            fileChanges: {
              additions: [
                { path: 'dist/index.js', contents: Buffer.from('new').toString('base64') },
                {
                  path: 'dist/package.json',
                  contents: Buffer.from(BUILT['package.json']).toString('base64'),
                },
              ],
              deletions: [{ path: 'dist/gone.js' }],
            },
          },
        },
      },
    ])
    const started = github.journal.filter(({ path }) => path.endsWith('/dispatches'))
    expect(started.map(({ json, status }) => [json, status])).toEqual(
      Array.from({ length: 5 }, () => [{ ref: BRANCH }, 204]),
    )
  })

  it('commits nothing when nothing has changed', async () => {
    const github = await serve(new Repository())
    github.dist = BUILT
    const { code, said } = await update(github, newFolder(BUILT))
    expect([code, said, github.commits]).toEqual([0, 'dist is up to date\n', []])
    expect(github.journal.filter(({ method }) => method !== 'GET')).toEqual([])
  })

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['another file', { ...BUILT, '.gitattributes': '' }, /no file of dist/],
    ['a workflow', { ...BUILT, 'ci.yml': '' }, /no file of dist/],
    [
      'a name with a command in it',
      { ...BUILT, '1\n::set-env': '' },
      /^::error .*"1\\n::set-env" is no file of dist\n$/,
    ],
    ['no bundle', { 'package.json': '' }, /no index\.js/],
    ['a large file', { ...BUILT, 'index.js': 'x'.repeat(8 * 1024 * 1024 + 1) }, /too large/],
    [
      'many large files',
      Object.fromEntries(
        ['index.js', 'abf.js', 'github-octokit.js'].map((name) => [name, 'x'.repeat(6_000_000)]),
      ),
      /together are too large/,
    ],
    [
      'many files',
      {
        ...BUILT,
        ...Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`${'x'.repeat(n + 1)}.js`, ''])),
      },
      /too many/,
    ],
  ])('refuses an artifact with %s before it asks GitHub anything', async (_, files, reason) => {
    const github = await serve(new Repository())
    const { code, said } = await update(github, newFolder(files))
    expect([code, github.journal]).toEqual([1, []])
    expect(said).toMatch(reason)
  })

  it('refuses a link, which could lead to a file of the machine', async () => {
    const github = await serve(new Repository())
    const folder = newFolder({ ...BUILT, 'licenses.txt': '' })
    rmSync(join(folder, 'licenses.txt'))
    symlinkSync('/etc/hostname', join(folder, 'licenses.txt'))
    expect((await update(github, folder)).said).toContain('licenses.txt is no ordinary file')
    expect(github.journal).toEqual([])
  })

  const pull = new Repository().pull
  const user = { id: 49_699_333, type: 'Bot' }
  it.each<[string, (github: Repository) => void, RegExp]>([
    ['of a person', (github) => (github.pull = { ...pull, user: { ...user, id: 1 } }), /not from Dependabot/],
    [
      'of a user',
      (github) => (github.pull = { ...pull, user: { ...user, type: 'User' } }),
      /not from Dependabot/,
    ],
    [
      'of a fork',
      (github) =>
        (github.pull = { ...pull, head: { ref: BRANCH, sha: HEAD, repo: { full_name: 'eve/gate' } } }),
      /in another repository/,
    ],
    [
      'of a repository that is gone',
      (github) => (github.pull = { ...pull, head: { ref: BRANCH, sha: HEAD, repo: null } }),
      /in another repository/,
    ],
    [
      'that has moved on',
      (github) =>
        (github.pull = {
          ...pull,
          head: { ref: BRANCH, sha: 'a'.repeat(40), repo: { full_name: 'acme/gate' } },
        }),
      /has moved on/,
    ],
    ['that is closed', (github) => (github.open = 0), /0 open pull requests/],
    ['that is not the only one', (github) => (github.open = 2), /2 open pull requests/],
    [
      'that changes a workflow',
      (github) => (github.files = ['package.json', '.github/workflows/ci.yml']),
      /more than dependencies: \["\.github\/workflows\/ci\.yml"\]/,
    ],
    [
      'that changes the build',
      (github) => (github.files = ['package.json', 'scripts/build.mjs']),
      /build\.mjs/,
    ],
    [
      'with more files than can be seen',
      (github) => (github.pull = { ...pull, changed_files: 101 }),
      /101 changed/,
    ],
  ])('refuses a pull request %s', async (_, prepare, reason) => {
    const github = await serve(new Repository())
    prepare(github)
    const { code, said } = await update(github, newFolder(BUILT))
    expect(said).toMatch(reason)
    expect([code, github.commits, github.journal.filter(({ method }) => method !== 'GET')]).toEqual([
      1,
      [],
      [],
    ])
  })

  it.each([
    [{ HEAD_BRANCH: 'main' }],
    [{ HEAD_BRANCH: 'dependabot/npm_and_yarn/../../main x' }],
    [{ HEAD_SHA: 'main' }],
  ])('refuses %j', async (env) => {
    const github = await serve(new Repository())
    expect((await update(github, newFolder(BUILT), env)).code).toBe(1)
    expect(github.journal).toEqual([])
  })

  it('is red when GitHub does not take the commit, and starts nothing', async () => {
    const github = await serve(new Repository())
    github.commit = { createCommitOnBranch: null }
    const { code, said } = await update(github, newFolder(BUILT))
    expect([code, said]).toEqual([1, '::error title=dist is not updated::GitHub did not take the commit\n'])
    expect(github.journal.some(({ path }) => path.endsWith('/dispatches'))).toBe(false)
  })
})
