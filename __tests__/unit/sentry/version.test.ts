import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exactQuery, versionProblem } from '../../../src/sentry/version.ts'

describe('versionProblem', () => {
  it.each([
    'a'.repeat(40),
    'web@1.2.3+build.4',
    'ä'.repeat(200),
    '😀'.repeat(200),
    '...',
    'latest-2',
    'with space',
    '"*[x]',
  ])('allows %s', (version) => {
    expect(versionProblem(version)).toBeUndefined()
  })

  it.each([
    ['', 'at least one character'],
    [' \u00A0', 'at least one character'],
    ['a'.repeat(201), 'at most 200'],
    ['a\nb', 'no line break'],
    ['a\rb', 'no line break'],
    ['a\tb', 'tab'],
    ['a\fb', 'form feed'],
    ['feature/x', 'only its last part'],
    [String.raw`a\b`, 'only its last part'],
    ['.', 'another name'],
    [' .. ', 'another name'],
    ['LaTeSt', 'another name'],
    ['\uD800', 'well-formed'],
  ])('refuses %j', (version, expected) => {
    expect(versionProblem(version)).toContain(expected)
  })

  it('refuses a forbidden character wherever it stands', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom('\n', '\r', '\f', '\t', '/', '\\'),
        fc.string(),
        (a, bad, b) => {
          expect(versionProblem(`v${a}${bad}${b}v`)).toBeDefined()
        },
      ),
    )
  })
})

describe('exactQuery', () => {
  it('writes plain versions bare and others in quotes', () => {
    expect(exactQuery('web@1.0+a-b_c')).toBe('release:web@1.0+a-b_c')
    expect(exactQuery('two words')).toBe('release:"two words"')
    expect(exactQuery('a,(b)')).toBe('release:"a,(b)"')
    expect(exactQuery('größe')).toBe('release:"größe"')
  })

  it.each(['a*', '*', '[a,b]', 'say "x"', ']'])('cannot express %j', (version) => {
    expect(exactQuery(version)).toBeUndefined()
  })

  it('gives one term that holds the version and no operator', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (version) => {
        const query = exactQuery(version)
        fc.pre(query !== undefined)
        const value = query.replace(/^release:/, '')
        expect([version, `"${version}"`]).toContain(value)
        expect(version).not.toMatch(/[*"[\]]/)
        expect(value.startsWith('"') || !/[\s,()<>!]/.test(version)).toBe(true)
      }),
    )
  })
})
