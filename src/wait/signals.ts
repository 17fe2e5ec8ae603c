import { CancelledError } from '../errors.ts'

/**
 * A signal that aborts when the runner asks the process to stop. On cancellation it sends SIGINT, 7.5 s later
 * SIGTERM, and then kills.
 */
export function cancellation(process: NodeJS.Process): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      controller.abort(new CancelledError(name))
    })
  }
  // A runner that has ended closes the pipe of the log. Without a listener each line would throw, also the line that reports the error.
  process.stdout.on('error', () => {
    controller.abort(new CancelledError('the end of its log'))
  })
  return controller.signal
}
