import * as z from 'zod/mini'

/**
 * The parts of Sentry's responses that are used. Unknown fields pass, and everything but `version` may be absent:
 * fields come and go between versions of self-hosted Sentry.
 */
const Project = z.looseObject({
  id: z.optional(z.nullable(z.union([z.number(), z.string()]))),
  slug: z.optional(z.nullable(z.string())),
})

export const ReleaseSchema = z.looseObject({
  version: z.string(),
  id: z.optional(z.nullable(z.union([z.number(), z.string()]))),
  status: z.optional(z.nullable(z.string())),
  ref: z.optional(z.nullable(z.string())),
  url: z.optional(z.nullable(z.string())),
  dateReleased: z.optional(z.nullable(z.string())),
  userAgent: z.optional(z.nullable(z.string())),
  projects: z.optional(z.nullable(z.array(Project))),
  commitCount: z.optional(z.nullable(z.number())),
  lastCommit: z.optional(z.nullable(z.looseObject({ id: z.optional(z.nullable(z.string())) }))),
})

export const ReleaseListSchema = z.array(ReleaseSchema)

export type Release = z.infer<typeof ReleaseSchema>

export const RepositoryListSchema = z.array(
  z.looseObject({
    name: z.string(),
    status: z.optional(z.nullable(z.string())),
    provider: z.optional(z.nullable(z.looseObject({ id: z.optional(z.nullable(z.string())) }))),
  }),
)

export type Repository = z.infer<typeof RepositoryListSchema>[number]

/** `{}` when there is no earlier release with commits. */
export const PreviousReleaseSchema = z.looseObject({
  version: z.optional(z.nullable(z.string())),
  lastCommit: z.optional(z.nullable(z.looseObject({ id: z.optional(z.nullable(z.string())) }))),
})

export const DeploySchema = z.looseObject({
  id: z.union([z.string().check(z.minLength(1)), z.number()]),
  environment: z.optional(z.nullable(z.string())),
  name: z.optional(z.nullable(z.string())),
  url: z.optional(z.nullable(z.string())),
  dateStarted: z.optional(z.nullable(z.string())),
  dateFinished: z.optional(z.nullable(z.string())),
})

export const DeployListSchema = z.array(DeploySchema)

export type Deploy = z.infer<typeof DeploySchema>
