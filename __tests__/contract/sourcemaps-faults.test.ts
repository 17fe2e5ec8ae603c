import { describe, expect, it } from 'vitest'
import type { FaultAction } from '../servers/server.ts'
import { remote } from './abf-helpers.ts'
import { failure, startSentry } from './helpers.ts'
import { build, contentsOf, noise, upload, workspaceWith } from './sourcemaps.ts'

// What goes wrong on the way to a server and back, at each request that an upload makes.

const REQUESTS = [
  ['the options', 'GET', /chunk-upload\/$/, 0],
  ['a chunk', 'POST', /chunk-upload\/$/, 0],
  ['the first assemble', 'POST', /assemble\/$/, 0],
  ['the second assemble', 'POST', /assemble\/$/, 1],
  ['a poll', 'POST', /assemble\/$/, 2],
] as const

const response = (status: number, headers: Record<string, string> = {}, raw = ''): FaultAction => ({
  kind: 'answer',
  answer: { status, headers, raw },
})

const FAULTS: readonly (readonly [string, FaultAction])[] = [
  ['is reset before', { kind: 'reset', when: 'before' }],
  ['is reset after', { kind: 'reset', when: 'after' }],
  ['gets the status 503', response(503)],
  [
    'gets the status 502 after its effect',
    { ...response(502, {}, '<html></html>'), when: 'after' } as FaultAction,
  ],
  ['gets the status 504', response(504, {}, '<html>Gateway Time-out</html>')],
  ['has no end', { kind: 'truncate' }],
  ['is closed in the body', { kind: 'reset', when: 'body' }],
  ['hangs', { kind: 'hang' }],
  ['is limited with 429', response(429, { 'Retry-After': '1' }, '{}')],
]

const CELLS = REQUESTS.flatMap(([request, method, path, skip]) =>
  FAULTS.map(([fault, action]) => [request, fault, { method, path, skip, action }] as const),
)

describe.concurrent('an upload', () => {
  it.each(CELLS)('ends well when %s %s', async (_, __, fault) => {
    const sentry = await startSentry()
    sentry.fault(fault)
    const workspace = await workspaceWith(build('app'))
    const result = await upload(sentry, workspace, { 'request-timeout': '5s' })
    expect([result.code, result.outputs['sourcemap-state'], result.annotations]).toEqual([0, 'ok', []])
    expect(sentry.artifacts.bundles).toHaveLength(1)
    const size = sentry.artifacts.bundles[0]?.bytes.length
    expect(result.outputs['sourcemap-bytes-sent']).toBe(String(size))
  })

  it.each(REQUESTS)(
    'is one failure when %s fails for good, and the next run completes it',
    async (_, method, path, skip) => {
      const sentry = await startSentry()
      sentry.fault({
        method,
        path,
        skip,
        times: 1000,
        action: response(403, {}, '{"detail":"You do not have permission"}'),
      })
      const workspace = await workspaceWith(build('app'))
      const result = await upload(sentry, workspace, { environment: 'production' })
      expect(failure(result)).toContain('403')
      expect(sentry.deploys).toEqual([])
      sentry.clearFaults()
      const before = await contentsOf(workspace, ['dist/app.js', 'dist/app.js.map'])
      const again = await upload(sentry, workspace, { environment: 'production' })
      expect([again.code, again.outputs['sourcemap-state'], sentry.deploys.length]).toEqual([0, 'ok', 1])
      expect(await contentsOf(workspace, ['dist/app.js', 'dist/app.js.map'])).toEqual(before)
    },
  )

  it.each(REQUESTS)('ends at once when the job is cancelled during %s', async (_, method, path, skip) => {
    const sentry = await startSentry()
    const { run, stop } = remote()
    let seen = 0
    sentry.fault({ method, path, skip, action: { kind: 'hang' } })
    sentry.onRequest((call) => {
      if (call.method !== method || !path.test(call.path)) return
      if (seen === skip) setTimeout(stop, 50, 'SIGINT')
      seen += 1
    })
    const workspace = await workspaceWith(build('app'))
    const inputs = { environment: 'production', 'request-timeout': '1h' }
    const result = await upload(sentry, workspace, inputs, run)
    expect([result.code, result.annotations.length, sentry.deploys]).toEqual([1, 1, []])
    expect(result.annotations[0]?.message).toContain('SIGINT')
    const files = ['dist/app.js', 'dist/app.js.map']
    const before = await contentsOf(workspace, files)
    const again = await upload(sentry, workspace, { environment: 'production' })
    expect([again.code, again.outputs['sourcemap-state']]).toEqual([0, 'ok'])
    expect(await contentsOf(workspace, files)).toEqual(before)
  })

  it('goes on in smaller chunks when a chunk takes longer than request-timeout', async () => {
    const sentry = await startSentry()
    const isLarge = ({ bytes }: { readonly bytes: Buffer }): boolean => bytes.length > 500_000
    sentry.fault({
      method: 'POST',
      path: /chunk-upload/,
      matches: isLarge,
      times: 1000,
      action: { kind: 'hang' },
    })
    const workspace = await workspaceWith(build('app', noise(1, 1_500_000)))
    const result = await upload(sentry, workspace, { 'request-timeout': '3s', retries: '0' })
    expect([result.code, result.outputs['sourcemap-state'], result.annotations]).toEqual([0, 'ok', []])
    expect(result.log.join('\n')).toContain('takes longer than request-timeout; the chunks are halved')
  })
})
