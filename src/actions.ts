import * as core from '@actions/core'
import type { Logger, Outputs, State, Summary } from './ports.ts'
import type { Redactor } from './text/redact.ts'
import { escapeCommands } from './text/sanitize.ts'

/** GitHub drops a job summary above 1 MiB. */
const MAX_SUMMARY_BYTES = 1024 * 1024
/** GitHub refuses the message of an annotation above 64 KiB. */
const MAX_ANNOTATION_BYTES = 64 * 1024
const CUT = '\n… The log of the step has the whole message.'

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
  const safe = (text: string): string => escapeCommands(redact(text))

  const annotate = (write: typeof core.error, message: string, title: string | undefined): void => {
    const text = safe(message)
    const fits = fitAnnotation(text)
    write(fits, title === undefined ? {} : { title })
    if (fits !== text) core.info(text)
  }

  const logger: Logger = {
    debug: (message) => {
      core.debug(safe(message))
    },
    info: (message) => {
      core.info(safe(message))
    },
    notice: (message, title) => {
      annotate(core.notice, message, title)
    },
    warning: (message, title) => {
      annotate(core.warning, message, title)
    },
    error: (message, title) => {
      annotate(core.error, message, title)
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

/** The message as it is, or as much of it as GitHub takes. */
export function fitAnnotation(message: string): string {
  const bytes = Buffer.from(message)
  if (bytes.length <= MAX_ANNOTATION_BYTES) return message
  const start = bytes.subarray(0, MAX_ANNOTATION_BYTES - Buffer.byteLength(CUT)).toString('utf8')
  // The last character may be cut in two.
  return start.replace(/\ufffd+$/, '') + CUT
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
