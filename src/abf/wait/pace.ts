import type { Clock } from '../../ports.ts'
import type { AbfApi } from '../client/api.ts'
import type { History } from './history.ts'
import type { BuildRecord } from '../build.ts'
import { leastPause, nextPause } from './schedule.ts'
import { statusInfo } from '../status.ts'

/** The pauses of one wait, by what its looks have found. */
export interface Pace {
  /** Call after each look, with the builds that are not over. */
  looked(open: readonly BuildRecord[]): Promise<void>
  /** Milliseconds until the next look. */
  pause(): number
}

export interface PaceDeps {
  readonly api: Pick<AbfApi, 'serverNow' | 'quota'>
  readonly clock: Clock
  readonly history: History
  /** Milliseconds: the longest pause. */
  readonly interval: number
  /** Milliseconds after which a status that may pass by itself is believed. */
  readonly graceMs: number
}

/** With shorter pauses than this there is nothing to gain by knowing how long builds take. */
const WORTH_ASKING_MS = 10_000
const SECOND_MS = 1000
const HOUR_MS = 60 * 60_000

export function createPace({ api, clock, history, interval, graceMs }: PaceDeps): Pace {
  /** Of each build its status, and since when it has it. */
  const phases = new Map<number, { readonly code: number; readonly since: number | undefined }>()
  let open: readonly BuildRecord[] = []
  let lastLook: number | undefined
  let made = api.quota().made
  let cost = 1

  /** By the server's word where it gives one; else in the middle of the time in which nobody looked. */
  function began(record: BuildRecord, code: number, now: number): number | undefined {
    const earliest = lastLook ?? (record.origin === 'submitted' ? record.history[0]?.at : undefined)
    const changed = record.build?.status === code ? record.build.updated_at : undefined
    if (changed === undefined) return earliest === undefined ? undefined : (earliest + now) / 2
    const at = Math.min(now, now - (api.serverNow() - changed * SECOND_MS))
    return Math.max(at, earliest ?? at)
  }

  function note(record: BuildRecord, now: number): void {
    const code = record.track.status
    if (code === undefined || phases.get(record.id)?.code === code) return
    phases.set(record.id, { code, since: began(record, code, now) })
  }

  /** A build that stays where it is may be decided then, so nothing is gained by a look before or after. */
  function graceLeft({ track }: BuildRecord, now: number): number {
    const passes = ['built', 'end'].includes(statusInfo(track.status ?? -1).phase)
    const left = track.since + graceMs - now
    return passes && left > 0 ? Math.max(left, SECOND_MS) : interval
  }

  return {
    async looked(records) {
      const now = clock.now()
      open = records
      for (const record of open) note(record, now)
      lastLook = now
      cost = Math.max(api.quota().made - made, 1)
      if (interval >= WORTH_ASKING_MS) await history.learn(open)
      made = api.quota().made
    },
    pause() {
      const now = clock.now()
      const builds = open.map((record) => {
        const { since } = phases.get(record.id) ?? {}
        return {
          phase: record.track.missing > 0 ? 'built' : statusInfo(record.track.status ?? -1).phase,
          ageMs: since === undefined ? undefined : now - since,
          usual: history.usual(record),
        }
      })
      const resetMs = HOUR_MS - (api.serverNow() % HOUR_MS)
      const wanted = open.reduce(
        (least, record) => Math.min(least, graceLeft(record, now)),
        nextPause(builds, interval),
      )
      return Math.max(wanted, leastPause({ cost, left: api.quota().left, resetMs }))
    },
  }
}
