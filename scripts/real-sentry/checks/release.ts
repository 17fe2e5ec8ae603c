import { strict as assert } from 'node:assert'
import { annotationsOf, failure, slugs, succeeded } from '../expect.ts'
import type { Check } from '../place.ts'

export const releaseChecks: readonly Check[] = [
  {
    name: 'a new release has the version, the id, the project, the ref and the link of the step',
    run: async ({ step, api, sha, sentry }) => {
      const { outputs } = succeeded(await step({ finalize: 'true' }))
      const release = await api.release(sha)
      assert.deepEqual(slugs(release), ['web'])
      assert.equal(release.ref, 'main')
      assert.equal(release.url, `https://github.com/acme/storefront/commit/${sha}`)
      assert.equal(outputs['release-created'], 'true')
      assert.equal(outputs['release-id'], String(release.id))
      assert.equal(outputs['release-version'], sha)
      assert.equal(outputs['confirmed-version'], sha)
      assert.equal(outputs['release-finalized'], 'true')
      assert.equal(
        outputs['release-url'],
        `${sentry.url}/organizations/acme/releases/${sha}/?project=${sentry.seed.ids.web}`,
      )
      assert.notEqual(release.dateReleased, null)
    },
  },
  {
    name: 'a second run leaves the release and its date as they are',
    run: async ({ step, api, sha }) => {
      succeeded(await step({ finalize: 'true' }))
      const before = await api.release(sha)
      const { outputs } = succeeded(await step({ finalize: 'true' }))
      assert.deepEqual(await api.release(sha), before)
      assert.equal(outputs['release-created'], 'false')
      assert.equal(outputs['release-id'], String(before.id))
    },
  },
  {
    name: 'finalize later sets the date of a release that has none',
    run: async ({ step, api, sha }) => {
      assert.equal(succeeded(await step()).outputs['release-finalized'], 'false')
      assert.equal((await api.release(sha)).dateReleased, null)
      assert.equal(succeeded(await step({ finalize: 'true' })).outputs['release-finalized'], 'true')
      assert.notEqual((await api.release(sha)).dateReleased, null)
    },
  },
  {
    name: 'releases whose versions look alike are not taken for the one that is wanted',
    run: async ({ step, api, sha }) => {
      const alike = [`web@${sha}`, `${sha}-hotfix`, sha.toUpperCase(), sha.slice(0, 12)]
      for (const version of alike) await api.create(version)
      const { outputs } = succeeded(await step())
      assert.equal(outputs['release-created'], 'true')
      assert.equal(outputs['confirmed-version'], sha)
      const release = await api.release(sha)
      assert.equal(outputs['release-id'], String(release.id))
    },
  },
  {
    name: 'more look-alikes than fit on a page of the list hide nothing',
    run: async ({ step, api, sha }) => {
      const numbers = Array.from({ length: 105 }, (_, index) => index)
      succeeded(await step())
      for (const number of numbers) await api.create(`${sha}-${number}`)
      const { outputs } = succeeded(await step({ projects: 'web, api' }))
      assert.equal(outputs['release-created'], 'false')
      assert.equal(outputs['confirmed-version'], sha)
      assert.deepEqual(slugs(await api.release(sha)), ['api', 'web'])
    },
  },
  {
    name: 'an archived release is used as it is, with a warning',
    run: async ({ step, api, sha }) => {
      await api.create(sha)
      await api.change(sha, { status: 'archived' })
      const result = succeeded(await step({ finalize: 'true' }))
      assert.equal((await api.release(sha)).status, 'archived')
      assert.equal(result.outputs['release-created'], 'false')
      assert.match(annotationsOf(result, 'warning').join('\n'), /archived/)
    },
  },
  {
    name: 'an archived release is reopened when the step asks for it',
    run: async ({ step, api, sha }) => {
      await api.create(sha)
      await api.change(sha, { status: 'archived' })
      const { outputs } = succeeded(await step({ 'restore-archived': 'true' }))
      assert.equal((await api.release(sha)).status, 'open')
      assert.equal(outputs['release-created'], 'false')
    },
  },
  {
    name: 'a release of another project gets the project of the step, and counts as one that existed',
    run: async ({ step, api, sha }) => {
      await api.create(sha, { projects: ['worker'] })
      const { outputs } = succeeded(await step({ projects: 'web\napi' }))
      assert.deepEqual(slugs(await api.release(sha)), ['api', 'web', 'worker'])
      assert.equal(outputs['release-created'], 'false')
    },
  },
  ...[
    'acme-web@1.0.0+build.7',
    'web release 7',
    'köln-Ω-🚀',
    '50%25',
    'a?b&c=d#e',
    'a"b',
    'release:7',
    'a*b',
  ].map((suffix): Check => ({
    name: `version ${JSON.stringify(suffix)} is created and found again, byte for byte`,
    run: async ({ step, api, sha }) => {
      const version = `${suffix} ${sha.slice(0, 8)}`
      const first = succeeded(await step({ version }))
      const second = succeeded(await step({ version }))
      assert.equal((await api.release(version)).version, version)
      assert.equal(first.outputs['confirmed-version'], version)
      assert.equal(first.outputs['release-created'], 'true')
      assert.equal(second.outputs['release-created'], 'false')
      assert.equal(second.outputs['release-id'], first.outputs['release-id'])
    },
  })),
  {
    name: 'a project that does not exist is named, and nothing is created',
    run: async ({ step, api, sha }) => {
      const result = await step({ projects: 'web, wbe' })
      assert.match(failure(result), /wbe/)
      assert.equal(await api.exists(sha), false)
    },
  },
  {
    name: 'a token that may only read fails with the status and the scope that it lacks',
    run: async ({ step, api, sha }) => {
      const message = failure(await step({}, { token: 'userReadOnly' }))
      assert.match(message, /403/)
      assert.match(message, /project:releases/)
      assert.equal(await api.exists(sha), false)
    },
  },
  {
    name: 'an organization that does not exist is named',
    run: async ({ step }) => {
      assert.match(failure(await step({ organization: 'acmee' }, { token: 'user' })), /acmee/)
    },
  },
  {
    name: 'the default link is left out where Sentry refuses the host of the GitHub server',
    run: async ({ step, api, sha }) => {
      succeeded(await step({}, { env: { GITHUB_SERVER_URL: 'https://git_hub.corp.example' } }))
      assert.equal((await api.release(sha)).url, null)
    },
  },
  ...(['user', 'userReleases', 'integration', 'integrationReleases'] as const).map((token): Check => ({
    name: `token \`${token}\` creates a release, finds it again and gives it a date`,
    run: async ({ step, api, sha }) => {
      const first = succeeded(await step({}, { token }))
      const second = succeeded(await step({ finalize: 'true' }, { token }))
      assert.equal(first.outputs['release-created'], 'true')
      assert.equal(second.outputs['release-created'], 'false')
      assert.notEqual((await api.release(sha)).dateReleased, null)
    },
  })),
  {
    name: 'twenty steps at once leave one release with all projects and a date, and one says that it created it',
    run: async ({ step, api, sha }) => {
      const projects = ['web', 'api', 'worker', 'hidden']
      const steps = Array.from({ length: 20 }, (_, index) =>
        step({ projects: projects[index % projects.length] ?? '', finalize: 'true' }),
      )
      const results = (await Promise.all(steps)).map(succeeded)
      const release = await api.release(sha)
      assert.deepEqual(slugs(release), projects.toSorted())
      assert.notEqual(release.dateReleased, null)
      assert.equal(results.filter(({ outputs }) => outputs['release-created'] === 'true').length, 1)
      assert.deepEqual(
        [...new Set(results.map(({ outputs }) => outputs['release-id']))],
        [String(release.id)],
      )
    },
  },
]
