import { Script, createContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { injectMap, injectScript } from '../../../src/sourcemaps/inject.ts'
import { readPrologue } from '../../../src/sourcemaps/prologue.ts'
import { readTrailer } from '../../../src/sourcemaps/reference.ts'

const ID = 'd5a2f155-940d-51e0-bd5c-84c549a8be44'
const inject = (text: string): string => injectScript(Buffer.from(text), ID).script.toString()

const TABLE = '_sentryDebugIds'
type Sandbox = { [TABLE]?: Record<string, string> }

/** Runs a script and gives the ids that it registered. */
function registered(script: string): unknown[] {
  const sandbox: Sandbox = {}
  const context = createContext(sandbox)
  new Script(script.replace(/^\ufeff/, ''), { filename: 'app.js' }).runInContext(context)
  return Object.entries(sandbox[TABLE] ?? {}).map(([stack, id]) => [stack.includes('app.js'), id])
}

describe('directives', () => {
  const of = (text: string): readonly string[] => readPrologue(Buffer.from(text)).directives
  it.each([
    ['"use strict";a()', ['"use strict"']],
    ["'use strict'\na()", ["'use strict'"]],
    ['"use strict"', ['"use strict"']],
    ['"use strict"}', ['"use strict"']],
    ['/* licence */ // one\n"use strict" /* \n */ a()', ['"use strict"']],
    ['"use strict";"use client";\n\'use é\'\nvar a', ['"use strict"', '"use client"', "'use \xc3\xa9'"]],
    ['"use strict"\n!function(){}()', ['"use strict"']],
    ['"use strict"\n++a', ['"use strict"']],
    ['"use strict"\ninside()', ['"use strict"']],
    ['"a\\"b";c', ['"a\\"b"']],
    ['<!-- html\n"use strict" <!-- html\nvar a', ['"use strict"']],
    ['--> html\n"use strict"\nvar a', ['"use strict"']],
    ['\n--> html\n"use strict"\n--> html\nvar a', ['"use strict"']],
    ['\ufeff"use strict"\r\nvar a', ['"use strict"']],
    ['\u00a0\u2028"use strict"\u2028var a', ['"use strict"']],
  ])('of %j are %j', (text, directives) => {
    expect(of(text)).toEqual(directives)
  })

  it.each([
    '"use strict"\n(()=>{})()',
    '"use strict".length',
    '"a" + b',
    '"a"\n+ b',
    '"a"\n!= b',
    '"a"\nin b',
    '"a"\ninstanceof b',
    '"a"\n`b`',
    '"a", b',
    '"a" // c\n? b : c',
    'a();"use strict"',
    '"a" --> b',
    '"open',
    '',
  ])('are not what begins an expression: %j', (text) => {
    expect(of(text)).toEqual([])
  })
})

describe('a directive as long as a file', () => {
  it('is read without a limit of a regular expression', () => {
    const text = `"${'x'.repeat(5_000_000)}"`
    expect(readPrologue(Buffer.from(text)).directives[0]?.length).toBe(text.length)
    expect(readPrologue(Buffer.from(text.slice(0, -1))).directives).toEqual([])
  })
})

describe('an injected script', () => {
  it.each([
    'var a = 1',
    '"use strict"\nvar a = 1\n',
    '#!/usr/bin/env node\nvar a = 1;',
    '#!/usr/bin/env node',
    '\ufeffvar a = 1\r\n',
    'const global = 1, self = 2, window = 3',
    'const Error = 1',
    '(() => {})()',
    '// only a comment',
    '/* only a comment */',
    '',
  ])('still runs, and registers its id: %j', (text) => {
    expect(registered(inject(text))).toEqual([[true, ID]])
  })

  it('registers its id also when it throws while it loads', () => {
    const sandbox: Sandbox = {}
    expect(() => new Script(inject('throw new TypeError("x")')).runInNewContext(sandbox)).toThrow('x')
    expect(Object.values(sandbox[TABLE] ?? {})).toEqual([ID])
  })

  it.each(['"use strict"\n', "'use strict';", '/* a */ "use client"\n"use strict"\n'])(
    'stays in strict mode: %j',
    (head) => {
      expect(() => new Script(inject(`${head}undeclared = 1`)).runInNewContext({})).toThrow('undeclared')
    },
  )

  it('that begins with a string in an expression does not get into strict mode', () => {
    expect(() =>
      new Script(inject('"use strict"\n.length; undeclared = 1')).runInNewContext({}),
    ).not.toThrow()
  })

  it('keeps byte order mark and hashbang first, and all that follows as it is', () => {
    const text = '\ufeff#!/usr/bin/env node\r\n"use strict"\r\nvar é = "😀"\r\n//# sourceMappingURL=a.map'
    const [hashbang, added, ...rest] = inject(text).split('\n')
    expect(hashbang).toBe('\ufeff#!/usr/bin/env node\r')
    expect(added).toMatch(/^"use strict";;!function/)
    expect(rest.join('\n')).toBe(
      `"use strict"\r\nvar é = "😀"\r\n//# sourceMappingURL=a.map\n//# debugId=${ID}\n`,
    )
    expect(injectScript(Buffer.from(text), ID).addedLine).toBe(1)
    expect(injectScript(Buffer.from('a'), ID).addedLine).toBe(0)
  })

  it('is recognized as injected', () => {
    expect(readTrailer(Buffer.from(inject('a()\n//# sourceMappingURL=a.map')))).toMatchObject({
      debugId: ID,
      reference: 'a.map',
    })
  })

  it('gets its inline map replaced', () => {
    const script = Buffer.from('a("é")\n//# sourceMappingURL=data:application/json,%7B%7D\n// end\n')
    const trailer = readTrailer(script)
    const { script: output } = injectScript(script, ID, { trailer, map: Buffer.from('{"debugId":1}') })
    const encoded = Buffer.from('{"debugId":1}').toString('base64')
    expect(output.toString()).toContain(
      `\na("é")\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${encoded}\n// end\n//# debugId=`,
    )
  })
})

describe('an injected map', () => {
  const of = (text: string, line?: number): string => injectMap(Buffer.from(text), ID, line).toString()

  it('gets an empty line first, and keeps all else byte for byte', () => {
    expect(
      of('{ "version":3,"x_other": [1, {"mappings":"A"}],"names":["\\";"],"mappings":"AAAA;C" }', 0),
    ).toBe(
      `{"debugId":"${ID}", "version":3,"x_other": [1, {"mappings":"A"}],"names":["\\";"],"mappings":";AAAA;C" }`,
    )
  })

  it.each([
    ['"AAAA;C;D"', '"AAAA;;C;D"'],
    ['";C"', '";;C"'],
    ['"AAAA"', '"AAAA"'],
    ['""', '""'],
  ])('of a script with a hashbang: %s becomes %s', (before, after) => {
    expect(of(`{"mappings":${before}}`, 1)).toBe(`{"debugId":"${ID}","mappings":${after}}`)
  })

  it('moves range mappings along', () => {
    expect(of('{"mappings":"A;C","rangeMappings":"B;;"}', 0)).toContain(
      '"mappings":";A;C","rangeMappings":";B;;"',
    )
    expect(of('{"mappings":"A;C","rangeMappings":"B;C"}', 1)).toContain(
      '"mappings":"A;;C","rangeMappings":"B;;C"',
    )
  })

  it('moves all sections of an index map', () => {
    const sections =
      '[{"offset":{"line":0,"column":0},"map":{"mappings":"A"}}, {"map":{},"offset":{"column":2,"line": 9}}]'
    expect(of(`{"version":3,"sections":${sections}}`, 0)).toBe(
      `{"debugId":"${ID}","version":3,"sections":[{"offset":{"line":1,"column":0},"map":{"mappings":"A"}}, {"map":{},"offset":{"column":2,"line": 10}}]}`,
    )
  })

  it('has one id, under the keys that are there', () => {
    expect(of('{"debugId":"old","mappings":""}')).toBe(`{"debugId":"${ID}","mappings":""}`)
    expect(of('{"debug_id":"old"}')).toBe(`{"debugId":"${ID}","debug_id":"${ID}"}`)
    expect(of('{"debug_id":null,"debugId":{"a":[1]}}')).toBe(`{"debug_id":"${ID}","debugId":"${ID}"}`)
    expect(of('{}')).toBe(`{"debugId":"${ID}"}`)
  })

  it('keeps the line that guards it, and a byte order mark', () => {
    expect(of(`)]}'\n{"mappings":"A"}`, 0)).toBe(`)]}'\n{"debugId":"${ID}","mappings":";A"}`)
    expect(of('\ufeff{"mappings":"A"}', 0)).toBe(`\ufeff{"debugId":"${ID}","mappings":";A"}`)
  })

  it('is not found by a key that is escaped otherwise, or stands in a text', () => {
    expect(of('{"a":"\\"mappings\\":\\"B\\"","m\\u0061ppings":"A"}', 0)).toBe(
      `{"debugId":"${ID}","a":"\\"mappings\\":\\"B\\"","m\\u0061ppings":";A"}`,
    )
  })

  it('keeps its lines when the mappings are escaped', () => {
    expect(of('{"mappings":"A\\u003bC"}', 0)).toBe(`{"debugId":"${ID}","mappings":";A;C"}`)
    expect(of('{"mappings":"A\\u003bC"}', 1)).toBe(`{"debugId":"${ID}","mappings":"A;;C"}`)
    expect(of('{"mappings":"\\u0041"}', 1)).toBe(`{"debugId":"${ID}","mappings":"\\u0041"}`)
  })
})
