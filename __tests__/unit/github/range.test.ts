import { describe, expect, it } from 'vitest'
import { ActionError, CancelledError } from '../../../src/errors.ts'
import type { CommitRange } from '../../../src/sentry/commit-source.ts'
import { explain, statusOf } from '../../../src/github/errors.ts'
import { createCommitSource } from '../../../src/github/octokit.ts'
import type { Http } from '../../../src/http/client.ts'
import { type HttpRequest, HttpResponse } from '../../../src/http/response.ts'
import type { Incoming } from '../../../src/http/attempt.ts'
import { failureOf, incoming, RecordingLogger } from '../doubles.ts'

const PLACE = { apiUrl: 'https://ghes.example/api/v3//', repository: 'acme/app' }

function commit(index: number, more: object = {}) {
  const person = { name: 'Ada', email: 'ada@example.org', date: 'authored' }
  return {
    sha: `sha${index}`,
    commit: { message: `m${index}`, author: person, committer: { date: 'committed' }, ...more },
  }
}

const HEAD = { ...commit(0), sha: 'head' }

const many = (count: number): unknown[] => Array.from({ length: count }, (_, index) => commit(index))
const files = (count: number): unknown => ({
  files: Array.from({ length: count }, (_, index) => ({ filename: `f${index}`, status: 'modified' })),
})

/** GitHub, with a response for each path; anything else is 404. */
async function read(
  answers: (path: string, query: URLSearchParams) => Incoming | Error | undefined,
  base?: string,
) {
  const requests: HttpRequest[] = []
  const http: Http = {
    send: async (request) => {
      requests.push(request)
      const answer = answers(
        request.url.pathname.replace('/api/v3/repos/acme/app/', ''),
        request.url.searchParams,
      )
      if (answer instanceof Error) throw answer
      return new HttpResponse(request, answer ?? incoming(404, { message: 'Not Found' }), 1, String)
    },
  }
  const source = createCommitSource({ http, logger: new RecordingLogger(), token: 'ghs_1', ...PLACE })
  const range: CommitRange = await source.read('head', base)
  return {
    range,
    requests,
    asked: requests.map(({ url }) =>
      decodeURIComponent(url.pathname + url.search).replace('/api/v3/repos/acme/app/', ''),
    ),
  }
}

const compared = (status: string, total: number, commits: readonly unknown[]): Incoming =>
  incoming(200, { status, total_commits: total, commits })

describe('the commits of a range', () => {
  it('without a base are the last twenty', async () => {
    const { range, requests, asked } = await read((path) =>
      path === 'commits'
        ? incoming(200, [
            commit(1),
            commit(2, { committer: null }),
            commit(3, { author: null, committer: null }),
          ])
        : incoming(200, files(1)),
    )
    expect(asked[0]).toBe('commits?sha=head&per_page=20')
    expect(range).toMatchObject({ base: 'none', total: 3 })
    const [first, second, third] = range.commits
    expect(first).toEqual({
      sha: 'sha1',
      message: 'm1',
      authorName: 'Ada',
      authorEmail: 'ada@example.org',
      date: 'committed',
      files: [{ status: 'modified', path: 'f0', previousPath: undefined }],
    })
    expect([second?.date, third?.date, third?.authorName]).toEqual(['authored', undefined, undefined])
    expect(requests[0]).toMatchObject({
      method: 'GET',
      intent: 'read the commits',
      effect: 'idempotent',
      peer: { name: 'GitHub', urlInput: 'GITHUB_API_URL' },
      maxResponseBytes: 32 * 1024 * 1024,
    })
    expect(requests[0]?.url.href).toMatch(/^https:\/\/ghes\.example\/api\/v3\/repos\//)
    expect(requests[0]?.headers['authorization']).toBe('token ghs_1')
  })

  it('since a base are read in pages, the newest first, the oldest left out', async () => {
    const pages: string[] = []
    const { range } = await read((path, query) => {
      if (!path.startsWith('compare/')) return incoming(200, files(0))
      pages.push(query.get('page') ?? '')
      const page = Number(query.get('page'))
      return compared('ahead', 1101, [page === 12 ? HEAD : commit(page)])
    }, 'base')
    expect(pages).toEqual(['1', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12'])
    expect(range).toMatchObject({ base: 'found', total: 1101 })
    expect(range.commits.map(({ sha }) => sha)).toEqual([
      'head',
      ...[11, 10, 9, 8, 7, 6, 5, 4, 3].map((page) => `sha${page}`),
    ])
  })

  it.each([
    [0, ['1']],
    [100, ['1']],
    [101, ['1', '2']],
  ])('of a range of %i take the pages %j', async (total, wanted) => {
    const pages: (string | null)[] = []
    await read((path, query) => {
      if (path.startsWith('compare/')) pages.push(query.get('page'))
      return path.startsWith('compare/') ? compared('ahead', total, total === 0 ? [] : [HEAD]) : undefined
    }, 'base')
    expect(pages).toEqual(wanted)
  })

  it('from a base that has diverged are those of the comparison', async () => {
    const { range } = await read(
      (path) =>
        path.startsWith('compare/') ? compared('diverged', 2, [commit(1), HEAD]) : incoming(200, files(0)),
      'base',
    )
    expect(range).toMatchObject({ base: 'diverged', total: 2 })
    expect(range.commits.map(({ sha }) => sha)).toEqual(['head', 'sha1'])
  })

  it.each([
    ['unknown', 404, undefined],
    ['failed', 500, 'GitHub responded with 500'],
    ['failed', 422, 'GitHub responded with 422'],
  ])('from a base that is %s (%i) are the last twenty', async (base, status, failure) => {
    const { range } = await read(
      (path) =>
        path.startsWith('compare/')
          ? incoming(status, { message: 'no' })
          : path === 'commits'
            ? incoming(200, [commit(1)])
            : incoming(200, files(0)),
      'base',
    )
    expect(range).toMatchObject({ base, total: 1 })
    expect(range.failure).toBe(failure)
  })

  it('are those of the history before the base when GitHub cannot compare', async () => {
    const { range, asked } = await read((path, query) => {
      if (path.startsWith('compare/')) return incoming(500, {})
      if (path !== 'commits') return incoming(200, files(0))
      return incoming(
        200,
        query.get('page') === '1' ? many(100) : [commit(100), { ...commit(0), sha: 'base0' }],
      )
    }, 'base')
    expect(range).toMatchObject({ base: 'listed', total: 101, failure: 'GitHub responded with 500' })
    expect(asked.slice(1, 3)).toEqual([
      'commits?sha=head&page=1&per_page=100',
      'commits?sha=head&page=2&per_page=100',
    ])
  })

  it.each([
    ['a page cannot be read', () => incoming(422, {}), 'GitHub responded with 422'],
    ['the newest commit is missing', () => compared('ahead', 300, []), 'a part of the comparison is missing'],
  ])('are those of the history when %s', async (_, lastPage, failure) => {
    const { range } = await read((path, query) => {
      if (path === 'commits') return incoming(200, [HEAD, commit(7), { ...commit(0), sha: 'base0' }])
      if (!path.startsWith('compare/')) return incoming(200, files(0))
      const page = Number(query.get('page'))
      return page === 3 ? lastPage() : compared('ahead', 300, [commit(page)])
    }, 'base')
    expect(range.commits.map(({ sha }) => sha)).toEqual(['head', 'sha7'])
    expect(range).toMatchObject({ base: 'listed', total: 2, failure })
  })

  it('of the history are read to the base also when one of a page cannot be read', async () => {
    const { range } = await read((path, query) => {
      if (path.startsWith('compare/')) return incoming(422, {})
      if (path !== 'commits') return incoming(200, files(0))
      const last = { ...commit(0), sha: 'base0' }
      return incoming(200, query.get('page') === '1' ? [null, ...many(99)] : [last])
    }, 'base')
    expect(range).toMatchObject({ base: 'listed', total: 99 })
  })

  it('with an odd author or message keep what is usable', async () => {
    const { range } = await read((path) =>
      path === 'commits'
        ? incoming(200, [commit(1, { author: { name: 5, email: 'a@b.example' }, message: null })])
        : incoming(200, files(0)),
    )
    expect(range.commits[0]).toMatchObject({ message: '', authorName: undefined, authorEmail: 'a@b.example' })
  })

  it('are an error when not even the last ones can be read', async () => {
    const error = (await failureOf(read(() => incoming(500, { message: 'oops' }), 'base'))) as ActionError
    expect([error.message, error.advice]).toEqual([
      'Could not read the commits of acme/app from ghes.example: HTTP 500: oops',
      'Re-run the job. If the problem persists, check https://www.githubstatus.com, or set set-commits: skip.',
    ])
  })
})

describe('the files of commits', () => {
  const withFiles = (
    count: number,
    answer: (path: string, query: URLSearchParams) => Incoming | Error | undefined,
  ) => read((path, query) => (path === 'commits' ? incoming(200, many(count)) : answer(path, query)))

  it('are read page by page, a thousand at most', async () => {
    const { range, requests } = await withFiles(1, (_, query) =>
      incoming(200, files(query.get('page') === '2' ? 99 : 100)),
    )
    expect(range.commits[0]?.files).toHaveLength(199)
    expect(requests).toHaveLength(3)
    const endless = await withFiles(1, () => incoming(200, files(100)))
    expect(endless.range.commits[0]?.files).toHaveLength(1000)
  })

  it('are read for the newest hundred commits, with a reason for the rest', async () => {
    const { range, requests } = await withFiles(101, () => incoming(200, {}))
    expect(requests).toHaveLength(101)
    expect(range.commits).toHaveLength(101)
    expect([range.commits[99]?.files, range.commits[100]?.files]).toEqual([[], undefined])
    expect(range.filesMissing).toBe('files are read for the newest 100 commits')
    expect((await withFiles(100, () => incoming(200, {}))).range.filesMissing).toBeUndefined()
  })

  it('that cannot be read are left out, with the reason', async () => {
    const refused = await withFiles(1, () => incoming(403, { message: 'no' }))
    expect(refused.range).toMatchObject({ filesMissing: 'GitHub responded with 403', total: 1 })
    expect(refused.range.commits[0]).not.toHaveProperty('files')
    const silent = await withFiles(1, () => new ActionError('no answer'))
    expect(silent.range.filesMissing).toBe('no answer')
    const odd = await withFiles(1, () => incoming(200, { files: 7 }))
    expect(odd.range.filesMissing).toMatch(/\(field files\)$/)
  })

  it('that cannot be understood do not cost the other files of the commit', async () => {
    const odd = [null, { filename: 1 }, { filename: 'a', status: 'added', previous_filename: null }]
    const { range } = await withFiles(1, () => incoming(200, { files: odd }))
    expect(range.commits[0]?.files).toEqual([{ path: 'a', status: 'added', previousPath: undefined }])
    expect((await withFiles(1, () => incoming(200, { files: null }))).range.commits[0]?.files).toEqual([])
  })

  it('of one commit that cannot be read do not cost those of the others', async () => {
    const { range } = await withFiles(3, (path) =>
      path === 'commits/sha1' ? incoming(500, {}) : incoming(200, files(1)),
    )
    expect(range.commits.map((one) => one.files?.length)).toEqual([1, undefined, 1])
  })

  it('do not hold up a cancelled job', async () => {
    const cancelled = new CancelledError('SIGINT')
    expect(await failureOf(withFiles(1, () => cancelled))).toBe(cancelled)
  })
})

describe('errors of octokit', () => {
  it('are replaced by the error of the HTTP client inside of them', async () => {
    const own = new ActionError('no answer')
    expect(explain(own, PLACE)).toBe(own)
    expect(explain({ status: 500, cause: own, message: 'wrapped' }, PLACE)).toBe(own)
    expect([
      statusOf({ status: 500, cause: own }),
      statusOf({ status: 500 }),
      statusOf({ status: '500' }),
    ]).toEqual([undefined, 500, undefined])
  })

  it.each([
    [401, 'GitHub does not accept github-token. Leave the input out to use the token of the job.'],
    [403, 'Grant the job "permissions: contents: read", and check that github-token may read acme/app.'],
    [404, 'Grant the job "permissions: contents: read", and check that github-token may read acme/app.'],
    [422, 'Grant the job "permissions: contents: read", and check that github-token may read acme/app.'],
    [429, 'GitHub limits how often its API is called. Re-run the job later.'],
    [
      500,
      'Re-run the job. If the problem persists, check https://www.githubstatus.com, or set set-commits: skip.',
    ],
    [
      undefined,
      'Re-run the job. If the problem persists, check https://www.githubstatus.com, or set set-commits: skip.',
    ],
  ])('of status %s come with advice', (status, advice) => {
    const error = explain({ status, message: 'words\nof it' }, PLACE)
    const said = status === undefined ? 'words of it' : `HTTP ${status}: words of it`
    expect([error.message, error.advice]).toEqual([
      `Could not read the commits of acme/app from ghes.example: ${said}`,
      advice,
    ])
  })

  it('may lack a message, and the API URL may be invalid', () => {
    expect(explain({ message: 5 }, { ...PLACE, apiUrl: 'nowhere' }).message).toBe(
      'Could not read the commits of acme/app from nowhere: no response',
    )
  })
})
