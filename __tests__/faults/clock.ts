import { fileURLToPath, pathToFileURL } from 'node:url'

/** How many times faster than the true one the clock of the action and of the stand-ins runs. */
export const FACTOR = 10

const PRELOAD = pathToFileURL(fileURLToPath(new URL('fast-clock.mjs', import.meta.url))).href

/** The clock of one cell: what the stand-ins read, and what makes the action read the same. */
export interface FastClock {
  readonly now: () => number
  /** Variables for the child process. */
  readonly env: Readonly<Record<string, string>>
}

/** A clock that shows the true time now, and from then on runs fast. */
export function startClock(): FastClock {
  const origin = Date.now()
  return {
    now: () => Math.floor(origin + (Date.now() - origin) * FACTOR),
    env: { NODE_OPTIONS: `--import ${PRELOAD}`, FAST_CLOCK: `${origin} ${FACTOR}` },
  }
}
