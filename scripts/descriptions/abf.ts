import { AbfStandIn, type Build, type Dialect, FileStoreStandIn } from '../../__tests__/servers/abf/index.ts'
import { type ActionRun, runAction, SHA } from '../../__tests__/runner/runner.ts'
import { SentryStandIn } from '../../__tests__/servers/sentry/index.ts'
import { askTheRest, buildAt } from './abf-rest.ts'
import { type Seen, ValidatingProxy } from './prism.ts'

const SPEC = 'openapi/abf.yaml'
const TOKEN = 'token-of-ci_bot'
const QUARTER_PAST = Date.UTC(2026, 0, 1, 10, 15)

type Inputs = Readonly<Record<string, string>>

/** A run of the action, and what is true when it went as meant. */
interface Scene {
  readonly name: string
  readonly prepare?: (abf: AbfStandIn) => Inputs | undefined
  readonly inputs?: Inputs
  readonly code: 0 | 1
  /** Where the scene means anything (default: everywhere). */
  readonly only?: Dialect
}

/** What went through the proxies in all scenes, and what did not end as it was meant to. */
export interface Played {
  readonly seen: readonly Seen[]
  readonly violations: readonly string[]
  readonly surprises: readonly string[]
}

const BUILD = { 'abf-project': 'openmandriva/gtk+demo', 'abf-repository': 'cooker/main' }
/** Not taken from an earlier scene. */
const FRESH = { ...BUILD, 'abf-reuse': 'false' }

function on(operation: string, status: number, code: 0 | 1, more: Partial<Build> = {}): Scene {
  return {
    name: `${operation} a build at ${status}`,
    prepare: (abf) => ({ 'abf-build-list-ids': buildAt(abf, status, more) }),
    inputs: { 'abf-operation': operation },
    code,
  }
}

const SCENES: readonly Scene[] = [
  { name: 'build for two architectures', inputs: { ...BUILD, 'abf-arches': 'x86_64, aarch64' }, code: 0 },
  { name: 'build again: taken, not submitted', inputs: BUILD, code: 0 },
  { name: 'build and publish', inputs: { ...FRESH, 'abf-auto-publish': 'default' }, code: 0 },
  { name: 'build into testing', inputs: { ...FRESH, 'abf-auto-publish': 'testing' }, code: 0 },
  {
    name: 'build with options',
    inputs: {
      ...FRESH,
      'abf-build-options': '{"use_extra_tests":false,"extra_params":{"build_rpm":"--without tests"}}',
    },
    code: 0,
  },
  {
    name: 'build into a personal platform',
    inputs: { ...FRESH, 'abf-repository': 'alice_personal/main', 'abf-platform': 'cooker' },
    code: 0,
  },
  {
    name: 'build for a platform with a dot, everything by number',
    inputs: { 'abf-project': '40300', 'abf-repository': '61', 'abf-platform': '44', 'abf-arches': '7' },
    code: 0,
  },
  {
    name: 'a build that fails, with its log from the file store',
    prepare: (abf) => {
      const files = { 'build.log': 'error: Bad exit status\n', 'script_output.log': 'done\n' }
      abf.plan({ arch: 'i686' }, [3000, { status: 666, files }], { times: 1 })
      return undefined
    },
    inputs: { ...FRESH, 'abf-arches': 'i686' },
    code: 1,
  },
  {
    name: 'a timeout, and the build is cancelled',
    prepare: (abf) => {
      abf.plan({ arch: 'i686' }, [{ status: 3000, afterMs: 3_600_000 }], { times: 1 })
      return undefined
    },
    inputs: { ...FRESH, 'abf-arches': 'i686', 'abf-timeout': '1s' },
    code: 1,
  },
  on('watch', 6000, 0),
  on('watch', 11_000, 1),
  on('watch', 15_000, 0),
  {
    name: 'a status that nobody knows',
    prepare: (abf) => ({ 'abf-build-list-ids': buildAt(abf, 12_345) }),
    inputs: { 'abf-timeout': '1s' },
    code: 1,
  },
  on('publish', 0, 0),
  on('publish', 12_000, 0),
  on('publish', 6000, 0),
  on('publish', 3000, 1),
  on('publish-into-testing', 0, 0),
  on('publish-into-testing', 666, 1),
  on('reject', 0, 0),
  on('reject', 3000, 1),
  on('cancel', 3000, 0),
  on('cancel', 2000, 0),
  on('cancel', 0, 1),
  {
    name: 'search with filters',
    inputs: {
      'abf-filter': 'ownership=everything\nproject_name=gtk\narch_id=2\nupdated_at_start=1',
    },
    code: 0,
  },
  { name: 'search by status, nothing found', inputs: { 'abf-filter': 'status=14000' }, code: 0 },
  {
    name: 'watch a build that is not there',
    inputs: { 'abf-build-list-ids': '999999' },
    code: 1,
  },
  { name: 'a wrong password', inputs: { ...FRESH, 'abf-token': 'not-a-token' }, code: 1 },
  {
    name: 'a login that is not confirmed',
    inputs: { ...FRESH, 'abf-token': '', 'abf-username': 'newcomer', 'abf-password': 'password-of-newcomer' },
    code: 1,
  },
  {
    name: 'an account without the right',
    inputs: { ...FRESH, 'abf-token': 'token-of-guest' },
    code: 1,
  },
  { name: 'a hidden project', inputs: { ...FRESH, 'abf-project': 'alice/secret' }, code: 1 },
  {
    name: 'a project that only looks like it',
    inputs: { ...FRESH, 'abf-project': 'openmandriva/gtk' },
    code: 1,
  },
  { name: 'no such project', inputs: { ...FRESH, 'abf-project': 'nobody/nothing' }, code: 1 },
  { name: 'a project number that breaks the server', inputs: { ...FRESH, 'abf-project': '1' }, code: 1 },
  { name: 'values that are refused', inputs: { ...FRESH, 'abf-arches': '999' }, code: 1 },
  {
    name: 'a page of the web server for some seconds',
    prepare: (abf) => {
      const page = '<html><body><h1>502 Bad Gateway</h1></body></html>'
      const answer = { status: 502, headers: { 'Content-Type': 'text/html' }, raw: page }
      abf.fault({ method: 'GET', path: /arches/, action: { kind: 'answer', answer } })
      return undefined
    },
    inputs: FRESH,
    code: 0,
  },
  {
    name: 'over the limit of requests',
    prepare: (abf) => {
      abf.rateLimit.exhaust('user:501')
      return undefined
    },
    inputs: FRESH,
    code: 1,
    only: 'omv',
  },
]

/** Runs the action against a farm behind Prism, scene by scene; both the farm and its file store are described. */
export async function playAbf(dialect: Dialect): Promise<Played> {
  await using store = await new FileStoreStandIn().start()
  await using files = await new ValidatingProxy(SPEC, store.url).start()
  const fileStore = {
    url: files.url,
    put: (name: string, content: string | Buffer) => store.put(name, content),
    remove: (sha1: string) => {
      store.remove(sha1)
    },
  }
  const begun = Date.now()
  const clock = (): number => QUARTER_PAST + Date.now() - begun
  await using abf = await new AbfStandIn({ dialect, fileStore, pace: 0, clock }).start()
  for (const project of abf.world.projects.values()) project.commits.push(SHA)
  await using proxy = await new ValidatingProxy(SPEC, abf.url).start()
  await using sentry = await new SentryStandIn().start()
  const surprises: string[] = []
  for (const scene of SCENES.filter(({ only }) => only === undefined || only === dialect)) {
    const more = scene.prepare?.(abf)
    const result = await runAction(step(sentry, proxy.url, { ...scene.inputs, ...more }))
    if (result.code !== scene.code || result.stderr !== '') {
      surprises.push(`${scene.name}: exit code ${result.code}\n${result.stdout}${result.stderr}`)
    }
  }
  await askTheRest(abf, store, proxy.url, files.url)
  return {
    seen: [...proxy.seen, ...files.seen],
    violations: [...proxy.violations, ...files.violations],
    surprises,
  }
}

function step(sentry: SentryStandIn, url: string, inputs: Inputs): ActionRun {
  const access = { 'sentry-auth-token': sentry.tokens.organization, 'sentry-url': sentry.baseUrl }
  const quick = { 'abf-poll-interval': '1s', 'abf-timeout': '20s' }
  const common = { projects: 'web', 'set-commits': 'skip', 'abf-url': url, 'abf-token': TOKEN }
  return { inputs: { ...access, ...common, ...quick, ...inputs } }
}
