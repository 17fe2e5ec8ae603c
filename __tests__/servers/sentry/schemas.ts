import type { ServerFlags } from './options.ts'
import type { ReleaseStatus } from './state.ts'
import { Fields } from './validation.ts'

export interface CommitInput {
  readonly id: string
  readonly repository: string | null | undefined
  readonly message: string | null | undefined
  readonly authorName: string | null | undefined
  readonly authorEmail: string | null | undefined
  readonly timestamp: string | null | undefined
  readonly files: readonly { readonly path: string; readonly type: string }[]
}

export interface RefInput {
  readonly repository: string
  /** A commit, or `previous..commit`. */
  readonly commit: string
  readonly previousCommit: string | null | undefined
}

export interface ReleaseInput {
  readonly ref: string | null | undefined
  readonly url: string | null | undefined
  readonly dateReleased: string | null | undefined
  readonly status: ReleaseStatus | undefined
  readonly commits: readonly CommitInput[]
  /** Undefined when the field was not sent; an empty list means something else. */
  readonly refs: readonly RefInput[] | undefined
}

export interface NewReleaseInput extends ReleaseInput {
  readonly version: string
  readonly owner: string | undefined
  readonly projects: readonly unknown[]
}

/** The body of PUT on a release. */
export function readRelease(body: Record<string, unknown>, flags: ServerFlags): ReleaseInput {
  const fields = new Fields(body, flags.indexedErrors)
  const input = releaseFields(fields, flags)
  fields.finish()
  return input
}

/** The body of POST on the releases of an organization, or of a project, which names no projects. */
export function readNewRelease(
  body: Record<string, unknown>,
  flags: ServerFlags,
  users: readonly string[],
  scope: 'organization' | 'project',
): NewReleaseInput {
  const fields = new Fields(body, flags.indexedErrors)
  const version = fields.text('version', { required: true, max: 200, verbatim: true }) ?? ''
  if (!fields.errors['version'] && !isValidVersion(version, flags)) {
    fields.fail('version', `Release with name ${version} is not allowed`)
  }
  const owner = fields.text('owner') || undefined
  if (owner !== undefined && !users.includes(owner)) fields.fail('owner', 'Unable to find user')
  const projects = scope === 'organization' ? fields.values('projects', { required: true }) : []
  const input = { ...releaseFields(fields, flags), version, owner, projects: projects ?? [] }
  fields.finish()
  return input
}

function releaseFields(fields: Fields, flags: ServerFlags): ReleaseInput {
  const status = fields.text('status')
  if (typeof status === 'string' && !isStatus(status)) fields.fail('status', `Invalid status ${status}`)
  const refs = fields.objects('refs', readRef)
  const heads = fields.objects('headCommits', (head) => ({
    repository: head.text('repository', { required: true, max: 64 }) ?? '',
    commit: head.text('currentId', { required: true, max: 64 }) ?? '',
    previousCommit: head.text('previousId', { max: 64, optional: true }),
  }))
  return {
    ref: fields.text('ref', { max: 200, optional: true }),
    url: fields.url('url'),
    dateReleased: fields.date('dateReleased'),
    status: typeof status === 'string' && isStatus(status) ? status : undefined,
    commits: fields.objects('commits', (commit) => readCommit(commit, flags)) ?? [],
    // An empty `headCommits` is no wish to clear anything; only an empty `refs` is.
    refs: !refs?.length && heads?.length ? heads : refs,
  }
}

function readCommit(fields: Fields, flags: ServerFlags): CommitInput {
  const files = fields.objects('patch_set', readFile, true)
  return {
    id: fields.text('id', { required: true, max: 64 }) ?? '',
    repository: fields.text('repository', { max: 64, optional: true }),
    message: fields.text('message', { optional: true }),
    authorName: fields.text('author_name', { max: 128, optional: true }),
    authorEmail: fields.text('author_email', { max: flags.longAuthorEmails ? 200 : 75, optional: true }),
    timestamp: fields.date('timestamp'),
    files: files ?? [],
  }
}

function readFile(fields: Fields): { path: string; type: string } {
  const path = fields.text('path', { required: true, max: 510 }) ?? ''
  const type = fields.text('type', { required: true, max: 1 }) ?? ''
  if (!fields.errors['type'] && !['A', 'M', 'D'].includes(type)) {
    fields.fail('type', `Commit patch_set type ${type} is not supported.`)
  }
  return { path, type }
}

function readRef(fields: Fields): RefInput {
  const commit = fields.text('commit', { required: true }) ?? ''
  const ends = commit.split('..')
  if (!fields.errors['commit'] && ends.length > 1 && (ends[0] === '' || ends.at(-1) === '')) {
    fields.fail('commit', 'Commit cannot begin or end with ..')
  } else if (ends.some((end) => end.length > 64)) {
    const limit =
      ends.length > 1
        ? 'Start or end commit too long - max is 64 chars each'
        : 'Commit too long - max is 64 chars'
    fields.fail('commit', limit)
  }
  return {
    commit,
    repository: fields.text('repository', { required: true, max: 200 }) ?? '',
    previousCommit: fields.text('previousCommit', { max: 64, optional: true }),
  }
}

function isStatus(text: string): text is ReleaseStatus {
  return text === 'open' || text === 'archived'
}

function isValidVersion(version: string, flags: ServerFlags): boolean {
  const forbidden = flags.strictVersions ? /[\r\n\f\t/\\]/ : /[\n\f\t/]/
  const trimmed = version.trim()
  return !forbidden.test(version) && !['', '.', '..'].includes(trimmed) && trimmed.toLowerCase() !== 'latest'
}
