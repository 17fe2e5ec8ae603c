import { describe, expect, it } from 'vitest'
import { finalizeRelease, type Freshness } from '../../../src/sentry/finalize.ts'
import type { ReleaseChange } from '../../../src/sentry/api.ts'
import type { Release } from '../../../src/sentry/schema.ts'
import { failureOf, ManualClock, RecordingLogger } from '../doubles.ts'
import { sessionWith } from './doubles.ts'

const OPEN: Release = { version: '1.0', dateReleased: null }
const DATED: Release = { version: '1.0', dateReleased: '2025-12-24T00:00:00Z' }
const FRESH: Freshness = { fresh: true, hiddenUntil: 0 }

function prepare(server: { readonly found?: Release; readonly updates?: readonly (Release | undefined)[] }) {
  const logger = new RecordingLogger()
  const clock = new ManualClock()
  const calls: unknown[] = []
  const updates = [...(server.updates ?? [DATED])]
  const finalize = (release: Release, seen: Freshness = FRESH) =>
    finalizeRelease(
      release,
      seen,
      sessionWith(
        {
          find: async (version: string) => {
            calls.push(['find', version])
            return server.found
          },
          update: async (version: string, change: ReleaseChange) => {
            calls.push(['update', version, change])
            return updates.length > 1 ? updates.shift() : updates[0]
          },
        },
        { logger, clock },
      ),
    )
  return { finalize, calls, logger, clock }
}

const UPDATE = ['update', '1.0', { dateReleased: '2026-01-01T00:00:00.000Z' }]

describe('finalizeRelease', () => {
  it('sets the date when there is none', async () => {
    const { finalize, calls, logger } = prepare({})
    expect(await finalize(OPEN)).toBe(DATED)
    expect(calls).toEqual([UPDATE])
    expect(logger.said('info')).toEqual(['Finalized the release.'])
  })

  it('never moves a date', async () => {
    const { finalize, calls, logger } = prepare({})
    expect(await finalize(DATED)).toBe(DATED)
    expect(calls).toEqual([])
    expect(logger.said('info')).toEqual([
      'The release was finalized on "2025-12-24T00:00:00Z"; its date is kept.',
    ])
  })

  it('looks again after a wait, because another job may have set the date', async () => {
    const theirs = prepare({ found: DATED })
    expect(await theirs.finalize(OPEN, { ...FRESH, fresh: false })).toBe(DATED)
    expect(theirs.calls).toEqual([['find', '1.0']])
    const nobody = prepare({})
    await nobody.finalize(OPEN, { ...FRESH, fresh: false })
    expect(nobody.calls).toEqual([['find', '1.0'], UPDATE])
  })

  it('waits while Sentry may hide a new release', async () => {
    const { finalize, calls, clock, logger } = prepare({ updates: [undefined, DATED] })
    expect(await finalize(OPEN, { fresh: true, hiddenUntil: clock.now() + 5000 })).toBe(DATED)
    expect(calls).toEqual([UPDATE, UPDATE])
    expect(logger.said('info')[0]).toContain('does not show the release yet')
  })

  it('is an error when Sentry keeps saying that there is none', async () => {
    const { finalize, calls } = prepare({ updates: [undefined] })
    expect(await failureOf(finalize(OPEN))).toMatchObject({
      message: 'Could not finalize release "1.0": Sentry responded with 404.',
      advice:
        'Changing a release needs access to all of its projects, also those that this step does not name.',
    })
    expect(calls).toHaveLength(1)
  })

  it('is an error when Sentry says yes but shows no date', async () => {
    expect(await failureOf(prepare({ updates: [OPEN] }).finalize(OPEN))).toMatchObject({
      message: 'Sentry accepted the release date of "1.0", but its response has no date.',
      advice: 'Open the release in Sentry to see its state, then re-run the job.',
    })
  })
})
