import { type FaultKind, UNREACHABLE } from './faults.ts'
import { type Place, type System } from './place.ts'
import { type Request, shapeOf } from './requests.ts'
import { expected, type Often, type Role, roleOf, type Verdict } from './rule.ts'
import { type Baseline, type Ended, runPostOf, runStep, shownBy } from './run.ts'
import { enter } from './scenarios.ts'
import { Watch } from './watch.ts'

/** A fault at one request of a scenario, or on the way to one server. */
export interface Cell {
  readonly name: string
  readonly baseline: Baseline
  readonly request: Request
  readonly fault: FaultKind
  readonly often: Often
  /** On servers that close each connection right after its response without saying so. */
  readonly closesSilently: boolean
}

export interface Result {
  readonly cell: Pick<Cell, 'name' | 'request' | 'fault' | 'often'>
  readonly expected: readonly Verdict[]
  /** `broken`: none of those that there may be. */
  readonly seen: Verdict | 'broken'
  /** Empty: as it should be. */
  readonly deviations: readonly string[]
  /** What the run printed, for a deviation. */
  readonly log: string
}

/** No request is sent more often than this for one fault: 6 attempts, and the same again after a limit. */
const MAX_ATTEMPTS = 12
/** The same for an order whose effect is looked up after it was lost: it is sent three times, and each time may meet a connection that has ended. */
const MAX_ATTEMPTS_OF_ORDER = 3 * (6 + 1)

/** Runs the step with the fault, then without: what came of it, and everything that is wrong with that. */
export async function tryCell(cell: Cell): Promise<Result> {
  const { baseline, request, fault, often, closesSilently } = cell
  const addresses = addressesFor(cell)
  const { place, inputs } = await enter(baseline.scenario, {
    addresses: addresses(undefined),
    closesSilently,
  })
  await using _ = place
  const strikes = inject(cell, place)
  const watch = new Watch(place)

  const run = await runStep(place, inputs, addresses(place))
  const seen = verdictOf(run, place, baseline)
  const struck = strikes()
  for (const server of Object.values(place.servers)) server.clearFaults()
  const post = await runPostOf(run.result, place, inputs)
  // Without its server, what stands in for a comparison of GitHub is missing, too.
  const isWhole = fault.name in UNREACHABLE && request.system === 'github'
  const role = roleOf(isWhole ? { ...request, shape: 'GET commits?sha' } : request, inputs)
  const wrongs = [
    ...(run.ended ? [] : ['it does not end']),
    ...watch.wrongs(),
    ...watch.wrongsOf(run.result, request.shape),
    ...(post && (post.code !== 0 || post.stderr !== '') ? [`the post step fails: ${post.stdout}`] : []),
    ...(struck === 0 ? ['the fault never struck'] : []),
    ...tooOften(cell, role, struck),
  ]
  const allowed = expected(role, fault, often, request.status)
  const isAllowed = allowed.some(
    (verdict) => verdict === seen || (verdict === 'tolerated' && seen === 'healed'),
  )
  if (!isAllowed) wrongs.push(`${seen} instead of ${allowed.join(' or ')}`)
  // A run that was as good as the clean one has nothing to be completed.
  if (seen !== 'healed') wrongs.push(...(await completed(cell, place, watch)))
  return { cell, expected: allowed, seen, deviations: wrongs, log: run.result.stdout }
}

/** The next run of the same step, with nothing in its way, brings the end of a clean run. */
async function completed({ baseline }: Cell, place: Place, watch: Watch): Promise<string[]> {
  const { result } = await runStep(place, baseline.inputs)
  const { annotations } = shownBy(result)
  const state = JSON.stringify(place.state)
  const errors = (text: string): number => text.split('"level":"error"').length
  return [
    ...watch.wrongs().map((wrong) => `after the next run: ${wrong}`),
    ...(result.code === baseline.code ? [] : [`the next run exits ${result.code}: ${annotations}`]),
    ...(errors(annotations) === errors(baseline.annotations) ? [] : [`the next run says ${annotations}`]),
    ...(state === baseline.state ? [] : [`the next run leaves ${state}\ninstead of ${baseline.state}`]),
  ]
}

function verdictOf({ result, ended }: Ended, place: Place, baseline: Baseline): Result['seen'] {
  const { outputs, annotations } = shownBy(result)
  const same = JSON.stringify(place.state) === baseline.state
  const alike = outputs === baseline.outputs && annotations === baseline.annotations
  if (!ended) return 'broken'
  if (result.code === baseline.code && same && alike) return 'healed'
  const errors = result.annotations.filter(({ level }) => level === 'error')
  const usual = (JSON.parse(baseline.annotations) as typeof errors).filter(({ level }) => level === 'error')
  const asUsual = errors.map(({ title }) => title).join() === usual.map(({ title }) => title).join()
  if (result.code === baseline.code && asUsual) return 'tolerated'
  return result.code === 1 && errors.length === 1 ? 'failed' : 'broken'
}

/** Lays the fault down; gives how often it has struck. */
function inject({ request, fault, often }: Cell, place: Place): () => number {
  if (fault.name in UNREACHABLE) return () => Number.POSITIVE_INFINITY
  const { system, shape, ordinal } = request
  let seen = 0
  place.servers[system].fault({
    matches: (call) => {
      const fits = shapeOf(call) === shape
      if (fits) seen += 1
      return fits
    },
    skip: ordinal - 1,
    times: often === 'once' ? 1 : Number.POSITIVE_INFINITY,
    action: fault.action(system, place),
  })
  return () => Math.max(0, seen - ordinal + 1)
}

function tooOften({ request, often, baseline }: Cell, { shows, effect }: Role, struck: number): string[] {
  const { system, shape } = request
  // The wait polls until its deadline.
  const polled = system === 'abf' && shape.startsWith('GET build_lists')
  const usual = baseline.requests.find((other) => other.shape === shape && other.ordinal === request.ordinal)
  const attempts = shows && effect === 'writes' ? MAX_ATTEMPTS_OF_ORDER : MAX_ATTEMPTS
  const most = attempts * (usual?.occurrences ?? 1)
  return often === 'once' || polled || struck <= most || struck === Number.POSITIVE_INFINITY
    ? []
    : [`sent ${struck} times`]
}

/** Another address for the server, for faults of the way to it; before the servers run, their addresses are open. */
function addressesFor({
  request,
  fault,
}: Cell): (place: Place | undefined) => Partial<Record<System, string>> {
  const change = UNREACHABLE[fault.name]
  if (!change) return () => ({})
  return (place) => ({ [request.system]: change(place?.servers[request.system].url ?? 'http://127.0.0.1:1') })
}
