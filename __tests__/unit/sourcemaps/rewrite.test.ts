import { describe, expect, it } from 'vitest'
import { commonDirectory, stripSources } from '../../../src/sourcemaps/rewrite.ts'

describe('sources inside of a map', () => {
  it('lose a prefix, or the directory that absolute ones have in common', () => {
    const map = Buffer.from('{"sources":["/home/a/x.ts","/home/a/b/y.ts","z.ts",null],"mappings":""}')
    expect(stripSources(map, 'auto').toString()).toBe(
      '{"sources":["x.ts","b/y.ts","z.ts",null],"mappings":""}',
    )
    expect(stripSources(map, '/home/').toString()).toContain('["a/x.ts","a/b/y.ts","z.ts",null]')
    expect(stripSources(map, 'none')).toEqual(map)
    expect(commonDirectory(['C:\\a\\b.ts', 'C:\\a\\c.ts'])).toBe('C:\\a\\')
  })
})
