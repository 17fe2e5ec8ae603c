import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/wait/clock.ts'

describe('the real clock', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('never goes back when the clock of the machine is set back, or waits would last longer than asked', () => {
    const before = systemClock.now()
    vi.spyOn(Date, 'now').mockReturnValue(before - 3_600_000)
    expect(systemClock.now()).toBeGreaterThanOrEqual(before)
  })
})
