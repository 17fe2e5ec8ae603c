import { describe, expect, it } from 'vitest'
import { type ActionResult, SHA } from '../runner/runner.ts'
import { answers, type SentryOptions, type SentryStandIn } from '../servers/sentry/index.ts'
import type { GitHubStandIn } from '../servers/github.ts'
import { failure, gate, NO_REPOSITORY, requests, startGitHub, startSentry } from './helpers.ts'

interface Place {
  readonly sentry: SentryStandIn
  readonly github: GitHubStandIn
  readonly repository: ReturnType<GitHubStandIn['addRepository']>
  readonly token: string
}

/** A Sentry that cannot read the repository, and a GitHub that can. */
async function place(
  options: SentryOptions = {},
  github: Parameters<typeof startGitHub>[0] = {},
): Promise<Place> {
  return { sentry: await startSentry({ ...NO_REPOSITORY, ...options }), ...(await startGitHub(github)) }
}

/** One step for a commit of the repository. */
function associate(
  { sentry, github, token }: Place,
  commit: string,
  inputs: Record<string, string> = {},
): Promise<ActionResult> {
  return gate(
    sentry,
    { commit, 'github-token': token, ...inputs },
    { env: { GITHUB_API_URL: github.baseUrl } },
  )
}

/** The hashes that Sentry has for a release, newest first. */
function stored({ sentry }: Place, version: string): string[] {
  return sentry.release(version).commits.map(({ id }) => id)
}

/** The lists of commits that were sent to Sentry, one per attempt. */
function sent({ sentry }: Place): { id: string; patch_set?: unknown }[][] {
  return sentry.journal.flatMap(({ method, json }) => {
    const { commits } = (json ?? {}) as { commits?: { id: string; patch_set?: unknown }[] }
    return method === 'PUT' && commits ? [commits] : []
  })
}

const notices = ({ annotations }: ActionResult): string[] =>
  annotations.filter(({ level }) => level === 'notice').map(({ message }) => message)

describe.concurrent('commits by refs', () => {
  it('take five requests for a new release, release date included', async () => {
    const sentry = await startSentry()
    const { code, annotations, outputs } = await gate(sentry)
    expect([code, annotations, outputs['release-finalized']]).toEqual([0, [], 'true'])
    expect(requests(sentry)).toEqual([
      'GET releases/SHA/ 404',
      'POST releases/ 201',
      'GET releases/ 200',
      'GET repos/ 200',
      'PUT releases/SHA/ 200',
    ])
    expect(sentry.journal[4]?.json).toEqual({
      refs: [{ repository: 'acme/storefront', commit: SHA }],
      dateReleased: expect.stringMatching(/^20\d\d-.*Z$/),
    })
  })

  it('begin after previous-commit when it is given, but not after zeros', async () => {
    for (const [given, expected] of [
      ['ABCDEF0123', { previousCommit: 'abcdef0123' }],
      ['0'.repeat(40), {}],
    ] as const) {
      const sentry = await startSentry()
      await gate(sentry, { 'previous-commit': given })
      expect(sentry.journal[4]?.json).toMatchObject({
        refs: [{ repository: 'acme/storefront', commit: SHA, ...expected }],
      })
    }
  })

  it('are left alone once Sentry has them', async () => {
    const sentry = await startSentry()
    await gate(sentry)
    sentry.settleRefs()
    const before = sentry.journal.length
    const { code, outputs } = await gate(sentry)
    expect([code, outputs['commit-count'], requests(sentry).slice(before)]).toEqual([
      0,
      '1',
      ['GET releases/SHA/ 200'],
    ])
  })

  it('find the repository behind the first page', async () => {
    const sentry = await startSentry()
    for (let index = 0; index < 120; index += 1) {
      sentry.state.addRepository('acme', `acme/storefront-${String(index).padStart(3, '0')}`)
      sentry.state.addRepository('acme', `0/acme/storefront-${index}`)
    }
    expect((await gate(sentry, { 'set-commits': 'refs' })).code).toBe(0)
    expect(sentry.release(SHA).headCommits).toEqual({ 'acme/storefront': SHA })
  })

  it.each<[string, SentryOptions]>([
    ['without the repository', NO_REPOSITORY],
    [
      'with a repository that only commits brought along',
      {
        organizations: [
          {
            slug: 'acme',
            projects: ['web'],
            repositories: [{ name: 'acme/storefront', integration: false }],
          },
        ],
      },
    ],
  ])('fail in mode refs %s, after the release was made', async (_name, options) => {
    const sentry = await startSentry(options)
    const result = await gate(sentry, { 'set-commits': 'refs' })
    expect(failure(result)).toMatch(/no integration with the repository acme\/storefront/)
    expect(result.outputs['release-created']).toBe('true')
    expect(sentry.release(SHA).dateReleased).toBeNull()
  })

  it('give way to a list when the token may not look at repositories', async () => {
    const at = await place()
    const [sha = ''] = at.repository.linear(1)
    at.sentry.addToken({
      kind: 'integration',
      token: 'without-org-read',
      organization: 'acme',
      scopes: ['project:releases'],
    })
    const { code, annotations } = await associate(at, sha, {
      'sentry-auth-token': 'without-org-read',
      organization: 'acme',
      'sentry-url': at.sentry.url,
    })
    expect([code, annotations, stored(at, sha)]).toEqual([0, [], [sha]])
  })
})

describe.concurrent('commits by list', () => {
  it('take six requests to Sentry for a new release, release date included', async () => {
    const at = await place()
    const shas = at.repository.linear(3)
    const head = shas[2] ?? ''
    const { code, annotations, outputs } = await associate(at, head)
    expect([code, annotations, outputs['commit-count']]).toEqual([0, [], '3'])
    expect(at.sentry.requests).toHaveLength(6)
    expect(stored(at, head)).toEqual(shas.toReversed())
    expect(at.sentry.release(head).dateReleased).not.toBeNull()
  })

  it('begin after the last commit of the release before', async () => {
    const at = await place()
    const shas = at.repository.linear(5)
    await associate(at, shas[1] ?? '')
    await associate(at, shas[4] ?? '')
    expect(stored(at, shas[4] ?? '')).toEqual([shas[4], shas[3], shas[2]])
  })

  it('with version-prefix begin after the newest release with the same prefix', async () => {
    const at = await place()
    const shas = at.repository.linear(6)
    await associate(at, shas[1] ?? '', { 'version-prefix': 'web-' })
    await associate(at, shas[2] ?? '', { 'version-prefix': 'web-admin-' })
    await associate(at, shas[4] ?? '', { 'version-prefix': 'api-' })
    const { code } = await associate(at, shas[5] ?? '', { 'version-prefix': 'web-' })
    expect([code, stored(at, `web-${shas[5]}`)]).toEqual([0, [shas[5], shas[4], shas[3], shas[2]]])
  })

  it('on a branch off an older release are those of the branch', async () => {
    const at = await place()
    const shas = at.repository.linear(20)
    await associate(at, shas[19] ?? '')
    at.repository.setRef('hotfix', shas[4] ?? '')
    const fixes = at.repository.linear(3, 'hotfix')
    const result = await associate(at, fixes[2] ?? '')
    expect([result.code, stored(at, fixes[2] ?? '')]).toEqual([0, fixes.toReversed()])
    expect(notices(result)).toEqual([expect.stringContaining('since their merge base')])
  })

  it('are taken from the history, with a notice, when GitHub cannot compare', async () => {
    const at = await place()
    const shas = at.repository.linear(3)
    await associate(at, shas[0] ?? '')
    at.github.fault({
      path: /compare/,
      times: Number.POSITIVE_INFINITY,
      action: { kind: 'answer', answer: { status: 422, body: { message: 'the diff is too large' } } },
    })
    const result = await associate(at, shas[2] ?? '')
    expect([result.code, stored(at, shas[2] ?? '')]).toEqual([0, [shas[2], shas[1]]])
    expect(notices(result)).toEqual([expect.stringMatching(/could not compare.*422.*lists before it/)])
  })

  it('keep their files but those of the one commit that GitHub cannot show', async () => {
    const at = await place()
    const shas = at.repository.linear(3)
    at.github.fault({
      path: new RegExp(`commits/${shas[1]}`),
      times: Number.POSITIVE_INFINITY,
      action: { kind: 'answer', answer: { status: 422, body: { message: 'no' } } },
    })
    await associate(at, shas[2] ?? '')
    const files = at.sentry.release(shas[2] ?? '').commits.map((commit) => commit.files.length)
    expect(files).toEqual([1, 0, 1])
  })

  it('keep the files that are understood of a commit with one that is not', async () => {
    const at = await place()
    const [sha = ''] = at.repository.linear(1)
    at.github.fault({
      path: new RegExp(`commits/${sha}`),
      action: {
        kind: 'answer',
        answer: {
          status: 200,
          body: { files: [{ filename: null }, { filename: 'a', status: 'added', previous_filename: null }] },
        },
      },
    })
    await associate(at, sha)
    expect(at.sentry.release(sha).commits[0]?.files).toMatchObject([{ path: 'a', type: 'A' }])
  })

  it('begin after previous-commit, and Sentry is not asked then', async () => {
    const at = await place()
    const shas = at.repository.linear(4)
    const head = shas[3] ?? ''
    await associate(at, head, { 'previous-commit': (shas[0] ?? '').slice(0, 12) })
    expect(stored(at, head)).toEqual([head, shas[2], shas[1]])
    expect(at.sentry.requests.some((line) => line.includes('previous-with-commits'))).toBe(false)
  })

  it('are the last twenty without a start, and with a start of zeros', async () => {
    const at = await place()
    const shas = at.repository.linear(25)
    await associate(at, shas[24] ?? '', { 'previous-commit': '0'.repeat(40) })
    expect(stored(at, shas[24] ?? '')).toEqual(shas.slice(5).toReversed())
  })

  it('are the last ones, with a notice of both hashes, when GitHub does not know the start', async () => {
    const at = await place()
    const [sha = ''] = at.repository.linear(1)
    const unknown = 'f'.repeat(40)
    const result = await associate(at, sha, { 'previous-commit': unknown })
    expect([result.code, stored(at, sha)]).toEqual([0, [sha]])
    expect(notices(result)).toEqual([expect.stringContaining(`does not know the previous commit ${unknown}`)])
  })

  it('are those since the merge base, with a notice of both hashes, after a force-push', async () => {
    const at = await place()
    const old = at.repository.linear(3)
    await associate(at, old[2] ?? '')
    const [, rewritten = ''] = at.repository.forcePush(old[0] ?? '', 2)
    const result = await associate(at, rewritten)
    expect(result.code).toBe(0)
    expect(notices(result)).toEqual([expect.stringContaining(`${old[2]} is not an ancestor of ${rewritten}`)])
    expect(stored(at, rewritten)).toHaveLength(2)
  })

  it('carry their files, a rename as deletion and addition', async () => {
    const at = await place()
    const files = [
      { filename: 'new.ts', previous_filename: 'old.ts', status: 'renamed' as const },
      { filename: 'added.ts', status: 'added' as const },
      { filename: 'gone.ts', status: 'removed' as const },
      'kept.ts',
      'x'.repeat(600),
    ]
    const sha = at.repository.commit({ files })
    await associate(at, sha)
    expect(at.sentry.release(sha).commits[0]?.files).toEqual([
      { path: 'old.ts', type: 'D' },
      { path: 'new.ts', type: 'A' },
      { path: 'added.ts', type: 'A' },
      { path: 'gone.ts', type: 'D' },
      { path: 'kept.ts', type: 'M' },
    ])
  })

  it('are read page by page, and the newest are kept', async () => {
    const at = await place()
    const shas = at.repository.linear(261)
    const head = shas[260] ?? ''
    const { code } = await associate(at, head, { 'previous-commit': shas[0] ?? '' })
    expect([code, stored(at, head)]).toEqual([0, shas.slice(1).toReversed()])
  })

  it.each(['2', '3'])('come from the history when page %s of the comparison cannot be read', async (page) => {
    const at = await place()
    const shas = at.repository.linear(261)
    const head = shas[260] ?? ''
    at.github.fault({
      matches: ({ path, query }) => /compare/.test(path) && query.get('page') === page,
      times: Number.POSITIVE_INFINITY,
      action: { kind: 'answer', answer: { status: 422, body: { message: 'no' } } },
    })
    const result = await associate(at, head, { 'previous-commit': shas[0] ?? '' })
    expect([result.code, stored(at, head)]).toEqual([0, shas.slice(1).toReversed()])
    expect(notices(result)).toEqual([expect.stringMatching(/could not compare.*422.*lists before it/)])
  })

  it('of a range without commits are never sent, because that would delete', async () => {
    const at = await place()
    const [sha = ''] = at.repository.linear(1)
    const { code } = await associate(at, sha, { 'previous-commit': sha })
    expect([code, sent(at)]).toEqual([0, []])
    expect(at.sentry.release(sha).dateReleased).not.toBeNull()
  })

  it('come from a GitHub Enterprise Server below its path', async () => {
    const at = await place({}, { prefix: '/api/v3' })
    const [sha = ''] = at.repository.linear(1)
    expect([(await associate(at, sha)).code, stored(at, sha)]).toEqual([0, [sha]])
    expect(at.github.requests.every((line) => line.startsWith('GET /api/v3/repos/acme/storefront/'))).toBe(
      true,
    )
  })
})

describe.concurrent('a list that is too large', () => {
  const manyFiles = Array.from({ length: 250 }, (_, index) => `${index}/${'x'.repeat(200)}`)

  it('for one request loses files first, of the oldest first', async () => {
    const at = await place()
    const shas = Array.from({ length: 25 }, () => at.repository.commit({ files: manyFiles }))
    const result = await associate(at, shas[24] ?? '', { 'previous-commit': shas[0] ?? '' })
    const [list = []] = sent(at)
    expect([result.code, list.length, sent(at).length]).toEqual([0, 24, 1])
    expect(JSON.stringify(list).length).toBeLessThan(1_000_000)
    const withFiles = list.map((commit) => commit.patch_set !== undefined)
    expect([withFiles[0], withFiles.at(-1), withFiles.lastIndexOf(true) < withFiles.indexOf(false)]).toEqual([
      true,
      false,
      true,
    ])
    expect(notices(result)).toHaveLength(1)
  })

  it('also without files loses the oldest commits', async () => {
    const at = await place()
    const shas = Array.from({ length: 15 }, (_, index) =>
      at.repository.commit({ message: `${index} ${'m'.repeat(100_000)}` }),
    )
    const head = shas[14] ?? ''
    const result = await associate(at, head)
    const [list = []] = sent(at)
    expect([result.code, list[0]?.id, list.length]).toEqual([0, head, 9])
    expect(result.outputs['commit-count']).toBe('9')
  })

  it.each([150_000, 20_000])(
    'for a server that takes %i bytes is made smaller with each try',
    async (maxBodyBytes) => {
      const at = await place({ maxBodyBytes })
      const shas = Array.from({ length: 10 }, () => at.repository.commit({ files: manyFiles.slice(0, 90) }))
      const { code } = await associate(at, shas[9] ?? '')
      const sizes = sent(at).map((list) => JSON.stringify(list).length)
      expect([code, stored(at, shas[9] ?? '').length > 0]).toEqual([0, true])
      expect(sizes).toEqual([...new Set(sizes)].toSorted((a, b) => b - a))
    },
  )
})

describe.concurrent('commits that cannot be read', () => {
  const reasons: [string, (at: Place) => Record<string, string> | void, RegExp][] = [
    ['there is no token', () => ({ 'github-token': '' }), /github-token/],
    ['GitHub does not know the token', () => ({ 'github-token': 'unknown-token' }), /401[\s\S]*github-token/],
    [
      'the job lacks contents: read',
      ({ github }) => ({ 'github-token': github.addToken({ token: 'weak-token', contents: false }) }),
      /403[\s\S]*contents: read/,
    ],
    [
      'the token does not reach the repository',
      ({ github }) => ({ 'github-token': github.addToken({ token: 'narrow-token', repositories: [] }) }),
      /404[\s\S]*contents: read/,
    ],
    [
      'GitHub asks to come back after the hour',
      ({ github }) => {
        github.exhaust({ resetInSeconds: 1800 })
      },
      /Re-run the job after 20\d\d-/,
    ],
  ]

  it.each(reasons)(
    'because %s are a notice in mode auto, and the rest is done',
    async (_name, prepare, expected) => {
      const at = await place()
      const [sha = ''] = at.repository.linear(1)
      const result = await associate(at, sha, prepare(at) ?? {})
      expect([result.code, notices(result)]).toEqual([0, [expect.stringMatching(expected)]])
      expect(at.sentry.release(sha)).toMatchObject({ commits: [], dateReleased: expect.any(String) })
    },
  )

  it('because GitHub is down are given up after three retries in mode auto', async () => {
    const at = await place()
    const [sha = ''] = at.repository.linear(1)
    at.github.fault({
      times: Number.POSITIVE_INFINITY,
      action: { kind: 'answer', answer: answers.badGateway },
    })
    const result = await associate(at, sha)
    expect([result.code, notices(result)]).toEqual([0, [expect.stringContaining('502')]])
    expect(at.github.requests).toHaveLength(4)
    expect(at.sentry.release(sha).dateReleased).not.toBeNull()
  })

  it.each(reasons)('because %s fail the step in mode commits', async (_name, prepare, expected) => {
    const at = await place()
    const [sha = ''] = at.repository.linear(1)
    const result = await associate(at, sha, { 'set-commits': 'commits', ...prepare(at) })
    expect(failure(result)).toMatch(expected)
    expect(result.outputs).toMatchObject({ 'release-version': sha, 'release-finalized': 'false' })
  })

  it('for a moment, because of a rate limit, are waited for', async () => {
    const at = await place()
    const [sha = ''] = at.repository.linear(1)
    at.github.throttle({ retryAfter: 1 })
    const result = await associate(at, sha)
    expect([result.code, result.annotations, stored(at, sha)]).toEqual([0, [], [sha]])
  })

  it('until the quota is renewed soon are waited for', async () => {
    const at = await place()
    const [sha = ''] = at.repository.linear(1)
    at.github.exhaust({ resetInSeconds: 2 })
    const result = await associate(at, sha)
    expect([result.code, result.annotations, stored(at, sha)]).toEqual([0, [], [sha]])
  })
})

describe.concurrent('commits on a server before 23.8, with an organization token,', () => {
  it('are sent by refs anyway when set-commits is refs', async () => {
    const sentry = await startSentry({ generation: '23.7' })
    const result = await gate(sentry, { 'set-commits': 'refs' })
    expect([result.code, sentry.release(SHA).headCommits]).toEqual([0, { 'acme/storefront': SHA }])
    expect(notices(result)).toEqual([expect.stringContaining('since version 23.8')])
  })

  it('are read from GitHub when set-commits is auto', async () => {
    const at = await place({ generation: '23.7' })
    const shas = at.repository.linear(2)
    expect((await associate(at, shas[1] ?? '')).code).toBe(0)
    expect(stored(at, shas[1] ?? '')).toEqual(shas.toReversed())
  })
})

describe.concurrent('commits that another job', () => {
  it(
    'holds for ever (409) fail after a minute, with the server and its words',
    { timeout: 300_000 },
    async () => {
      const at = await place()
      const [sha = ''] = at.repository.linear(1)
      at.sentry.addRelease({ version: sha })
      at.sentry.lockCommits(sha)
      const message = failure(await associate(at, sha, { 'set-commits': 'commits' }))
      expect(message).toContain(
        `${new URL(at.sentry.url).host} responded with 409: Release commits are currently`,
      )
    },
  )

  it('is writing (409) are read back instead of sent again', async () => {
    const at = await place()
    const [sha = ''] = at.repository.linear(1)
    at.sentry.onRequest(({ method }) => {
      if (method !== 'PUT') return
      const release = at.sentry.release(sha)
      release.commitsLocked = true
      setTimeout(() => {
        release.commits = [at.sentry.state.storedCommit({ id: 'theirs' }, 'acme/storefront')]
        release.commitsLocked = false
      }, 200)
    })
    const result = await associate(at, sha, { finalize: 'false' })
    expect([result.code, result.annotations, stored(at, sha)]).toEqual([0, [], ['theirs']])
    expect(sent(at)).toHaveLength(1)
  })

  it('has just written are not taken for those of the release before', async () => {
    const at = await place()
    const [sha = ''] = at.repository.linear(1)
    at.sentry.onRequest(({ path }) => {
      if (!path.endsWith('/previous-with-commits/')) return
      at.sentry.release(sha).commits = [at.sentry.state.storedCommit({ id: sha }, 'acme/storefront')]
    })
    const { code, annotations, outputs, log } = await associate(at, sha)
    expect([code, annotations, outputs['commit-count']]).toEqual([0, [], '1'])
    expect(log.join('\n')).not.toContain('no commits')
  })

  it('held only for a moment are sent then', async () => {
    const at = await place()
    const [sha = ''] = at.repository.linear(1)
    at.sentry.fault({ method: 'PUT', action: { kind: 'answer', answer: answers.integrityConflict } })
    expect((await associate(at, sha)).code).toBe(0)
    expect([stored(at, sha), sent(at).length]).toEqual([[sha], 2])
  })
})

it('a hostile commit message acts neither in the log nor in the summary', async () => {
  const at = await place()
  const message =
    '::error::owned <img src=x onerror=alert(1)> [x](javascript:alert(1)) @everyone ##[group]\n::warning::two'
  const sha = at.repository.commit({ message, name: '<b>\u202E`x`</b>\u001B[31m' })
  const result = await associate(at, sha)
  expect([result.code, result.annotations]).toEqual([0, []])
  expect(result.summary).not.toMatch(/<img|<b>|\]\(|@everyone|\u202E|\u001B|`/)
  expect(result.summary).toContain('owned')
  expect(at.sentry.release(sha).commits[0]?.message).toBe(message)
})
