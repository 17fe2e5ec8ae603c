import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GitHubOptions, type GitHubRepository, GitHubStandIn } from '../../servers/github.ts'

interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown> & { readonly commits?: Sha[]; readonly files?: File[] }
  readonly list: Sha[]
}
interface Sha {
  readonly sha: string
}
interface File {
  readonly filename: string
  readonly status: string
  readonly previous_filename?: string
}

let github: GitHubStandIn
let repository: GitHubRepository

async function start(options: GitHubOptions = {}): Promise<void> {
  github = await new GitHubStandIn({ tokens: [{ token: 'reader' }], ...options }).start()
  repository = github.addRepository({ owner: 'acme', name: 'storefront' })
}

async function get(path: string, authorization: string | null = 'Bearer reader'): Promise<Reply> {
  const url = path.startsWith('http') ? path : `${github.baseUrl}/repos/acme/storefront/${path}`
  const response = await fetch(url, { headers: authorization === null ? {} : { authorization } })
  const json = (await response.json()) as Reply['body'] & Sha[]
  return { status: response.status, headers: response.headers, body: json, list: json }
}

function next(reply: Reply): string | undefined {
  return /<([^>]+)>; rel="next"/.exec(reply.headers.get('link') ?? '')?.[1]
}

beforeEach(() => start())
afterEach(() => github.stop())

describe('compare', () => {
  it('lists commits oldest first, the base left out', async () => {
    const [base = '', ...rest] = repository.linear(4)
    const { body } = await get(`compare/${base}...main`)
    expect(body.commits?.map(({ sha }) => sha)).toEqual(rest)
    expect(body).toMatchObject({ status: 'ahead', ahead_by: 3, behind_by: 0, total_commits: 3 })
  })

  it('pages through commits and gives files on the first page only', async () => {
    const shas = repository.linear(6)
    const first = await get(`compare/${shas[0]}...main?per_page=3`)
    const second = await get(next(first) ?? '')
    expect([first, second].flatMap(({ body }) => body.commits ?? []).map(({ sha }) => sha)).toEqual(
      shas.slice(1),
    )
    expect(first.body.files).toHaveLength(5)
    expect(second.body).not.toHaveProperty('files')
    expect(next(second)).toBeUndefined()
  })

  it('returns the newest 250 when no page is asked for', async () => {
    const shas = repository.linear(260)
    const { body } = await get(`compare/${shas[0]}...main`)
    expect(body.commits).toHaveLength(250)
    expect(body.commits?.at(-1)?.sha).toBe(shas.at(-1))
    expect(body).toMatchObject({ total_commits: 259 })
  })

  it('names at most 300 files', async () => {
    const base = repository.commit()
    repository.commit({ files: Array.from({ length: 310 }, (_, index) => `f${index}`) })
    expect((await get(`compare/${base}...main`)).body.files).toHaveLength(300)
  })

  it('responds with 404 when the base or the head is unknown', async () => {
    repository.linear(1)
    expect((await get(`compare/${'0'.repeat(40)}...main`)).status).toBe(404)
    expect((await get(`compare/main...nowhere`)).status).toBe(404)
  })

  it('still knows the commits a force push threw away, until they are collected', async () => {
    const [base = '', , lost = ''] = repository.linear(3)
    repository.forcePush(base, 1)
    expect((await get(`compare/${lost}...main`)).body).toMatchObject({ status: 'diverged', behind_by: 2 })
    repository.collectGarbage()
    expect((await get(`compare/${lost}...main`)).status).toBe(404)
  })
})

describe('commits', () => {
  it('lists them newest first and links to the next page by repository number', async () => {
    const shas = repository.linear(5)
    const first = await get('commits?sha=main&per_page=2')
    expect(first.list.map(({ sha }) => sha)).toEqual([shas[4], shas[3]])
    expect(next(first)).toContain(`/repositories/${repository.id}/commits?`)
    expect((await get(next(first) ?? '')).list.map(({ sha }) => sha)).toEqual([shas[2], shas[1]])
  })

  it('makes too large a page smaller', async () => {
    repository.linear(120)
    expect((await get('commits?per_page=500')).list).toHaveLength(100)
  })

  it('shows how each file changed', async () => {
    const sha = repository.commit({
      files: [
        { filename: 'new.ts', status: 'renamed', previous_filename: 'old.ts' },
        { filename: 'gone.ts', status: 'removed' },
      ],
    })
    expect((await get(`commits/${sha}`)).body.files).toMatchObject([
      { filename: 'new.ts', status: 'renamed', previous_filename: 'old.ts' },
      { filename: 'gone.ts', status: 'removed' },
    ])
  })

  it('pages through the files of a large commit', async () => {
    const sha = repository.commit({ files: Array.from({ length: 350 }, (_, index) => `f${index}`) })
    const first = await get(`commits/${sha}`)
    expect(first.body.files).toHaveLength(300)
    expect((await get(next(first) ?? '')).body.files).toHaveLength(50)
  })

  it('responds with 422 for an unknown commit and 404 for an unknown start of a list', async () => {
    repository.linear(1)
    expect((await get(`commits/${'0'.repeat(40)}`)).status).toBe(422)
    expect((await get('commits?sha=nowhere')).status).toBe(404)
  })

  it('has a null author when the address belongs to nobody', async () => {
    const sha = repository.commit({ email: 'nobody@acme.example' })
    expect((await get(`commits/${sha}`)).body).toMatchObject({ author: null })
  })
})

describe('access', () => {
  it('responds with 401 to bad credentials', async () => {
    const { status, body } = await get('commits', 'Bearer wrong')
    expect([status, body['message']]).toEqual([401, 'Bad credentials'])
  })

  it('hides a private repository from those who may not see it', async () => {
    github.addToken({ token: 'elsewhere', repositories: ['acme/other'] })
    expect((await get('commits', null)).status).toBe(404)
    expect((await get('commits', 'token elsewhere')).status).toBe(404)
  })

  it('responds with 403 to a token that may not read contents', async () => {
    github.addToken({ token: 'blind', contents: false })
    const { status, body } = await get('commits', 'Bearer blind')
    expect([status, body['message']]).toEqual([403, 'Resource not accessible by integration'])
  })

  it('says when an exhausted quota comes back', async () => {
    github.exhaust({ resetInSeconds: 90 })
    const { status, headers } = await get('commits')
    expect([status, headers.get('x-ratelimit-remaining'), headers.get('retry-after')]).toEqual([
      403,
      '0',
      null,
    ])
    expect(Number(headers.get('x-ratelimit-reset')) - Date.now() / 1000).toBeGreaterThan(85)
  })

  it('has a secondary limit that leaves the quota alone', async () => {
    repository.linear(1)
    github.throttle({ retryAfter: 7, status: 429 })
    const { status, headers } = await get('commits')
    expect([status, headers.get('retry-after'), headers.get('x-ratelimit-remaining')]).toEqual([
      429,
      '7',
      '4999',
    ])
    expect((await get('commits')).status).toBe(200)
  })

  it('lives below a prefix on an Enterprise server', async () => {
    await github.stop()
    await start({ prefix: '/api/v3' })
    repository.linear(3)
    expect(next(await get('commits?per_page=1'))).toContain('/api/v3/repositories/')
    expect((await get(`${github.url}/repos/acme/storefront/commits`)).status).toBe(404)
  })
})
