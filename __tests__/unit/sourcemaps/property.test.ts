import { createContext, Script } from 'node:vm'
import { encodedMappings, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { injectMap, injectScript } from '../../../src/sourcemaps/inject.ts'
import { readMap } from '../../../src/sourcemaps/map.ts'
import { readPrologue } from '../../../src/sourcemaps/prologue.ts'
import { readTrailer } from '../../../src/sourcemaps/reference.ts'
import { verifyMap } from '../../../src/sourcemaps/verify.ts'

const ID = 'd5a2f155-940d-51e0-bd5c-84c549a8be44'
const TABLE = '_sentryDebugIds'
const SEED = { seed: 20_261_126, numRuns: 500 }

const heads = ['', '', '', '\ufeff', '#!/usr/bin/env node\n', '#!x\r\n', '\ufeff#!x\u2028']
const gaps = [
  '',
  ' ',
  '\n',
  '\r\n',
  '\u2028',
  '/* c */',
  '// c\n',
  '/*\n*/',
  '\ufeff',
  '\u00a0',
  '/* "use strict" */',
]
const strings = [
  '"use strict"',
  "'use strict'",
  '"use client"',
  '"é😀"',
  "'a\\\n b'",
  '"\\""',
  '"//# sourceMappingURL=x"',
]
const ends = [
  ';',
  '\n',
  ' ;',
  '/**/\n',
  '\r',
  '\u2029',
  ',0;',
  '.length;',
  '\n.length\n',
  '+1;',
  '\n+1;',
  '\n(note)(1);',
  '\n!1;',
  '\n++n;',
  '\n/2;',
  '\n`x`;',
  '\ninstanceof Object;',
  '\nin {};',
  '\ninline;',
]
const statements = [
  'note(n)',
  'undeclared = 1',
  'note(`\n//# sourceMappingURL=bogus.map\n//# debugId=00000000-0000-0000-0000-000000000001\n`)',
  'note("//# sourceMappingURL=bogus.map")',
  'note(/\\/\\*/.test("/*"))',
  'const global = 1',
  'let self = 2',
  'function f() { "use strict"; note(this === undefined) } f()',
  'note(String(function () { return this }() === undefined))',
  '(() => note("iife"))()',
  '{ note(1) }',
  'throw new TypeError("expected")',
  '/* comment */',
  '// comment',
]
const tails = [
  '',
  '\n',
  '\n//# sourceMappingURL=app.js.map',
  '\n//# sourceMappingURL=app.js.map\n',
  '\r\n//# sourceMappingURL=app.js.map\r\n/* end */',
  '// comment',
]

const directives = fc.array(
  fc.tuple(fc.constantFrom(...gaps), fc.constantFrom(...strings), fc.constantFrom(...ends)),
  { maxLength: 3 },
)
const program = fc
  .tuple(
    fc.constantFrom(...heads),
    directives,
    fc.constantFrom(...gaps),
    fc.array(fc.constantFrom(...statements), { maxLength: 4 }),
    fc.constantFrom(...tails),
  )
  .map(
    ([head, prologue, gap, body, tail]) =>
      `${head}${prologue.flat().join('')}${gap}${body.join('\n')}${tail}`,
  )

interface Ran {
  readonly notes: readonly string[]
  readonly error: string | undefined
  readonly globals: readonly string[]
  readonly ids: readonly unknown[]
}

/** Runs a script; undefined when it does not parse. */
function run(text: string): Ran | undefined {
  let script: Script
  try {
    script = new Script(text.replace(/^\ufeff/, ''), { filename: 'app.js' })
  } catch {
    return undefined
  }
  const notes: string[] = []
  const sandbox: Record<string, unknown> = {
    n: 1,
    inline: 1,
    note: (value: unknown) => notes.push(String(value)),
  }
  let error: string | undefined
  try {
    script.runInContext(createContext(sandbox))
  } catch (thrown) {
    error = String(thrown)
  }
  const { [TABLE]: table, ...rest } = sandbox
  return { notes, error, globals: Object.keys(rest).toSorted(), ids: Object.values(table ?? {}) }
}

describe('any script that parses', () => {
  it('parses with an id, does the same, and registers the id', () => {
    let parsed = 0
    fc.assert(
      fc.property(program, (text) => {
        const before = run(text)
        fc.pre(before !== undefined)
        parsed += 1
        const { script } = injectScript(Buffer.from(text), ID)
        const after = run(script.toString())
        expect(after).toEqual({ ...before, ids: [ID] })
        expect(readTrailer(script).debugId).toBe(ID)
        expect(readTrailer(script).reference).toBe(readTrailer(Buffer.from(text)).reference)
      }),
      SEED,
    )
    expect(parsed).toBeGreaterThan(300)
  })

  it('keeps its other lines as they are, one further down', () => {
    fc.assert(
      fc.property(program, (text) => {
        const bytes = Buffer.from(text)
        const { head } = readPrologue(bytes)
        const after = injectScript(bytes, ID).script.toString()
        const rest = bytes.subarray(head).toString()
        const tails = [rest, `${rest}\n`].map((end) => `\n${end}//# debugId=${ID}\n`)
        expect(after.startsWith(bytes.subarray(0, head).toString())).toBe(true)
        expect(tails.some((tail) => after.endsWith(tail))).toBe(true)
      }),
      SEED,
    )
  })
})

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
