import { encodedMappings, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { injectMap } from '../../../src/sourcemaps/inject.ts'
import { readMap } from '../../../src/sourcemaps/map.ts'
import { verifyMap } from '../../../src/sourcemaps/verify.ts'

const ID = 'd5a2f155-940d-51e0-bd5c-84c549a8be44'
const SEED = { seed: 20_261_126, numRuns: 500 }

const token = fc.tuple(
  fc.nat(200),
  fc.nat(2),
  fc.nat(300),
  fc.nat(300),
  fc.option(fc.nat(4), { nil: undefined }),
)
const line = fc
  .array(token, { maxLength: 6 })
  .map((tokens) =>
    [...new Map(tokens.map((one) => [one[0], one])).values()]
      .toSorted((a, b) => a[0] - b[0])
      .map(([column, source, row, at, name]) =>
        name === undefined ? [column, source, row, at] : [column, source, row, at, name],
      ),
  )
const sources = ['a.ts', 'é "quoted".ts', '\\;.ts']
const plainMap = fc.array(line, { maxLength: 8 }).map((decoded) => {
  const mappings = encodedMappings(
    new TraceMap({ version: 3, sources, names: ['a', 'b', 'c', 'd', 'e'], mappings: decoded as never }),
  )
  return { decoded, map: { version: 3, sources, names: ['a', 'b', 'c', 'd', 'e'], mappings } }
})

describe('any map', () => {
  it('points at the same places, one line further down', () => {
    fc.assert(
      fc.property(plainMap, fc.boolean(), fc.boolean(), ({ decoded, map }, hashbang, pretty) => {
        const addedLine = hashbang ? 1 : 0
        const text = JSON.stringify(map, undefined, pretty ? 2 : undefined)
        const injected = injectMap(Buffer.from(text), ID, addedLine)
        const [before, after] = [new TraceMap(text), new TraceMap(injected.toString())]
        for (const [row, tokens] of decoded.entries()) {
          for (const [column = 0] of tokens) {
            const moved = row >= addedLine ? row + 1 : row
            expect(originalPositionFor(after, { line: moved + 1, column })).toEqual(
              originalPositionFor(before, { line: row + 1, column }),
            )
          }
        }
        const { debugId, mappings: _, ...rest } = JSON.parse(injected.toString()) as Record<string, unknown>
        const { mappings: __, ...old } = map
        expect([debugId, rest]).toEqual([ID, old])
      }),
      SEED,
    )
  })

  it('is usable exactly when a library of others can read it', () => {
    fc.assert(
      fc.property(plainMap, ({ decoded, map }) => {
        const facts = readMap(Buffer.from(JSON.stringify(map)))
        if ('problem' in facts) throw new Error(facts.problem)
        const script = Array.from({ length: decoded.length + 1 }, () => 'x'.repeat(200)).join('\n')
        expect(verifyMap(facts, script)).toEqual({ usable: true, segments: decoded.flat().length })
      }),
      SEED,
    )
  })

  it('of whatever bytes is read or refused, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const facts = readMap(Buffer.from(bytes))
          expect('problem' in facts || 'usable' in verifyMap(facts, '')).toBe(true)
        },
      ),
      SEED,
    )
  })

  it('with whatever text for mappings is used or refused, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'A,A,C,D,g,z,+,/,;,;,!'.split(','), ','), maxLength: 40 }),
        (mappings) => {
          const facts = readMap(
            Buffer.from(JSON.stringify({ version: 3, sources: ['a'], names: ['b'], mappings })),
          )
          if ('problem' in facts) throw new Error(facts.problem)
          const verdict = verifyMap(facts, 'x'.repeat(1000))
          expect(verdict.usable || verdict.reason.length > 0).toBe(true)
        },
      ),
      SEED,
    )
  })
})
