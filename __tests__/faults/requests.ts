import type { Call, Exchange } from '../servers/server.ts'
import type { Place, System } from './place.ts'

/** One request of a clean run: the place where a fault is injected. */
export interface Request {
  readonly system: System
  /** Method, path and names of parameters, without what differs from run to run. */
  readonly shape: string
  /** 1 for the first request of this shape in the run, 2 for the next. */
  readonly ordinal: number
  /** The response in the clean run. */
  readonly status: number
}

/** Later requests of the same shape are repeats in the same role. */
const MAX_ORDINALS = 2

const ROOTS = /^\/api\/0\/organizations\/[^/]+\/|^\/api\/v1\/|^\/repos\/[^/]+\/[^/]+\//
const PAGING = new Set(['page', 'per_page'])

/** What tells one kind of request from another. */
export function shapeOf({
  method,
  path,
  query,
  json,
}: Pick<Call, 'method' | 'path' | 'query' | 'json'>): string {
  const place = path
    .replace(ROOTS, '')
    .replaceAll(/[0-9a-f]{40}/g, ':sha')
    .replaceAll(/(?<=\/)\d+/g, ':id')
    .replace('.json', '')
  const keys = [...new Set(query.keys())].filter((key) => !PAGING.has(key)).sort()
  const fields = method === 'PUT' ? Object.keys(json ?? {}).sort() : []
  return [
    `${method} ${place}`,
    ...(keys.length > 0 ? [`?${keys.join('&')}`] : []),
    ...(fields.length > 0 ? [` {${fields.join(',')}}`] : []),
  ].join('')
}

/** Every distinct request in the journals of a clean run, in the order of the servers and of arrival. */
export function recorded(place: Place): Request[] {
  return Object.entries(place.servers).flatMap(([system, { journal }]) =>
    distinct(system as System, journal).filter(
      // What the situation itself spoils is no place for another fault.
      ({ ordinal, status }) => ordinal <= MAX_ORDINALS && status > 0,
    ),
  )
}

function distinct(system: System, journal: readonly Exchange[]): Request[] {
  const seen = new Map<string, number>()
  return journal.map((exchange) => {
    const shape = shapeOf({ ...exchange, query: new URLSearchParams(exchange.query) })
    const ordinal = (seen.get(shape) ?? 0) + 1
    seen.set(shape, ordinal)
    return { system, shape, ordinal, status: exchange.status }
  })
}

/** How often requests of this shape were made, this one included, from this one on. */
export function occurrences({ system, shape, ordinal }: Request, place: Place): number {
  const shapes = place.servers[system].journal.map((exchange) =>
    shapeOf({ ...exchange, query: new URLSearchParams(exchange.query) }),
  )
  return shapes.filter((other) => other === shape).length - ordinal + 1
}
