import { expect, it } from 'vitest'
import { fitAnnotation } from '../../src/actions.ts'

const LIMIT = 64 * 1024

it('fitAnnotation keeps a message of 64 KiB', () => {
  const message = 'é'.repeat(LIMIT / 2)
  expect(fitAnnotation(message)).toBe(message)
})

it.each(['x', 'é', '😀'])('fitAnnotation cuts a longer message of %s between two characters', (char) => {
  const cut = fitAnnotation(`a${char.repeat(LIMIT)}`)
  expect(cut).toMatch(new RegExp(`^a(${char})+\n… The log of the step has the whole message\\.$`))
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(LIMIT)
  expect(Buffer.byteLength(cut)).toBeGreaterThan(LIMIT - 4)
})
