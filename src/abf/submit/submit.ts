import { ActionError, assertNever } from '../../errors.ts'
import { HttpError } from '../../http/failure.ts'
import type { Logger } from '../../ports.ts'
import { plain } from '../../text/sanitize.ts'
import { type EqualBuilds, findEqual, listEqual, type OtherBuild, type Sought } from './reuse.ts'
import { createFields, storedVersion, type Target, type WantedBuild } from './fields.ts'
import type { Pending } from '../submitted-builds.ts'
import { reconcile, type RecoverDeps } from './recover.ts'
import { createRecord, type Expected } from '../build.ts'
import type { Build } from '../client/schema.ts'
import { formatStatus, SUBMITTED } from '../status.ts'

export interface SubmitDeps extends RecoverDeps {
  readonly logger: Logger
  readonly reuse: boolean
  /** How often a create may be sent again once it is certain that it made nothing. */
  readonly retries: number
}

/** A create after a lost answer is sent again at most so often, whatever `retries` says. */
const MOST_REPEATS = 2
/**
 * Sees to one build per architecture, in order: takes an equal one that exists, or creates one. Each is in the ledger
 * as soon as it is known.
 * @throws ActionError or HttpError at the first one that the server refuses; those before it are in the ledger
 */
export async function submit(wanted: WantedBuild, target: Target, deps: SubmitDeps): Promise<void> {
  const sought: Sought = {
    projectId: target.project.id,
    project: target.project.label,
    repositoryId: target.repository.id,
    platformId: target.platform.id,
    commit: wanted.commit,
    version: storedVersion(wanted),
  }
  const equal = await findOthers(wanted, target, sought, deps)
  for (const arch of target.arches) {
    const expected: Expected = {
      projectId: target.project.id,
      project: target.project.label,
      platform: target.platform.label,
      repository: target.repository.label,
      arch,
      commit: wanted.commit,
      mode: wanted.mode,
    }
    const found = equal.byArch.get(arch.id)
    const other = equal.others.get(arch.id)
    if (!found && other) explainOther(plain(arch.name, 40), other, deps)
    if (found) {
      deps.ledger.add(createRecord(found.id, 'reused', deps.clock.now(), { expected, build: found }))
      deps.logger.info(
        `${plain(arch.name)}: build ${found.id} of the same commit is ${formatStatus(found.status)}; it is used instead of a new one. ${link(found.id, deps)}`,
      )
    } else {
      await createOne(
        createFields(wanted, target, arch),
        { ...sought, archId: arch.id, since: 0, known: [...equal.seen] },
        expected,
        deps,
      )
    }
  }
}

/** What is there already: to be used instead, or at least not to be taken for this run's own after a lost answer. */
async function findOthers(
  wanted: WantedBuild,
  target: Target,
  sought: Sought,
  { api, logger, reuse }: SubmitDeps,
): Promise<EqualBuilds> {
  const byArch = new Map<number, Build>()
  const others = new Map<number, OtherBuild>()
  try {
    if (reuse) {
      return await findEqual(api, sought, {
        archIds: target.arches.map(({ id }) => id),
        mode: wanted.mode,
        includeRepositories: target.includeRepositories,
        includesGiven: wanted.includeRepositories.length > 0,
        options: wanted.options,
      })
    }
    return { byArch, others, seen: new Set((await listEqual(api, sought)).map(({ id }) => id)) }
  } catch (error) {
    // On OMV reads are anonymous, so builds of a hidden project can be made but not looked for.
    if (!(error instanceof HttpError) || error.status !== 403 || error.retryAfterMs !== undefined) throw error
    logger.info('This server does not show the builds of the project, so no existing one can be used again.')
    return { byArch, others, seen: new Set() }
  }
}

/** A build that is not reused without an evident reason looks like a mistake of this action. */
function explainOther(arch: string, { id, different, unreported }: OtherBuild, deps: SubmitDeps): void {
  const names = (list: readonly string[]): string => list.map((name) => plain(name, 60)).join(', ')
  if (different.length > 0) {
    deps.logger.info(
      `${arch}: build ${id} of the same commit differs in ${names(different)}, so a new build is submitted. ${link(id, deps)}`,
    )
    return
  }
  deps.logger.notice(
    `${arch}: build ${id} of the same commit exists, but ABF does not report its ${names(unreported)}. So it is not reused, and a new build is submitted. ${link(id, deps)}`,
    'Build not reused',
  )
}

async function createOne(
  fields: Readonly<Record<string, unknown>>,
  pending: Pending,
  expected: Expected,
  deps: SubmitDeps,
): Promise<void> {
  const { api, clock, ledger, logger } = deps
  const repeats = Math.min(deps.retries, MOST_REPEATS)
  const arch = plain(expected.arch.name, 40)
  for (let tried = 0; ; tried += 1) {
    const intent = { ...pending, since: clock.now() }
    ledger.announce(intent)
    const created = await api.create(fields, `submit the build for ${arch}`)
    switch (created.kind) {
      case 'created':
        ledger.add(createRecord(created.id, 'submitted', clock.now(), { expected, status: SUBMITTED }))
        logger.info(`${arch}: submitted as build ${created.id}. ${link(created.id, deps)}`)
        return
      case 'refused':
        ledger.withdraw()
        throw created.error
      case 'lost': {
        logger.info(`${arch}: ${created.error.message}. Looking whether the build was made all the same.`)
        const final = created.error.status === 500
        const found = await reconcile(intent, expected.arch, created.error, final, deps)
        if (found) {
          if (!found.ours) ledger.withdraw()
          ledger.add(
            createRecord(found.build.id, found.ours ? 'submitted' : 'reused', clock.now(), {
              expected,
              build: found.build,
            }),
          )
          logger.info(`${arch}: it was, as build ${found.build.id}. ${link(found.build.id, deps)}`)
          return
        }
        ledger.withdraw()
        // The application itself broke, which the same request does to it again.
        if (final) throw unknownProject(created.error)
        if (tried >= repeats) throw created.error
        logger.info(`${arch}: there is none, so it is submitted again.`)
        break
      }
      default:
        assertNever(created)
    }
  }
}

/** ABF fails itself, instead of refusing, when there is no project of the given number. */
function unknownProject({ message, detail }: HttpError): ActionError {
  return new ActionError(message, {
    advice:
      'ABF answers so to a project that it does not have: check abf-project, and abf-repository. If both are right, look at the server, then run the job again.',
    detail,
  })
}

function link(id: number, { base }: SubmitDeps): string {
  return `${base}build_lists/${id}`
}
