import { Marked } from 'marked'

/** Tags of raw HTML that GitHub leaves in: those of the open-source filter that it came from. */
const TAGS = new Set(
  (
    'a abbr b bdo blockquote br caption cite code dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 ' +
    'hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strike strong sub summary sup table tbody td ' +
    'tfoot th thead time tr tt ul var wbr'
  ).split(' '),
)
/** Attributes that make a difference here, of those that GitHub leaves in. */
const ATTRIBUTES = new Set('align alt colspan dir height lang open rowspan title valign width'.split(' '))
const LINKS: Readonly<Record<string, string>> = { a: 'href', img: 'src' }

const TAG =
  /<(\/?)([a-z][\w-]*)((?:\s+[^\s"'=<>`/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*\/?>|[<>]/gi
const ATTRIBUTE = /([^\s"'=<>`/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g

export interface Rendered {
  readonly html: string
  /** What GitHub would take out: tags, which are shown as text here, attributes and links, which are left out. */
  readonly removed: readonly string[]
}

/**
 * GitHub-flavoured Markdown as HTML that can do no more than what GitHub lets through. A Mermaid diagram is shown as
 * its source, because drawing it takes a program of many megabytes.
 */
export function githubHtml(markdown: string): Rendered {
  const removed = new Set<string>()
  const marked = new Marked({
    gfm: true,
    renderer: {
      html: ({ text }) => filter(text, removed),
      link({ href, tokens }) {
        if (isAllowed(href)) return false
        removed.add(`the link to ${href}`)
        return this.parser.parseInline(tokens)
      },
      image({ href, text }) {
        if (isAllowed(href)) return false
        removed.add(`the image ${href}`)
        return escape(text)
      },
      code: ({ text, lang }) => (lang === 'mermaid' ? diagram(text) : false),
    },
  })
  const html = marked.parse(markdown, { async: false })
  return { html, removed: [...removed] }
}

export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** Raw HTML of which only allowed tags are left; every other `<` and `>` is text. */
function filter(html: string, removed: Set<string>): string {
  return html.replaceAll(TAG, (all, slash: string, name: string | undefined, attributes: string) => {
    if (name === undefined) return escape(all)
    const tag = name.toLowerCase()
    if (TAGS.has(tag)) return `<${slash}${tag}${slash ? '' : allowed(tag, attributes, removed)}>`
    removed.add(`<${tag}>`)
    return escape(all)
  })
}

function allowed(tag: string, attributes: string, removed: Set<string>): string {
  const given = [...attributes.matchAll(ATTRIBUTE)].map(([, name = '', ...values]) => {
    const value = values.find((each) => each !== undefined)
    return { name: name.toLowerCase(), value: value === undefined ? undefined : unescape(value) }
  })
  return given
    .map(({ name, value }) => {
      const isLink = LINKS[tag] === name && isAllowed(value ?? '')
      if (isLink || ATTRIBUTES.has(name))
        return value === undefined ? ` ${name}` : ` ${name}="${escape(value)}"`
      removed.add(`${name} of <${tag}>`)
      return ''
    })
    .join('')
}

/** Links that GitHub lets through, relative ones among them. A reference by name is read as nothing else but itself. */
function isAllowed(url: string): boolean {
  const base = 'https://github.com/'
  return URL.canParse(url, base) && /^(https?|mailto):$/.test(new URL(url, base).protocol)
}

/** The character references that can hide a scheme; what is left is escaped again, so that it stays text. */
function unescape(text: string): string {
  return text
    .replaceAll(/&#(?:x([0-9a-f]+)|(\d+));?/gi, (all, hex: string | undefined, decimal: string) => {
      const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      return point <= 0x10ffff ? String.fromCodePoint(point) : all
    })
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

function diagram(source: string): string {
  const note = 'GitHub draws this Mermaid diagram. This page works without a network and shows its source.'
  return `<figure><figcaption>${note}</figcaption><pre class="mermaid">${escape(source)}</pre></figure>\n`
}
