import { describe, expect, it } from 'vitest'
import type { FaultAction } from '../servers/server.ts'
import { failure, startSentry } from './helpers.ts'
import { build, contentsOf, upload, workspaceWith } from './sourcemaps.ts'

// What goes wrong on the way to a server and back, at each request that an upload makes.

const REQUESTS = [
  ['the options', 'GET', /chunk-upload\/$/, 0],
  ['a chunk', 'POST', /chunk-upload\/$/, 0],
  ['the first assemble', 'POST', /assemble\/$/, 0],
  ['the second assemble', 'POST', /assemble\/$/, 1],
  ['a poll', 'POST', /assemble\/$/, 2],
] as const

const answer = (status: number, headers: Record<string, string> = {}, raw = ''): FaultAction => ({
  kind: 'answer',
  answer: { status, headers, raw },
})

const FAULTS: readonly (readonly [string, FaultAction])[] = [
  ['is reset before', { kind: 'reset', when: 'before' }],
  ['is reset after', { kind: 'reset', when: 'after' }],
  ['is answered 503', answer(503)],
  ['is answered 502 after its effect', { ...answer(502, {}, '<html></html>'), when: 'after' } as FaultAction],
  ['is limited with 429', answer(429, { 'Retry-After': '1' }, '{}')],
]

const CELLS = REQUESTS.flatMap(([request, method, path, skip]) =>
  FAULTS.map(([fault, action]) => [request, fault, { method, path, skip, action }] as const),
)

describe.concurrent('an upload', () => {
  it.each(CELLS)('ends well when %s %s', async (_, __, fault) => {
    const sentry = await startSentry()
    sentry.fault(fault)
    const workspace = await workspaceWith(build('app'))
    const result = await upload(sentry, workspace)
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
        action: answer(403, {}, '{"detail":"You do not have permission"}'),
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
})
