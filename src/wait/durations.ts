const UNITS = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/

/**
 * Milliseconds of `90s`, `15m`, `5h30m`, `1500ms` or a bare number of seconds; undefined for anything else.
 * Units go from large to small, each at most once, without spaces.
 * @param min milliseconds
 * @param max milliseconds
 */
export function parseDuration(text: string, min = 0, max = Number.MAX_SAFE_INTEGER): number | undefined {
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : sumOfUnits(text)
  return ms !== undefined && ms >= min && ms <= max ? ms : undefined
}

function sumOfUnits(text: string): number | undefined {
  const match = UNITS.exec(text)
  if (!match || text === '') return undefined
  const [, h = '0', m = '0', s = '0', ms = '0'] = match
  return ((Number(h) * 60 + Number(m)) * 60 + Number(s)) * 1000 + Number(ms)
}

const MAX_FORMATTED_MS = 366 * 24 * 60 * 60 * 1000

/** A span of milliseconds for people: `850 ms`, `12 s`, `4 min 5 s`, `2 h 3 min`. */
export function formatDuration(ms: number): string {
  if (!(ms < MAX_FORMATTED_MS)) return 'more than a year'
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 9950) return `${(ms / 1000).toFixed(1).replace('.0', '')} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return join(minutes, 'min', seconds % 60, 's')
  return join(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
}

function join(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`
}
