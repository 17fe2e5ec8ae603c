import type { State } from './ports.ts'

/** What the main step leaves for the post step. Names of work only, never a secret. */
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

/** Says what is being done, before it is done, so that it can be named when the process is killed. */
export function describeWork(state: Pick<State, 'save'>, work: string): void {
  state.save(WORK, work)
}

/** The main step came to its own end, good or bad, and has said so itself. */
export function settleWork(state: State): void {
  state.save(SETTLED, 'true')
}

/** The work that was cut off, or undefined when the main step came to its own end. */
export function unsettledWork(state: State): string | undefined {
  return state.read(SETTLED) === 'true' ? undefined : state.read(WORK) || undefined
}
