/**
 * Loaded into the action before it starts (`node --import`): time passes `factor` times as fast for it, so that pauses
 * of a minute take seconds. Only the scale of time changes: every clock and timer that the action uses runs at the same
 * speed, none is skipped, and nothing else of the process is touched. The stand-ins get the same clock (clock.ts).
 *
 * FAST_CLOCK: the moment at which the fast clock shows the true time, in milliseconds since the epoch, and the factor.
 */
const [origin, factor] = (process.env['FAST_CLOCK'] ?? '').split(' ').map(Number)

const TrueDate = Date
const trueSetTimeout = setTimeout
const trueTimeout = AbortSignal.timeout.bind(AbortSignal)

const now = () => Math.floor(origin + (TrueDate.now() - origin) * factor)

globalThis.Date = class extends TrueDate {
  constructor(...given) {
    if (given.length === 0) super(now())
    else super(...given)
  }

  static now() {
    return now()
  }
}
globalThis.setTimeout = (callback, ms = 0, ...given) => trueSetTimeout(callback, ms / factor, ...given)
AbortSignal.timeout = (ms) => trueTimeout(Math.ceil(ms / factor))
