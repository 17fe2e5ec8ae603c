import { attribute, escapeMarkdown } from '../text/sanitize.ts'

/**
 * Parts of a job summary. GitHub shows HTML inside of Markdown, and an HTML block ends at a blank line, so no part has
 * one inside. `html` is HTML already; `text` and `url` come from outside and are escaped here.
 */

export function code(text: string, max?: number): string {
  return `<code>${escapeMarkdown(text, max)}</code>`
}

export function link(url: string, html: string): string {
  return `<a href="${attribute(url)}">${html}</a>`
}

/** A link when there is an address, else only its text. */
export function linkIf(url: string | undefined, html: string): string {
  return url === undefined ? html : link(url, html)
}

/** A section that is closed until somebody opens it. */
export function collapsed(title: string, body: readonly string[]): string[] {
  return [`<details><summary>${title}</summary>`, ...body, '</details>', '']
}

export interface LongList {
  /** Shown at once. */
  readonly first: readonly string[]
  /** Collapsed. */
  readonly rest: readonly string[]
  /** How many are not in the summary at all. */
  readonly left: number
}

/**
 * Splits a list for a summary: the first `count` items, then as many as fit into `maxBytes` of UTF-8. Every list has a
 * limit of its own, so that a long one leaves room for the others: GitHub drops a summary above 1 MiB.
 */
export function splitList(items: readonly string[], count: number, maxBytes: number): LongList {
  let room = maxBytes
  let end = 0
  for (; end < items.length; end += 1) {
    room -= Buffer.byteLength(items[end] ?? '') + 1
    if (room < 0) break
  }
  const first = items.slice(0, Math.min(count, end))
  return { first, rest: items.slice(first.length, end), left: items.length - end }
}

/**
 * A list of items in HTML: the first ones, and the rest collapsed under its count.
 * @param noun what an item is, in the singular of a word with a regular plural
 */
export function longList(items: readonly string[], noun: string, count: number, maxBytes: number): string[] {
  const long = splitList(items, count, maxBytes)
  const list = (shown: readonly string[]): string[] => [
    '<ul>',
    ...shown.map((item) => `<li>${item}</li>`),
    '</ul>',
  ]
  return [
    ...(long.first.length > 0 ? [...list(long.first), ''] : []),
    ...collapsedRest(long, long.first.length > 0 ? `more ${noun}` : noun, list),
  ]
}

/** What a long list has after its first items, under its count with the noun. */
export function collapsedRest(
  { rest, left }: Pick<LongList, 'rest' | 'left'>,
  noun: string,
  body: (shown: readonly string[]) => readonly string[],
): string[] {
  const count = rest.length + left
  if (count === 0) return []
  const verb = left === 1 ? 'is' : 'are'
  const notShown =
    left === 0 ? [] : [`<p>${left} of them ${verb} left out, to stay below the limit of GitHub.</p>`]
  return collapsed(counted(count, noun), [...(rest.length > 0 ? body(rest) : []), ...notShown])
}

/** `1 build`, `2 builds`: a number with a noun that has a regular plural. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** `900 bytes`, `1.5 kB`, `24 MB`: for people, so in the units of the decimal system. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return counted(bytes, 'byte')
  const exponent = Math.min(3, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** exponent
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${['', 'kB', 'MB', 'GB'][exponent]}`
}
