import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Redactor, secretForms } from '../../src/secrets.ts'

const secret = fc.string({ unit: 'grapheme-ascii', minLength: 6, maxLength: 80 })

function redactorOf(...secrets: readonly string[]): Redactor {
  const redactor = new Redactor()
  for (const one of secrets) redactor.add(one)
  return redactor
}

describe('Redactor', () => {
  it('hides every form in which a server may send a secret back', () => {
    fc.assert(
      fc.property(secret, (value) => {
        const percent = encodeURIComponent(value)
        const forms = [
          value,
          btoa(value),
          btoa(`${value}:`),
          percent,
          percent.replace(/%../g, (code) => code.toLowerCase()),
          btoa(value).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
        ]
        for (const form of forms) {
          expect(redactorOf(value).redact(`before\n${form}\nafter`)).toBe('before\n***\nafter')
        }
      }),
    )
  })

  it('hides all of a secret that contains another one, in any order of adding', () => {
    for (const secrets of [
      ['hunter2', 'hunter2-and-more'],
      ['hunter2-and-more', 'hunter2'],
    ]) {
      expect(redactorOf(...secrets).redact('a hunter2-and-more b hunter2 c')).toBe('a *** b *** c')
    }
  })

  it('hides every occurrence, also of characters that patterns know', () => {
    expect(redactorOf('$&.*+?^()').redact('$&.*+?^() $&.*+?^()')).toBe('*** ***')
  })

  it('leaves other text alone', () => {
    expect(redactorOf('sntrys_secret').redact('nothing to hide')).toBe('nothing to hide')
  })
})

describe('secretForms', () => {
  it('leaves out what is too short to be a secret', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 12 }), (value) => {
        expect(secretForms(value).every((form) => form.length >= 6)).toBe(true)
      }),
    )
    expect(secretForms('main')).not.toContain('main')
  })

  it('lists each form once', () => {
    const forms = secretForms('plain-token')
    expect(new Set(forms).size).toBe(forms.length)
  })
})
