import * as core from '@actions/core'
import type { Logger, Outputs, State, Summary } from './ports.ts'
import type { Redactor } from './text/redact.ts'
import { inert } from './text/sanitize.ts'

/** GitHub drops a job summary above 1 MiB. */
const MAX_SUMMARY_BYTES = 1024 * 1024

export interface Actions {
  readonly logger: Logger
  readonly outputs: Outputs
  readonly state: State
  readonly summary: Summary
  readonly redact: (text: string) => string
}

/**
 * The runner's side of the ports. Whatever leaves the process passes here, so secrets are removed and
 * workflow commands escaped here, for every output alike. The secrets are registered with the runner first, which masks them, too.
 */
export function createActions(redactor: Redactor): Actions {
  for (const secret of redactor.secrets) {
    core.setSecret(secret)
    core.setSecret(Buffer.from(secret).toString('base64'))
  }
  const redact = (text: string): string => redactor.redact(text)
  const safe = (text: string): string => inert(redact(text))

  const logger: Logger = {
    debug: (message) => {
      core.debug(safe(message))
    },
    info: (message) => {
      core.info(safe(message))
    },
    notice: (message, title) => {
      core.notice(safe(message), titled(title))
    },
    warning: (message, title) => {
      core.warning(safe(message), titled(title))
    },
    error: (message, title) => {
      core.error(safe(message), titled(title))
    },
    group: async (title, body) => {
      core.startGroup(safe(title))
      try {
        return await body()
      } finally {
        core.endGroup()
      }
    },
  }

  return {
    logger,
    redact,
    outputs: {
      set: writer('output', logger, (name, value) => {
        core.setOutput(name, redact(value))
      }),
    },
    state: {
      read: (name) => core.getState(name),
      save: writer('state', logger, (name, value) => {
        core.saveState(name, redact(value))
      }),
    },
    summary: {
      write: async (markdown) => {
        const text = redact(markdown)
        const fits = Buffer.byteLength(text) <= MAX_SUMMARY_BYTES
        try {
          await core.summary.addRaw(fits ? text : 'The summary is too long for GitHub; see the log.').write()
        } catch {
          logger.debug('no job summary was written: GITHUB_STEP_SUMMARY is not set or not writable')
        }
      },
    },
  }
}

function titled(title: string | undefined): { title?: string } {
  return title === undefined ? {} : { title }
}

/**
 * Writes through the runner's files, each value once. A file that cannot be written must not undo what was done by
 * then, so the value goes to the log instead.
 */
function writer(kind: string, logger: Logger, write: Outputs['set']): Outputs['set'] {
  const written = new Map<string, string>()
  return (name, value) => {
    if (written.get(name) === value) return
    try {
      write(name, value)
      written.set(name, value)
    } catch {
      logger.warning(
        `The runner's ${kind} file cannot be written, so later steps cannot read ${name}. Its value is: ${value}`,
      )
    }
  }
}
