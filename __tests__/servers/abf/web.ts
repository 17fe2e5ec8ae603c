import type { StandInResponse, Call } from '../server.ts'
import type { Site } from './context.ts'
import { next, takesContainer } from './machine.ts'
import type { Build } from './model.ts'
import { json, notFound, redirect } from './replies.ts'

const LOG_LIMIT = 40_000
const PAGE = /^\/build_lists\/(\d+)(?:(\/log)(?:\.json)?|(\.json))$/

/**
 * The pages of the site itself that a client may profit from, outside the API: the tail of the live log, and the
 * JSON behind the page of a build, which alone says why it failed. Public for open projects, else the login page.
 */
export function webPage(site: Site, call: Call): StandInResponse | undefined {
  const [, id, log] = PAGE.exec(call.path) ?? []
  if (id === undefined || site.dialect === '2012') return undefined
  const build = site.world.builds.get(Number(id))
  if (!build) return notFound(site.dialect)
  const hidden = site.world.projects.get(build.projectId)?.visibility === 'hidden'
  if (hidden) return redirect(`${site.base()}/users/sign_in`)
  return json(log ? liveLog(build) : pageJson(site, build))
}

/** GET /build_lists/:id/log: highlighted, escaped, cut at 40000 characters, and gone once the build is over. */
function liveLog(build: Build): { log: string; building: boolean } {
  const building = build.status === 3000 || build.status === 2550
  if (!building || build.liveLog === '') return { log: 'Log not available yet.', building }
  const escaped = build.liveLog.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return { log: `<div class="highlight"><pre>${escaped.slice(-LOG_LIMIT)}</pre></div>`, building }
}

/** GET /build_lists/:id.json outside the API: OMV names a reason only when there is one, ROSA always has the key. */
function pageJson({ dialect, lifecycle }: Site, build: Build): Record<string, unknown> {
  const can = (event: Parameters<typeof next>[2]): boolean => next(dialect, build.status, event) !== undefined
  const stamp = new Date(build.updatedAt).toISOString()
  const reason = build.failReason
  return {
    build_list: {
      id: build.id,
      container_status: build.containerStatus,
      status: build.status,
      updated_at: stamp,
      updated_at_utc: `${stamp.slice(0, 10)} ${stamp.slice(11, 19)} UTC`,
      can_publish: can('publish') && lifecycle.publishable(build),
      can_publish_into_testing: can('publishIntoTesting') && lifecycle.branchAllows(build),
      can_cancel: can('cancel'),
      can_create_container: takesContainer(build),
      can_reject_publish: can('rejectPublish'),
      extra_build_lists_published: lifecycle.extrasPublished(build),
      can_publish_into_repository: lifecycle.companionsBuilt(build),
      ...(dialect === 'rosa' ? { fail_reason: reason, hostname: 'worker-1' } : {}),
      ...(dialect === 'omv' && reason !== null ? { fail_reason: reason } : {}),
      results: build.logs.map(({ fileName, sha1, size, url }) => ({
        file_name: fileName,
        sha1,
        size,
        created_at: `${stamp.slice(0, 10)} ${stamp.slice(11, 19)} UTC`,
        url: fileName.endsWith('.log') ? `${url}.log?show=true` : url,
      })),
      dependent_projects_exists: false,
    },
  }
}
