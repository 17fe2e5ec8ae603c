import type { Answer } from '../server.ts'
import type { Context } from './context.ts'
import { refuse } from './errors.ts'

/**
 * One page of rows with the `Link` header of every paginated route: always both relations, of which `results` says
 * whether there is anything behind them. `limit` is not a parameter; `per_page` is, from 1 to 100.
 */
export function paginate<Row>(context: Context, rows: readonly Row[], render: (row: Row) => unknown): Answer {
  const { call, origin } = context
  const size = pageSize(call.query.get('per_page'))
  const offset = cursorOffset(call.query.get('cursor'))
  const page = rows.slice(offset, offset + size)

  const query = new URLSearchParams(call.query)
  query.delete('cursor')
  const link = (relation: 'previous' | 'next', cursor: string, results: boolean): string =>
    `<${origin}${call.path}?${query.toString()}&cursor=${cursor}>; rel="${relation}"; ` +
    `results="${results}"; cursor="${cursor}"`
  const previous = link('previous', `0:${Math.max(0, offset - size)}:1`, offset > 0)
  const next = link('next', `0:${offset + size}:0`, rows.length > offset + size)
  return { status: 200, headers: { Link: `${previous}, ${next}` }, body: page.map((row) => render(row)) }
}

function pageSize(text: string | null): number {
  if (text === null) return 100
  if (!/^-?\d+$/.test(text)) throw refuse(400, 'Invalid per_page parameter.')
  const size = Number(text)
  if (size < 1 || size > 100) throw refuse(400, 'Invalid per_page value. Must be between 1 and 100.')
  return size
}

function cursorOffset(text: string | null): number {
  if (text === null || text === '') return 0
  const match = /^\d+:(\d+):[01]$/.exec(text)
  if (!match) throw refuse(400, 'Invalid cursor parameter.')
  return Number(match[1])
}
