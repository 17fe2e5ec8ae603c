import { describe, expect, it } from 'vitest'
import { SHA } from '../runner/runner.ts'
import type { SentryStandIn } from '../servers/sentry/index.ts'
import { endState, ensure, gate, startGitHub, startSentry } from './helpers.ts'
import { build, upload, workspaceWith } from './sourcemaps.ts'

// The whole of a step for Sentry, on each of the versions that the stand-in can be.

describe.concurrent.each(['23.7', '2025', '2026'] as const)('on a Sentry of %s', (generation) => {
  const whole = { projects: 'web api', environment: 'production' }
  const fields = (sentry: SentryStandIn) => {
    const { projects, dateReleased, status } = sentry.release(SHA)
    return { projects: projects.toSorted(), dated: dateReleased !== null, status }
  }

  it('a new release gets its commits, its date and its deploy, and a second run changes nothing', async () => {
    const sentry = await startSentry({ generation })
    const { github, repository, token } = await startGitHub()
    const base = repository.commit()
    repository.linear(2)
    repository.commit({ sha: SHA })
    const run = { env: { GITHUB_API_URL: github.baseUrl } }
    const given = { ...whole, 'set-commits': 'commits', 'github-token': token, 'previous-commit': base }
    const first = await gate(sentry, given, run)
    expect([first.code, first.outputs['release-created'], first.outputs['commit-count']]).toEqual([
      0,
      'true',
      '3',
    ])
    const state = endState(sentry)
    const second = await gate(sentry, given, run)
    expect([second.code, second.outputs['release-created']]).toEqual([0, 'false'])
    expect(endState(sentry)).toEqual(state)
    expect([fields(sentry), sentry.deploys.length]).toEqual([
      { projects: ['api', 'web'], dated: true, status: 'open' },
      1,
    ])
  })

  it('look-alikes are not taken for the release', async () => {
    const sentry = await startSentry({ generation })
    for (const version of [`web@${SHA}`, `${SHA}-hotfix`, SHA.toUpperCase()]) sentry.addRelease({ version })
    const { code, outputs } = await ensure(sentry)
    expect([code, outputs['release-created'], outputs['confirmed-version']]).toEqual([0, 'true', SHA])
  })

  it('a release of another project gets the project of the step', async () => {
    const sentry = await startSentry({ generation })
    sentry.addRelease({ version: SHA, projects: ['worker'] })
    const { code, outputs } = await ensure(sentry, { projects: 'web api' })
    expect([code, outputs['release-created'], fields(sentry).projects]).toEqual([
      0,
      'false',
      ['api', 'web', 'worker'],
    ])
  })

  it('an archived release is used with a warning, and reopened on request', async () => {
    const sentry = await startSentry({ generation })
    sentry.addRelease({ version: SHA, status: 'archived' })
    const used = await ensure(sentry)
    expect([used.code, used.annotations.map(({ level }) => level), fields(sentry).status]).toEqual([
      0,
      ['warning'],
      'archived',
    ])
    expect([(await ensure(sentry, { 'restore-archived': 'true' })).code, fields(sentry).status]).toEqual([
      0,
      'open',
    ])
  })

  it('a commit is sent for a repository of an integration', async () => {
    const sentry = await startSentry({ generation })
    const token = { 'sentry-auth-token': sentry.tokens.integration, organization: 'acme' }
    const { code, annotations } = await gate(sentry, { ...token, 'sentry-url': sentry.baseUrl })
    expect([code, annotations]).toEqual([0, []])
    expect(endState(sentry)).toMatchObject({ releases: [{ heads: { 'acme/storefront': SHA } }] })
  })

  it('six steps at once leave one release, which one of them created', async () => {
    const sentry = await startSentry({ generation })
    const projects = ['web', 'api', 'worker']
    const steps = Array.from({ length: 6 }, (_, index) =>
      ensure(sentry, { projects: projects[index % 3] ?? '', finalize: 'true' }),
    )
    const results = await Promise.all(steps)
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0])
    expect(results.filter(({ outputs }) => outputs['release-created'] === 'true')).toHaveLength(1)
    expect([sentry.releases.length, fields(sentry)]).toEqual([
      1,
      { projects: projects.toSorted(), dated: true, status: 'open' },
    ])
  })

  it('source maps are uploaded for both projects', async () => {
    const sentry = await startSentry({ generation })
    const { code, outputs } = await upload(sentry, await workspaceWith(build('app')), { projects: 'web api' })
    expect([code, outputs['sourcemap-state']]).toEqual([0, 'ok'])
    expect(sentry.artifacts.bundles.map(({ projects }) => [...projects])).toEqual([['web', 'api']])
  })
})
