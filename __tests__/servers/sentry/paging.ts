import type { StandInResponse } from '../server.ts'
import type { Context } from './context.ts'
import { refuse } from './errors.ts'

/**
 * One page of rows with the `Link` header of every paginated route: always both relations, of which `results` says
 * whether there is anything behind them. A cursor is `size:page:previous`. `limit` is not a parameter; `per_page` is,
 * up to 100.
 */
export function paginate<Row>(
  context: Context,
  rows: readonly Row[],
  render: (row: Row) => unknown,
): StandInResponse {
  const size = pageSize(context)
  const { value, offset: number } = readCursor(context)
  const begin = Math.max(0, value * number)
  const page = rows.slice(begin, begin + Math.max(0, size))
  const links = [
    link(context, 'previous', `${size}:${number - 1}:1`, number > 0),
    link(context, 'next', `${size}:${number + 1}:0`, rows.length > begin + Math.max(0, size)),
  ]
  return { status: 200, headers: { Link: links.join(', ') }, body: page.map((row) => render(row)) }
}

/**
 * The same for rows that are numbered, such as the commits of a release: a cursor is `position:offset:previous`, and
 * the next page begins at the position.
 */
export function paginateByPosition<Row>(
  context: Context,
  rows: readonly Row[],
  render: (row: Row) => unknown,
): StandInResponse {
  const size = pageSize(context)
  const { value, offset } = readCursor(context)
  const begin = value + offset
  const page = rows.slice(begin, begin + size)
  const more = rows.length > begin + size
  const last = begin + page.length - 1
  const alone = last === (value || begin)
  const next = alone ? `${last}:${offset + size}:0` : `${last}:1:0`
  const nextCursor = page.length === 0 ? `${value}:${offset}:0` : more ? `${begin + size}:0:0` : next
  const links = [
    link(context, 'previous', `${page.length === 0 ? 0 : begin}:0:1`, begin > 0),
    link(context, 'next', nextCursor, more),
  ]
  return { status: 200, headers: { Link: links.join(', ') }, body: page.map((row) => render(row)) }
}

function link({ call, origin }: Context, relation: string, cursor: string, results: boolean): string {
  const query = new URLSearchParams(call.query)
  query.delete('cursor')
  // As Python quotes it.
  const text = query.toString().replaceAll('*', '%2A').replaceAll('%7E', '~')
  const target = `${origin}${call.path}?${text}&cursor=${cursor}`
  return `<${target}>; rel="${relation}"; results="${results}"; cursor="${cursor}"`
}

function pageSize({ call, settings: { flags } }: Context): number {
  const text = call.query.get('per_page')
  if (text === null) return 100
  if (!/^-?\d+$/.test(text)) throw refuse(400, 'Invalid per_page parameter.')
  const size = Number(text)
  if (flags.positivePages && (size < 1 || size > 100)) {
    throw refuse(400, 'Invalid per_page value. Must be between 1 and 100.')
  }
  if (size > 100) throw refuse(400, 'Invalid per_page value. Cannot exceed 100.')
  return size
}

function readCursor({ call }: Context): { readonly value: number; readonly offset: number } {
  const text = call.query.get('cursor')
  if (text === null || text === '') return { value: 0, offset: 0 }
  const match = /^(\d+):(-?\d+):[01]$/.exec(text)
  if (!match) throw refuse(400, 'Invalid cursor parameter.')
  return { value: Number(match[1]), offset: Number(match[2]) }
}
