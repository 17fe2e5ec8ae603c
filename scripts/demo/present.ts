import { scenarios } from '../../__tests__/servers/scenarios.ts'
import type { Exchange } from '../../__tests__/servers/server.ts'
import { type LogLine, logLines } from './log.ts'
import type { Played, PlayedStep } from './play.ts'
import { summaryText } from './summary-text.ts'
import { cut, pad, rule, style, WIDTH, wrap } from './terminal.ts'

const SYSTEMS = { sentry: 'Sentry', github: 'GitHub', abf: 'ABF', 'file-store': 'File store' } as const

/** Everything about a scenario that was played, for a terminal. */
export function present(played: Played, title: string, options: { readonly markdown: boolean }): string {
  const { sentence, servers, steps } = played
  const parts = steps.flatMap((step, index) => {
    const suffix = steps.length > 1 ? ` ${index + 1}` : ''
    const { result } = step
    const summary = options.markdown ? result.summary.trimEnd().split('\n') : summaryText(result.summary)
    return [
      section(`Step${suffix}`, stepLines(step.step.with, step.step.id)),
      section(`Log${suffix}`, logLines(result.stdout, paint)),
      ...(result.stderr === ''
        ? []
        : [section(`Standard error${suffix}`, result.stderr.trimEnd().split('\n'))]),
      section(`Outputs${suffix}`, outputLines(result.outputs, WIDTH)),
      section(`Job summary${suffix}${options.markdown ? ', its Markdown' : ''}`, summary),
      section(`Requests${suffix}`, requestLines(step)),
      section(`End${suffix}`, [endLine(step)]),
    ]
  })
  const head = [style(rule(title, '━'), 'bold'), ...wrap(sentence), style(servers, 'dim')]
  return `${[head.join('\n'), ...parts].join('\n\n')}\n`
}

/** The table of scenarios: name, sentence, state of the servers, inputs. */
export function presentList(): string {
  const entries = Object.entries(scenarios).map(([name, { sentence, servers, steps }]) => {
    const inputs = steps.flatMap((step, index) => [
      ...(steps.length > 1 ? [`step ${index + 1}`] : []),
      ...inputLines(step.with),
    ])
    const rows: [string, string[]][] = [
      ['', wrap(sentence, WIDTH - 11)],
      ['servers', wrap(servers, WIDTH - 11)],
      ['inputs', inputs],
    ]
    const lines = rows.flatMap(([label, texts]) =>
      texts.map((text, index) => `  ${pad(index === 0 ? label : '', 9)}${text}`),
    )
    return [style(name, 'bold'), ...lines].join('\n')
  })
  return `${entries.join('\n\n')}\n`
}

/** The step as it stands in a workflow. */
export function stepLines(inputs: Readonly<Record<string, string>>, id?: string): string[] {
  return [
    '- uses: release-gate/release-gate@v1',
    ...(id === undefined ? [] : [`  id: ${id}`]),
    '  with:',
    ...inputLines(inputs).map((line) => `    ${line}`),
  ]
}

/** Requests to all servers of a step, each with its response. */
export function requestLines({ requests }: PlayedStep): string[] {
  const lines = Object.entries(requests).flatMap(([server, exchanges]) =>
    exchanges.map((exchange) => `${pad(SYSTEMS[server as keyof typeof SYSTEMS], 12)}${sayRequest(exchange)}`),
  )
  return lines.length > 0 ? lines : ['none']
}

function inputLines(inputs: Readonly<Record<string, string>>): string[] {
  return Object.entries(inputs).map(([name, text]) => `${name}: ${text}`)
}

function section(title: string, lines: readonly string[]): string {
  return [style(rule(title, '─'), 'cyan'), ...lines].join('\n')
}

/** Outputs as a table; an element of a list that would pass the width is cut. */
export function outputLines(outputs: Readonly<Record<string, string>>, most: number): string[] {
  const entries = Object.entries(outputs)
  if (entries.length === 0) return ['none']
  const width = Math.max(...entries.map(([name]) => name.length)) + 2
  return entries.flatMap(([name, value]) =>
    rowsOf(value, most - width).map(
      (line, index) => style(pad(index === 0 ? name : '', width), 'bold') + line,
    ),
  )
}

/** A list with an element on each line, anything else as it is; cut to the width unless it is one word. */
function rowsOf(value: string, width: number): string[] {
  if (!value.startsWith('[{')) return [value]
  const items = JSON.parse(value) as unknown[]
  return ['[', ...items.map((item) => `  ${cut(JSON.stringify(item), width - 2)}`), ']']
}

function endLine({ step, result }: PlayedStep): string {
  const expected = result.code === step.exitCode
  const words = expected ? 'as expected' : `and not ${step.exitCode}, as the scenario says`
  return style(`exit code ${result.code}, ${words}`, expected ? 'green' : 'red')
}

const STYLES = { group: 'bold', error: 'red', warning: 'yellow', notice: 'cyan' } as const

function paint(text: string, kind: LogLine['kind']): string {
  return kind === 'text' ? text : style(text, STYLES[kind])
}

/** A request without the part of its path that is always the same, and with the begin of long hashes. */
function sayRequest({ method, path, query, status }: Exchange): string {
  const shown = decodeURIComponent(path.replace(/^\/api\/(0\/organizations\/[^/]+|v1)/, '…') + query)
  const short = shown.replaceAll(/\b([0-9a-f]{12})[0-9a-f]{28}\b/gi, '$1…')
  return `${method.padEnd(4)} ${short} → ${status === 0 ? 'connection cut' : status}`
}
