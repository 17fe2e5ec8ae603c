import { AbfStandIn, FileStoreStandIn } from '../sandbox/abf/index.ts'
import { type ActionResult, type ActionRun, runAction, SHA } from '../sandbox/runner.ts'
import { SentryStandIn } from '../sandbox/sentry/index.ts'
import type { Exchange, StandIn } from '../sandbox/server.ts'

interface Servers {
  readonly sentry: SentryStandIn
  readonly abf: AbfStandIn
}

/** A run of the action that is worth looking at. */
interface Scene {
  readonly title: string
  readonly prepare?: (servers: Servers) => void
  readonly run: ActionRun
  readonly exitCode: 0 | 1
}

const ABF = {
  'set-commits': 'skip',
  projects: 'web',
  'abf-project': 'openmandriva/gtk+demo',
  'abf-repository': 'cooker/main',
  'abf-poll-interval': '1s',
}
const QUEUED = { status: 2000 }

const scenes: readonly Scene[] = [
  {
    title: 'A new release: created, commits and release date set in one request, deploy recorded',
    run: { inputs: { projects: 'web, api', environment: 'production' } },
    exitCode: 0,
  },
  {
    title: 'The same step again: nothing is done twice',
    // What Sentry does by itself a moment later: it fetches the commits.
    prepare: ({ sentry }) => {
      sentry.settleRefs()
    },
    run: { inputs: { projects: 'web, api', environment: 'production' } },
    exitCode: 0,
  },
  {
    title: 'Look-alikes: other versions that contain the SHA do not count',
    prepare: ({ sentry }) => {
      sentry.state.releases.length = 0
      sentry.addRelease({ version: `web@${SHA}` })
      sentry.addRelease({ version: `${SHA}-hotfix` })
      sentry.addRelease({ version: SHA.toUpperCase() })
    },
    run: { inputs: { projects: 'web', 'set-commits': 'skip', finalize: 'false' } },
    exitCode: 0,
  },
  {
    title: 'ABF: two architectures are built and published, then the release gets its date',
    prepare: ({ abf }) => {
      abf.plan({ arch: 'x86_64' }, [QUEUED, { status: 3000, afterMs: 400 }, { status: 0, afterMs: 1500 }])
      abf.plan({ arch: 'aarch64' }, [QUEUED, { status: 3000, afterMs: 1200 }, { status: 0, afterMs: 2500 }])
    },
    run: { inputs: { ...ABF, 'abf-arches': 'x86_64, aarch64' } },
    exitCode: 0,
  },
  {
    title: 'ABF: a build that fails, with the end of its log; the release is held back',
    prepare: ({ abf }) => {
      abf.plan({ arch: 'i686' }, [
        QUEUED,
        { status: 3000, afterMs: 300 },
        {
          status: 666,
          afterMs: 1500,
          files: {
            'build.log': [
              'Building gtk+demo-1.0-1.src.rpm',
              '::error::a line of a log is only text',
              'error: Bad exit status from rpmbuild (%build)',
            ].join('\n'),
          },
        },
      ])
    },
    run: { inputs: { ...ABF, 'abf-arches': 'i686', 'version-prefix': 'failing-' } },
    exitCode: 1,
  },
  {
    title: 'ABF: the job is cancelled during the wait, and its build with it',
    prepare: ({ abf }) => {
      abf.plan({ arch: 'znver1' }, [QUEUED, { status: 3000, afterMs: 300 }, { status: 0, afterMs: 600_000 }])
    },
    run: cancelledWhen(/building \(3000\)/, {
      inputs: { ...ABF, 'abf-arches': 'znver1', 'version-prefix': 'cancelled-' },
    }),
    exitCode: 1,
  },
]

/** A run that gets SIGINT, as from the runner, as soon as its log says something. */
function cancelledWhen(seen: RegExp, run: ActionRun): ActionRun {
  let stop: (() => void) | undefined
  return {
    ...run,
    onStart: (child) => {
      stop = () => {
        child.kill('SIGINT')
      }
    },
    onOutput: (text) => {
      if (seen.test(text)) stop?.()
    },
  }
}

const bold = (text: string): string => (process.stdout.isTTY ? `\u001B[1m${text}\u001B[0m` : text)

function show(label: string, lines: readonly string[]): void {
  console.log(`\n${label}`)
  for (const line of lines) console.log(`  ${line}`)
}

/** The log as the runner shows it: groups as titles, annotations with their level, masks left out. */
function readable(stdout: string): string[] {
  let indent = ''
  return stdout.split('\n').flatMap((line) => {
    const [, title] = /^::group::(.*)$/.exec(line) ?? []
    if (title !== undefined) indent = '  '
    if (line === '::endgroup::') indent = ''
    if (title !== undefined) return [`▾ ${title}`]
    const [, level, text] = /^::(error|warning|notice)[^:]*::(.*)$/.exec(line) ?? []
    if (level !== undefined) return [`${indent}[${level}] ${text?.replaceAll('%0A', `\n    ${indent}`)}`]
    return line === '' || line.startsWith('::') ? [] : [`${indent}${line}`]
  })
}

/** The summary as GitHub would show it, in plain text. */
function asText(summary: string): string[] {
  return summary
    .replaceAll(/<tr><th align[^>]*>(.*?)<\/th><td>/g, (_, label: string) => label.padEnd(10))
    .replaceAll(/<\/t[dh]><t[dh]>/g, ' | ')
    .replaceAll(/<br>/g, ' ')
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/&#(\d+);/g, (_, point: string) => String.fromCodePoint(Number(point)))
    .split('\n')
    .filter((line) => line.trim() !== '')
}

function shortened(value: string): string {
  return value.length > 200 ? `${value.slice(0, 200)}… (${value.length} characters)` : value
}

/** A request without the part of its path that is always the same. */
function sayRequest({ method, path, query, status }: Exchange): string {
  const shown = decodeURIComponent(path.replace(/^\/api\/(0\/organizations\/[^/]+|v1)/, '…') + query)
  return `${method.padEnd(4)} ${shown} → ${status}`
}

function showRun(result: ActionResult, servers: Readonly<Record<string, StandIn>>): void {
  show('log', readable(result.stdout))
  show(
    'outputs',
    Object.entries(result.outputs).map(([name, value]) => `${name} = ${shortened(value)}`),
  )
  show('job summary', asText(result.summary))
  for (const [name, { journal }] of Object.entries(servers)) {
    if (journal.length > 0) show(`requests to ${name}`, journal.map(sayRequest))
  }
  console.log(`\nexit code ${result.code}`)
}

await using files = await new FileStoreStandIn().start()
await using abf = await new AbfStandIn({ dialect: 'omv', fileStore: files }).start()
await using sentry = await new SentryStandIn({
  organizations: [
    {
      slug: 'acme',
      projects: ['web', 'api'],
      repositories: [
        { name: 'acme/storefront', history: [{ id: SHA, message: 'Sell more', authorName: 'Ada' }] },
      ],
    },
  ],
}).start()

const access = {
  'sentry-auth-token': sentry.tokens.organization,
  'sentry-url': sentry.baseUrl,
  'abf-url': abf.url,
  'abf-token': 'token-of-ci_bot',
}
let asExpected = true
for (const [index, { title, prepare, run, exitCode }] of scenes.entries()) {
  prepare?.({ sentry, abf })
  sentry.journal.length = 0
  abf.journal.length = 0
  console.log(`${index === 0 ? '' : '\n\n'}${bold(`${index + 1}. ${title}`)}`)
  const result = await runAction({ ...run, inputs: { ...access, ...run.inputs } })
  showRun(result, { Sentry: sentry, ABF: abf })
  asExpected &&= result.code === exitCode
}
console.log(
  '\nThe action ran as the runner starts it (dist/index.js), against stand-ins for Sentry and ABF on loopback.',
)
process.exitCode = asExpected ? 0 : 1
