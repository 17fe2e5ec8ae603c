import type { Attributes } from './attributes.ts'
import type { Site } from './context.ts'
import type { Arch, Platform, Project, Repository } from './model.ts'

const UPDATE_TYPES = new Set(['security', 'bugfix', 'enhancement', 'recommended', 'newpackage'])
const MODES = new Set(['none', 'default', 'testing'])

/** The records that a POST names, as far as they exist, and what the server made of its source and mode. */
export interface Candidate {
  readonly project: Project
  readonly arch: Arch | undefined
  readonly repository: Repository | undefined
  readonly saveTo: Platform | undefined
  readonly buildFor: Platform | undefined
  readonly commitHash: string | null
  readonly projectVersion: string
  readonly autoPublishStatus: string
}

/** The complaints of a 422, grouped by attribute as the server does it; a missing record is complained of twice. */
export function validate({ dialect, world }: Site, asked: Attributes, candidate: Candidate): string[] {
  const { project, arch, repository, saveTo, buildFor, commitHash, projectVersion } = candidate
  const complaints = new Map<string, string[]>()
  const complain = (attribute: string, text: string): void => {
    complaints.set(attribute, [...(complaints.get(attribute) ?? []), text])
  }
  const include = asked.ids('include_repos')

  if (dialect === 'rosa' && !knowsCommit(project, commitHash)) {
    complain('Commit hash', `Unable find commit '${commitHash ?? ''}' in project`)
  }
  if (projectVersion === '') complain('Version', "can't be blank")
  for (const [attribute, record] of [
    ['Architecture', arch],
    ['Build for platform', buildFor],
    ['Save to platform', saveTo],
    ['Save to repository', repository],
  ] as const) {
    if (record === undefined) {
      complain(attribute, "can't be blank")
      complain(attribute, "can't be blank")
    }
    if (attribute === 'Architecture' && include.length === 0)
      complain('Included repositories', "can't be blank")
  }
  if (!MODES.has(candidate.autoPublishStatus)) complain('Auto publish status', 'is not included in the list')
  if (dialect !== 'omv' && !UPDATE_TYPES.has(asked.text('update_type') ?? '')) {
    complain('Update type', 'is not included in the list')
  }
  if (saveTo?.type === 'main' && saveTo !== buildFor) {
    complain('Build for platform', 'Only the primary platform can be selected for the main repository!')
  }
  if (buildFor?.type !== 'main') {
    complain('Build for platform', 'Type of platform in "build_for_platform" should be "main"')
  }
  if (repository?.platformId !== saveTo?.id) {
    complain('Save to repository', 'Repository to save package to must belongs to platform.')
  }
  const belongs = (id: number): boolean => world.repositories.get(id)?.platformId === buildFor?.id
  if (buildFor && (include.length === 0 || !include.every(belongs))) {
    complain('Save to repository', 'Include repos have to belongs to build for platform')
  }
  if (!repository || !project.repositoryIds.includes(repository.id)) {
    complain('Save to repository', 'Repository does not contain project.')
  }
  return [...complaints].flatMap(([attribute, texts]) => texts.map((text) => `${attribute} ${text}`))
}

/** ROSA hosts git itself and builds only what it has. */
function knowsCommit({ refs, commits }: Project, commitHash: string | null): boolean {
  return commitHash !== null && (commits.includes(commitHash) || refs.some(({ sha }) => sha === commitHash))
}
