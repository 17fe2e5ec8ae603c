/**
 * How the runner reads what an action leaves: commands in its output, and files of outputs and state. Written after
 * the runner's own source, not after the toolkit that this action uses, and stricter where the runner is lenient.
 */

export interface Command {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
  /** `##[` is the runner's first syntax, which it looks for anywhere in a line. */
  readonly legacy: boolean
}

/** What .NET calls white space, and what its comparison of texts passes over: marks that have no width. */
const SKIPPED = /^[\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\p{Cc}\p{Cf}]+/u

/** Lines as the runner's reader cuts them. */
export function linesOf(output: string): string[] {
  return output.split(/\r\n|[\r\n]/)
}

/**
 * Everything that the runner could take for a command, in order, whether it knows the name or not: a newer runner may
 * know more names.
 */
export function commandsOf(output: string): Command[] {
  return linesOf(output).flatMap((line) => current(line.replace(SKIPPED, '')) ?? legacy(line) ?? [])
}

function current(line: string): Command | undefined {
  const end = line.startsWith('::') ? line.indexOf('::', 2) : -1
  if (end < 0) return undefined
  const { name, properties } = head(line.slice(2, end), ',')
  return { name, properties, data: unescaped(line.slice(end + 2)), legacy: false }
}

function legacy(line: string): Command | undefined {
  const start = line.indexOf('##[')
  const end = line.indexOf(']', start)
  if (start < 0 || end < 0) return undefined
  const { name, properties } = head(line.slice(start + 3, end), ';')
  return { name, properties, data: unescaped(line.slice(end + 1)), legacy: true }
}

function head(text: string, separator: string): Pick<Command, 'name' | 'properties'> {
  const space = text.indexOf(' ')
  if (space < 0) return { name: text, properties: {} }
  const pairs = text
    .slice(space + 1)
    .split(separator)
    .map((pair) => pair.split(/=(.*)/s))
    .map(([key = '', value = '']) => [key.trim(), unescaped(value)] as const)
  return { name: text.slice(0, space), properties: Object.fromEntries(pairs) }
}

function unescaped(text: string): string {
  return ['%0D\r', '%0A\n', '%3A:', '%2C,', '%25%'].reduce(
    (rest, rule) => rest.replaceAll(rule.slice(0, 3), rule.slice(3)),
    text,
  )
}

/**
 * The entries of a file of outputs or state, in order, repeated ones too.
 * @throws Error where the runner would fail the step over the file
 */
export function entriesOf(file: string): (readonly [name: string, value: string])[] {
  const lines = file.split('\n')
  const entries: (readonly [string, string])[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line === '') continue
    const [equals, heredoc] = [line.indexOf('='), line.indexOf('<<')]
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      entries.push([line.slice(0, equals), line.slice(equals + 1)])
      continue
    }
    const [name, delimiter] = [line.slice(0, heredoc), line.slice(heredoc + 2)]
    const end = lines.indexOf(delimiter, at + 1)
    if (heredoc < 1 || delimiter === '' || end < 0) throw new Error(`not a file command: ${line}`)
    entries.push([name, lines.slice(at + 1, end).join('\n')])
    at = end
  }
  return entries
}
