import type { Stage } from '../../__tests__/runner/stage.ts'

/** How an example ends under `act`: with these job results, and with this on the servers. */
export interface Expected {
  readonly outcome: string
  /** Default: push */
  readonly event?: string
  readonly payload?: (commit: string) => object
  readonly files?: Readonly<Record<string, string>>
  readonly prepare?: (stage: Stage) => void
  /** The results of a job, one for each leg of its matrix. A job that does not run has none. */
  readonly jobs: Readonly<Record<string, readonly string[]>>
  readonly state: {
    /** `SHA` is the commit; a release that is not finalized says so. */
    readonly releases: readonly string[]
    /** Environments. */
    readonly deploys: readonly string[]
    /** Statuses of ABF. */
    readonly builds: readonly number[]
    readonly bundles: number
  }
}

const OK = ['success'] as const
const FAILED = ['failure'] as const
const NOTHING = { releases: [], deploys: [], builds: [], bundles: 0 } as const
const DATED = { ...NOTHING, releases: ['SHA'] } as const
const UNDATED = { ...NOTHING, releases: ['SHA without a date'] } as const

/** Builds for the second architecture end as a failure. */
const failSecond = ({ abf }: Stage): void => {
  abf.plan({ arch: 'aarch64' }, [3000, 666])
}

const deployment = (state: string) => (commit: string) => ({
  deployment: { sha: commit, ref: 'main', environment: 'staging', created_at: '2026-03-01T10:00:00Z' },
  deployment_status: { state },
})

/** A project whose build writes one script and its map. */
const WEB_PROJECT = {
  'package.json': JSON.stringify({
    name: 'storefront',
    version: '1.0.0',
    scripts: { build: 'node build.cjs', deploy: 'node deploy.cjs' },
  }),
  'package-lock.json': JSON.stringify({
    name: 'storefront',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: { '': { name: 'storefront', version: '1.0.0' } },
  }),
  'build.cjs': `const { mkdirSync, writeFileSync } = require('node:fs')
mkdirSync('dist', { recursive: true })
writeFileSync('dist/app.js', 'call()\\n//# sourceMappingURL=app.js.map\\n')
writeFileSync('dist/app.js.map', JSON.stringify({ version: 3, sources: ['app.ts'], sourcesContent: ['call()'], names: [], mappings: 'AAAA' }))
`,
  'deploy.cjs': `const { existsSync, readFileSync } = require('node:fs')
if (existsSync('dist/app.js.map') || !readFileSync('dist/app.js', 'utf8').includes('debugId=')) process.exit(1)
`,
}

/** Every example, by its file. */
export const expected: Readonly<Record<string, readonly Expected[]>> = {
  'release.yml': [{ outcome: 'a release with a date', jobs: { release: OK }, state: DATED }],
  'self-hosted.yml': [{ outcome: 'a release with a date', jobs: { release: OK }, state: DATED }],
  'monorepo.yml': [
    {
      outcome: 'a release with a date for each project',
      jobs: { release: [...OK, ...OK] },
      state: { ...NOTHING, releases: ['api@SHA', 'web@SHA'] },
    },
  ],
  'release-and-deploy.yml': [
    {
      outcome: 'a release with a date and a deploy',
      jobs: { release: OK, deploy: OK },
      state: { ...DATED, deploys: ['production'] },
    },
    {
      outcome: 'no deploy where the release fails',
      prepare: ({ sentry }) => sentry.renameProject('web', 'shop'),
      jobs: { release: FAILED },
      state: NOTHING,
    },
  ],
  'deployment.yml': [
    {
      outcome: 'a deploy of the deployed commit',
      event: 'deployment_status',
      payload: deployment('success'),
      jobs: { record: OK },
      state: { ...DATED, deploys: ['staging'] },
    },
    {
      outcome: 'nothing for a deployment that failed',
      event: 'deployment_status',
      payload: deployment('failure'),
      jobs: {},
      state: NOTHING,
    },
  ],
  'source-maps.yml': [
    {
      outcome: 'a bundle, and a deploy without source maps',
      files: WEB_PROJECT,
      jobs: { release: OK },
      state: { ...DATED, deploys: ['production'], bundles: 1 },
    },
  ],
  'abf-build.yml': [
    {
      outcome: 'a date after both builds are in testing',
      jobs: { build: OK },
      state: { ...DATED, builds: [12000, 12000] },
    },
    {
      outcome: 'no date where a build fails',
      prepare: failSecond,
      jobs: { build: FAILED },
      state: { ...UNDATED, builds: [12000, 666] },
    },
  ],
  'abf-matrix.yml': [
    {
      outcome: 'a date after both jobs',
      jobs: { build: [...OK, ...OK], release: OK },
      state: { ...DATED, builds: [0, 0] },
    },
  ],
  'abf-submit-and-watch.yml': [
    {
      outcome: 'a date from the second job',
      jobs: { submit: OK, watch: OK },
      state: { ...DATED, builds: [0, 0] },
    },
    {
      outcome: 'no date where a build fails',
      prepare: failSecond,
      jobs: { submit: OK, watch: FAILED },
      state: { ...UNDATED, builds: [0, 666] },
    },
  ],
  'abf-approve-and-publish.yml': [
    {
      outcome: 'published builds, a date and a deploy',
      jobs: { build: OK, publish: OK },
      state: { ...DATED, builds: [6000, 6000], deploys: ['production'] },
    },
  ],
  'abf-nightly.yml': [
    {
      outcome: 'green where no build failed',
      event: 'schedule',
      jobs: { 'failed-builds': OK },
      state: UNDATED,
    },
  ],
  'outputs.yml': [
    {
      outcome: 'a job for each package, and a report',
      jobs: { build: OK, test: [...OK, ...OK, ...OK, ...OK], report: OK },
      state: { ...DATED, builds: [0, 0] },
    },
    {
      outcome: 'only the report where a build fails',
      prepare: failSecond,
      jobs: { build: FAILED, report: OK },
      state: { ...UNDATED, builds: [0, 666] },
    },
  ],
}
