import { gzipSync } from 'node:zlib'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { FileStoreStandIn } from '../servers/abf/index.ts'
import type { ActionResult } from '../runner/runner.ts'
import type { StandInResponse, FaultAction } from '../servers/server.ts'
import { always, answer, build, on, seed, startAbf, step } from './abf-helpers.ts'
import { failure, gate, NO_REPOSITORY, serve, startGitHub, startSentry } from './helpers.ts'

/** Twice what a clean run needs; the runner gives gigabytes. */
const SMALL = { env: { NODE_OPTIONS: '--max-old-space-size=64' } }
const GIGABYTE = 1024 ** 3

function expectAlive(result: ActionResult): void {
  expect([result.stderr, typeof result.code]).toEqual(['', 'number'])
  expect(result.stdout).not.toMatch(/heap|bug of the action/)
}

const servers: ReturnType<typeof createServer>[] = []
afterAll(() => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
})

/** A server that sends until the client hangs up, or a gigabyte; it counts what it sent. */
async function endless(block: Buffer): Promise<{ url: string; sent: () => number }> {
  let sent = 0
  const pump = (response: ServerResponse): void => {
    while (sent < GIGABYTE && !response.destroyed) {
      sent += block.length
      if (!response.write(block)) {
        response.once('drain', () => {
          pump(response)
        })
        return
      }
    }
    response.end()
  }
  const server = createServer((_, response) => {
    response.on('error', () => undefined)
    response.writeHead(200, { 'Content-Type': 'application/json' })
    pump(response)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, sent: () => sent }
}

// A small heap is slow where the machine is busy.
describe.concurrent('with little memory', () => {
  it('a body without end is not read to the end, and is told', async () => {
    const { url, sent } = await endless(Buffer.alloc(65_536, '[{"a":"b"},'))
    const sentry = await startSentry()
    const inputs = { 'sentry-url': url, 'sentry-auth-token': sentry.tokens.user, organization: 'acme' }
    const result = await gate(sentry, inputs, SMALL)
    expect(failure(result)).toContain('sent more than this action accepts')
    expect(sent()).toBeLessThan(GIGABYTE / 4)
    expectAlive(result)
  })

  it.each<[string, FaultAction]>([
    ['a gzip bomb', { kind: 'gzip-bomb', bytes: 400 * 1024 * 1024 }],
    ['white space', { kind: 'huge', bytes: 100 * 1024 * 1024 }],
  ])('%s from ABF ends with an error', async (_name, action) => {
    const abf = await startAbf()
    abf.fault({ ...always, action })
    const result = await build(abf, { retries: '0' }, SMALL)
    expect(failure(result)).toContain('sent more than this action accepts')
    expectAlive(result)
  })

  it('lists that never end are followed so far and no further', async () => {
    const sentry = await startSentry(NO_REPOSITORY)
    const { github, token } = await startGitHub()
    const link = { Link: '<http://x/>; rel="next"; results="true"; cursor="CURSOR"' }
    let page = 0
    sentry.onAnswer((given, { method, path }): StandInResponse => {
      if (method !== 'GET' || !/(repos|deploys)\/$/.test(path)) return given
      page += 1
      return { status: 200, headers: { Link: link.Link.replace('CURSOR', `0:${page}:0`) }, body: [] }
    })
    const more = { 'github-token': token, environment: 'production', 'set-commits': 'auto' }
    const result = await gate(sentry, more, {
      env: { ...SMALL.env, GITHUB_API_URL: github.url },
    })
    expect([result.code, page, sentry.deploys.length]).toEqual([0, 100, 1])
    expectAlive(result)
  })

  it.each(['build.log', 'build.log.gz'])('a log without end (%s) is done without', async (file) => {
    const { url, sent } = await endless(Buffer.alloc(65_536, 'line\n'))
    const packed = file.endsWith('.gz')
    const abf = await startAbf('omv', { fileStore: await serve(new FileStoreStandIn()) })
    const bomb = packed ? gzipSync(Buffer.alloc(200 * 1024 * 1024, 'x\n')) : 'x'
    abf.plan({}, [3000, { status: 666, files: { [file]: bomb } }])
    abf.onAnswer((given) => {
      const { build_list: one } = (given.body ?? {}) as { build_list?: { logs?: object[] } }
      const logs = one?.logs?.map((log) => ({ ...log, ...(packed ? {} : { url }) }))
      return logs ? { ...given, body: { build_list: { ...one, logs } } } : given
    })
    const result = await build(abf, { retries: '0' }, SMALL)
    expect([result.code, result.outputs['build-status']]).toEqual([1, '666'])
    expect(result.summary).not.toContain('<pre>')
    expect([sent() > 0, sent() < GIGABYTE / 4]).toEqual([!packed, true])
    expectAlive(result)
  })

  it('ten thousand builds in one response are searched', async () => {
    const abf = await startAbf()
    const rows = Array.from({ length: 10_000 }, (_, index) => ({
      id: index + 1,
      status: 6000,
      project_id: 7,
    }))
    abf.fault({
      ...always,
      path: /build_lists/,
      action: answer({ status: 200, body: { build_lists: rows } }),
    })
    const result = await step(abf, { 'abf-filter': 'status=6000' }, SMALL)
    expect([result.code, JSON.parse(result.outputs['build-list-ids'] ?? '[]').length]).toEqual([0, 10_000])
    expect(result.summary).toMatch(/^### ✅ Success: .*, 10000 ABF builds found$/m)
    expect(result.summary).toContain('<summary>9980 more builds</summary>')
    expectAlive(result)
  })

  it('a build with fifty thousand packages is described', async () => {
    const abf = await startAbf()
    const one = seed(abf, 6000)
    const packages = Array.from({ length: 50_000 }, (_, index) => ({
      name: `p${index}`,
      version: '1',
      release: '1',
    }))
    abf.onAnswer((given) => {
      const { build_list: found } = (given.body ?? {}) as { build_list?: object }
      return found ? { ...given, body: { build_list: { ...found, packages } } } : given
    })
    const result = await on(abf, [one], {}, SMALL)
    expect([result.code, result.outputs['build-conclusion']]).toEqual([0, 'success'])
    expect(result.outputs).not.toHaveProperty('packages')
    expectAlive(result)
  })
})
