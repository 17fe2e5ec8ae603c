import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Answers, cpuSeconds, residentPeak, run } from './child.ts'
import { releaseInputs } from './sentry.ts'
import { step } from './step.ts'
import { median } from './table.ts'

export interface Watched {
  /** Requests for one poll of all builds. */
  readonly requests: number
  /** Bytes of the longest request line. */
  readonly longestLine: number
  /** MiB; undefined where the system does not tell. */
  readonly memory: number | undefined
  /** Seconds of user and system time for one poll. */
  readonly cpu: number | undefined
}

/** The first ones find everything cold. */
const WARM_UP = 3
const COUNTED = 6

/**
 * Lets the bundle watch builds that do not end, and looks at its process whenever a poll begins. The server has neither
 * a limit of requests nor ETags, so that each poll is at once and each response new.
 */
export async function watch(node: string, count: number, release: Answers): Promise<Watched> {
  const ids = Array.from({ length: count }, (_, index) => 1_000_000 + index)
  const seen: { readonly requests: number; readonly cpu: number | undefined }[] = []
  let [requests, longestLine] = [0, 0]
  let memory: number | undefined
  let stop = (): void => {}
  let pid: number | undefined

  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json')
    const known = release[`${request.method} ${request.url}`]
    if (known) return response.end(JSON.stringify(known.body))
    const query = new URL(request.url ?? '', 'http://abf').searchParams.getAll('filter[id][]').map(Number)
    if (query[0] === ids[0]) {
      seen.push({ requests, cpu: cpuSeconds(pid) })
      memory = residentPeak(pid)
      if (seen.length > WARM_UP + COUNTED) stop()
    }
    requests += 1
    longestLine = Math.max(longestLine, `GET ${request.url} HTTP/1.1`.length)
    const rows = query.map((id) => ({
      id,
      status: 3000,
      project_id: 40_000 + (id % 500),
      url: `/api/v1/build_lists/${id}.json`,
    }))
    return response.end(JSON.stringify({ build_lists: rows, url: '/api/v1/build_lists.json' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const inputs = {
    ...releaseInputs(`http://127.0.0.1:${port}`),
    'abf-url': `http://127.0.0.1:${port}`,
    'abf-build-list-ids': ids.join(','),
    'abf-poll-interval': '1s',
    'abf-timeout': '10m',
  }
  const { output } = await run(step(node, inputs), (child) => {
    pid = child.pid
    stop = () => child.kill('SIGKILL')
  })
  server.close()
  const counted = seen.slice(WARM_UP)
  if (counted.length <= COUNTED) throw new Error(`the bundle did not keep watching:\n${output.slice(-2000)}`)
  const steps = counted.slice(1).map((later, index) => ({
    requests: later.requests - (counted[index]?.requests ?? 0),
    cpu: (later.cpu ?? Number.NaN) - (counted[index]?.cpu ?? 0),
  }))
  const cpu = steps.reduce((sum, one) => sum + one.cpu, 0) / steps.length
  return {
    requests: median(steps.map((one) => one.requests)),
    longestLine,
    memory,
    cpu: Number.isNaN(cpu) ? undefined : cpu,
  }
}
