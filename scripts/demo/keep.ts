import { rmSync } from 'node:fs'
import { actionFile, layOut, pathOf } from '../../__tests__/runner/runner.ts'
import type { Stage } from '../../__tests__/runner/stage.ts'
import { untilStopped } from '../../__tests__/servers/stop.ts'
import type { Played } from './play.ts'
import { rule, style } from './terminal.ts'

/**
 * Says how to reach the servers and how to run the last step of the scenario by hand, and settles when the user has
 * enough of it. The files for the run are removed then.
 */
export async function keep(stage: Stage, { steps }: Played): Promise<void> {
  const last = steps.at(-1)
  const { folder, env } = layOut(last?.run ?? {})
  const stopped = untilStopped()
  const exported = Object.entries({ ...stage.env, ...env }).filter(([name]) => !/^(PATH$|INPUT_)/.test(name))
  const lines = [
    '',
    style(rule('The servers stay up until Ctrl-C', '━'), 'bold'),
    ...exported.map(([name, value]) => `export ${name}=${quote(value)}`),
    '',
    '# The last step by hand, with those variables and clean files for outputs, state and summary:',
    commandLine(env),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  await stopped
  rmSync(folder, { recursive: true, force: true })
  process.stdout.write('\nThe servers are stopped.\n')
}

/** `env` sets the inputs, because a shell takes no name with a dash. */
function commandLine(env: Readonly<Record<string, string>>): string {
  const clean = ['OUTPUT', 'STATE', 'STEP_SUMMARY'].map((name) => `: >"$GITHUB_${name}"`)
  const inputs = Object.entries(env)
    .filter(([name, value]) => name.startsWith('INPUT_') && value !== '')
    .map(([name, value]) => quote(`${name}=${value}`))
  const program = [process.execPath, pathOf(actionFile.runs.main)].map(quote)
  return [...clean, ['env', ...inputs, ...program].join(' ')].join('; ')
}

/** A word of a POSIX shell. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
