import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headCommit, parseSha, readContext } from '../../../src/github/event.ts'

const HEAD = 'a'.repeat(40)
const OTHER = 'b'.repeat(40)
const GITHUB_SHA = 'c'.repeat(40)

describe('headCommit', () => {
  it.each([
    ['push', { after: OTHER, head_commit: { id: OTHER } }, GITHUB_SHA],
    ['schedule', {}, GITHUB_SHA],
    ['merge_group', { merge_group: { head_sha: GITHUB_SHA } }, GITHUB_SHA],
    ['workflow_dispatch', { inputs: {} }, GITHUB_SHA],
    ['pull_request', { pull_request: { head: { sha: HEAD }, merge_commit_sha: OTHER } }, HEAD],
    ['pull_request_target', { pull_request: { head: { sha: HEAD } } }, HEAD],
    ['pull_request_review', { pull_request: { head: { sha: HEAD } } }, HEAD],
    ['workflow_run', { workflow_run: { head_sha: HEAD } }, HEAD],
    ['deployment', { deployment: { sha: HEAD } }, HEAD],
    ['deployment_status', { deployment: { sha: HEAD }, deployment_status: {} }, HEAD],
    ['check_suite', { check_suite: { head_sha: HEAD, after: OTHER } }, HEAD],
    ['check_run', { check_run: { head_sha: HEAD } }, HEAD],
  ])('of %s', (name, event, commit) => {
    expect(headCommit(name, event, GITHUB_SHA)).toBe(commit)
  })

  it.each(['deployment', 'deployment_status'])(
    'of %s is what is deployed, not the commit of the workflow that deploys',
    (name) => {
      const event = { deployment: { sha: HEAD }, workflow_run: { head_sha: OTHER } }
      expect(headCommit(name, event, GITHUB_SHA)).toBe(HEAD)
    },
  )

  it('is never the merge commit of a pull request', () => {
    expect(headCommit('pull_request', {}, GITHUB_SHA)).toBeUndefined()
    expect(headCommit('pull_request_target', { pull_request: null }, GITHUB_SHA)).toBeUndefined()
  })

  it('is a full SHA or nothing for events of any shape', () => {
    const anything = fc.anything({ withNullPrototype: true })
    const event = fc.oneof(
      anything,
      fc.record(
        {
          pull_request: fc.oneof(
            anything,
            fc.record({ head: fc.oneof(anything, fc.record({ sha: anything })) }),
          ),
          workflow_run: fc.oneof(anything, fc.record({ head_sha: anything })),
          deployment: fc.oneof(anything, fc.record({ sha: anything })),
        },
        { requiredKeys: [] },
      ),
    )
    fc.assert(
      fc.property(event, fc.option(fc.string(), { nil: undefined }), (payload, sha) => {
        expect(headCommit('push', payload, sha) ?? HEAD).toMatch(/^[0-9a-f]{40}$/)
      }),
    )
  })
})

describe('parseSha', () => {
  it('reads SHA-1 and SHA-256 in any case, as lower case', () => {
    expect(parseSha('AB'.repeat(20))).toBe('ab'.repeat(20))
    expect(parseSha('AB'.repeat(32))).toBe('ab'.repeat(32))
  })

  it.each(['', 'abc1234', 'g'.repeat(40), 'a'.repeat(41), `${HEAD}\n`, 5, null, [HEAD]])(
    'refuses %j',
    (text) => {
      expect(parseSha(text)).toBeUndefined()
    },
  )
})

describe('readContext', () => {
  it('takes the facts of the job', () => {
    const env = {
      GITHUB_SERVER_URL: 'https://ghes.example/',
      GITHUB_REPOSITORY: 'acme/web',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_RUN_ID: '17',
      GITHUB_RUN_ATTEMPT: '2',
      GITHUB_REF_NAME: 'main',
      GITHUB_SHA,
    }
    expect(readContext(env, undefined)).toMatchObject({
      serverUrl: 'https://ghes.example',
      repository: 'acme/web',
      eventName: 'push',
      runId: '17',
      runAttempt: '2',
      refName: 'main',
      headCommit: GITHUB_SHA,
    })
  })

  it('prefers the branch of a pull request to its merge ref', () => {
    const env = { GITHUB_HEAD_REF: 'feature/x', GITHUB_REF_NAME: '5/merge' }
    expect(readContext(env, undefined).refName).toBe('feature/x')
  })

  it('does without all of them', () => {
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
