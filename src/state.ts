import type { State } from './ports.ts'

/** What the main step saves for the post step. Names of work only, never a secret. */
const STARTED = 'started'
const WORK = 'work'
const SETTLED = 'settled'

/** Marks that the main step ran: the same bundle is then started again as the post step. */
export function markStarted(state: Pick<State, 'save'>): void {
  state.save(STARTED, 'true')
}

export function isPost(state: Pick<State, 'read'>): boolean {
  return state.read(STARTED) === 'true'
}

/** Saves what the step is about to do, so that the post step can name it when the process was killed. */
export function describeWork(state: Pick<State, 'save'>, work: string): void {
  state.save(WORK, work)
}

/** The main step ended by itself, with or without an error, and has reported it. */
export function settleWork(state: State): void {
  state.save(SETTLED, 'true')
}

/** The work that was cut off, or undefined when the main step ended by itself. */
export function unsettledWork(state: State): string | undefined {
  return state.read(SETTLED) === 'true' ? undefined : state.read(WORK) || undefined
}
