import { pad } from './terminal.ts'

/** A job summary for a reader without a browser: its tables in columns, its HTML as plain text. */
export function summaryText(markdown: string): string[] {
  return markdown
    .replaceAll(/<table>([\s\S]*?)<\/table>/g, (_, rows: string) => columns(rows))
    .replaceAll(/<details><summary>(.*?)<\/summary>/g, (_, title: string) => `▸ ${title}\n`)
    .replaceAll(/<blockquote>(.*?)<\/blockquote>/g, (_, text: string) =>
      text.replaceAll(/^|<br>/g, '\n│ ').trimStart(),
    )
    .replaceAll(/<li>/g, '  • ')
    .replaceAll('<br>', '\n')
    .split('\n')
    .map((line) => text(line).trimEnd())
    .filter((line) => line !== '')
}

/** Rows of HTML cells as lines whose cells begin below each other; `<br>` begins a new line in its cell. */
function columns(html: string): string {
  const rows = [...html.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = '']) => cell.split('<br>').map(text)),
  )
  const widths = rows[0]?.map((_, index) => Math.max(...rows.flatMap((row) => row[index]?.map(widthOf) ?? 0)))
  return rows
    .flatMap((row) => {
      const height = Math.max(...row.map((cell) => cell.length))
      return Array.from({ length: height }, (_, line) =>
        row.map((cell, index) => pad(cell[line] ?? '', widths?.[index] ?? 0, widthOf)).join('  '),
      )
    })
    .map((line) => line.replaceAll('&', '&#38;').replaceAll('<', '&#60;'))
    .join('\n')
}

/** Terminal columns: symbols of two of them are what statuses begin with. */
function widthOf(text: string): number {
  return Array.from(text).reduce((sum, char) => {
    if (char === '\uFE0F') return sum + 1
    return sum + (/\p{Emoji_Presentation}/u.test(char) ? 2 : 1)
  }, 0)
}

function text(html: string): string {
  return html
    .replaceAll(/<\/?[a-z][^>]*>/gi, '')
    .replaceAll(/&#(\d+);/g, (_, point: string) => String.fromCodePoint(Number(point)))
    .replaceAll('\u00A0', ' ')
}
