import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes a build as large as wanted: minified scripts of one line, each with a map and the contents of its sources. */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const WORDS =
  'return function const value index result options state props render event handler length push map filter'.split(
    ' ',
  )
const SOURCES = 40

function encode(value: number): string {
  let rest = value < 0 ? -value * 2 + 1 : value * 2
  let text = ''
  do {
    text += DIGITS[(rest & 31) | (rest > 31 ? 32 : 0)] ?? ''
    rest >>>= 5
  } while (rest > 0)
  return text
}

/** Numbers below `limit` that are the same every time. */
function numbers(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

export interface BuildSize {
  readonly scripts: number
  /** Tokens of each script, which are segments of its map. */
  readonly tokens: number
}

/** @returns bytes */
export function writeBuild(folder: string, { scripts, tokens }: BuildSize): number {
  mkdirSync(folder, { recursive: true })
  let bytes = 0
  for (let index = 0; index < scripts; index += 1) {
    const next = numbers(index + 1)
    const [script, map] = [[] as string[], [] as string[]]
    const contents = Array.from({ length: SOURCES }, () => [] as string[])
    const place = { source: 0, line: 0, column: 0 }
    for (let token = 0; token < tokens; token += 1) {
      const word =
        next(3) === 0 ? (WORDS[next(WORDS.length)] ?? '') : String.fromCharCode(97 + next(26), 97 + next(26))
      const text = `${word}${'();,=+.'[next(7)] ?? ''}`
      const source = next(400) === 0 ? next(SOURCES) : place.source
      const [line, column] =
        next(6) === 0 ? [place.line + 1, next(40)] : [place.line, place.column + next(12)]
      map.push(
        [
          token === 0 ? 0 : (script.at(-1)?.length ?? 0),
          source - place.source,
          line - place.line,
          column - place.column,
        ]
          .map(encode)
          .join(''),
      )
      Object.assign(place, { source, line, column })
      script.push(text)
      contents[source]?.push(`  ${text} // ${WORDS[next(WORDS.length)] ?? ''}${next(6) === 0 ? '\n' : ''}`)
    }
    const name = `chunk-${index}`
    const json = JSON.stringify({
      version: 3,
      file: `${name}.js`,
      sources: contents.map((_, number) => `../src/${index}/${number}.ts`),
      sourcesContent: contents.map((lines) => lines.join('')),
      names: [],
      mappings: map.join(','),
    })
    // The text is no program, and need not be one: nobody runs it.
    const text = `${script.join('')}\n//# sourceMappingURL=${name}.js.map\n`
    writeFileSync(join(folder, `${name}.js`), text)
    writeFileSync(join(folder, `${name}.js.map`), json)
    bytes += text.length + json.length
  }
  return bytes
}
