import * as z from 'zod/mini'
import type { Outputs, State } from '../ports.ts'
import type { BuildRecord } from './build.ts'

const WORK = 'abf-work'

/** A create that is about to be sent, described so that its build can be found if no response arrives. */
const PendingSchema = z.object({
  projectId: z.int(),
  /** `owner/name` where it is known. */
  project: z.string(),
  archId: z.int(),
  repositoryId: z.int(),
  platformId: z.int(),
  commit: z.string(),
  /** The value of `project_version` under which the server stores the build. */
  version: z.string(),
  /** Milliseconds since the epoch, by the runner's clock. */
  since: z.number(),
  /** Ids of builds of the same source that existed before. */
  known: z.array(z.int()),
})

const WorkSchema = z.object({ ids: z.array(z.int()), pending: z.optional(PendingSchema) })

export type Pending = z.infer<typeof PendingSchema>

/** What the post step cancels when the main step was killed. */
export type Work = z.infer<typeof WorkSchema>

/**
 * The builds of this step in their order. It saves what this run submits before and after each create, so that the post
 * step can cancel it when the process is killed.
 */
export class StepBuilds {
  readonly records: BuildRecord[] = []
  readonly #outputs: Outputs
  readonly #state: State
  readonly #cancels: boolean
  #pending: Pending | undefined

  constructor(ports: { readonly outputs: Outputs; readonly state: State }, onAbort: 'cancel' | 'leave') {
    this.#outputs = ports.outputs
    this.#state = ports.state
    this.#cancels = onAbort === 'cancel'
  }

  /** The create whose response has not arrived. */
  get pending(): Pending | undefined {
    return this.#pending
  }

  /** Call before a create is sent. */
  startCreate(pending: Pending): void {
    this.#pending = pending
    this.#save()
  }

  /** Call when the create that was started has made no build of this run. */
  endCreate(): void {
    this.#pending = undefined
    this.#save()
  }

  add(...records: readonly BuildRecord[]): void {
    this.records.push(...records)
    if (records.some(({ origin }) => origin === 'submitted')) {
      this.#pending = undefined
      this.#save()
    }
    this.#outputs.set('build-list-ids', JSON.stringify(this.records.map(({ id }) => id)))
  }

  /** Call at the end of the step. `notCancelled`: ids that the step could not cancel, for the post step. */
  finish(notCancelled: readonly number[]): void {
    if (notCancelled.length > 0 || this.#pending) this.#save(notCancelled)
    else if (this.#cancels) clearUnfinishedWork(this.#state)
  }

  #save(ids: readonly number[] = this.#own()): void {
    if (!this.#cancels) return
    const work: Work = { ids: [...ids], ...(this.#pending ? { pending: this.#pending } : {}) }
    this.#state.save(WORK, JSON.stringify(work))
  }

  #own(): number[] {
    return this.records.filter(({ origin }) => origin === 'submitted').map(({ id }) => id)
  }
}

/** What the main step saved for the post step to cancel; undefined when there is nothing to cancel. */
export function unfinishedWork(state: State): Work | undefined {
  const text = state.read(WORK)
  if (text === '') return undefined
  try {
    const parsed = WorkSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

export function clearUnfinishedWork(state: State): void {
  state.save(WORK, '')
}
