import { AbfStandIn } from '../../__tests__/servers/abf/index.ts'
import { playAbf, type Played } from './abf.ts'
import { playFlows } from './flows.ts'
import { operationFor, operationsOf } from './openapi.ts'
import { ValidatingProxy } from './prism.ts'
import { playSentry } from './sentry.ts'
import { program, runTool } from './tools.ts'

interface Row {
  readonly tool: string
  readonly what: string
  readonly found: string
  readonly problems: readonly string[]
}

/** A file against the recommended rules; a warning counts, too. `api` is its name in docs/redocly.yaml. */
async function lint(api: string): Promise<Row> {
  const args = ['lint', api, '--config', 'docs/redocly.yaml', '--format', 'json', '--max-problems', '1000']
  const { code, stdout, output } = await runTool(program('@redocly/cli', 'redocly'), args)
  const row = { tool: 'redocly lint', what: api }
  if (!stdout.startsWith('{')) return { ...row, found: 'no report', problems: [output] }
  const { totals, problems } = JSON.parse(stdout) as {
    totals: { errors: number; warnings: number; ignored: number }
    problems: { ruleId: string; message: string; location: unknown }[]
  }
  const found = `${totals.errors} errors, ${totals.warnings} warnings, ${totals.ignored} ignored`
  const said = problems.map(
    ({ ruleId, message, location }) => `${ruleId}: ${message} ${JSON.stringify(location)}`,
  )
  return { ...row, found, problems: code === 0 ? said : [...said, `exit code ${code}`] }
}

/** Prism between the action and a stand-in; an operation that no request has used counts as a problem. */
async function proxied(what: string, file: string, play: () => Promise<Played>): Promise<Row> {
  const { seen, violations, surprises } = await play()
  const operations = operationsOf(file)
  const used = new Set(seen.map(({ method, path }) => operationFor(operations, method, path)?.id))
  const unused = operations.flatMap(({ id }) => (used.has(id) ? [] : `not used: ${id}`))
  const statuses = [...new Set(seen.map(({ status }) => status))].toSorted((a, b) => a - b)
  const counts = `${seen.length} requests, ${used.size} of ${operations.length} operations`
  const found = `${counts}, answers ${statuses.join(' ')}; ${violations.length} violations`
  return { tool: 'prism proxy', what, found, problems: [...violations, ...unused, ...surprises] }
}

/** What does not fit must be noticed: a wrong request, a wrong response, a path and a status that are not described. */
async function control(): Promise<Row> {
  await using abf = await new AbfStandIn({ dialect: 'omv' }).start()
  await using proxy = await new ValidatingProxy('openapi/abf.yaml', abf.url).start()
  const headers = { Authorization: abf.basic(), 'Content-Type': 'application/json' }
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${proxy.url}/api/v1/${path}`, { ...init, headers })
  const wrong = { build_lists: [{ id: 'seven', status: 0 }], url: '' }
  abf.fault({ path: /build_lists/, action: { kind: 'answer', answer: { status: 200, body: wrong } } })
  abf.fault({ path: /arches/, action: { kind: 'answer', answer: { status: 418, body: {} } } })
  await ask('build_lists.json')
  await ask('arches.json')
  await ask('mass_builds.json')
  await ask('build_lists.json', { method: 'POST', body: '{"build_list":{"project_id":1}}' })
  const { length } = proxy.violations
  const problems = length === 4 ? [] : [`noticed only:\n${proxy.violations.join('\n')}`]
  return { tool: 'prism proxy', what: 'four things that do not fit', found: `${length} noticed`, problems }
}

async function flows(): Promise<Row[]> {
  const outcomes = await playFlows()
  return outcomes.map(({ name, problem }) => ({
    tool: 'redocly respect',
    what: name,
    found: problem === undefined ? 'as described' : 'not as described',
    problems: problem === undefined ? [] : [problem],
  }))
}

function print(rows: readonly Row[]): void {
  const width = (pick: (row: Row) => string): number => Math.max(...rows.map((row) => pick(row).length))
  const tool = width((row) => row.tool)
  const what = width((row) => row.what)
  for (const row of rows) {
    const mark = row.problems.length === 0 ? 'ok  ' : 'FAIL'
    process.stdout.write(`${mark}  ${row.tool.padEnd(tool)}  ${row.what.padEnd(what)}  ${row.found}\n`)
  }
  for (const { tool: by, what: where, problems } of rows) {
    if (problems.length > 0) process.stdout.write(`\n${by}: ${where}\n${problems.join('\n')}\n`)
  }
}

const linted = await Promise.all(['abf', 'sentry', 'flow'].map(lint))
// Each keeps a core busy, and waits for polls most of the time.
const [omv, rosa, sentry, controlled, flown] = await Promise.all([
  proxied('the action and ABF (OMV)', 'openapi/abf.yaml', () => playAbf('omv')),
  proxied('the action and ABF (ROSA)', 'openapi/abf.yaml', () => playAbf('rosa')),
  proxied('the action and Sentry', 'openapi/sentry-releases.yaml', playSentry),
  control(),
  flows(),
])
const rows = [...linted, omv, rosa, sentry, controlled, ...flown]
print(rows)
process.exitCode = rows.every(({ problems }) => problems.length === 0) ? 0 : 1
