import { describe, expect, it } from 'vitest'
import type { ActionRun } from '../runner/runner.ts'
import { type EventCase, EVENTS, JOB_SHA } from '../servers/github-events.ts'
import { ensure, failure, startSentry } from './helpers.ts'

describe.concurrent('the commit and the ref of a release by the event', () => {
  const jobOf = ({ name, payload, env }: EventCase): ActionRun => ({
    event: { name, payload },
    env: { GITHUB_SHA: JOB_SHA, ...env },
  })

  it.each(EVENTS.filter(({ commit }) => commit !== undefined))('$title', async (given) => {
    const sentry = await startSentry()
    const { code, outputs } = await ensure(sentry, {}, jobOf(given))
    const [release] = sentry.releases
    expect([code, outputs['release-version'], release?.version]).toEqual([0, given.commit, given.commit])
    expect(release?.ref ?? undefined).toBe(given.ref)
  })

  it.each(EVENTS.filter(({ commit }) => commit === undefined))('$title, an error', async (given) => {
    const sentry = await startSentry()
    expect(failure(await ensure(sentry, {}, jobOf(given)))).toMatch(/^input commit: expected /m)
    expect(sentry.requests).toEqual([])
  })

  const comment = EVENTS.find(({ title }) => title === 'issue_comment on a pull request: none')
  const event = { name: 'issue_comment', payload: comment?.payload }

  it('a comment on a pull request with version creates that release, without commits of another branch', async () => {
    const sentry = await startSentry()
    const result = await ensure(sentry, { version: '1.0', 'set-commits': 'auto' }, { event })
    expect([result.code, result.outputs['release-version']]).toEqual([0, '1.0'])
    expect(sentry.release('1.0')).toMatchObject({ ref: null, url: null, headCommits: {} })
    expect(result.annotations.map(({ message }) => message)).toEqual([
      expect.stringContaining('No commits are associated'),
    ])
  })

  it('a comment on a pull request with commit releases that commit', async () => {
    const sentry = await startSentry()
    const { outputs } = await ensure(sentry, { commit: 'd'.repeat(40) }, { event })
    expect(outputs['release-version']).toBe('d'.repeat(40))
  })

  it.each(['commit', 'abf-commit'])('zeros are refused as %s', async (name) => {
    const sentry = await startSentry()
    const abf = { 'abf-project': 'a/b', 'abf-repository': 'c/main', 'abf-token': 'token-of-abf' }
    const message = failure(await ensure(sentry, { ...abf, [name]: '0'.repeat(40) }))
    expect(message).toMatch(new RegExp(`^input ${name}: expected .*not all zeros`, 'm'))
    expect(sentry.requests).toEqual([])
  })
})
