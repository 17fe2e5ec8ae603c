import type { Dialect } from './model.ts'

/** Every status that a server of today produces, by its name on the server. */
export const STATUS = {
  success: 0,
  build_error: 666,
  packages_fail: 777,
  build_pending: 2000,
  rerun_tests: 2500,
  rerunning_tests: 2550,
  build_started: 3000,
  waiting_for_response: 4000,
  build_canceled: 5000,
  build_published: 6000,
  build_publish: 7000,
  failed_publish: 8000,
  rejected_publish: 9000,
  build_canceling: 10000,
  tests_failed: 11000,
  build_published_into_testing: 12000,
  build_publish_into_testing: 13000,
  failed_publish_into_testing: 14000,
  unpermitted_arch: 15000,
  /** ROSA only. */
  restarting: 16000,
} as const

/** `container_status` has its own, smaller machine over four of the same codes. */
export const CONTAINER = { none: 4000, creating: 7000, created: 6000, failed: 8000 } as const

interface Transition {
  readonly from: readonly number[]
  readonly to: number
}

/** What can happen to a build, and where each happening leads. A worker may still report after a cancel. */
export const EVENTS = {
  place: [{ from: [4000], to: 2000 }],
  start: [
    { from: [2000], to: 3000 },
    { from: [2500], to: 2550 },
  ],
  requeue: [{ from: [3000], to: 2000 }],
  succeed: [{ from: [2000, 3000, 10000, 5000, 2550], to: 0 }],
  fail: [
    { from: [2000, 3000, 10000, 5000], to: 666 },
    { from: [2550], to: 11000 },
  ],
  failTests: [{ from: [2000, 3000, 10000, 5000, 2550], to: 11000 }],
  refuseArch: [{ from: [3000, 10000, 5000], to: 15000 }],
  confirmCancel: [
    { from: [2000, 3000, 10000], to: 5000 },
    { from: [2500, 2550], to: 11000 },
  ],
  cancel: [{ from: [2000, 3000], to: 10000 }],
  publish: [{ from: [0, 8000, 6000, 11000, 14000, 12000], to: 7000 }],
  published: [{ from: [7000, 9000], to: 6000 }],
  failPublish: [{ from: [7000, 9000], to: 8000 }],
  publishIntoTesting: [{ from: [0, 8000, 11000, 14000, 12000], to: 13000 }],
  publishedIntoTesting: [{ from: [13000, 9000], to: 12000 }],
  failPublishIntoTesting: [{ from: [13000, 9000], to: 14000 }],
  rejectPublish: [{ from: [0, 8000, 11000, 14000, 12000], to: 9000 }],
  rerunTests: [{ from: [0, 11000], to: 2500 }],
  detachProject: [{ from: [7000, 13000], to: 8000 }],
  loseFiles: [{ from: [7000, 13000], to: 777 }],
  restart: [{ from: [0, 666, 777, 9000, 5000, 10000, 11000, 15000], to: 2000 }],
} as const satisfies Record<string, readonly Transition[]>

export type Event = keyof typeof EVENTS

/** The server of 2012 knew no state between running and cancelled, and its publishing had one channel only. */
const EVENTS_2012: Partial<Record<Event, readonly Transition[]>> = {
  cancel: [{ from: [2000, 3000], to: 5000 }],
  publish: [{ from: [0, 8000], to: 7000 }],
  rejectPublish: [{ from: [0, 8000], to: 9000 }],
}

/** Where the event leads from this status; undefined when it is not allowed there. */
export function next(dialect: Dialect, status: number, event: Event): number | undefined {
  // A page of that fork's site; the others have no way back from an end.
  if (event === 'restart' && dialect !== 'rosa') return undefined
  const transitions: readonly Transition[] =
    (dialect === '2012' ? EVENTS_2012[event] : undefined) ?? EVENTS[event]
  return transitions.find(({ from }) => from.includes(status))?.to
}

/** A worker sends its files when it reports one of these. */
export const WORKER_REPORTS: ReadonlySet<number> = new Set([0, 666, 5000, 11000, 15000])

const CONTAINER_READY: ReadonlySet<number> = new Set([0, 6000, 7000, 8000, 11000, 12000, 14000])

/** A container can be made of what was built, unless there is one or it is being made. */
export function takesContainer(build: {
  readonly status: number
  readonly containerStatus: number
}): boolean {
  const free = build.containerStatus === CONTAINER.none || build.containerStatus === CONTAINER.failed
  return free && CONTAINER_READY.has(build.status)
}

/** Statuses that count as "this arch has built" where publications are synchronised. */
export const BUILT: ReadonlySet<number> = new Set([0, 6000, 7000, 8000, 11000, 12000, 13000, 14000])
