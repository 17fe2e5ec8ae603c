import { strict as assert } from 'node:assert'
import { everythingShown } from '../../../__tests__/runner/outcome.ts'
import { failure, succeeded } from '../expect.ts'
import type { Check, Step } from '../place.ts'

const pullRequest = (head: string, merge: string): Step => ({
  event: {
    name: 'pull_request',
    payload: {
      action: 'closed',
      pull_request: {
        merged: true,
        merged_at: '2026-09-01T08:00:00Z',
        merge_commit_sha: merge,
        head: { sha: head, ref: 'feature' },
        base: { ref: 'main' },
      },
    },
  },
})

/** Another commit of the same check. */
const other = (sha: string): string => sha.slice(20) + sha.slice(0, 20)

export const inputChecks: readonly Check[] = [
  {
    name: 'a merged pull request releases the commit that landed, on the branch that it landed on',
    run: async ({ step, api, sha }) => {
      succeeded(await step({}, pullRequest(other(sha), sha)))
      assert.equal((await api.release(sha)).ref, 'main')
      assert.equal(await api.exists(other(sha)), false)
    },
  },
  {
    name: 'workflow_run releases the commit and the branch of the run that it is about',
    run: async ({ step, api, sha }) => {
      const payload = { workflow_run: { head_sha: sha, head_branch: 'release/7' } }
      succeeded(await step({}, { event: { name: 'workflow_run', payload }, env: { GITHUB_SHA: other(sha) } }))
      assert.equal((await api.release(sha)).ref, 'release/7')
      assert.equal(await api.exists(other(sha)), false)
    },
  },
  {
    name: 'a push that deletes a branch fails before any request',
    run: async ({ step, api }) => {
      const zeros = '0'.repeat(40)
      const event = { name: 'push', payload: { after: zeros, deleted: true } }
      assert.match(failure(await step({}, { event, env: { GITHUB_SHA: zeros } })), /delete/i)
      assert.equal(await api.exists(zeros), false)
    },
  },
  {
    name: 'ABF inputs whose ids arrive empty fail before any request: neither a release date nor a deploy',
    run: async ({ step, api, sha }) => {
      const inputs = { 'abf-token': 'abf-token-of-a-check', 'abf-build-list-ids': '' }
      const result = await step({ ...inputs, finalize: 'true', environment: 'production' })
      assert.match(failure(result), /abf-build-list-ids/)
      assert.equal(await api.exists(sha), false)
    },
  },
  {
    name: 'a URL of Sentry with a password is refused by name, and the password is not shown',
    run: async ({ step, sentry, sha, api }) => {
      const password = 'a-password-in-a-url'
      const url = sentry.url.replace('http://', `http://rowan:${password}@`)
      const result = await step({}, { url })
      assert.match(failure(result), /sentry-url/)
      assert.equal(
        everythingShown(result)
          .replaceAll(/^::add-mask::.*$/gm, '')
          .includes(password),
        false,
        'the password is shown',
      )
      assert.equal(await api.exists(sha), false)
    },
  },
  {
    name: 'release-version is set although Sentry refuses the token',
    run: async ({ step, sha }) => {
      const result = await step({ 'sentry-auth-token': '0123456789abcdef'.repeat(4) })
      assert.match(failure(result), /401/)
      assert.equal(result.outputs['release-version'], sha)
    },
  },
]
