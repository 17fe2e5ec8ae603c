import { fileURLToPath } from 'node:url'
import { SHA } from '../__tests__/runner/runner.ts'
import { type Finished, peakMemory, type PlainServer, type Program, run, startServer } from './child.ts'
import { record, releaseInputs, releaseUrl, sentryCli } from './sentry.ts'
import { program, step } from './step.ts'
import { median, type Row } from './table.ts'

const DELAY_MS = 80
/** Runs for the memory, which differs less from run to run than time does. */
const MEMORY_RUNS = 5

/** What is measured of a program that runs again and again, one value per run. */
interface Samples {
  readonly wall: number[]
  /** From the start to the first byte that the server gets. */
  readonly firstByte: number[]
  readonly requests: number[]
}

interface Contender {
  readonly name: string
  readonly program: () => Program
  /** The server that it talks to. */
  readonly server: PlainServer | undefined
}

/** A step that makes sure of a release, against a server that does nothing: whole, in parts, and side by side. */
export async function measureRelease(node: string, runs: number): Promise<Row[]> {
  const { existing, absent } = await record()
  const here = await startServer(existing, 0)
  const far = await startServer(existing, DELAY_MS)
  const empty = await startServer(absent, 0)
  const cli = sentryCli()
  const contenders: readonly Contender[] = [
    { name: 'bare', server: undefined, program: () => program(node, ['-e', '0']) },
    { name: 'floor', server: here, program: () => floor(node, here) },
    { name: 'floor, far', server: far, program: () => floor(node, far) },
    ours('ours', here, node),
    ours('ours, far', far, node),
    ours('ours, new', empty, node),
    ...(cli === undefined
      ? []
      : [
          peer('cli', here, cli, ['releases', 'info', SHA]),
          peer('cli, far', far, cli, ['releases', 'info', SHA]),
          peer('cli, new', empty, cli, ['releases', 'new', SHA, '--project', 'web']),
        ]),
  ]
  const samples = new Map(contenders.map(({ name }) => [name, noSamples()]))
  // In turns, so that whatever else the machine does meets all of them alike; the first turn warms its caches.
  for (let turn = 0; turn <= runs; turn += 1) {
    for (const contender of contenders) {
      const sample = await once(contender)
      if (turn > 0) add(samples.get(contender.name), sample)
    }
  }
  const memory = new Map<string, number | undefined>()
  for (const contender of contenders.filter(({ name }) => ['floor', 'ours', 'cli'].includes(name))) {
    memory.set(contender.name, await memoryOf(contender))
  }
  for (const server of [here, far, empty]) server.stop()
  return rows(samples, memory)
}

function ours(name: string, server: PlainServer, node: string): Contender {
  return { name, server, program: () => step(node, releaseInputs(server.url)) }
}

function peer(name: string, server: PlainServer, command: string, args: readonly string[]): Contender {
  const env = {
    SENTRY_URL: server.url,
    SENTRY_ORG: 'acme',
    SENTRY_AUTH_TOKEN: 'a-token-that-is-long-enough',
    SENTRY_DISABLE_UPDATE_CHECK: '1',
  }
  return { name, server, program: () => program(command, args, env) }
}

function floor(node: string, server: PlainServer): Program {
  const script = fileURLToPath(new URL('floor/request.cjs', import.meta.url))
  return program(node, [script, releaseUrl(server.url), SHA])
}

interface Sample {
  readonly wall: number
  readonly firstByte: number
  readonly requests: number
}

async function once(contender: Contender): Promise<Sample> {
  const finished = await checked(contender)
  const { requests = 0, firstByte = 0n } = (await contender.server?.report()) ?? {}
  return { wall: finished.wallMs, firstByte: Number(firstByte - finished.begun) / 1e6, requests }
}

async function checked({ name, program }: Contender): Promise<Finished> {
  const finished = await run(program())
  // A program that fails is quick, and its time means nothing.
  if (finished.code !== 0) throw new Error(`${name} failed with ${finished.code}:\n${finished.output}`)
  return finished
}

async function memoryOf({ program }: Contender): Promise<number | undefined> {
  const peaks: number[] = []
  for (let turn = 0; turn < MEMORY_RUNS; turn += 1) {
    const peak = await peakMemory(program())
    if (peak !== undefined) peaks.push(peak)
  }
  return peaks.length === 0 ? undefined : median(peaks)
}

function noSamples(): Samples {
  return { wall: [], firstByte: [], requests: [] }
}

function add(samples: Samples | undefined, { wall, firstByte, requests }: Sample): void {
  samples?.wall.push(wall)
  samples?.firstByte.push(firstByte)
  samples?.requests.push(requests)
}

type Part = keyof Samples

function rows(samples: ReadonlyMap<string, Samples>, memory: ReadonlyMap<string, number | undefined>): Row[] {
  const value = (name: string, part: Part): number => median(samples.get(name)?.[part] ?? [])
  const bare = value('bare', 'wall')
  /** Without the time for which the server held responses back. */
  const local = (name: string): number => value(name, 'wall') - DELAY_MS * value(name, 'requests')
  const timed = (
    measure: string,
    most: number,
    of: (name: string) => number,
    names: readonly string[],
  ): Row => {
    const [floor = '', ours = '', cli = ''] = names
    const ratio = of(ours) / bare
    return {
      measure,
      floor: times(of(floor), bare),
      ...(samples.has(cli) ? { peer: times(of(cli), bare) } : {}),
      ours: `${of(ours).toFixed(1)} ms`,
      ratio: `${ratio.toFixed(2)}x`,
      target: `at most ${most.toFixed(1)}x`,
      met: ratio <= most,
    }
  }
  const counted = (measure: string, least: number, most: number, names: readonly string[]): Row => {
    const [ours = '', cli = ''] = names
    return {
      measure,
      floor: String(least),
      ...(samples.has(cli) ? { peer: String(value(cli, 'requests')) } : {}),
      ours: String(value(ours, 'requests')),
      target: String(most),
      met: value(ours, 'requests') <= most,
    }
  }
  const wall = (name: string): number => value(name, 'wall')
  return [
    { measure: 'node -e 0', ours: `${bare.toFixed(1)} ms`, ratio: '1.00x', target: '-', met: undefined },
    timed('existing release, whole process', MAX_RATIO, wall, ['floor', 'ours', 'cli']),
    timed('start to first byte of the first request', MAX_RATIO, (name) => value(name, 'firstByte'), [
      'floor',
      'ours',
      'cli',
    ]),
    timed(`whole process without ${DELAY_MS} ms for each response`, MAX_RATIO, local, [
      'floor, far',
      'ours, far',
      'cli, far',
    ]),
    memoryRow(memory),
    counted('requests, existing release', 1, 1, ['ours', 'cli']),
    counted('requests, new release', 2, 3, ['ours, new', 'cli, new']),
  ]
}

const MAX_MEMORY = 60
/** Times `node -e 0`. */
const MAX_RATIO = 2.9

function memoryRow(memory: ReadonlyMap<string, number | undefined>): Row {
  const say = (name: string): string => {
    const mebibytes = memory.get(name)
    return mebibytes === undefined ? 'n/a' : `${mebibytes.toFixed(0)} MiB`
  }
  const ours = memory.get('ours')
  return {
    measure: 'existing release, peak memory',
    floor: say('floor'),
    ...(memory.has('cli') ? { peer: say('cli') } : {}),
    ours: say('ours'),
    target: `at most ${MAX_MEMORY} MiB`,
    met: ours === undefined ? undefined : ours <= MAX_MEMORY,
  }
}

function times(ms: number, bare: number): string {
  return `${ms.toFixed(1)} ms, ${(ms / bare).toFixed(2)}x`
}
