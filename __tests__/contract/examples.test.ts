import { chmodSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { AbfStandIn, type Build, type Dialect, FileStoreStandIn } from '../servers/abf/index.ts'
import { type ActionResult, SHA } from '../runner/runner.ts'
import { ProxyStandIn } from '../servers/proxy.ts'
import type { SentryStandIn } from '../servers/sentry/index.ts'
import { hasOpenssl, makeCertificate } from '../servers/tls.ts'
import { runWorkflow, type WorkflowOptions, type WorkflowRun, yamlBlocks } from '../runner/workflow.ts'
import { endState, gate, serve, startSentry } from './helpers.ts'
import { build, workspaceWith } from './sourcemaps.ts'

// The workflows that people copy, run as they are: only the addresses of the servers are put in.

const root = new URL('../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

interface Scene {
  readonly sentry: SentryStandIn
  readonly abf: AbfStandIn
  readonly run: (text: string, options?: WorkflowOptions) => Promise<WorkflowRun>
}

/** A Sentry, and an ABF that has the project of the examples with the commit of the event. */
async function scene(dialect: Dialect = 'omv', projects = ['web', 'api']): Promise<Scene> {
  const organization = { slug: 'acme', projects, repositories: ['acme/storefront'] }
  const sentry = await startSentry({ organizations: [organization] })
  const fileStore = await serve(new FileStoreStandIn())
  // Builds move on whenever somebody looks, so that nobody has to wait for the next poll.
  const abf = await serve(new AbfStandIn({ dialect, fileStore, pace: 0 }))
  const { id: bot, token } = abf.world.user('ci_bot')
  abf.addProject({ name: 'storefront', writers: [bot], commits: [SHA] })
  const secrets = { SENTRY_AUTH_TOKEN: sentry.tokens.organization, ABF_TOKEN: token }
  const addresses = { 'sentry-url': sentry.baseUrl, 'abf-url': abf.url, 'abf-poll-interval': '1s' }
  return { sentry, abf, run: (text, options) => runWorkflow(text, { secrets, with: addresses, ...options }) }
}

/** The only run of the action in a job. */
function actionOf(run: WorkflowRun, job: string): ActionResult {
  const [action, ...others] = run.jobs[job]?.steps.flatMap(({ action }) => action ?? []) ?? []
  if (!action || others.length > 0) throw new Error(`not one run of the action in ${job}`)
  return action
}

function errorsOf(run: WorkflowRun, job: string): string[] {
  const { annotations } = actionOf(run, job)
  return annotations.filter(({ level }) => level === 'error').map(({ message }) => message)
}

const statuses = (abf: AbfStandIn): number[] => abf.builds.map(({ status }) => status)
const isDated = (sentry: SentryStandIn, version = SHA): boolean =>
  sentry.release(version).dateReleased !== null
const idsOf = (abf: AbfStandIn): string => JSON.stringify(abf.builds.map(({ id }) => id))

/** What each example has to do. */
const scenarios: Readonly<Record<string, (text: string) => void>> = {
  'release.yml': (text) => {
    it('makes a release with its commits and its date, once', async () => {
      const { sentry, run } = await scene()
      expect((await run(text)).result).toBe('success')
      const state = endState(sentry)
      expect(state).toMatchObject({
        releases: [{ version: SHA, projects: ['web'], finalized: true, heads: { 'acme/storefront': SHA } }],
        deploys: [],
      })
      expect((await run(text)).result).toBe('success')
      expect(endState(sentry)).toEqual(state)
    })

    it('is red with a token that Sentry does not know', async () => {
      const { sentry, run } = await scene()
      sentry.revoke(sentry.tokens.organization)
      expect((await run(text)).result).toBe('failure')
    })
  },

  'source-maps.yml': (text) => {
    it('uploads the scripts that it deploys, and deploys no source maps', async () => {
      const { sentry, run } = await scene()
      const files = build('app')
      const writes = Object.entries(files).map(
        ([name, content]) => `cat > ${name} << 'END'\n${content}\nEND\n`,
      )
      const npm = `#!/bin/sh\n[ "$*" != 'run build' ] || { mkdir dist\n${writes.join('')}}\n[ "$*" != 'run deploy' ] || cat dist/*\n`
      const { result, jobs } = await run(text, { files: { npm }, without: ['actions/checkout'] })
      expect(result).toBe('success')
      const deployed = jobs['release']?.steps.find(({ log }) => log.includes('call('))?.log ?? ''
      const [bundle] = sentry.artifacts.bundles
      expect(deployed).toBe(bundle?.files.get('files/_/_/app.js')?.toString())
      expect(deployed).toContain('debugId=')
      expect(sentry.deploys).toMatchObject([{ version: SHA, environment: 'production' }])
    })

    it('is red when the build has no source maps, and deploys nothing', async () => {
      const { sentry, run } = await scene()
      const npm = '#!/bin/sh\n[ "$*" != "run build" ] || { mkdir dist; echo "call()" > dist/app.js; }\n'
      const { result } = await run(text, { files: { npm }, without: ['actions/checkout'] })
      expect([result, sentry.deploys, sentry.artifacts.bundles]).toEqual(['failure', [], []])
    })
  },

  'release-and-deploy.yml': (text) => {
    it('finalizes and records the deploy after the deployment', async () => {
      const { sentry, run } = await scene()
      const result = await run(text)
      expect(result.result).toBe('success')
      expect(actionOf(result, 'release').outputs['release-finalized']).toBe('false')
      const [start, deployment, recorded] = result.jobs['deploy']?.steps ?? []
      expect(deployment?.log).toBe(`deploy version ${SHA} here\n`)
      expect(recorded?.outputs).toMatchObject({ 'release-version': SHA, 'release-finalized': 'true' })
      expect(sentry.deploys).toMatchObject([{ version: SHA, environment: 'production', projects: ['web'] }])
      expect(Date.parse(sentry.deploys[0]?.dateStarted ?? '') / 1000).toBe(Number(start?.outputs['time']))
    })

    it('deploys nothing without a release', async () => {
      const { sentry, run } = await scene()
      sentry.renameProject('web', 'shop')
      const { result, jobs } = await run(text)
      expect([result, jobs['release']?.result, jobs['deploy']?.result]).toEqual([
        'failure',
        'failure',
        'skipped',
      ])
      expect(endState(sentry)).toMatchObject({ releases: [], deploys: [] })
    })
  },

  'monorepo.yml': (text) => {
    it('makes a release with a date per project', async () => {
      const { sentry, run } = await scene()
      expect((await run(text)).result).toBe('success')
      expect(new Set(sentry.releases.map(({ version, projects }) => [version, ...projects]))).toEqual(
        new Set([
          [`web@${SHA}`, 'web'],
          [`api@${SHA}`, 'api'],
        ]),
      )
      expect(['web', 'api'].map((project) => isDated(sentry, `${project}@${SHA}`))).toEqual([true, true])
    })
  },

  'deployment.yml': (text) => {
    const deployed = 'ab'.repeat(20)
    const event = (state: string): NonNullable<WorkflowOptions['event']> => ({
      name: 'deployment_status',
      payload: {
        deployment: { sha: deployed, environment: 'staging', created_at: '2026-03-01T10:00:00Z' },
        deployment_status: { state },
      },
    })

    it('records a deployment that succeeded, of its own commit', async () => {
      const { sentry, run } = await scene()
      expect((await run(text, { event: event('success') })).result).toBe('success')
      expect(sentry.deploys).toMatchObject([
        { version: deployed, environment: 'staging', projects: ['web'], dateStarted: '2026-03-01T10:00:00Z' },
      ])
    })

    it('does nothing about one that failed', async () => {
      const { sentry, run } = await scene()
      expect((await run(text, { event: event('failure') })).result).toBe('skipped')
      expect(sentry.requests).toEqual([])
    })
  },

  'self-hosted.yml': (text) => {
    /** A Sentry that only a proxy can reach, with a certificate that nobody knows, and what the workflow says of it. */
    async function office() {
      const { tls, file } = makeCertificate('DNS:sentry.test')
      const sentry = await startSentry({ tls })
      const SENTRY_URL = sentry.url.replace('127.0.0.1', 'sentry.test')
      const secrets = { SENTRY_AUTH_TOKEN: sentry.tokens.integration }
      const vars = { SENTRY_URL, CA_FILE: file, HTTPS_PROXY: '', NO_PROXY: 'other.test' }
      return { sentry, secrets, vars }
    }

    it.skipIf(!hasOpenssl)('reaches the server through the proxy, and trusts its authority', async () => {
      await using proxy = await new ProxyStandIn().start()
      const { sentry, secrets, vars } = await office()
      const HTTPS_PROXY = `http://${proxy.address}`
      const { result } = await runWorkflow(text, { secrets, vars: { ...vars, HTTPS_PROXY } })
      expect([result, isDated(sentry)]).toEqual(['success', true])
      const { host } = new URL(vars.SENTRY_URL)
      expect(new Set(proxy.tunnels.map(({ target }) => target))).toEqual(new Set([host]))
    })

    it.skipIf(!hasOpenssl)('says what is missing when the authority is', async () => {
      await using proxy = await new ProxyStandIn().start()
      const { secrets, vars } = await office()
      const HTTPS_PROXY = `http://${proxy.address}`
      const run = await runWorkflow(text, { secrets, vars: { ...vars, HTTPS_PROXY, CA_FILE: '' } })
      expect(errorsOf(run, 'release')).toEqual([expect.stringContaining('NODE_EXTRA_CA_CERTS')])
    })
  },

  'outputs.yml': (text) => {
    const logs = (run: WorkflowRun, job: string): string[] => run.jobs[job]?.steps.map(({ log }) => log) ?? []

    it('has a job for each package, and a report', async () => {
      const { abf, run } = await scene()
      const result = await run(text)
      expect(result.result).toBe('success')
      const all = actionOf(result, 'build').outputs['packages'] ?? ''
      const packages = JSON.parse(all) as { name: string; arch: string }[]
      // One source package of each architecture.
      const binary = packages.filter(({ arch }) => arch !== 'src')
      expect([packages.length - binary.length, binary.length > 1]).toEqual([2, true])
      expect(logs(result, 'test').map((log) => log.split(' ')[1])).toEqual(binary.map(({ name }) => name))
      expect(logs(result, 'test').join('')).toContain(` for aarch64 from ${new URL(abf.url).protocol}`)
      const pages = abf.builds.map(({ id }) => `${abf.url}/build_lists/${id}\n`).join('')
      expect(logs(result, 'report')[0]).toContain(`: success\n${pages}`)
    })

    it('reports when a build has failed, and tests nothing', async () => {
      const { abf, run } = await scene()
      abf.plan({ arch: 'aarch64' }, [3000, 666])
      const result = await run(text)
      expect([result.result, result.jobs['test']?.result]).toEqual(['failure', 'skipped'])
      expect(logs(result, 'report')[0]).toContain(': failure\n')
    })

    it('tests nothing when no packages were built', async () => {
      const { abf, run } = await scene()
      abf.plan({}, [15000])
      const result = await run(text)
      expect([result.result, result.jobs['test']?.result]).toEqual(['success', 'skipped'])
      expect(logs(result, 'report')[0]).toContain(': neutral\n')
    })

    it('reports when there is not even a release', async () => {
      const { sentry, run } = await scene()
      sentry.revoke(sentry.tokens.organization)
      const result = await run(text)
      expect([result.jobs['test']?.result, logs(result, 'report')]).toEqual([
        'skipped',
        ['Builds of the release (none): not started\n'],
      ])
    })
  },

  'abf-matrix.yml': (text) => {
    it('builds side by side for one release, and dates it in the end', async () => {
      const { sentry, abf, run } = await scene()
      const result = await run(text)
      expect([result.result, abf.created.length, sentry.releases.length]).toEqual(['success', 2, 1])
      const legs = result.jobs['build']?.steps ?? []
      expect(legs.map(({ outputs }) => outputs['release-finalized'])).toEqual(['false', 'false'])
      expect(actionOf(result, 'release').outputs['release-finalized']).toBe('true')
    })

    it('dates nothing when one leg fails, and builds only that one again', async () => {
      const { sentry, abf, run } = await scene()
      abf.plan({ arch: 'aarch64' }, [3000, 666])
      expect([(await run(text)).result, isDated(sentry)]).toEqual(['failure', false])
      abf.plan({ arch: 'aarch64' }, [3000, 0])
      expect([(await run(text)).result, abf.created.length, isDated(sentry)]).toEqual(['success', 3, true])
    })
  },

  'abf-build.yml': (text) => {
    it.each(['omv', 'rosa'] as const)(
      'releases what both architectures have in testing (%s)',
      async (dialect) => {
        const { sentry, abf, run } = await scene(dialect)
        const result = await run(text)
        expect(result.result).toBe('success')
        expect(abf.created.map(({ asked }) => asked)).toMatchObject(
          ['x86_64', 'aarch64'].map((arch) => ({
            arch_id: abf.world.arch(arch).id,
            commit_hash: SHA,
            auto_publish_status: 'testing',
          })),
        )
        expect(statuses(abf)).toEqual([12000, 12000])
        expect(isDated(sentry)).toBe(true)
        expect(actionOf(result, 'build').outputs).toMatchObject({
          'build-list-ids': idsOf(abf),
          'build-conclusion': 'success',
          'release-finalized': 'true',
        })
      },
    )

    it('is red and sets no date when one architecture fails', async () => {
      const { sentry, abf, run } = await scene()
      abf.plan({ arch: 'aarch64' }, [3000, 666])
      const result = await run(text)
      expect([result.result, statuses(abf), isDated(sentry)]).toEqual(['failure', [12000, 666], false])
      expect(errorsOf(result, 'build')).toEqual([expect.stringContaining('aarch64')])
      expect(result.jobs['build']?.steps[0]?.log).toContain('error: Bad exit status')
    })
  },

  'abf-submit-and-watch.yml': (text) => {
    it.each(['omv', 'rosa'] as const)('finalizes in the later job (%s)', async (dialect) => {
      const { sentry, abf, run } = await scene(dialect)
      const result = await run(text)
      expect(result.result).toBe('success')
      const submitted = actionOf(result, 'submit').outputs
      expect(submitted).toMatchObject({ 'release-finalized': 'false', 'build-conclusion': 'in_progress' })
      expect(result.jobs['submit']?.outputs).toEqual({ 'build-list-ids': idsOf(abf) })
      expect(actionOf(result, 'watch').outputs).toMatchObject({
        'build-list-ids': idsOf(abf),
        'build-conclusion': 'success',
        'release-created': 'false',
        'release-finalized': 'true',
      })
      expect([abf.created.length, statuses(abf), isDated(sentry)]).toEqual([2, [0, 0], true])
    })

    it('sets no date when a build fails after it was submitted', async () => {
      const { sentry, abf, run } = await scene()
      abf.plan({ arch: 'x86_64' }, [3000, 666])
      const { jobs } = await run(text)
      expect([jobs['submit']?.result, jobs['watch']?.result]).toEqual(['success', 'failure'])
      expect(isDated(sentry)).toBe(false)
    })
  },

  'abf-approve-and-publish.yml': (text) => {
    it.each(['omv', 'rosa'] as const)('publishes, finalizes and records the deploy (%s)', async (dialect) => {
      const { sentry, abf, run } = await scene(dialect)
      const result = await run(text)
      expect(result.result).toBe('success')
      expect(actionOf(result, 'build').outputs).toMatchObject({
        'build-status': '0',
        'release-finalized': 'false',
      })
      expect(result.jobs['build']?.outputs).toEqual({ version: SHA, 'build-list-ids': idsOf(abf) })
      expect([abf.created.length, statuses(abf), isDated(sentry)]).toEqual([2, [6000, 6000], true])
      expect(sentry.deploys).toMatchObject([{ version: SHA, environment: 'production', projects: ['web'] }])
    })

    it('has nothing to approve when a build fails', async () => {
      const { sentry, abf, run } = await scene()
      abf.plan({ arch: 'x86_64' }, [3000, 666])
      const { jobs } = await run(text)
      expect([jobs['build']?.result, jobs['publish']?.result]).toEqual(['failure', 'skipped'])
      expect(isDated(sentry)).toBe(false)
    })

    it('records nothing when publishing fails', async () => {
      const { sentry, abf, run } = await scene()
      abf.plan({ arch: 'aarch64' }, [8000], { on: 'publish' })
      const result = await run(text)
      expect([result.jobs['build']?.result, result.jobs['publish']?.result]).toEqual(['success', 'failure'])
      expect(errorsOf(result, 'publish')).toEqual([expect.stringContaining('aarch64')])
      expect([statuses(abf), isDated(sentry), sentry.deploys]).toEqual([[6000, 8000], false, []])
    })
  },

  'abf-nightly.yml': (text) => {
    const day = 86_400_000

    /** Adds builds that the search is not for: too old, not failed, of another project. Gives what adds further ones. */
    function addOthers({ world }: AbfStandIn): (more?: Partial<Build>) => Build {
      const add = (more: Partial<Build> = {}): Build =>
        world.addBuild({
          projectId: world.project('openmandriva/storefront').id,
          archId: world.arch('x86_64').id,
          saveToRepositoryId: world.repositoryOf('cooker', 'main').id,
          userId: world.user('alice').id,
          status: 666,
          ...more,
        })
      add({ updatedAt: Date.now() - 2 * day })
      add({ status: 6000 })
      add({ projectId: world.project('openmandriva/zlib').id })
      return add
    }

    it('is green when nothing failed', async () => {
      const { sentry, abf, run } = await scene()
      addOthers(abf)
      const { result, jobs } = await run(text)
      expect([result, jobs['failed-builds']?.steps.at(-1)?.outcome]).toEqual(['success', 'skipped'])
      expect(isDated(sentry)).toBe(false)
    })

    it('is red without a word about builds when it cannot search', async () => {
      const { sentry, run } = await scene()
      sentry.revoke(sentry.tokens.organization)
      const { result, jobs } = await run(text)
      const outcomes = jobs['failed-builds']?.steps.map(({ outcome }) => outcome)
      expect([result, outcomes]).toEqual(['failure', ['success', 'failure', 'skipped']])
    })

    it.each(['omv', 'rosa'] as const)('is red and names the builds that failed (%s)', async (dialect) => {
      const { sentry, abf, run } = await scene(dialect)
      const add = addOthers(abf)
      const failed = [add({ updatedAt: Date.now() - day / 2 }), add()]
      const { result, jobs } = await run(text)
      const report = jobs['failed-builds']?.steps.at(-1)
      expect([result, report?.outcome]).toEqual(['failure', 'failure'])
      expect(report?.log.trim().split('\n').sort()).toEqual(
        failed.map(({ id }) => `::error title=ABF build failed::${abf.url}/build_lists/${id}`),
      )
      expect(isDated(sentry)).toBe(false)
    })
  },
}

const files = readdirSync(new URL('examples', root))

describe('every example', () => {
  it('has a scenario', () => {
    expect(Object.keys(scenarios).sort()).toEqual(files.toSorted())
  })

  for (const [file, scenario] of Object.entries(scenarios)) {
    describe.concurrent(`examples/${file}`, () => {
      scenario(read(`examples/${file}`))
    })
  }
})

type Values = Readonly<Record<string, string | number | boolean>>

interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly steps?: readonly { readonly uses?: string; readonly with?: Values }[] }>
  >
}

/** The workflow that a block of the documentation is a part of: jobs, one job, steps, or one step. */
function wholeWorkflow(text: string): Workflow {
  const block = parse(text) as object
  if ('jobs' in block) return { on: 'push', ...block } as Workflow
  const job = 'steps' in block ? block : { steps: [block].flat() }
  return { on: 'push', jobs: { block: { 'runs-on': 'ubuntu-latest', ...job } } } as Workflow
}

/** The inputs of the steps with this action, as far as they are no expressions. */
function inputsOf({ jobs }: Workflow): Values[] {
  const steps = Object.values(jobs).flatMap(({ steps = [] }) => steps)
  return steps
    .filter(({ uses }) => uses?.startsWith('release-gate/'))
    .map(({ with: values = {} }) =>
      Object.fromEntries(Object.entries(values).filter(([, value]) => !String(value).includes('${{'))),
    )
}

/** The items of an input that is a list, or the one that it is. */
function listed(inputs: Values, name: string): string[] {
  return String(inputs[name] ?? '').match(/[^\s,[\]]+/g) ?? []
}

/** Brings into being what the documentation names and the stand-in lacks. */
function furnish({ world }: AbfStandIn, inputs: Values): void {
  const has = (rows: Iterable<{ readonly name: string }>, name: string): boolean =>
    [...rows].some((row) => row.name === name)
  for (const arch of listed(inputs, 'abf-arches')) if (!has(world.arches.values(), arch)) world.addArch(arch)
  const pairs = [...listed(inputs, 'abf-repository'), ...listed(inputs, 'abf-include-repositories')]
  for (const [platform = '', name = ''] of pairs.map((pair) => pair.split('/'))) {
    if (!has(world.platforms.values(), platform)) world.addPlatform({ name: platform })
    const { id: platformId } = world.platform(platform)
    const repositories = world.repositoriesOf(world.platform(platform))
    if (!has(repositories, name)) world.addRepository({ name, platformId })
  }
  for (const [owner = '', name = ''] of listed(inputs, 'abf-project').map((pair) => pair.split('/'))) {
    const groups = [...world.groups.values()].map(({ uname }) => uname)
    if (!groups.includes(owner)) world.addGroup(world.nextId(), owner)
    // Whatever was there under that name, it has neither the commit nor the new repositories.
    for (const { id, ...project } of world.projects.values()) {
      if (project.name === name) world.projects.delete(id)
    }
    world.addProject({ owner, name, writers: [world.user('ci_bot').id], commits: [SHA] })
  }
  for (const id of listed(inputs, 'abf-build-list-ids').map(Number)) {
    world.addBuild({
      id,
      projectId: world.project('openmandriva/storefront').id,
      archId: world.arch('x86_64').id,
      saveToRepositoryId: world.repositoryOf('cooker', 'main').id,
      userId: world.user('ci_bot').id,
      status: inputs['abf-operation'] === 'cancel' ? 3000 : 0,
    })
  }
}

describe.concurrent('the runner of these workflows', () => {
  const job = (more: object): object => ({ 'runs-on': 'ubuntu-latest', ...more })
  const run = (jobs: object): Promise<WorkflowRun> => runWorkflow(JSON.stringify({ on: 'push', jobs }))

  it('goes by needs, conditions and statuses, and hands outputs and variables on', async () => {
    const { result, jobs } = await run({
      last: job({
        if: 'always()',
        needs: ['legs', 'broken', 'stopped'],
        steps: [
          {
            run: 'echo $SEEN',
            env: { SEEN: "${{ join(needs.*.result, ' ') }}, ${{ toJSON(needs.legs.outputs.said) }}" },
          },
        ],
      }),
      stopped: job({ needs: 'broken', steps: [{ run: 'echo never' }] }),
      broken: job({
        env: { WORD: 'hello' },
        steps: [
          { id: 'weak', run: 'exit 3', 'continue-on-error': true },
          { run: 'echo "LATER=${{ env.WORD }} ${{ steps.weak.outcome }}" >> "$GITHUB_ENV"' },
          { run: 'false | true', shell: 'bash' },
          { run: 'echo never' },
          { if: "failure() && steps.weak.conclusion == 'success'", run: 'echo "$LATER"' },
        ],
      }),
      legs: job({
        strategy: { matrix: { n: "${{ fromJSON('[1, 2]') }}" } },
        outputs: { said: '${{ steps.say.outputs.said }}' },
        steps: [{ id: 'say', run: 'printf "said<<END\\na\\n${{ matrix.n }}\\nEND\\n" >> "$GITHUB_OUTPUT"' }],
      }),
    })
    expect(result).toBe('failure')
    expect(jobs['last']?.steps[0]?.log).toBe('success failure skipped, "a\\n2"\n')
    expect(jobs['legs']?.steps.map(({ outputs }) => outputs['said'])).toEqual(['a\n1', 'a\n2'])
    expect(jobs['broken']?.steps.map(({ outcome, log }) => `${outcome} ${log}`.trim())).toEqual([
      'failure',
      'success',
      'failure',
      'skipped',
      'success hello failure',
    ])
  })

  const uses = 'release-gate/release-gate@v1'
  it.each([
    ['a key', [{ run: 'true', 'working-directory': 'src' }], /working-directory/],
    ['an action', [{ uses: 'actions/checkout@v5' }], /uses/],
    ['an input', [{ uses, with: { project: 'web' } }], /no input project/],
    ['a secret', [{ uses, with: { projects: '${{ secrets.PROJECT }}' } }], /no PROJECT among GITHUB_TOKEN/],
    ['a step', [{ run: 'true ${{ steps.none.outcome }}' }], /no none/],
    [
      'an output',
      [{ id: 'gate', uses, if: false }, { run: 'true ${{ steps.gate.outputs.url }}' }],
      /no url among release-version/,
    ],
    ['a context', [{ run: 'true ${{ foo }}' }], /foo/],
    ['a function', [{ run: "true ${{ hashFiles('x') }}" }], /hashFiles/],
    ['half an expression', [{ run: 'true ${{ github.sha }' }], /without an end/],
    ['a condition that is always true', [{ run: 'true', if: '${{ false }} || true' }], /always true/],
  ])('refuses %s that it does not know', async (_, steps, message) => {
    await expect(run({ only: job({ steps }) })).rejects.toThrow(message)
  })

  it('refuses jobs that wait for each other, and an event without a trigger', async () => {
    const steps = [{ run: 'true' }]
    const circle = run({ a: job({ needs: 'b', steps }), b: job({ needs: ['a'], steps }) })
    await expect(circle).rejects.toThrow('needs of a, b')
    const event = { name: 'schedule', payload: {} }
    await expect(runWorkflow(read('examples/release.yml'), { event })).rejects.toThrow('no trigger')
  })
})

// The demo writes that one, from a run of its own.
const pages = readdirSync(new URL('docs', root)).filter(
  (name) => name.endsWith('.md') && name !== 'example.md',
)
const blocks = ['README.md', ...pages.map((name) => `docs/${name}`)].flatMap((page) =>
  yamlBlocks(read(page))
    .filter(({ text }) => text.includes('uses: release-gate/release-gate@'))
    .map(({ line, text }) => ({ place: `${page}:${line}`, text })),
)

/** Programs that a block runs, and what a build would have left. */
async function surroundings(text: string, scripts: readonly string[]): Promise<WorkflowOptions> {
  const programs = Object.fromEntries(scripts.map((name) => [name, '#!/bin/sh\n']))
  if (!text.includes('sourcemaps:')) return { files: programs, without: ['actions/checkout'] }
  // As after the step: one of the blocks checks for ids.
  const ids = Object.entries(build('app')).map(([name, content]) => {
    const id = 'f3c1a9d2-5b7e-5c60-9a41-0d8e27b6c915'
    return [name, name.endsWith('.map') ? content : `${content}//# debugId=${id}\n`]
  })
  const workspace = await workspaceWith({ ...Object.fromEntries(ids), ...programs })
  for (const name of scripts) chmodSync(join(workspace, name), 0o755)
  return { files: { npm: '#!/bin/sh\n' }, workspace, without: ['actions/checkout'] }
}

/** What differs between two runs: ports, and the numbers that servers give out. */
function withoutNumbers(line: string): string {
  return line.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST').replaceAll(/\(\d+\)/g, '(NUMBER)')
}

describe.concurrent('the documentation', () => {
  it('shows a log that the action writes', async () => {
    const sentry = await startSentry()
    const { stdout } = await gate(sentry, { projects: 'web, api', environment: 'production' })
    const log = stdout.replaceAll('::group::', '▾ ').split('\n').map(withoutNumbers)
    const [, block = ''] = /<!-- demo: .*?```text\n(.*?)```/s.exec(read('README.md')) ?? []
    const shown = block
      .trim()
      .split('\n')
      .map((line) => withoutNumbers(line.trim()))
    expect(shown.length).toBeGreaterThan(5)
    expect(log).toEqual(expect.arrayContaining(shown))
  })

  it('has examples', () => {
    expect(blocks.map(({ place }) => place.replace(/:.*/, ''))).toContain('README.md')
  })

  it.each(blocks.map(({ place, text }) => [place, text] as const))('%s runs', async (_, text) => {
    const workflow = wholeWorkflow(text)
    const projects = inputsOf(workflow).flatMap((inputs) => listed(inputs, 'projects'))
    const { sentry, abf, run } = await scene('omv', [...new Set(['web', 'api', ...projects])])
    for (const inputs of inputsOf(workflow)) furnish(abf, inputs)
    const scripts = text.match(/(?<=\.\/)[\w-]+\.sh/g) ?? []
    const variables = [...text.matchAll(/\bvars\.(\w+)/g)].map(([, name = '']) => name)
    const { result, jobs } = await run(JSON.stringify(workflow), {
      ...(await surroundings(text, scripts)),
      // Nobody knows what is in them; nothing is the least that has to do.
      vars: Object.fromEntries(variables.map((name) => [name, ''])),
    })
    const steps = Object.values(jobs).flatMap((job) => job.steps)
    expect([result, ...steps.map(({ log }) => log)].join('\n')).toMatch(/^success/)
    const versions = steps.flatMap(({ action }) => action?.outputs['release-version'] ?? [])
    expect(versions).toHaveLength(steps.filter(({ action }) => action).length)
    expect(new Set(versions)).toEqual(new Set(sentry.releases.map(({ version }) => version)))
    const environments = inputsOf(workflow).flatMap(({ environment }) => environment ?? [])
    expect(sentry.deploys.map(({ environment }) => environment)).toEqual(environments)
  })
})
