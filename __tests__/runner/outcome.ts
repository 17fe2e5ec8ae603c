import type { ActionResult } from './runner.ts'
import type { SentryStandIn } from '../servers/sentry/index.ts'

/** Everything that a run leaves where somebody may read it, without the lines that tell the runner what to mask. */
export function everythingShown(result: ActionResult): string {
  const log = result.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'))
  return [...log, result.stderr, JSON.stringify([result.outputs, result.state]), result.summary].join('\n')
}

/** What Sentry ends up with, without ids and times that differ from run to run. */
export function endState(sentry: SentryStandIn): object {
  return {
    releases: sentry.releases.map((row) => ({
      version: row.version,
      status: row.status,
      ref: row.ref,
      url: row.url,
      projects: [...row.projects].sort(),
      finalized: row.dateReleased !== null,
      heads: row.headCommits,
      commits: row.commits.map(({ id }) => id),
    })),
    deploys: sentry.deploys.map(({ version, environment, name, url, projects }) => ({
      version,
      environment,
      name,
      url,
      projects: [...projects].sort(),
    })),
    activities: sentry.activities.map(({ type, project }) => `${type} ${project}`).sort(),
  }
}

/** Works on all items, at most `width` at a time. */
export async function pool<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values()
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: width }, worker))
}
