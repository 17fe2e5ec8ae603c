/** A line of the log of a step as GitHub shows it. */
export interface LogLine {
  readonly kind: 'text' | 'group' | 'error' | 'warning' | 'notice'
  /** Whether it is inside a group. */
  readonly inGroup: boolean
  readonly text: string
}

const LABELS = { error: 'Error: ', warning: 'Warning: ', notice: 'Notice: ', text: '', group: '▾ ' } as const

/**
 * What GitHub makes of the standard output of a step: groups with a title, annotations with their level in front,
 * masked values as `***`, and no other command of the runner; debug lines stay hidden.
 */
export function readLog(stdout: string): LogLine[] {
  const masks: string[] = []
  let inGroup = false
  return stdout.split('\n').flatMap((line): LogLine[] => {
    const [, command = '', message = ''] = /^::([a-z-]+)[^:]*::(.*)$/.exec(line) ?? []
    const text = (given: string): string =>
      masks.reduce((shown, mask) => shown.replaceAll(mask, '***'), given)
    switch (command) {
      case '':
        return line === '' ? [] : [{ kind: 'text', inGroup, text: text(line) }]
      case 'add-mask':
        masks.push(decode(message))
        return []
      case 'group':
        inGroup = true
        return [{ kind: 'group', inGroup: false, text: text(decode(message)) }]
      case 'endgroup':
        inGroup = false
        return []
      case 'error':
      case 'warning':
      case 'notice':
        return [{ kind: command, inGroup, text: text(decode(message)) }]
      default:
        return []
    }
  })
}

/** Lines of plain text, groups indented; `paint` may colour what is given to it with its kind. */
export function logLines(
  stdout: string,
  paint: (text: string, kind: LogLine['kind']) => string = (text) => text,
): string[] {
  return readLog(stdout).flatMap(({ kind, inGroup, text }) => {
    const indent = inGroup ? '  ' : ''
    const [first = '', ...more] = text.split('\n')
    const label = LABELS[kind]
    const rest = more.map((line) => `${indent}${' '.repeat(label.length)}${line}`)
    const title = kind === 'group' ? paint(label + first, kind) : paint(label, kind) + first
    return [`${indent}${title}`, ...rest]
  })
}

/** The escapes of the runner's commands, `%25` last because it makes the others. */
function decode(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
}
