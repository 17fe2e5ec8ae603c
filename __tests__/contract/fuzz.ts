import * as fc from 'fast-check'
import type { StandInResponse } from '../servers/server.ts'

/** Generated tests of the shipped action. Each run of a property starts processes, so `npm test` does few: see seed.ts. */
const RUNS = process.env['FUZZ_RUNS']

/** Whether more than the usual number of runs is requested. */
export const thorough = RUNS !== undefined

/** Parameters of a property whose runs start processes: nothing is shrunk, because that takes a run for each step. */
export function rounds(usual: number): fc.Parameters<unknown> {
  return {
    numRuns: RUNS === undefined ? usual : Number(RUNS),
    endOnFailure: true,
  }
}

/** Milliseconds that a property may take in all. */
export const FUZZ_TIMEOUT = 180_000 + Number(RUNS ?? 0) * 20_000

/** What acts on a runner, a terminal, a reader, a renderer of Markdown or of diagrams, or a file of outputs. */
const FRAGMENTS: readonly string[] = [
  '::error::owned',
  '::warning title=owned::owned',
  '::stop-commands::owned',
  '::add-mask::e',
  '::set-output name=release-id::1',
  '::save-state name=started::owned',
  '::group::owned',
  '::endgroup::',
  '::add-matcher::/tmp/owned.json',
  '##[error]owned',
  '##[set-env name=PATH;]owned',
  '##[',
  '::',
  '%0A::error::owned',
  'ghadelimiter_0',
  'EOF',
  'release-id<<EOF\n1\nEOF\n',
  '\nrelease-id=1\n',
  '\r',
  '\n',
  '\r\n',
  '\n\n',
  '\v',
  '\f',
  '\u2028',
  '\u2029',
  '\u0085',
  '\0',
  '\b',
  '\u007F',
  '\u001B[31m',
  '\u001B[2J',
  '\u001B]8;;https://evil.example\u0007',
  '\u001B]0;owned\u001B\\',
  '\u001B',
  '\u009B2J',
  '\u202A',
  '\u202B',
  '\u202D',
  '\u202E',
  '\u2066',
  '\u2067',
  '\u2069',
  '\u061C',
  '\u200B',
  '\u200D',
  '\uFEFF',
  '\u00AD',
  '\u3164',
  '\u{E0001}\u{E0041}',
  '\uD800',
  '\uDC00',
  '</details>',
  '</pre></td></tr></table>',
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '<a href="https://evil.example">x</a>',
  '<!-- ',
  ' -->',
  '&lt;b&gt;',
  '&#60;b&#62;',
  '![x](https://evil.example/x.png)',
  '[x](javascript:alert(1))',
  '[x]: https://evil.example',
  'https://evil.example/?a=b',
  'www.evil.example',
  '`',
  '```',
  '~~~',
  '$`x`$',
  '$$x$$',
  '| a | b |',
  '|---|---|',
  '# owned',
  '- owned',
  '> owned',
  '---',
  '**owned**',
  '~~owned~~',
  ';',
  ' :done, 1, 2',
  '%%{init: {"theme": "dark"}}%%',
  '```\n# owned',
  'click a href "https://evil.example"',
  '@everyone',
  '#1',
  'GH-1',
  '\\',
  '"',
  "'",
  '\t',
  ' ',
  'word',
  'слово',
  '語',
  '😀',
  '{"a":',
  '[[[[',
]

/** Text by somebody who wants to act through it. */
export const hostile: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { arbitrary: fc.constantFrom(...FRAGMENTS), weight: 12 },
      { arbitrary: fc.string({ unit: 'binary', maxLength: 4 }), weight: 2 },
    ),
    { minLength: 1, maxLength: 10 },
  )
  .map((parts) => parts.join(''))

/** Hostile in every bit, and far longer than anything that is shown. */
export const LONG = FRAGMENTS.join('').repeat(120)

/** A text without what an environment variable cannot hold: NUL, half a character, or more than 128 KiB. */
export function asVariable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed().slice(0, 30_000)
}

/**
 * A copy of a JSON value in which every text, but those under keys to keep, is replaced. Keys are left as they are.
 */
export function replaceTexts(
  value: unknown,
  keep: ReadonlySet<string>,
  next: (key: string, old: string) => string,
  key = '',
): unknown {
  if (typeof value === 'string') return keep.has(key) ? value : next(key, value)
  if (Array.isArray(value)) return value.map((item) => replaceTexts(item, keep, next, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, replaceTexts(item, keep, next, name)]),
  )
}

/** A response of status 200 to 299 with its texts replaced; any other one as it is. */
export function tampered(
  answer: StandInResponse,
  keep: ReadonlySet<string>,
  next: (key: string, old: string) => string,
): StandInResponse {
  if (answer.status >= 300 || answer.body === undefined) return answer
  return { ...answer, body: replaceTexts(answer.body, keep, next) }
}

/** Gives the texts of a list one after the other, over and over. */
export function cycle(texts: readonly string[]): () => string {
  let at = 0
  return () => texts[at++ % texts.length] ?? ''
}
