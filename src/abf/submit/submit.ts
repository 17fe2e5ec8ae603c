import { ActionError, assertNever } from '../../errors.ts'
import { HttpError } from '../../http/failure.ts'
import { toSingleLine } from '../../text/sanitize.ts'
import { type ReusableBuilds, findReusable, listSameSource, type OtherBuild, type BuildKey } from './reuse.ts'
import { createFields, storedVersion, type BuildTarget, type WantedBuild } from './fields.ts'
import type { Pending } from '../submitted-builds.ts'
import type { AbfOptions } from '../options.ts'
import type { AbfSession } from '../session.ts'
import { findLostCreate } from './recover.ts'
import { createRecord, type Expected } from '../build.ts'
import type { Build } from '../client/schema.ts'
import { formatStatus, SUBMITTED } from '../status.ts'

type SubmitSession = Pick<
  AbfSession,
  'api' | 'base' | 'builds' | 'clock' | 'logger' | 'retries' | 'signal'
> & {
  readonly inputs: Pick<AbfOptions, 'reuse'>
}

/** The most repeats of a create without a response, whatever `retries` says. */
const MAX_REPEATS = 2
/**
 * Provides one build for each architecture, in order: reuses an existing one, or creates one. Each is added to the builds
 * of the session as soon as it is known.
 * @throws ActionError or HttpError at the first one that the server refuses; the session has those before it
 */
export async function submit(
  wanted: WantedBuild,
  target: BuildTarget,
  session: SubmitSession,
): Promise<void> {
  const key: BuildKey = {
    projectId: target.project.id,
    project: target.project.label,
    repositoryId: target.repository.id,
    platformId: target.platform.id,
    commit: wanted.commit,
    version: storedVersion(wanted),
  }
  const existing = await findExisting(wanted, target, key, session)
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
    const found = existing.byArch.get(arch.id)
    const other = existing.others.get(arch.id)
    if (!found && other) explainOther(toSingleLine(arch.name, 40), other, session)
    if (found) {
      session.builds.add(createRecord(found.id, 'reused', session.clock.now(), { expected, build: found }))
      session.logger.info(
        `${toSingleLine(arch.name)}: build ${found.id} of the same commit is ${formatStatus(found.status)}, so it is reused. ${link(found.id, session)}`,
      )
    } else {
      await createOne(
        createFields(wanted, target, arch),
        { ...key, archId: arch.id, since: 0, known: [...existing.existing] },
        expected,
        session,
      )
    }
  }
}

/** Builds that exist: to reuse, or at least not to mistake for this run's own when a response is lost. */
async function findExisting(
  wanted: WantedBuild,
  target: BuildTarget,
  key: BuildKey,
  { api, logger, inputs }: SubmitSession,
): Promise<ReusableBuilds> {
  const byArch = new Map<number, Build>()
  const others = new Map<number, OtherBuild>()
  try {
    if (inputs.reuse) {
      return await findReusable(api, key, {
        archIds: target.arches.map(({ id }) => id),
        mode: wanted.mode,
        includeRepositories: target.includeRepositories,
        includesGiven: wanted.includeRepositories.length > 0,
        options: wanted.options,
      })
    }
    return { byArch, others, existing: new Set((await listSameSource(api, key)).map(({ id }) => id)) }
  } catch (error) {
    // OMV reads as an anonymous user, so builds of a hidden project can be created but not listed.
    if (!(error instanceof HttpError) || error.status !== 403 || error.retryAfterMs !== undefined) throw error
    logger.info('ABF does not list the builds of this project, so no existing build can be reused.')
    return { byArch, others, existing: new Set() }
  }
}

/** Without a reason, a build that is not reused looks like a fault of this action. */
function explainOther(arch: string, { id, different, unreported }: OtherBuild, session: SubmitSession): void {
  const names = (list: readonly string[]): string => list.map((name) => toSingleLine(name, 60)).join(', ')
  if (different.length > 0) {
    session.logger.info(
      `${arch}: build ${id} of the same commit differs in ${names(different)}, so a new build is submitted. ${link(id, session)}`,
    )
    return
  }
  session.logger.notice(
    `${arch}: build ${id} of the same commit exists, but ABF does not report its ${names(unreported)}. So it is not reused, and a new build is submitted. ${link(id, session)}`,
    'Build not reused',
  )
}

async function createOne(
  fields: Readonly<Record<string, unknown>>,
  pending: Pending,
  expected: Expected,
  session: SubmitSession,
): Promise<void> {
  const { api, builds, clock, logger } = session
  const repeats = Math.min(session.retries, MAX_REPEATS)
  const arch = toSingleLine(expected.arch.name, 40)
  for (let repeated = 0; ; repeated += 1) {
    const create = { ...pending, since: clock.now() }
    builds.startCreate(create)
    const created = await api.create(fields, `submit the build for ${arch}`)
    switch (created.kind) {
      case 'created':
        builds.add(createRecord(created.id, 'submitted', clock.now(), { expected, status: SUBMITTED }))
        logger.info(`${arch}: submitted as build ${created.id}. ${link(created.id, session)}`)
        return
      case 'refused':
        builds.endCreate()
        throw created.error
      case 'lost': {
        logger.info(`${arch}: ${created.error.message}. Checking whether the build was created anyway.`)
        const final = created.error.status === 500
        const found = await findLostCreate(create, expected.arch, created.error, final, session)
        if (found) {
          if (!found.ours) builds.endCreate()
          builds.add(
            createRecord(found.build.id, found.ours ? 'submitted' : 'reused', clock.now(), {
              expected,
              build: found.build,
            }),
          )
          logger.info(
            `${arch}: the build was created, as build ${found.build.id}. ${link(found.build.id, session)}`,
          )
          return
        }
        builds.endCreate()
        // The application itself failed, and would fail on the same request again.
        if (final) throw unknownProject(created.error)
        if (repeated >= repeats) throw created.error
        logger.info(`${arch}: no build was created, so it is submitted again.`)
        break
      }
      default:
        assertNever(created)
    }
  }
}

/** ABF responds with 500, instead of a refusal, when it has no project with the given id. */
function unknownProject({ message, detail }: HttpError): ActionError {
  return new ActionError(message, {
    advice:
      'ABF responds like this when it does not have the project: check abf-project and abf-repository. If both are right, check that the server works, then re-run the job.',
    detail,
  })
}

function link(id: number, { base }: SubmitSession): string {
  return `${base}build_lists/${id}`
}
