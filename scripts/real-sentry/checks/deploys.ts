import { strict as assert } from 'node:assert'
import { annotationsOf, failure, succeeded } from '../expect.ts'
import type { Check } from '../place.ts'

const RUN = 'https://github.com/acme/storefront/actions/runs/9812345678/attempts/1'

export const deployChecks: readonly Check[] = [
  {
    name: 'a deploy is recorded with environment, name and the link of the run attempt',
    run: async ({ step, api, sha }) => {
      const { outputs } = succeeded(await step({ environment: 'production', 'deploy-name': 'blue' }))
      const [deploy, ...others] = await api.deploys(sha)
      assert.deepEqual(others, [])
      assert.equal(deploy?.environment, 'production')
      assert.equal(deploy.name, 'blue')
      assert.equal(deploy.url, RUN)
      assert.equal(outputs['deploy-id'], deploy.id)
    },
  },
  ...[1, 2, 3, 4, 5, 6].map((turn): Check => ({
    name: `a deploy gets through a connection that the server closes without saying so (${turn} of 6)`,
    run: async ({ step, api, sha }) => {
      const { stdout } = succeeded(await step({ environment: 'staging', finalize: 'true' }))
      assert.equal((await api.deploys(sha)).length, 1)
      assert.doesNotMatch(stdout, /attempt 2 of/, 'a request needed a second attempt')
    },
  })),
  {
    name: 'the same run attempt records its deploy once, the next attempt records another',
    run: async ({ step, api, sha }) => {
      const first = succeeded(await step({ environment: 'production' }))
      const again = succeeded(await step({ environment: 'production' }))
      assert.equal((await api.deploys(sha)).length, 1)
      assert.equal(again.outputs['deploy-id'], first.outputs['deploy-id'])
      succeeded(await step({ environment: 'production' }, { env: { GITHUB_RUN_ATTEMPT: '2' } }))
      assert.equal((await api.deploys(sha)).length, 2)
    },
  },
  {
    name: 'two steps of one run for two projects of one release record two deploys',
    run: async ({ step, api, sha }) => {
      succeeded(await step({ projects: 'web', environment: 'production' }))
      const second = succeeded(await step({ projects: 'api', environment: 'production' }))
      assert.equal((await api.deploys(sha)).length, 2, second.stdout)
    },
  },
  {
    name: 'a deploy for one of two projects is not one of the other project',
    run: async ({ step, api, sha, sentry }) => {
      const { ids } = sentry.seed
      await api.create(sha, { projects: ['web', 'api'] })
      succeeded(await step({ projects: 'web', environment: 'canary' }))
      assert.equal(await api.isDeployedTo(sha, 'canary', ids.web), true)
      assert.equal(await api.isDeployedTo(sha, 'canary', ids.api), false)
    },
  },
  {
    name: 'two environments and two names are four deploys',
    run: async ({ step, api, sha }) => {
      for (const environment of ['staging', 'production']) {
        for (const name of ['blue', 'green']) succeeded(await step({ environment, 'deploy-name': name }))
      }
      assert.equal((await api.deploys(sha)).length, 4)
    },
  },
  {
    name: 'a deploy to an address of the user that was recorded before is a notice, not another deploy',
    run: async ({ step, api, sha }) => {
      const inputs = { environment: 'production', 'deploy-url': 'https://shop.acme.example' }
      succeeded(await step(inputs))
      const second = succeeded(await step(inputs, { env: { GITHUB_RUN_ID: '9812345679' } }))
      assert.equal((await api.deploys(sha)).length, 1)
      assert.match(annotationsOf(second, 'notice').join('\n'), /deploy/i)
    },
  },
  {
    name: 'where no link can be sent, each run records its deploy, with a notice',
    run: async ({ step, api, sha }) => {
      const host = { GITHUB_SERVER_URL: 'https://git_hub.corp.example' }
      const first = succeeded(await step({ environment: 'production' }, { env: host }))
      assert.notDeepEqual(annotationsOf(first, 'notice'), [])
      succeeded(await step({ environment: 'production' }, { env: { ...host, GITHUB_RUN_ID: '9812345679' } }))
      assert.equal((await api.deploys(sha)).length, 2)
    },
  },
  ...(['userReleases', 'integrationReleases'] as const).map((token): Check => ({
    name: `old server: token \`${token}\`, whose deploy with projects is refused before 24.10, records one or says what to change`,
    run: async ({ step, api, sha }) => {
      const result = await step({ environment: 'production' }, { token })
      const { length } = await api.deploys(sha)
      if (result.code === 0) assert.equal(length, 1)
      else assert.match(failure(result), /project:read/)
    },
  })),
  {
    name: 'old server: numeric project ids, refused before 24.8, work or the message says to give slugs',
    run: async ({ step, api, sha, sentry }) => {
      const result = await step({ projects: sentry.seed.ids.api, environment: 'production' })
      if (result.code === 0) assert.equal((await api.deploys(sha)).length, 1)
      else assert.match(failure(result), /slug/)
    },
  },
  {
    name: 'old server: a numeric project id of a release that exists is deployed by its slug',
    run: async ({ step, api, sha, sentry }) => {
      await api.create(sha, { projects: ['web', 'api'] })
      succeeded(await step({ projects: sentry.seed.ids.api, environment: 'production' }))
      assert.equal((await api.deploys(sha)).length, 1)
    },
  },
  {
    name: 'an environment with a slash fails before any request',
    run: async ({ step, api, sha }) => {
      assert.match(failure(await step({ environment: 'a/b' })), /environment/)
      assert.equal(await api.exists(sha), false)
    },
  },
  {
    name: 'the start of a deploy is the one of the step',
    run: async ({ step, api, sha }) => {
      const startedAt = '2026-09-01T08:00:00Z'
      succeeded(await step({ environment: 'production', 'started-at': startedAt }))
      const [deploy] = await api.deploys(sha)
      assert.equal(Date.parse(deploy?.dateStarted ?? ''), Date.parse(startedAt))
    },
  },
]
