import * as z from 'zod/mini'

/**
 * The parts of Sentry's answers that are used. Unknown fields pass, and everything but `version` may be absent:
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
})

export const ReleaseListSchema = z.array(ReleaseSchema)

export type Release = z.infer<typeof ReleaseSchema>
