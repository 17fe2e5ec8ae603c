import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type ActionResult, SHA } from '../runner/runner.ts'
import { answers, type SentryOptions, type SentryStandIn } from '../servers/sentry/index.ts'
import { ensure, gate, startGitHub, startSentry } from './helpers.ts'

const projects = Array.from({ length: 20 }, (_, index) => `app-${index}`)
const matrix: SentryOptions = {
  organizations: [{ slug: 'acme', projects, repositories: ['acme/storefront'] }],
}

/** One step per project, all at the same time. */
function all(run: (project: string) => Promise<ActionResult>, some = projects): Promise<ActionResult[]> {
  return Promise.all(some.map(run))
}

function expectOneRelease(sentry: SentryStandIn, results: readonly ActionResult[], some = projects): void {
  expect(results.map(({ code, stderr, annotations }) => [code, stderr, annotations])).toEqual(
    results.map(() => [0, '', []]),
  )
  expect(sentry.releases.map(({ version }) => version)).toEqual([SHA])
  expect([...sentry.release(SHA).projects].sort()).toEqual([...some].sort())
  const created = results.filter(({ outputs }) => outputs['release-created'] === 'true')
  expect(created).toHaveLength(1)
  expect(new Set(results.map(({ outputs }) => outputs['release-id'])).size).toBe(1)
  expect(results.every(({ outputs }) => outputs['confirmed-version'] === SHA)).toBe(true)
}

describe('twenty steps at once for one commit, each with its own project', () => {
  it('leave one release with all projects, its head commit and a release date', async () => {
    const sentry = await startSentry(matrix)
    const results = await all((project) => gate(sentry, { projects: project }))
    expectOneRelease(sentry, results)
    expect(results.every(({ outputs }) => outputs['release-finalized'] === 'true')).toBe(true)
    expect(sentry.release(SHA)).toMatchObject({
      dateReleased: expect.any(String),
      headCommits: { 'acme/storefront': SHA },
    })
  })

  it('do so when project links are late and Sentry responds with 409 to some, before or after the effect', async () => {
    let turn = 0
    const sentry = await startSentry({
      ...matrix,
      afterInsert: async () => {
        turn += 1
        await sleep((turn * 37) % 150)
      },
    })
    for (const when of ['before', 'after', 'before', 'after', 'before'] as const) {
      sentry.fault({
        method: 'POST',
        path: /\/releases\/$/,
        action: { kind: 'answer', answer: answers.integrityConflict, when },
      })
    }
    const results = await all((project) => ensure(sentry, { projects: project }))
    expectOneRelease(sentry, results)
    expect(sentry.requests.filter((line) => line.endsWith(' 409'))).toHaveLength(5)
  })

  it('do so when the rate limit stops most of them', async () => {
    const sentry = await startSentry({ ...matrix, rateLimit: { limit: 4, windowMs: 1000 } })
    expectOneRelease(sentry, await all((project) => ensure(sentry, { projects: project, retries: '10' })))
    expect(sentry.requests.some((line) => line.endsWith(' 429'))).toBe(true)
  })
})

it('eight steps at once that read the commits from GitHub store one list and all report it', async () => {
  const some = projects.slice(0, 8)
  const sentry = await startSentry({ organizations: [{ slug: 'acme', projects }], commitsMs: 100 })
  const { github, repository, token } = await startGitHub()
  const shas = repository.linear(3)
  const inputs = { commit: shas[2] ?? '', version: SHA, 'github-token': token }
  const env = { GITHUB_API_URL: github.url }
  const results = await all((project) => gate(sentry, { ...inputs, projects: project }, { env }), some)
  expectOneRelease(sentry, results, some)
  expect(sentry.release(SHA).commits.map(({ id }) => id)).toEqual(shas.toReversed())
  expect(sentry.release(SHA).dateReleased).not.toBeNull()
  expect(results.map(({ outputs }) => outputs['commit-count'])).toEqual(some.map(() => '3'))
})
