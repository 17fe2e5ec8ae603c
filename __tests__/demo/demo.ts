import type { Exchange } from '../sandbox/server.ts'
import { type ActionResult, type ActionRun, runAction, SHA } from '../sandbox/runner.ts'
import { SentryStandIn } from '../sandbox/sentry/index.ts'

/** A run of the action that is worth looking at. */
interface Scene {
  readonly title: string
  readonly prepare?: (sentry: SentryStandIn) => void
  readonly run: ActionRun
}

const scenes: readonly Scene[] = [
  {
    title: 'A new release: created, commits and release date set in one request, deploy recorded',
    run: { inputs: { projects: 'web, api', environment: 'production' } },
  },
  {
    title: 'The same step again: nothing is done twice',
    run: { inputs: { projects: 'web, api', environment: 'production' } },
  },
  {
    title: 'Look-alikes: other versions that contain the SHA do not count',
    prepare: (sentry) => {
      sentry.state.releases.length = 0
      sentry.addRelease({ version: `web@${SHA}` })
      sentry.addRelease({ version: `${SHA}-hotfix` })
      sentry.addRelease({ version: SHA.toUpperCase() })
    },
    run: { inputs: { projects: 'web', 'set-commits': 'skip', finalize: 'false' } },
  },
]

const bold = (text: string): string => (process.stdout.isTTY ? `\u001B[1m${text}\u001B[0m` : text)

function show(label: string, lines: readonly string[]): void {
  console.log(`\n${label}`)
  for (const line of lines) console.log(`  ${line}`)
}

function showResult(result: ActionResult, requests: readonly string[]): void {
  show('log', readable(result.stdout))
  show(
    'outputs',
    Object.entries(result.outputs).map(([name, value]) => `${name} = ${value}`),
  )
  show('job summary', asText(result.summary))
  show('requests that Sentry saw', requests)
  console.log(`\nexit code ${result.code}`)
}

/** The log as the runner shows it: groups as titles, masks and other commands left out. */
function readable(stdout: string): string[] {
  let indent = ''
  return stdout.split('\n').flatMap((line) => {
    const [, title] = /^::group::(.*)$/.exec(line) ?? []
    if (title !== undefined) indent = '  '
    if (line === '::endgroup::') indent = ''
    if (title !== undefined) return [`▾ ${title}`]
    return line === '' || line.startsWith('::') ? [] : [`${indent}${line}`]
  })
}

/** The summary as GitHub would show it, in plain text. */
function asText(summary: string): string[] {
  return summary
    .replaceAll(/<tr><th[^>]*>(.*?)<\/th><td>/g, (_, label: string) => label.padEnd(10))
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/&#(\d+);/g, (_, point: string) => String.fromCodePoint(Number(point)))
    .split('\n')
    .filter((line) => line.trim() !== '')
}

/** A request without the part of its path that is always the same. */
function sayRequest({ method, path, query, status }: Exchange): string {
  const shown = decodeURIComponent(path.replace(/^\/api\/0\/organizations\/[^/]+/, '…') + query)
  return `${method.padEnd(4)} ${shown} → ${status}`
}

await using sentry = await new SentryStandIn().start()
let failed = false
for (const [index, scene] of scenes.entries()) {
  scene.prepare?.(sentry)
  sentry.journal.length = 0
  console.log(`${index === 0 ? '' : '\n\n'}${bold(`${index + 1}. ${scene.title}`)}`)
  const access = { 'sentry-auth-token': sentry.tokens.organization, 'sentry-url': sentry.baseUrl }
  const result = await runAction({ ...scene.run, inputs: { ...access, ...scene.run.inputs } })
  showResult(result, sentry.journal.map(sayRequest))
  failed ||= result.code !== 0
}
console.log(
  '\nThe action ran as the runner starts it (dist/index.js), against a stand-in Sentry on loopback.',
)
process.exitCode = failed ? 1 : 0
