/** Commits as GitHub reports them. */
export interface Commit {
  readonly sha: string
  readonly message: string
  readonly authorName: string | undefined
  readonly authorEmail: string | undefined
  /** ISO 8601. The committer's date, which grows along the branch; an author's date survives rebases. */
  readonly date: string | undefined
  /** Undefined when they were not read. */
  readonly files?: readonly ChangedFile[] | undefined
}

export interface ChangedFile {
  /** added, removed, modified, renamed, copied, changed, unchanged */
  readonly status: string
  readonly path: string
  readonly previousPath: string | undefined
}

/** The commits between two releases. */
export interface CommitRange {
  /** Newest first; empty when the head has nothing that the base lacks. */
  readonly commits: readonly Commit[]
  /** How many there are in the range, also those beyond what is read. */
  readonly total: number
  /**
   * `diverged`: the base is not an ancestor of the head, and the commits are those since the merge base. `unknown`:
   * GitHub has no such commit. `failed`: GitHub could not compare (see `failure`). `listed`: the same, but the history of the head has the base. `none`: there
   * is no base.
   */
  readonly base: 'found' | 'diverged' | 'unknown' | 'failed' | 'listed' | 'none'
  readonly failure?: string | undefined
  /** Why files are missing from some commits, or undefined. */
  readonly filesMissing?: string | undefined
}

/** Reads commits without a checkout. */
export interface CommitSource {
  /**
   * The commits up to `head` that `base` does not have; without a usable base, the last 20.
   * @throws ActionError when GitHub does not give them, with what to grant
   */
  read(head: string, base: string | undefined): Promise<CommitRange>
}
