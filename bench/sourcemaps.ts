import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SentryStandIn } from '../__tests__/servers/sentry/index.ts'
import { writeBuild } from './build-maps.ts'
import { cpuSeconds, type Program, residentPeak, run } from './child.ts'
import { sentryCli } from './sentry.ts'
import { program, step } from './step.ts'
import type { Row } from './table.ts'

/** Of what sentry-cli takes for inject and upload together. */
const MAX_SHARE = 0.6

interface Cost {
  readonly seconds: number
  readonly cpu: number
  /** MiB. */
  readonly memory: number
}

async function cost(what: Program): Promise<Cost> {
  let [cpu, memory] = [0, 0]
  let timer: NodeJS.Timeout | undefined
  const { code, wallMs, output } = await run(what, ({ pid }) => {
    timer = setInterval(() => {
      cpu = Math.max(cpu, cpuSeconds(pid) ?? 0)
      memory = Math.max(memory, residentPeak(pid) ?? 0)
    }, 10)
  })
  clearInterval(timer)
  if (code !== 0) throw new Error(`${what.command} ended with ${code}:\n${output}`)
  return { seconds: wallMs / 1000, cpu, memory }
}

/** A build of about 300 MB, given ids and uploaded: by the action, again, and by sentry-cli. */
export async function measureSourceMaps(node: string): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'source-maps-bench-'))
  try {
    const bytes = writeBuild(join(folder, 'ours/dist'), { scripts: 17, tokens: 700_000 })
    const cli = sentryCli()
    if (cli !== undefined) cpSync(join(folder, 'ours'), join(folder, 'theirs'), { recursive: true })
    await using sentry = await new SentryStandIn().start()
    const ours = step(node, {
      'sentry-auth-token': sentry.tokens.organization,
      projects: 'web',
      sourcemaps: 'dist',
      'set-commits': 'skip',
      finalize: 'false',
    })
    const inWorkspace = { ...ours, env: { ...ours.env, GITHUB_WORKSPACE: join(folder, 'ours') } }
    const first = await cost(inWorkspace)
    const again = await cost(inWorkspace)
    sentry.artifacts.chunks.clear()
    const theirs = cli === undefined ? undefined : await costOfCli(cli, join(folder, 'theirs/dist'), sentry)
    return rows(bytes, first, again, theirs)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function costOfCli(cli: string, dist: string, sentry: SentryStandIn): Promise<Cost> {
  const env = {
    SENTRY_URL: sentry.baseUrl,
    SENTRY_ORG: 'acme',
    SENTRY_AUTH_TOKEN: sentry.tokens.organization,
    SENTRY_DISABLE_UPDATE_CHECK: '1',
  }
  const inject = await cost(program(cli, ['sourcemaps', 'inject', dist], env))
  const args = ['sourcemaps', 'upload', '--release', 'bench', '--project', 'web', '--wait', dist]
  const upload = await cost(program(cli, args, env))
  return {
    seconds: inject.seconds + upload.seconds,
    cpu: inject.cpu + upload.cpu,
    memory: Math.max(inject.memory, upload.memory),
  }
}

function rows(bytes: number, first: Cost, again: Cost, theirs: Cost | undefined): Row[] {
  const size = `${(bytes / 1e6).toFixed(0)} MB of source maps`
  const row = (measure: string, key: 'cpu' | 'memory', unit: string): Row => ({
    measure: `${size}: ${measure}`,
    peer: theirs === undefined ? 'n/a' : `${theirs[key].toFixed(1)} ${unit}`,
    ours: `${first[key].toFixed(1)} ${unit}`,
    target: `at most ${MAX_SHARE} of sentry-cli`,
    met: theirs === undefined ? undefined : first[key] <= MAX_SHARE * theirs[key],
  })
  return [
    row('processor time', 'cpu', 's'),
    row('peak memory', 'memory', 'MiB'),
    {
      measure: `${size}: time, first and second run`,
      peer: theirs === undefined ? 'n/a' : `${theirs.seconds.toFixed(1)} s`,
      ours: `${first.seconds.toFixed(1)} s, ${again.seconds.toFixed(1)} s (${again.cpu.toFixed(1)} s of processor)`,
      target: 'no upload in the second',
      met: undefined,
    },
  ]
}
