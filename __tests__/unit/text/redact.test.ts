import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Redactor, secretForms } from '../../../src/text/redact.ts'

// Inputs are trimmed.
const secret = fc
  .string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 80 })
  .filter((text) => text === text.trim())

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

function hidden(value: string, text: string): string {
  return redactorOf(value).redact(text)
}

describe('Redactor hides a secret, also', () => {
  it('in base64 without padding', () => {
    fc.assert(
      fc.property(secret, (value) => {
        const form = btoa(value).replace(/=+$/, '')
        expect(hidden(value, `a ${form} b`)).not.toContain(form)
      }),
    )
  })

  it('in base64 behind a user name of any length, as in the header of another login', () => {
    for (const user of ['x', 'xy', 'xyz']) {
      const pair = btoa(`${user}:s3cret-of-somebody`)
      expect(hidden('s3cret-of-somebody', pair)).not.toContain(pair.slice(6, -4))
    }
  })

  it('as a URL writes it, which leaves characters alone that encodeURIComponent does not', () => {
    fc.assert(
      fc.property(secret, (value) => {
        const form = new URL(`https://a.example/?x${value.replace(/#/g, 'x')}x`).search.slice(2, -1)
        expect(hidden(value.replace(/#/g, 'x'), `a ${form} b`)).not.toContain(form)
      }),
    )
    expect(hidden('p@ss"w/rd<1>', new URL('https://a.example/p@ss"w/rd<1>').pathname)).toBe('/***')
  })

  it('as JSON escapes it, in a text that is not JSON as a whole', () => {
    expect(hidden('p"ss\\word', `{"password":${JSON.stringify('p"ss\\word')}`)).toBe('{"password":"***"')
    expect(hidden('pass/word', '{"password":"pass\\/word"')).toBe('{"password":"***"')
    expect(hidden('password', '"\\u0070\\u0061ssword"')).toBe('"***"')
  })

  it('as HTML escapes it, by name or in hexadecimal', () => {
    expect(hidden('a&b<c>d"e', 'x a&amp;b&lt;c&gt;d&quot;e x')).toBe('x *** x')
    expect(hidden('a&b<c>d"e', 'x a&#x26;b&#x3c;c&#x3E;d&#x22;e x')).toBe('x *** x')
  })
})

describe('Redactor hides escaped secrets', () => {
  it('each of several, from the first character to the last, and nothing between them', () => {
    const text = '%66irst-secret, &#115;econd-longer-secret, "\\u0066irst-secret", %66irst-secret'
    expect(redactorOf('first-secret', 'second-longer-secret').redact(text)).toBe('***, ***, "***", ***')
  })

  it('that overlap or contain each other as one', () => {
    expect(redactorOf('abcdefgh', 'efghijkl').redact('1 \\u0061bcd%65fghijkl 2 %61bcdefgh')).toBe(
      '1 *** 2 ***',
    )
    expect(redactorOf('hunter22', 'hunter22-more').redact('%68unter22-more %68unter22')).toBe('*** ***')
  })

  it('and leaves a text with other escapes as it is', () => {
    const text = 'a%20b &amp; "\\n" 100 %'
    expect(redactorOf('first-secret').redact(text)).toBe(text)
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
