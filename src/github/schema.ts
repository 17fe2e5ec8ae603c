import * as z from 'zod/mini'
import { catch as orElse } from 'zod/mini'
import { ActionError } from '../errors.ts'

/** The parts of GitHub's responses that are used; the types of octokit are not checked against what arrives. */
const Text = orElse(z.optional(z.nullable(z.string())), undefined)

const Signature = orElse(
  z.optional(z.nullable(z.looseObject({ name: Text, email: Text, date: Text }))),
  undefined,
)

const CommitSchema = z.looseObject({
  sha: z.string(),
  commit: z.looseObject({ message: orElse(z.string(), ''), author: Signature, committer: Signature }),
})

export type ApiCommit = z.infer<typeof CommitSchema>

/** A list without the items that cannot be read, so that one of them does not cost the others. */
function readable<T>(item: z.ZodMiniType<T>) {
  return z.pipe(
    z
      .array(orElse(z.optional(item), undefined))
      .check(z.refine((items) => items.length === 0 || items.some((one) => one !== undefined))),
    z.transform((items: (T | undefined)[]) => items.filter((one) => one !== undefined)),
  )
}

/** GET /repos/{owner}/{repo}/commits */
export const CommitListSchema = readable(CommitSchema)

/** GET /repos/{owner}/{repo}/compare/{basehead} */
export const ComparisonSchema = z.looseObject({
  status: z.string(),
  total_commits: z.number(),
  commits: CommitListSchema,
})

/** GET /repos/{owner}/{repo}/commits/{ref} */
export const FilesSchema = z.looseObject({
  files: z.optional(
    z.nullable(
      readable(z.looseObject({ status: z.string(), filename: z.string(), previous_filename: Text })),
    ),
  ),
})

/**
 * A response of GitHub, checked.
 * @throws ActionError that names the first field that does not fit
 */
export function parse<T>(schema: z.ZodMiniType<T>, data: unknown): T {
  const parsed = schema.safeParse(data)
  if (parsed.success) return parsed.data
  const path = parsed.error.issues[0]?.path.join('.') ?? ''
  throw new ActionError(
    `GitHub sent a response in an unknown format (${path === '' ? 'no such list' : `field ${path}`}).`,
    { advice: 'Check that GITHUB_API_URL is the address of a GitHub API, or set set-commits: skip.' },
  )
}
