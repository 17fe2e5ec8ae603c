import { describe, expect, it } from 'vitest'
import { formatBytes, longList, splitList } from '../../../src/summary/markdown.ts'

describe('splitList', () => {
  it('gives the first items, the rest, and how many are left out', () => {
    expect(splitList(['a', 'b', 'c'], 2, 100)).toEqual({ first: ['a', 'b'], rest: ['c'], left: 0 })
    expect(splitList([], 2, 100)).toEqual({ first: [], rest: [], left: 0 })
  })

  it('counts bytes of UTF-8 and a line break each, to the last one', () => {
    expect(splitList(['é', '😀', 'c'], 1, 3 + 5 + 2)).toEqual({ first: ['é'], rest: ['😀', 'c'], left: 0 })
    expect(splitList(['é', '😀', 'c'], 1, 3 + 5 + 1)).toEqual({ first: ['é'], rest: ['😀'], left: 1 })
    expect(splitList(['é', '😀', 'c'], 2, 2)).toEqual({ first: [], rest: [], left: 3 })
  })
})

describe('longList', () => {
  it('says how many items are not in the summary at all', () => {
    expect(longList(['a', 'bb', 'c'], 'file', 1, 5)).toEqual([
      '<ul>',
      '<li>a</li>',
      '</ul>',
      '',
      '<details><summary>2 more files</summary>',
      '<ul>',
      '<li>bb</li>',
      '</ul>',
      '<p>1 of them is left out, to stay below the limit of GitHub.</p>',
      '</details>',
      '',
    ])
    expect(longList(['aaa'], 'file', 1, 2)).toEqual([
      '<details><summary>1 file</summary>',
      '<p>1 of them is left out, to stay below the limit of GitHub.</p>',
      '</details>',
      '',
    ])
    expect(longList([], 'file', 1, 2)).toEqual([])
  })
})

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1 kB'],
  [1449, '1.4 kB'],
  [24_400_000, '24 MB'],
  [5e12, '5000 GB'],
])('formatBytes gives %d as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})
