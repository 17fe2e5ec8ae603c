/**
 * A strict reader of job summaries. It knows the few shapes that this action writes and nothing else, so text of
 * somebody else that could become an element, a link, a mention or a diagram is an error here, whatever a renderer
 * would make of it.
 */

const TAG =
  /<(\/?)(table|tr|th|td|code|a|blockquote|br|p|strong|details|summary|ul|li|pre)((?: (?:align="left"|href="[^"<>`\s]*"))?)>/g
const VOID = new Set(['br'])
/** A character that Markdown or HTML could read as syntax; references to characters are taken out before. */
const SYNTAX = /[<>"'`[\]|*_&#@!~\\{}$^]|:\/\//
/** A line of text begins a list, a heading or code with these, where HTML does not hold it. */
const BLOCK_START = /^(?: {4}|\t| {0,3}(?:[-+=]|\d+[.)]\s))/
/** The first one says how the step ended. */
const HEADLINE = /^(?:### [✅⚠❌⏹⌛⏳]\uFE0F? [\w :,-]+|#### [\w ]+)$/u
const CHART = [
  /^```mermaid$/,
  /^%%\{init: \{"gantt": \{"displayMode": "compact", "leftPadding": \d+\}\}\}%%$/,
  /^gantt$/,
  /^ {2}title Time (?:since [\d-]+ [\d:]+ UTC|in UTC)$/,
  /^ {2}dateFormat YYYY-MM-DD HH:mm:ss\.SSS$/,
  /^ {2}axisFormat [%\w :-]+$/,
  /^ {2}tickInterval \d+(?:second|minute|hour|day|week)$/,
  /^ {2}todayMarker off$/,
]
const CHART_LINE =
  /^ {2}(?:section [\w .+-]*|(?:queue|build|publish|-) :(?:(?:done|active|crit), )?[\d-]+ [\d:.]+, [\d-]+ [\d:.]+)$/

export interface Element {
  readonly name: string
  readonly href: string | undefined
}

/**
 * The elements of a summary in order.
 * @throws Error that shows the place where something else than this action's own markup stands
 */
export function elementsOf(summary: string): Element[] {
  const elements: Element[] = []
  const open: string[] = []
  const lines = summary.split('\n')
  if (!/^(?:### .*)?$/.test(lines[0] ?? '')) throw new Error(`not a verdict: ${lines[0]?.slice(0, 200)}`)
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line === '') {
      // A blank line ends HTML, and what follows is Markdown again.
      if (open.length > 0) throw new Error(`a blank line inside ${open.join(' ')}`)
    } else if (line === '```mermaid') {
      at = readChart(lines, at)
      elements.push({ name: 'chart', href: undefined })
    } else if (open.length > 0 || line.startsWith('<')) {
      readHtml(line, open, elements)
    } else if (!HEADLINE.test(line)) {
      expectText(line)
      if (BLOCK_START.test(line)) throw new Error(`a block of Markdown: ${line.slice(0, 200)}`)
    } else {
      elements.push({ name: line.startsWith('####') ? 'h4' : 'h3', href: undefined })
    }
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(' ')}`)
  return elements
}

function readChart(lines: readonly string[], start: number): number {
  CHART.forEach((expected, index) => {
    const line = lines[start + index] ?? ''
    if (!expected.test(line)) throw new Error(`not a line of the chart: ${line}`)
  })
  let at = start + CHART.length
  while (CHART_LINE.test(lines[at] ?? '')) at += 1
  if (lines[at] !== '```') throw new Error(`not a line of the chart: ${lines[at]?.slice(0, 200)}`)
  return at
}

function readHtml(line: string, open: string[], elements: Element[]): void {
  let from = 0
  for (const match of line.matchAll(TAG)) {
    const [tag, slash = '', name = '', attribute = ''] = match
    expectText(line.slice(from, match.index))
    from = match.index + tag.length
    if (slash !== '') {
      const last = open.pop()
      if (last !== name) throw new Error(`</${name}> closes ${last}: ${line.slice(0, 200)}`)
      continue
    }
    const [, href] = /href="([^"]*)"/.exec(attribute) ?? []
    if ((name === 'a') !== (href !== undefined)) throw new Error(`not a link: ${tag}`)
    elements.push({ name, href })
    if (!VOID.has(name)) open.push(name)
  }
  expectText(line.slice(from))
}

function expectText(text: string): void {
  // Three stars stand for a secret that was taken out.
  const bare = text.replace(/&#\d+;|\*{3}/g, '')
  if (SYNTAX.test(bare)) throw new Error(`not plain text: ${text.slice(0, 300)}`)
}
