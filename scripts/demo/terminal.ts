import { styleText } from 'node:util'

/** The width that everything but long lines of the action itself keeps to. */
export const WIDTH = 100

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'cyan' | 'green'

/** Colours only for a person at a terminal who has not said no to them (https://no-color.org). */
export function coloured(): boolean {
  return process.stdout.isTTY && !process.env['NO_COLOR']
}

export function style(text: string, ...styles: Style[]): string {
  return coloured() && text !== '' ? styleText(styles, text) : text
}

/** Text filled up with spaces to a width, which `widthOf` measures. */
export function pad(
  text: string,
  width: number,
  widthOf: (text: string) => number = ({ length }) => length,
): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** At most so many characters, the last one `…` when something was cut. */
export function cut(text: string, width = WIDTH): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text
}

/** Words in lines no longer than the width, where words allow it. */
export function wrap(text: string, width = WIDTH): string[] {
  return text.split(' ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
    return lines
  }, [])
}

/** The title of a part with a line behind it. */
export function rule(title: string, line: '━' | '─'): string {
  const begin = `${line}${line} ${title} `
  return begin + line.repeat(Math.max(0, WIDTH - begin.length))
}
