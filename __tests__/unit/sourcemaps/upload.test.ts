import { describe, expect, it } from 'vitest'
import type { AssembleState, Assembly, UploadApi } from '../../../src/sourcemaps/api.ts'
import type { StoredBundle } from '../../../src/sourcemaps/make-bundles.ts'
import { uploadBundle, type UploadTarget } from '../../../src/sourcemaps/upload.ts'
import { failureOf, ManualClock, RecordingLogger } from '../doubles.ts'

const BYTES = Buffer.from('0123456789')
const state = (name: AssembleState['state'], more: Partial<AssembleState> = {}): AssembleState => ({
  state: name,
  missingChunks: [],
  ...more,
})

/** A server that gives one state after the other, the last one again and again. */
function server(...states: readonly AssembleState[]) {
  const sent: string[] = []
  const assemblies: Assembly[] = []
  const api: UploadApi = {
    options: () => Promise.reject(new Error('not requested')),
    hasBundle: async () => false,
    assemble: async (assembly) => {
      assemblies.push(assembly)
      return states[Math.min(assemblies.length, states.length) - 1] ?? state('ok')
    },
    sendChunk: async (_, { bytes }) => {
      sent.push(bytes.toString().split('\r\n')[4] ?? '')
    },
  }
  const clock = new ManualClock()
  const logger = new RecordingLogger()
  const upload = (target: Partial<UploadTarget['options']> & { waitMs?: number } = {}) => {
    const options = {
      url: new URL('https://sentry.example/chunks/'),
      chunkSize: 4,
      maxFileSize: undefined,
      concurrency: 1,
      reportsMissing: true,
      refusedUrl: undefined,
      ...target,
    }
    return uploadBundle(
      bundle(),
      {
        options,
        projects: ['web'],
        version: '1',
        dist: undefined,
        byDebugId: true,
        waitMs: target.waitMs ?? 60_000,
      },
      { api, clock, logger, signal: new AbortController().signal },
    )
  }
  return { upload, sent, assemblies, clock, logger }
}

function bundle(): StoredBundle {
  let bytes = BYTES
  return {
    id: 'id',
    files: 1,
    size: bytes.length,
    remake: async (attempt) => {
      bytes = Buffer.from(`attempt-${attempt}`)
      return { id: 'id', files: 1, size: bytes.length }
    },
    file: {
      read: async (buffer, position) => {
        bytes.copy(buffer, 0, position)
      },
      write: () => Promise.reject(new Error('not written')),
      truncate: () => Promise.reject(new Error('not cut')),
      close: async () => {},
    },
  }
}

describe('the upload of a bundle', () => {
  it('sends the chunks that are missing, and waits for the end', async () => {
    const first = server(state('not_found', { missingChunks: [] }))
    await failureOf(first.upload())
    const [, second = ''] = first.assemblies[0]?.chunks ?? []
    const { upload, sent } = server(
      state('not_found', { missingChunks: [second] }),
      state('created'),
      state('assembling'),
      state('ok'),
    )
    expect(await upload()).toEqual({ id: 'id', state: 'ok', bytesSent: 4 })
    expect(sent).toEqual(['4567'])
  })

  it('sends all chunks first to a server that does not report missing ones, and each once', async () => {
    const { upload, sent } = server(state('created'), state('ok'))
    expect(await upload({ reportsMissing: false })).toMatchObject({ state: 'ok', bytesSent: 10 })
    expect(sent).toEqual(['0123', '4567', '89'])
  })

  it('sends nothing when the server has it', async () => {
    const { upload, sent } = server(state('ok'))
    expect([await upload(), sent]).toEqual([{ id: 'id', state: 'ok', bytesSent: 0 }, []])
  })

  it('does not wait without time, and stops when the time is over', async () => {
    const none = server(state('created'))
    expect(await none.upload({ waitMs: 0 })).toMatchObject({ state: 'pending' })
    expect(none.assemblies).toHaveLength(1)
    const some = server(state('assembling'))
    const begun = some.clock.now()
    expect(await some.upload({ waitMs: 20_000 })).toMatchObject({ state: 'pending' })
    expect(some.clock.now() - begun).toBe(20_000)
    expect(some.assemblies.length).toBeLessThan(12)
  })

  it('is tried once more with other bytes after an error, and fails with the reason of the server', async () => {
    const detail = 'internal server error'
    const good = server(state('error', { detail }), state('ok'))
    expect(await good.upload()).toMatchObject({ state: 'ok' })
    expect(good.assemblies[0]?.checksum).not.toBe(good.assemblies[1]?.checksum)
    const bad = server(state('error', { detail }))
    expect(String(await failureOf(bad.upload()))).toContain(detail)
    expect(bad.assemblies).toHaveLength(2)
  })

  it('gives up when the server loses what was sent', async () => {
    const { upload, assemblies, sent } = server(state('not_found'))
    expect(String(await failureOf(upload()))).toContain('missing after they were uploaded')
    expect(assemblies).toHaveLength(3)
    expect(sent).toEqual(['0123', '4567', '89'])
  })
})
