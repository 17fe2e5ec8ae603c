import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exactQuery } from '../../../src/sentry/version.ts'

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
