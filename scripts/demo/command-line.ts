import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { scenarioOf, scenarios } from '../../__tests__/servers/scenarios.ts'

/** What is shown when nothing is asked for: from the usual to the unusual. */
const TOUR = ['missing', 'deploy', 'look-alike', 'build', 'build-fails', 'job-cancelled'] as const

export const USAGE = `usage: npm run demo [-- options]

Runs dist/index.js as the runner does, against stand-ins for Sentry, GitHub and ABF on loopback, and shows step, log,
outputs, job summary and requests. Without options: ${TOUR.join(', ')}.

  --list             what scenarios there are
  --scenario NAME    play this one; may be given several times
  --keep             leave its servers up until Ctrl-C, and print how to run the action against them by hand
  --html [FILE]      also write the job summaries to a page (default: a file in a new temporary folder)
  --markdown         show the Markdown of the job summaries instead of their text
  --document FILE    also write step, log and job summary of one scenario to a Markdown file
  --help             this text

scenarios: ${Object.keys(scenarios).join(', ')}
`

export interface CommandLine {
  readonly show: 'help' | 'list' | 'scenarios'
  readonly names: readonly string[]
  readonly keep: boolean
  readonly markdown: boolean
  /** Absolute path; empty for a file in a new folder. */
  readonly html: string | undefined
  /** Absolute path. */
  readonly document: string | undefined
}

/** What is asked for; throws for a scenario that is not there and for options that do not go together. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: withHtmlFile(args),
    options: {
      list: { type: 'boolean' },
      scenario: { type: 'string', multiple: true },
      keep: { type: 'boolean' },
      html: { type: 'string' },
      markdown: { type: 'boolean' },
      document: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  const given = values.scenario ?? []
  for (const name of given) scenarioOf(name)
  if (values.keep && given.length !== 1) throw new Error('--keep takes one --scenario NAME.')
  if (values.document !== undefined && given.length !== 1) {
    throw new Error('--document takes one --scenario NAME.')
  }
  const show = values.list ? 'list' : 'scenarios'
  return {
    show: values.help ? 'help' : show,
    names: given.length > 0 ? given : TOUR,
    keep: values.keep === true,
    markdown: values.markdown === true,
    html: values.html ? resolve(values.html) : values.html,
    document: values.document === undefined ? undefined : resolve(values.document),
  }
}

/** An option with or without a value, which parseArgs does not know: without, it gets an empty one. */
function withHtmlFile(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const next = args[index + 1]
    return arg === '--html' && (next === undefined || next.startsWith('-')) ? '--html=' : arg
  })
}
