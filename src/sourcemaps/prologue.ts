/** The beginning of a script: what must stay in front of anything that is added. */

export interface Prologue {
  /** Bytes of byte order mark and hashbang line, with its line break. */
  readonly head: number
  /** Whether a hashbang line stands first. */
  readonly hashbang: boolean
  /** The directives as they are written, without a semicolon: `"use strict"`. */
  readonly directives: readonly string[]
}

/** Characters that make the next line a continuation of an expression that begins with a string. */
const CONTINUES = /^(?:(?!\+\+|--)[.,([`+\-*/%&|^<>=?:]|!=|in(?:stanceof)?(?![\w$\\\x80-\xff]))/

/** @param script UTF-8 */
export function readPrologue(script: Buffer): Prologue {
  const text = script.toString('latin1')
  const bom = text.startsWith('\xef\xbb\xbf') ? 3 : 0
  const line = /#![^\r\n]*?(?:\r\n|[\r\n]|\xe2\x80[\xa8\xa9]|$(?![\s\S]))/y
  line.lastIndex = bom
  const hashbang = line.exec(text)?.[0]
  const head = bom + (hashbang?.length ?? 0)
  return { head, hashbang: hashbang !== undefined, directives: readDirectives(text, head) }
}

function readDirectives(text: string, from: number): string[] {
  const directives: string[] = []
  let at = skipTrivia(text, from, true).at
  for (;;) {
    const token = stringAt(text, at)
    if (token === undefined) return directives
    const after = skipTrivia(text, at + token.length)
    const next = text[after.at]
    const ends = next === undefined || next === ';' || next === '}'
    if (!ends && (!after.newLine || CONTINUES.test(text.slice(after.at, after.at + 12)))) return directives
    directives.push(token)
    at = skipTrivia(text, next === ';' ? after.at + 1 : after.at).at
  }
}

/** The string literal that begins at a place. It may be as long as the file, which no regular expression can match. */
function stringAt(text: string, from: number): string | undefined {
  const quote = text[from]
  if (quote !== '"' && quote !== "'") return undefined
  for (let at = from + 1; at < text.length; at += 1) {
    const character = text[at]
    if (character === quote) return text.slice(from, at + 1)
    if (character === '\n' || character === '\r') return undefined
    if (character === '\\') at += text.startsWith('\r\n', at + 1) ? 2 : 1
  }
  return undefined
}

/**
 * White space of ECMAScript in UTF-8 bytes, both kinds of comments, and the two that browsers take from HTML: `<!--`
 * anywhere, and `-->` at the beginning of a line. Neither begins an expression, so they are safe to skip in modules, too.
 */
const TRIVIA =
  /[\t\v\f \r\n]{1,1000}|\xc2\xa0|\xef\xbb\xbf|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/|<!--[^\r\n]*/y
const HTML_CLOSE = /-->[^\r\n]*/y

/** Skips white space and comments. */
function skipTrivia(
  text: string,
  from: number,
  atLineStart = false,
): { readonly at: number; readonly newLine: boolean } {
  let at = from
  let newLine = false
  for (;;) {
    const mayClose = newLine || atLineStart
    const skipped = matchAt(TRIVIA, text, at) ?? (mayClose ? matchAt(HTML_CLOSE, text, at) : undefined)
    if (skipped === undefined) return { at, newLine }
    newLine ||= /^(?!\/\/|<!--)[\s\S]*(?:[\r\n]|\xe2\x80[\xa8\xa9])/.test(skipped)
    at += skipped.length
  }
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}
