import * as z from 'zod/mini'
import { catch as otherwise } from 'zod/mini'
import type { Mode } from '../status.ts'

/**
 * The parts of ABF's responses that are used, for both current forks and the API of about 2012. Only ids and statuses
 * are required; any other field that is missing, null or of an unexpected type counts as unknown.
 */

const Id = z.int().check(z.positive())

/** A value that is undefined instead of null or of a wrong type. */
function lenient<T>(schema: z.ZodMiniType<T>) {
  return otherwise(z.optional(schema), undefined)
}

function itemsOf<T>(schema: z.ZodMiniType<T>) {
  return z.pipe(
    z.array(z.unknown()),
    z.transform((items: unknown[]): T[] =>
      items.flatMap((item) => {
        const parsed = schema.safeParse(item)
        return parsed.success ? [parsed.data] : []
      }),
    ),
  )
}

function listOf<T>(schema: z.ZodMiniType<T>) {
  return otherwise(itemsOf(schema), [])
}

const Named = z.object({ id: Id, name: z.string() })

const ProjectSchema = z.object({ id: Id, name: lenient(z.string()), fullname: lenient(z.string()) })

const RepositorySchema = z.object({
  id: Id,
  name: z.string(),
  platform: lenient(z.object({ id: Id, name: z.string(), platform_type: lenient(z.string()) })),
  publish_without_qa: lenient(z.boolean()),
})

const PlatformSchema = z.object({
  id: Id,
  name: z.string(),
  platform_type: lenient(z.string()),
  repositories: listOf(Named),
})

/** `size` is a text for files of a worker and a number for those of the publisher, in MiB. */
const LogFileSchema = z.object({
  file_name: z.string(),
  size: otherwise(
    z.pipe(
      z.union([z.string(), z.number()]),
      z.transform((size): number | undefined => {
        const mebibytes = Number(size)
        return Number.isFinite(mebibytes) ? mebibytes : undefined
      }),
    ),
    undefined,
  ),
  url: z.string(),
})

const PackageSchema = z.object({
  name: z.string(),
  version: lenient(z.string()),
  release: lenient(z.string()),
  type: lenient(z.string()),
  url: lenient(z.string()),
})

/** Options of a create, in the server's own shapes. No server reports all of them. */
const OPTIONS = {
  auto_create_container: z.optional(z.unknown()),
  build_requires: z.optional(z.unknown()),
  enable_32bit: z.optional(z.unknown()),
  external_nodes: z.optional(z.unknown()),
  extra_build_lists: z.optional(z.unknown()),
  extra_params: z.optional(z.unknown()),
  extra_repositories: z.optional(z.unknown()),
  include_testing_subrepository: z.optional(z.unknown()),
  native_build: z.optional(z.unknown()),
  save_buildroot: z.optional(z.unknown()),
  use_cached_chroot: z.optional(z.unknown()),
  use_extra_tests: z.optional(z.unknown()),
}

const BuildSchema = z.object({
  id: Id,
  status: z.int(),
  /** Not in 2012, when there was only a boolean. */
  auto_publish_status: lenient(z.enum(['none', 'default', 'testing'])),
  auto_publish: lenient(z.boolean()),
  commit_hash: lenient(z.string()),
  duration: lenient(z.number()),
  created_at: lenient(z.number()),
  /** Unix seconds; when the status changed, apart from small corrections. */
  updated_at: lenient(z.number()),
  build_log_url: lenient(z.string()),
  arch: lenient(Named),
  project: lenient(ProjectSchema),
  save_to_repository: lenient(RepositorySchema),
  build_for_platform: lenient(Named),
  include_repos: lenient(z.array(z.object({ id: Id }))),
  ...OPTIONS,
  user: lenient(z.object({ uname: lenient(z.string()) })),
  logs: listOf(LogFileSchema),
  /** Not reported in 2012. */
  packages: otherwise(z.optional(itemsOf(PackageSchema)), undefined),
})

const RowSchema = z.object({
  id: Id,
  status: z.int(),
  project_id: lenient(Id),
  /** The project's name, in 2012 only. */
  name: lenient(z.string()),
})

const AverageSchema = z.object({
  arch_id: Id,
  /** Seconds. */
  average_build_time: z.number().check(z.positive()),
  build_count: z.int().check(z.positive()),
})

export type Named = z.infer<typeof Named>
export type Project = z.infer<typeof ProjectSchema>
export type AbfRepository = z.infer<typeof RepositorySchema>
export type Platform = z.infer<typeof PlatformSchema>
export type LogFile = z.infer<typeof LogFileSchema>
export type BuiltPackage = z.infer<typeof PackageSchema>
export type Build = z.infer<typeof BuildSchema>
/** One line of the list of builds. */
export type BuildRow = z.infer<typeof RowSchema>

/** How long the successful builds of a project took on one architecture. */
export type Average = z.infer<typeof AverageSchema>

export const ProjectResponse = z.object({ project: ProjectSchema })
export const AveragesResponse = z.object({ project: z.object({ project_statistics: listOf(AverageSchema) }) })
export const PlatformsResponse = z.object({ platforms: z.array(PlatformSchema) })
export const PlatformResponse = z.object({ platform: PlatformSchema })
export const RepositoryResponse = z.object({ repository: RepositorySchema })
export const ArchesResponse = z.object({ architectures: z.array(Named) })
export const UserResponse = z.object({ user: z.object({ uname: z.string() }) })
export const RowsResponse = z.object({ build_lists: z.array(RowSchema) })
export const BuildResponse = z.object({ build_list: BuildSchema })

/** The response to a create: `id` is null when it was refused, in 2012 even with status 200. */
export const CreateResponse = z.object({
  build_list: z.object({ id: z.nullable(Id), message: lenient(z.string()) }),
})

/** The result of an action: today by the presence of an id, in 2012 by a flag. */
export const ActionResponse = z.union([
  z.pipe(
    z.object({ build_list: z.object({ id: z.nullable(Id), message: lenient(z.string()) }) }),
    z.transform(({ build_list: { id, message } }) => ({ done: id !== null, message: message ?? '' })),
  ),
  z.pipe(
    z.object({
      is_canceled: z.optional(z.boolean()),
      is_published: z.optional(z.boolean()),
      is_rejected: z.optional(z.boolean()),
      // How the source of that time builds the flag from the name of the action.
      is_reject_published: z.optional(z.boolean()),
      message: lenient(z.string()),
    }),
    z.transform((response, context) => {
      const done =
        response.is_canceled ?? response.is_published ?? response.is_rejected ?? response.is_reject_published
      if (done !== undefined) return { done, message: response.message ?? '' }
      context.issues.push({ code: 'custom', input: response, message: 'neither an id nor a flag' })
      return z.NEVER
    }),
  ),
])

/** The publish mode in force; undefined when the response does not say. */
export function modeOf(build: Build): Mode | undefined {
  if (build.auto_publish_status !== undefined) return build.auto_publish_status
  return build.auto_publish === undefined ? undefined : build.auto_publish ? 'default' : 'none'
}
