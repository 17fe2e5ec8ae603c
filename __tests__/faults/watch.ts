import type { ActionResult } from '../runner/runner.ts'
import { type Place, sourceOf } from './place.ts'

/** Looks at the servers of a cell all the time for what must never be, whatever goes wrong. */
export class Watch {
  readonly #place: Place
  /** Release dates that were ever seen, by version: a second one is a date that has moved. */
  readonly #dates = new Map<string, Set<string>>()

  constructor(place: Place) {
    this.#place = place
    place.sentry.onRequest(() => {
      this.#note()
    })
  }

  /** Everything that is wrong with the servers now. */
  wrongs(): string[] {
    this.#note()
    const { sentry, abf, stranger, store } = this.#place
    const running = abf.builds.filter(({ status }) => status !== 5000 && status !== 10000)
    return [
      ...twice(
        'release',
        sentry.releases.map(({ version }) => version),
      ),
      ...twice(
        'deploy',
        sentry.deploys.map(({ version, environment, url }) => `${version} ${environment} ${url}`),
      ),
      ...twice('build', running.map(sourceOf)),
      ...[...this.#dates].flatMap(([version, dates]) =>
        dates.size > 1 ? `the date of release ${version} moved: ${[...dates].join(', ')}` : [],
      ),
      ...stranger.requests.map((line) => `a redirect was followed: ${line}`),
      ...store.journal.flatMap(({ headers }) =>
        headers.authorization === undefined ? [] : 'credentials went to the file store',
      ),
    ]
  }

  /**
   * What is wrong with what a run leaves behind.
   * @param spoilt the shape of the request that the fault is at: its response may not have told anything
   */
  wrongsOf(result: ActionResult, spoilt: string): string[] {
    return [
      ...this.#place.leaks(result).map((secret) => `a secret is shown: ${secret.slice(0, 12)}`),
      ...(result.stderr === '' ? [] : [`stderr: ${result.stderr.slice(0, 300)}`]),
      ...(spoilt.startsWith('POST ') ? [] : this.#untold(result)),
    ]
  }

  /** What the servers have told the run, and is not an output anyway. */
  #untold({ outputs }: ActionResult): string[] {
    const { sentry, abf } = this.#place
    const created = (journal: typeof sentry.journal, end: RegExp): number =>
      journal.filter(
        ({ method, path, status }) => method === 'POST' && end.test(path) && status >= 200 && status < 300,
      ).length
    const ids = JSON.parse(outputs['build-list-ids'] ?? '[]') as number[]
    const version = outputs['release-version']
    return [
      ...(created(sentry.journal, /\/releases\/$/) > 0 && !version ? ['release-version is no output'] : []),
      ...(ids.length < created(abf.journal, /\/build_lists/) ? [`builds are missing in ${ids.join()}`] : []),
    ]
  }

  #note(): void {
    for (const { version, dateReleased } of this.#place.sentry.releases) {
      if (dateReleased === null) continue
      const dates = this.#dates.get(version) ?? new Set()
      this.#dates.set(version, dates.add(dateReleased))
    }
  }
}

function twice(what: string, keys: readonly string[]): string[] {
  return keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `${what} twice: ${key}`)
}
