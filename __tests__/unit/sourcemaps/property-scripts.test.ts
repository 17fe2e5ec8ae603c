import { createContext, Script } from 'node:vm'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { injectScript } from '../../../src/sourcemaps/inject.ts'
import { readPrologue } from '../../../src/sourcemaps/prologue.ts'
import { readTrailer } from '../../../src/sourcemaps/reference.ts'

const ID = 'd5a2f155-940d-51e0-bd5c-84c549a8be44'
const TABLE = '_sentryDebugIds'
const SEED = { seed: 20_261_126, numRuns: 500 }

const heads = ['--> html\n', '', '', '', '\ufeff', '#!/usr/bin/env node\n', '#!x\r\n', '\ufeff#!x\u2028']
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
  '<!-- html\n',
  '\n--> html\n',
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
