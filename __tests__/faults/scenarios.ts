import type { Dialect } from '../servers/abf/index.ts'
import { SHA } from '../runner/runner.ts'
import type { SentryOptions } from '../servers/sentry/index.ts'
import { type Inputs, Place, type PlaceOptions } from './place.ts'

/** One step in one situation. The requests that its clean run makes are what faults are injected at. */
export interface Scenario {
  readonly name: string
  /** Undefined: no ABF part. */
  readonly dialect?: Dialect
  readonly sentry?: SentryOptions
  /** Brings the servers into the situation and gives the inputs. */
  readonly arrange: (place: Place) => Inputs
}

/** Sentry without the repository, so that commits are read from GitHub. */
const NO_REPOSITORY: SentryOptions = { organizations: [{ slug: 'acme', projects: ['web', 'api'] }] }

const SENTRY: readonly Scenario[] = [
  { name: 'everything', arrange: () => ({ environment: 'production' }) },
  {
    name: 'old Sentry',
    sentry: { generation: 'old' },
    // Such a server keeps its repositories from organization tokens.
    arrange: ({ sentry }) => ({
      'sentry-auth-token': sentry.tokens.integration,
      organization: 'acme',
      'set-commits': 'refs',
      environment: 'production',
    }),
  },
  {
    name: 'attach and update',
    arrange: ({ sentry }) => {
      sentry.addRelease({ version: SHA, projects: ['api'], ref: 'other', url: 'https://example.org/other' })
      return { 'set-commits': 'skip', ref: 'main', url: 'https://example.org/this' }
    },
  },
  {
    name: 'restore',
    arrange: ({ sentry }) => {
      sentry.addRelease({ version: SHA, status: 'archived' })
      return { 'set-commits': 'skip', 'restore-archived': 'true' }
    },
  },
  {
    name: 'commits since the release before',
    sentry: NO_REPOSITORY,
    arrange: ({ sentry, repository }) => {
      const shas = repository.linear(4)
      sentry.addRelease({ version: 'before', commits: [{ id: shas[1] ?? '' }] })
      return { 'set-commits': 'commits', commit: shas[3] ?? '' }
    },
  },
  {
    name: 'first commits',
    sentry: NO_REPOSITORY,
    arrange: ({ repository }) => ({ commit: repository.linear(2)[1] ?? '' }),
  },
]

const BUILD: Inputs = {
  'set-commits': 'skip',
  'abf-project': 'openmandriva/gtk+demo',
  'abf-repository': 'cooker/main',
}

/** A build that is there already, of the commit of the run and by the account of the token. */
function seed({ abf }: Place, status: number, archId = 2): number {
  const place = { projectId: 40217, saveToRepositoryId: 14 }
  return abf.addBuild({ ...place, archId, status, commitHash: SHA, userId: 501 }).id
}

function operation(name: string, statuses: readonly number[], more: Inputs = {}): Omit<Scenario, 'dialect'> {
  return {
    name: statuses.length > 1 ? `${name} several` : name,
    arrange: (place) => ({
      'set-commits': 'skip',
      'abf-operation': name,
      'abf-build-list-ids': statuses.map((status, index) => seed(place, status, [2, 5][index])).join(','),
      ...more,
    }),
  }
}

const ABF: readonly (Omit<Scenario, 'dialect'> & { readonly only?: readonly Dialect[] })[] = [
  {
    name: 'build',
    arrange: ({ abf }) => {
      abf.plan({}, [3000, { status: 0, afterReads: 2 }])
      return { ...BUILD, 'abf-arches': 'x86_64 aarch64' }
    },
  },
  {
    name: 'build from a personal platform',
    arrange: () => ({ ...BUILD, 'abf-repository': 'alice_personal/main', 'abf-platform': 'rosa2021.1' }),
  },
  {
    name: 'reuse',
    arrange: (place) => {
      seed(place, 3000)
      place.abf.script({}, [{ status: 0, afterReads: 2 }])
      place.abf.world.repository(14).publishWithoutQa = false
      return { ...BUILD, 'abf-auto-publish': 'default' }
    },
  },
  {
    name: 'a create whose answer is lost',
    only: ['omv'],
    arrange: ({ abf }) => {
      abf.plan({}, [3000, { status: 0, afterReads: 2 }])
      abf.fault({ method: 'POST', action: { kind: 'reset', when: 'after' } })
      return BUILD
    },
  },
  {
    name: 'a build that is too slow',
    only: ['omv'],
    arrange: ({ abf }) => {
      abf.plan({}, [3000])
      return { ...BUILD, 'abf-timeout': '10s' }
    },
  },
  {
    name: 'watch a build that fails',
    arrange: (place) => {
      const id = seed(place, 3000)
      place.abf.script(id, [{ status: 666, afterReads: 1 }])
      return { 'set-commits': 'skip', 'abf-build-list-ids': String(id) }
    },
  },
  operation('publish', [0]),
  operation('publish', [0, 8000]),
  { ...operation('publish-into-testing', [0]), only: ['omv', 'rosa'] },
  operation('reject', [0]),
  operation('cancel', [3000]),
  {
    name: 'search',
    arrange: (place) => {
      seed(place, 6000)
      return { 'set-commits': 'skip', 'abf-filter': 'status=6000\nownership=everything' }
    },
  },
]

const DIALECTS: readonly Dialect[] = ['omv', 'rosa', '2012']

/** Every situation, ABF's in each dialect that has it. */
export const SCENARIOS: readonly Scenario[] = [
  ...SENTRY,
  ...DIALECTS.flatMap((dialect) =>
    ABF.filter(({ only }) => only?.includes(dialect) !== false).map(({ name, arrange }) => ({
      name: `${dialect}: ${name}`,
      dialect,
      arrange,
    })),
  ),
]

/** The servers of a scenario, running and in its situation, and the inputs of its step. */
export async function enter(
  { dialect, sentry, arrange }: Scenario,
  options: Pick<PlaceOptions, 'addresses' | 'closesSilently'> = {},
): Promise<{ readonly place: Place; readonly inputs: Inputs }> {
  const place = await new Place({ dialect, sentry, ...options }).start()
  return { place, inputs: arrange(place) }
}
