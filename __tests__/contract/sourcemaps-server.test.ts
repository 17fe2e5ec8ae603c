import { describe, expect, it } from 'vitest'
import { failure, requests, startSentry } from './helpers.ts'
import { build, noise, upload, workspaceWith } from './sourcemaps.ts'

const OPTIONS = 'GET chunk-upload/ 200'
const CHUNK = 'POST chunk-upload/ 200'
const ASSEMBLE = 'POST artifactbundle/assemble/ 200'
const small = { chunkSize: 64 * 1024 }

describe.concurrent('source maps', () => {
  it('are sent in chunks, of which only the missing ones', async () => {
    const sentry = await startSentry({ artifacts: small })
    const workspace = await workspaceWith({
      ...build('a', noise(1, 200_000)),
      ...build('b', noise(2, 200_000)),
    })
    const first = await upload(sentry, workspace)
    const chunks = requests(sentry).filter((line) => line === CHUNK).length
    expect(chunks).toBeGreaterThan(3)
    expect(first.log.join('\n')).toContain(`Uploaded chunk ${chunks} of ${chunks}`)
    const second = await upload(sentry, workspace, { version: 'next' })
    const [sent, again] = [first, second].map(({ outputs }) => Number(outputs['sourcemap-bytes-sent']))
    expect(again).toBeLessThan((sent ?? 0) / 3)
    expect(again).toBeGreaterThan(0)
    expect([...(sentry.artifacts.bundles[0]?.releases ?? [])]).toHaveLength(2)
  })

  it('go to a server that never reports missing chunks', async () => {
    const sentry = await startSentry({ artifacts: { accept: 'v1' } })
    const workspace = await workspaceWith(build('app'))
    const result = await upload(sentry, workspace, { dist: '7' })
    expect(result.outputs).toMatchObject({ 'sourcemap-state': 'ok' })
    const list = `GET /api/0/projects/acme/web/files/artifact-bundles/ 200`
    expect(requests(sentry).slice(3)).toEqual([OPTIONS, list, CHUNK, ASSEMBLE, ASSEMBLE])
    expect([...(sentry.artifacts.bundles[0]?.releases ?? [])]).toEqual([
      `${result.outputs['release-version']} 7`,
    ])
    const again = await upload(sentry, workspace, { dist: '7' })
    expect(again.outputs).toMatchObject({ 'sourcemap-state': 'ok', 'sourcemap-bytes-sent': '0' })
    const other = await upload(sentry, workspace, { dist: '8' })
    expect(Number(other.outputs['sourcemap-bytes-sent'])).toBeGreaterThan(0)
  })

  it('need a server that takes artifact bundles', async () => {
    const sentry = await startSentry({ artifacts: { accept: 'none' } })
    const result = await upload(sentry, await workspaceWith(build('app')))
    expect(failure(result)).toMatch(/does not accept artifact bundles.*\n?.*Update the server to 23\.6/s)
  })

  it('wait for the server, and report its reason when it fails', async () => {
    const sentry = await startSentry({
      artifacts: { pendingPolls: 2, workerFails: () => 'failed to extract bundle' },
    })
    const result = await upload(sentry, await workspaceWith(build('app')), { environment: 'production' })
    expect(failure(result)).toContain('failed to extract bundle')
    expect(sentry.deploys).toEqual([])
  })

  it('are tried once more with other bytes, because the server remembers a failure', async () => {
    let failures = 0
    const sentry = await startSentry({
      artifacts: { workerFails: () => (failures++ === 0 ? 'internal server error' : undefined) },
    })
    const result = await upload(sentry, await workspaceWith(build('app')))
    expect([result.code, result.outputs['sourcemap-state']]).toEqual([0, 'ok'])
    expect(sentry.artifacts.bundles[0]?.manifest['note']).toBe('attempt 2')
  })

  it('may be pending when the wait ends, which is not a failure', async () => {
    const sentry = await startSentry({ artifacts: { pendingPolls: 1000 } })
    const result = await upload(sentry, await workspaceWith(build('app')), { 'sourcemaps-wait': '0s' })
    expect([result.code, result.outputs['sourcemap-state']]).toEqual([0, 'pending'])
    expect(result.summary).toContain('Sentry is still processing them')
    expect(result.annotations).toEqual([expect.objectContaining({ level: 'notice' })])
  })

  it('survive a server in trouble, and send nothing but chunks again', async () => {
    const sentry = await startSentry()
    sentry.fault({ method: 'POST', path: /chunk-upload/, action: { kind: 'reset', when: 'after' } })
    sentry.fault({ path: /assemble/, action: { kind: 'answer', answer: { status: 503, raw: '' } } })
    const result = await upload(sentry, await workspaceWith(build('app')))
    expect([result.code, result.outputs['sourcemap-state']]).toEqual([0, 'ok'])
  })

  it('are sent in smaller chunks where a proxy refuses the size that the server names', async () => {
    const sentry = await startSentry({ maxUploadBytes: 300_000 })
    const workspace = await workspaceWith(build('app', noise(1, 1_000_000)))
    const result = await upload(sentry, workspace)
    expect([result.code, result.outputs['sourcemap-state']]).toEqual([0, 'ok'])
    const size = sentry.artifacts.bundles[0]?.bytes.length
    expect(result.outputs['sourcemap-bytes-sent']).toBe(String(size))
    const refused = sentry.journal.filter(({ status }) => status === 413).length
    expect([refused > 0, refused < 12]).toEqual([true, true])
  })

  it('that a proxy refuses in any size end with the size in the message', async () => {
    const sentry = await startSentry({ maxUploadBytes: 100 })
    expect(failure(await upload(sentry, await workspaceWith(build('app'))))).toContain('responded with 413')
  })

  it('send the token to no other host', async () => {
    const other = await startSentry()
    const sentry = await startSentry({
      artifacts: { uploadUrl: `${other.url}/api/0/organizations/acme/chunk-upload/` },
    })
    const result = await upload(sentry, await workspaceWith(build('app')))
    expect([result.code, other.journal]).toEqual([0, []])
    expect(result.annotations).toEqual([
      expect.objectContaining({
        level: 'warning',
        message: expect.stringContaining('is not a host of sentry-url'),
      }),
    ])
  })
})
