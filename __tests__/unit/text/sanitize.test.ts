import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  attribute,
  escapeCommands,
  lengthOf,
  escapeMarkdown,
  toSingleLine,
  quoted,
  shorten,
} from '../../../src/text/sanitize.ts'
import { decoded, hostileText } from '../doubles.ts'

const HIDING =
  /[\0-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\uFFF9-\uFFFB\u{E0001}\u{E0020}-\u{E007F}]/u

/** The commands that the runner finds: it cuts lines, trims what .NET calls white space, and looks for `::` and `##[`. */
function commands(log: string): string[] {
  return log
    .split(/\r\n|[\r\n]/)
    .map((line) =>
      line.replace(/^[\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+/, ''),
    )
    .filter((line) => line.startsWith('::') || line.includes('##['))
}

describe('plain', () => {
  it('gives one line without anything that hides', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const shown = toSingleLine(text)
        expect(shown).not.toMatch(HIDING)
        expect(shown.isWellFormed()).toBe(true)
      }),
    )
  })

  it('holds no runner command', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(commands(toSingleLine(text))).toEqual([])
      }),
    )
  })

  it('is never longer than asked', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 40 }), (text, max) => {
        expect(Array.from(toSingleLine(text, max)).length).toBeLessThanOrEqual(max)
      }),
    )
  })

  it('removes terminal escapes whole', () => {
    expect(toSingleLine('a\u001B[1;31mred\u001B[0m \u009B2Jb \u001B]0;title\u0007c')).toBe('ared b c')
  })

  it('keeps ordinary text of any script', () => {
    const text = 'Größe 42 – 版本 v1.2.3+build "naïve" (ok) 😀'
    expect(toSingleLine(text)).toBe(text)
  })

  it('folds line breaks and other space into single spaces', () => {
    expect(toSingleLine('  one\r\n\ttwo\u2028three\u00A0 four ')).toBe('one two three four')
  })

  it('is quick with a megabyte of garbage', () => {
    expect(toSingleLine('\u001B]'.repeat(500_000))).toBe('')
  })
})

describe('shorten', () => {
  it('leaves a text that fits, and else ends it with a mark at exactly the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 12 }), (text, max) => {
        const points = Array.from(text)
        const short = shorten(text, max)
        expect(short).toBe(points.length <= max ? text : `${points.slice(0, max - 1).join('')}…`)
      }),
    )
  })

  it('never cuts a character in half', () => {
    expect(shorten('😀😀😀', 2)).toBe('😀…')
  })
})

it('lengthOf counts code points', () => {
  expect(lengthOf('a😀')).toBe(2)
})

it('quoted repeats what was given, on one line and in quotes', () => {
  expect(quoted('two\nlines')).toBe('"two lines"')
  expect(quoted('long text', 5)).toBe('"long…"')
})

describe('markup', () => {
  it('holds no character of Markdown or HTML syntax', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const bare = escapeMarkdown(text).replace(/&#\d+;/g, '')
        expect(bare).not.toMatch(/[<>"'`[\]|*_&#@!~\\{}$^]/)
        expect(bare).not.toContain('://')
      }),
    )
  })

  it('is shown as the plain text', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 60 }), (text, max) => {
        expect(decoded(escapeMarkdown(text, max))).toBe(toSingleLine(text, max))
      }),
    )
  })

  it('does not turn entities of the text itself into characters', () => {
    expect(decoded(escapeMarkdown('&#60;b&#62; &lt;'))).toBe('&#60;b&#62; &lt;')
  })

  it('leaves ordinary words readable', () => {
    expect(escapeMarkdown('Created in 4.2 s (2 of 3), 50%')).toBe('Created in 4.2 s (2 of 3), 50%')
  })
})

describe('attribute', () => {
  it('cannot leave its quotes, and is read back as the same URL', () => {
    fc.assert(
      fc.property(hostileText, (url) => {
        expect(attribute(url)).not.toMatch(/[<>"'`\s]/)
        expect(decoded(attribute(url))).toBe(url)
      }),
    )
  })
})

describe('inert', () => {
  it('leaves no command for the runner', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(commands(escapeCommands(text))).toEqual([])
      }),
    )
  })

  it('adds spaces and changes nothing else', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(escapeCommands(text).replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
      }),
    )
  })

  it('leaves text without commands as it is', () => {
    const text = 'std::vector ends a line\n  https://sentry.io/ # [x] ::\r\n'
    expect(escapeCommands(text)).toBe(text)
  })

  it('finds commands on every line, also behind exotic space', () => {
    expect(escapeCommands('ok\n \u00A0::error::a\r::add-mask::b\u2028::debug::c')).toBe(
      'ok\n \u00A0: :error::a\r: :add-mask::b\u2028: :debug::c',
    )
  })
})
