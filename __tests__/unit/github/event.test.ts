import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readContext } from '../../../src/github/event.ts'
import { EVENTS, HEAD_SHA, JOB_SHA, OTHER_SHA } from '../../servers/github-events.ts'

const JOB = { GITHUB_SHA: JOB_SHA, GITHUB_REF_NAME: 'main' }

function contextOf(name: string, payload: unknown, env: Readonly<Record<string, string>> = {}) {
  return readContext({ ...JOB, GITHUB_EVENT_NAME: name, ...env }, payload)
}

describe('the commit and the ref of an event', () => {
  it.each(EVENTS)('$title', ({ name, payload, env, commit, ref }) => {
    const { headCommit, refName, noCommit } = contextOf(name, payload, env)
    expect([headCommit, refName]).toEqual([commit, ref])
    expect(noCommit === undefined).toBe(commit !== undefined)
  })

  it.each(['pull_request', 'pull_request_target', 'workflow_run', 'check_suite', 'check_run', 'status'])(
    'of %s without its payload: none, because GITHUB_SHA is another commit',
    (name) => {
      expect(contextOf(name, undefined)).toMatchObject({
        headCommit: undefined,
        noCommit: { reason: `the event ${name} does not name one`, versionSuffices: false },
      })
    },
  )

  it.each(['push', 'deployment', 'merge_group'])(
    'of %s without its payload: GITHUB_SHA, which is that commit',
    (name) => {
      expect(contextOf(name, undefined).headCommit).toBe(JOB_SHA)
    },
  )

  it('is never the merge commit of a pull request', () => {
    const pull_request = { merged: false, merge_commit_sha: OTHER_SHA, head: { sha: HEAD_SHA } }
    expect(contextOf('pull_request', { pull_request }).headCommit).toBe(HEAD_SHA)
  })

  it('a merged pull request without the commit that landed has none, never its head', () => {
    const pull_request = { merged: true, merge_commit_sha: null, head: { sha: HEAD_SHA, ref: 'x' } }
    expect(contextOf('pull_request', { pull_request })).toMatchObject({
      headCommit: undefined,
      noCommit: { reason: expect.stringContaining('has no merge_commit_sha') },
    })
  })

  it('a comment without its payload has no commit: it may be on a pull request', () => {
    for (const payload of [undefined, {}, { comment: { body: 'x' } }]) {
      expect(contextOf('issue_comment', payload).headCommit).toBeUndefined()
    }
  })

  it('a status on two branches with that head has no ref', () => {
    const branches = ['main', 'release'].map((name) => ({ name, commit: { sha: HEAD_SHA } }))
    expect(contextOf('status', { sha: HEAD_SHA, branches }).refName).toBeUndefined()
  })

  it('a deployment of a full ref has its short name', () => {
    const deployment = { sha: HEAD_SHA, ref: 'refs/heads/feature/x' }
    expect(contextOf('deployment', { deployment }).refName).toBe('feature/x')
  })

  it.each([HEAD_SHA.slice(0, 7), HEAD_SHA.toUpperCase()])('a deployment of the SHA %s has no ref', (ref) => {
    expect(contextOf('deployment', { deployment: { sha: HEAD_SHA, ref } }).refName).toBeUndefined()
  })

  it('a deployment of a branch whose name is a digit of the SHA has that branch', () => {
    const deployment = { sha: HEAD_SHA, ref: HEAD_SHA.slice(0, 1) }
    expect(contextOf('deployment', { deployment }).refName).toBe(HEAD_SHA.slice(0, 1))
  })

  it('a pull request without a readable payload keeps the branch that the runner reports', () => {
    expect(contextOf('pull_request', undefined, { GITHUB_HEAD_REF: 'feature/x' }).refName).toBe('feature/x')
  })

  it('zeros in GITHUB_SHA are no commit', () => {
    expect(contextOf('push', undefined, { GITHUB_SHA: '0'.repeat(40) }).headCommit).toBeUndefined()
  })

  it('are a full SHA or undefined for payloads of any shape', () => {
    const anything = fc.anything({ withNullPrototype: true })
    const payload = fc.oneof(
      anything,
      fc.record(
        {
          pull_request: fc.oneof(anything, fc.record({ head: anything, merged: anything, base: anything })),
          workflow_run: fc.oneof(anything, fc.record({ head_sha: anything, head_branch: anything })),
          deployment: fc.oneof(anything, fc.record({ sha: anything, ref: anything })),
          branches: anything,
          sha: fc.constantFrom(HEAD_SHA, OTHER_SHA),
          issue: anything,
          deleted: anything,
        },
        { requiredKeys: [] },
      ),
    )
    const names = fc.constantFrom(...new Set(EVENTS.map(({ name }) => name)), 'x', '__proto__')
    fc.assert(
      fc.property(names, payload, fc.option(fc.string(), { nil: undefined }), (name, event, sha) => {
        const { headCommit, refName } = readContext({ GITHUB_EVENT_NAME: name, GITHUB_SHA: sha }, event)
        expect(headCommit ?? HEAD_SHA).toMatch(/^[0-9a-f]{40}$/)
        expect(typeof (refName ?? '')).toBe('string')
      }),
    )
  })
})

describe('readContext', () => {
  it('reads the variables of the job', () => {
    const env = {
      GITHUB_SERVER_URL: 'https://ghes.example/',
      GITHUB_REPOSITORY: 'acme/web',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_RUN_ID: '17',
      GITHUB_RUN_ATTEMPT: '2',
      GITHUB_REF_NAME: 'main',
      GITHUB_SHA: JOB_SHA,
    }
    expect(readContext(env, undefined)).toMatchObject({
      serverUrl: 'https://ghes.example',
      repository: 'acme/web',
      eventName: 'push',
      runId: '17',
      runAttempt: '2',
      refName: 'main',
      headCommit: JOB_SHA,
      noCommit: undefined,
    })
  })

  it('has defaults for a job without variables', () => {
    expect(readContext({ GITHUB_HEAD_REF: '' }, undefined)).toMatchObject({
      serverUrl: 'https://github.com',
      repository: undefined,
      eventName: '',
      runId: '0',
      runAttempt: '1',
      refName: undefined,
      headCommit: undefined,
    })
  })
})
