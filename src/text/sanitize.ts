/**
 * External text (of a server, a commit, an event, an input) is sanitized here before it is displayed, so that it can
 * neither hide anything nor become a workflow command or markup.
 */

// Terminal escapes first, whole, so that their printable tails ("[31m") do not stay behind.
const TERMINAL_ESCAPES =
  /\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[\u001B\u009B][[\]()#;?]*[0-9;?]*[ -/]*[@-~]?/g
// Control and format characters (bidirectional overrides, zero-width marks, tags), line separators, and whatever else
// fonts show as nothing; all but the selector that makes a symbol an emoji.
const INVISIBLE = /(?:(?!\uFE0F)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}])+/gu
// The runner's first command syntax, which it accepts anywhere in a line.
const LEGACY_COMMAND = /##\[/g

/** The mark at the end of a text that was cut. */
const CUT = '…'

/**
 * One line of visible text: no terminal escapes, control, bidirectional or zero-width characters, no line breaks,
 * no runner command; at most `max` code points, with `…` where it was cut.
 */
export function toSingleLine(text: string, max = 300): string {
  // Far more than is ever shown, so that a megabyte of garbage costs nothing.
  const some = text.slice(0, max * 16)
  const visible = some
    .toWellFormed()
    .replace(TERMINAL_ESCAPES, '')
    .replace(INVISIBLE, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return shorten(escapeCommands(visible !== '' && some.length < text.length ? visible + CUT : visible), max)
}

/** At most `max` code points, the last one `…` when something was cut. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text
  const points = Array.from(text)
  return points.length <= max ? text : `${points.slice(0, Math.max(0, max - 1)).join('')}${CUT}`
}

/** Length in code points, which is what the limits of servers and readers count. */
export function lengthOf(text: string): number {
  return Array.from(text).length
}

/** `toSingleLine` text in double quotes, for messages that repeat what was given. */
export function quoted(text: string, max = 120): string {
  return `"${toSingleLine(text, max)}"`
}

/**
 * `toSingleLine` text without meaning in Markdown and in HTML: every character that either language could read as syntax
 * becomes a numeric character reference, also the colon of a URL, so that nothing turns into a link by itself.
 */
export function escapeMarkdown(text: string, max = 300): string {
  return toSingleLine(text, max).replace(/[^\p{L}\p{M}\p{N} ,.;%…:/+=()-]|:(?=\/\/)/gu, reference)
}

/** A URL as the value of an HTML attribute in double quotes. */
export function attribute(url: string): string {
  return url.replace(/[&<>"'`\s]/g, reference)
}

function reference(char: string): string {
  return `&#${char.codePointAt(0) ?? 0xfffd};`
}

/**
 * A line for the log in which the runner finds no command: neither `::command::` at its start nor `##[command]`
 * anywhere. Line breaks of all kinds are kept, so that a text of many lines stays one.
 */
export function escapeCommands(text: string): string {
  return text
    .replace(LEGACY_COMMAND, '## [')
    .replace(/(^|[\r\n\u0085\u2028\u2029])([^\S\r\n]*)::/g, '$1$2: :')
}
