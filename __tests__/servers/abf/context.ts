import type { StandInResponse, Call } from '../server.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Dialect, User } from './model.ts'
import type { Plans } from './plans.ts'
import type { World } from './state.ts'
import type { Timeline } from './timeline.ts'

/** The parts of one stand-in that every request may need. */
export interface Site {
  readonly dialect: Dialect
  readonly world: World
  readonly timeline: Timeline
  readonly plans: Plans
  readonly lifecycle: Lifecycle
  /** Base URL of the stand-in. */
  readonly base: () => string
  /** Every build that a POST made, with the body that asked for it. */
  readonly created: { readonly id: number; readonly asked: Readonly<Record<string, unknown>> }[]
}

/** One request on a route: who asks, and what the path names. */
export interface Context {
  readonly site: Site
  readonly call: Call
  /** Undefined where the server does not look at credentials. */
  readonly user: User | undefined
  /** The variable part of the path, decoded; empty when there is none. */
  readonly id: string
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Path without `.json`; `:id` takes anything but a slash or a dot. */
  readonly path: string
  /** Where credentials are not looked at (default: nowhere). */
  readonly open?: readonly Dialect[]
  /** Where the route exists (default: everywhere). */
  readonly only?: readonly Dialect[]
  readonly run: (context: Context) => StandInResponse
}

/** `to_i` of the server's language: leading digits, or 0. */
export function toInteger(text: string): number {
  return Number(/^\s*(-?\d+)/.exec(text)?.[1] ?? 0)
}

/** A page of `rows`: 20 a page (30 in 2012), at most 100; nonsense falls back to the defaults. */
export function page<T>({ site, call }: Context, rows: readonly T[]): T[] {
  const fallback = site.dialect === '2012' ? 30 : 20
  const wanted = toInteger(call.query.get('per_page') ?? '')
  const size = wanted < 1 ? fallback : Math.min(wanted, 100)
  const number = Math.max(1, toInteger(call.query.get('page') ?? ''))
  return rows.slice((number - 1) * size, number * size)
}

export function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
