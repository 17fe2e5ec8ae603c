import type { Build } from './abf/index.ts'
import type { Stage } from '../runner/stage.ts'

/** One step of a workflow with the action. */
export interface ScenarioStep {
  /** For the expressions of later steps. */
  readonly id?: string
  /** As they stand in a workflow: expressions see `env`, which is `Stage.env`, and `steps`. */
  readonly with: Readonly<Record<string, string>>
  readonly exitCode: 0 | 1
  /** What happens on the servers between the step before and this one. */
  readonly before?: (stage: Stage) => void
  /** The job is cancelled as soon as the log says this. */
  readonly cancelWhen?: RegExp
}

/** Servers in a certain state, and what the action does there. */
export interface Scenario {
  readonly sentence: string
  /** The state of the servers, in words. */
  readonly servers: string
  readonly prepare?: (stage: Stage) => void
  readonly steps: readonly ScenarioStep[]
}

const SENTRY = {
  'sentry-auth-token': '${{ env.STAND_IN_SENTRY_TOKEN }}',
  'sentry-url': '${{ env.STAND_IN_SENTRY_URL }}',
  projects: '${{ env.STAND_IN_PROJECT }}',
}
const FARM = {
  'abf-url': '${{ env.STAND_IN_ABF_URL }}',
  'abf-token': '${{ env.STAND_IN_ABF_TOKEN }}',
  'abf-poll-interval': '1s',
}
const BUILD = {
  ...SENTRY,
  ...FARM,
  'abf-project': '${{ env.STAND_IN_ABF_PROJECT }}',
  'abf-repository': '${{ env.STAND_IN_ABF_REPOSITORY }}',
}
const THESE_BUILDS = { ...SENTRY, ...FARM, 'abf-build-list-ids': '${{ env.STAND_IN_ABF_BUILD_LIST_IDS }}' }

/** Each state lasts until it was seen, so that every run sees the same ones. */
const BUILDING = { status: 3000, afterReads: 1 }
const BUILT = { status: 0, afterReads: 1 }

const LOG = [
  'Building gtk+demo-1.0-1.src.rpm',
  'gcc -O2 -Wall -c main.c -o main.o',
  "main.c:42:5: error: implicit declaration of function 'gtk_demo_run'",
  'make: *** [Makefile:12: main.o] Error 1',
  'error: Bad exit status from rpmbuild (%build)',
]

/** All scenarios by name, the simple ones first. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  missing: {
    sentence: 'The release does not exist: the step creates it with commits and date, and confirms it.',
    servers: 'Sentry has no release and can read the repository.',
    steps: [{ with: { ...SENTRY, projects: '${{ env.STAND_IN_PROJECTS }}' }, exitCode: 0 }],
  },
  existing: {
    sentence: 'The release exists: the step finds it with one request and changes nothing.',
    servers: 'Sentry has the release with all its projects, its commits and a date.',
    prepare: (stage) => {
      addRelease(stage, { projects: ['web', 'api'] })
    },
    steps: [{ with: SENTRY, exitCode: 0 }],
  },
  'look-alike': {
    sentence: 'Only similar versions exist: the step creates the exact version.',
    servers: 'Sentry has a prefixed, a suffixed and an upper-case version of the commit SHA.',
    prepare: ({ sentry, commit }) => {
      for (const version of [`web@${commit}`, `${commit}-hotfix`, commit.toUpperCase()]) {
        sentry.addRelease({ version })
      }
    },
    steps: [{ with: { ...SENTRY, 'set-commits': 'skip', finalize: 'false' }, exitCode: 0 }],
  },
  attach: {
    sentence: 'The release lacks one of the projects: the step attaches it, and detaches none.',
    servers: 'Sentry has the release for the project web.',
    prepare: (stage) => {
      addRelease(stage, { projects: ['web'] })
    },
    steps: [{ with: { ...SENTRY, projects: '${{ env.STAND_IN_PROJECTS }}' }, exitCode: 0 }],
  },
  archived: {
    sentence: 'The release is archived: the step uses it and shows a warning.',
    servers: 'Sentry has the release, archived.',
    prepare: (stage) => {
      addRelease(stage, { status: 'archived' })
    },
    steps: [{ with: SENTRY, exitCode: 0 }],
  },
  commits: {
    sentence: 'Sentry cannot read the repository: the step reads the commits from GitHub.',
    servers: 'Sentry has no repository; GitHub has two commits.',
    prepare: ({ sentry }) => {
      sentry.repositories.length = 0
    },
    steps: [{ with: { ...SENTRY, 'github-token': '${{ env.STAND_IN_GITHUB_TOKEN }}' }, exitCode: 0 }],
  },
  deploy: {
    sentence: 'The first run records a deploy; the second run finds it and adds nothing.',
    servers: 'Sentry has no release. Between the steps it fetches the commits, as it does by itself.',
    steps: [
      { with: { ...SENTRY, environment: 'production' }, exitCode: 0 },
      {
        with: { ...SENTRY, environment: 'production' },
        exitCode: 0,
        before: ({ sentry }) => {
          sentry.settleRefs()
        },
      },
    ],
  },
  build: {
    sentence: 'ABF builds two architectures; only then does the step set the release date.',
    servers: 'ABF builds both, one faster than the other.',
    prepare: ({ abf }) => {
      abf.plan({ arch: 'x86_64' }, [BUILDING, BUILT])
      abf.plan({ arch: 'aarch64' }, [BUILDING, { ...BUILT, afterReads: 2 }])
    },
    steps: [{ with: { ...BUILD, 'abf-arches': 'x86_64, aarch64' }, exitCode: 0 }],
  },
  'build-fails': {
    sentence: 'A build fails: the step shows the end of its log and does not finalize the release.',
    servers: 'ABF cannot build this package, and says why in the log of the build.',
    prepare: ({ abf }) => {
      const failed = { status: 666, afterReads: 1, files: { 'build.log': LOG.join('\n') } }
      abf.plan({}, [BUILDING, failed])
    },
    steps: [{ with: BUILD, exitCode: 1 }],
  },
  'submit-then-watch': {
    sentence: 'One step submits a build; another step waits for it and finalizes the release.',
    servers: 'ABF builds the package.',
    prepare: ({ abf }) => {
      abf.plan({}, [BUILDING, BUILT])
    },
    steps: [
      { id: 'submit', with: { ...BUILD, 'abf-wait': 'false' }, exitCode: 0 },
      {
        with: { ...THESE_BUILDS, 'abf-build-list-ids': '${{ steps.submit.outputs.build-list-ids }}' },
        exitCode: 0,
      },
    ],
  },
  publish: {
    sentence: 'The step publishes an existing build, then sets the release date.',
    servers: 'ABF has the build, not published.',
    prepare: ({ abf, commit }) => {
      addBuild(abf, commit, 0)
      abf.plan({}, [{ status: 6000, afterReads: 1 }], { on: 'publish' })
    },
    steps: [{ with: { ...THESE_BUILDS, 'abf-operation': 'publish' }, exitCode: 0 }],
  },
  reject: {
    sentence: 'The step rejects an existing build; it does not finalize or deploy the release.',
    servers: 'ABF has the build, not published.',
    prepare: ({ abf, commit }) => {
      addBuild(abf, commit, 0)
    },
    steps: [{ with: { ...THESE_BUILDS, 'abf-operation': 'reject' }, exitCode: 0 }],
  },
  cancel: {
    sentence: 'The step cancels a running build; it does not finalize or deploy the release.',
    servers: 'ABF is building the package.',
    prepare: ({ abf, commit }) => {
      addBuild(abf, commit, 3000)
      abf.plan({}, [{ status: 5000, afterReads: 1 }], { on: 'cancel' })
    },
    steps: [{ with: { ...THESE_BUILDS, 'abf-operation': 'cancel' }, exitCode: 0 }],
  },
  search: {
    sentence: 'The step searches for builds and lists them in the outputs and the summary.',
    servers: 'ABF has a published build and one that failed, for two architectures.',
    prepare: ({ abf, commit }) => {
      addBuild(abf, commit, 6000)
      addBuild(abf, commit, 666, 5)
    },
    steps: [
      {
        with: { ...SENTRY, ...FARM, 'abf-operation': 'search', 'abf-filter': 'project_name=gtk+demo' },
        exitCode: 0,
      },
    ],
  },
  'job-cancelled': {
    sentence: 'The job is cancelled during the wait: the step cancels the build that it submitted.',
    servers: 'ABF builds for longer than anybody waits.',
    prepare: ({ abf }) => {
      abf.plan({}, [BUILDING])
    },
    steps: [{ with: BUILD, exitCode: 1, cancelWhen: /building \(3000\)/ }],
  },
  'wrong-token': {
    sentence: 'Sentry does not accept the token: one error names the problem and what to do.',
    servers: 'Sentry has revoked the token.',
    prepare: ({ sentry, env }) => {
      sentry.revoke(env['STAND_IN_SENTRY_TOKEN'] ?? '')
    },
    steps: [{ with: SENTRY, exitCode: 1 }],
  },
  'server-trouble': {
    sentence: 'Sentry fails, closes a connection and requests a pause: the step creates one release.',
    servers: 'Sentry answers 503, loses the answer to the create, and then asks to wait with 429.',
    prepare: ({ sentry }) => {
      const path = /\/releases\//
      const slower = { status: 429, headers: { 'Retry-After': '1' }, body: { detail: 'Slow down' } }
      const down = { status: 503, raw: 'Service Unavailable' }
      sentry.fault({ method: 'GET', path, action: { kind: 'answer', answer: down } })
      sentry.fault({ method: 'POST', path, action: { kind: 'reset', when: 'after' } })
      sentry.fault({ method: 'GET', path, skip: 1, action: { kind: 'answer', answer: slower } })
    },
    steps: [{ with: SENTRY, exitCode: 0 }],
  },
}

/** The scenario of this name; throws with all names when there is none. */
export function scenarioOf(name: string): Scenario {
  const scenario = Object.hasOwn(scenarios, name) ? scenarios[name] : undefined
  if (scenario) return scenario
  throw new Error(`There is no scenario "${name}". There are: ${Object.keys(scenarios).join(', ')}.`)
}

function addRelease(
  { sentry, commit, repository }: Stage,
  more: { readonly projects?: string[]; readonly status?: 'archived' },
): void {
  sentry.addRelease({
    version: commit,
    ref: 'main',
    url: `https://github.com/${repository}/commit/${commit}`,
    dateReleased: '2026-09-01T08:00:00.000000Z',
    commits: [{ id: commit, message: 'Sell more', authorName: 'Ada' }],
    ...more,
  })
}

/** A build by the account of the stage, with the files that its status brings; for x86_64 unless told otherwise. */
function addBuild(abf: Stage['abf'], commitHash: string, status: number, archId = 2): Build {
  const build = abf.addBuild({ projectId: 40217, saveToRepositoryId: 14, userId: 501, archId, commitHash })
  for (const step of status === 6000 ? [3000, 0, 6000] : [3000, status]) abf.setStatus(build.id, step)
  return build
}
