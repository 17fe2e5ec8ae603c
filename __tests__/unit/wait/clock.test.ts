import { afterEach, describe, expect, it, vi } from 'vitest'
import { steadyNow } from '../../../src/wait/clock.ts'

describe('the real clock', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('never goes back when the clock of the machine is set back, or waits would last longer than asked', () => {
    const machine = vi.spyOn(Date, 'now')
    const now = steadyNow()
    const shown = [1000, 2000, 500, 700, 200, 300].map((time) => {
      machine.mockReturnValue(time)
      return now()
    })
    expect(shown).toEqual([1000, 2000, 2000, 2200, 2200, 2300])
  })

  it('follows when it is set forward', () => {
    const machine = vi.spyOn(Date, 'now').mockReturnValue(1000)
    const now = steadyNow()
    now()
    machine.mockReturnValue(9000)
    expect(now()).toBe(9000)
  })
})
