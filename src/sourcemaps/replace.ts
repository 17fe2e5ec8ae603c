import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  linkSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import * as z from 'zod/mini'
import { isInside } from './paths.ts'
import { sha1 } from './read-script.ts'
import type { Replacement } from '../ports.ts'
import { changedMeanwhile } from './errors.ts'

/**
 * Replaces files all together or not at all. New files are written beside the old ones. Then a journal says what is about
 * to be renamed, and each old file is kept under a second name until all are renamed. A process that is killed in between
 * leaves the journal, by which the next run undoes what was begun.
 */

/** Names of all files that are left behind when the process is killed; hidden, and so no part of a build. */
export const LEFTOVER = '.debug-ids-'
const JOURNAL = /^\.debug-ids-[0-9a-f-]{36}\.json$/

interface Staged {
  readonly path: string
  /** The new bytes, and the old file under its second name. */
  readonly fresh: string
  readonly old: string
  /** SHA-1 of the new bytes. */
  readonly digest: string
  /** What the file was like when the new bytes were made of it. */
  readonly seen: string
}

/** Whether an earlier run was ended after it had begun to rename. */
export function isJournal(name: string): boolean {
  return JOURNAL.test(name)
}

export function startReplacement(): Replacement {
  const staged: Staged[] = []
  return {
    stage: async (path, bytes) => {
      const { mode } = statSync(path)
      const stem = join(dirname(path), `${LEFTOVER}${randomUUID()}`)
      const [fresh, old] = [`${stem}.new`, `${stem}.old`]
      staged.push({ path, fresh, old, digest: sha1(bytes), seen: stateOf(path) })
      writeFileSync(fresh, bytes, { mode: mode & 0o777, flag: 'wx' })
      // The mask of the process does not apply to a file that replaces another.
      chmodSync(fresh, mode & 0o7777)
    },
    commit: () => {
      commit(staged.splice(0))
    },
    discard: () => {
      clean(staged.splice(0))
    },
  }
}

/** Nothing in here waits, so that no signal and no other part of this process comes in between. */
function commit(staged: readonly Staged[]): void {
  const [first] = staged
  if (!first) return
  const journal = join(dirname(first.path), `${LEFTOVER}${randomUUID()}.json`)
  const renamed: Staged[] = []
  try {
    for (const { path, old, seen } of staged) {
      if (stateOf(path) !== seen) throw changedMeanwhile(basename(path))
      keep(path, old)
    }
    writeFileSync(journal, describe(staged, dirname(journal)), { flag: 'wx' })
    for (const one of staged) {
      renameSync(one.fresh, one.path)
      renamed.push(one)
    }
    rmSync(journal)
  } catch (error) {
    // When this fails, too, the journal is there for the next run.
    for (const { path, old } of renamed) renameSync(old, path)
    rmSync(journal, { force: true })
    clean(staged)
    throw error
  }
  clean(staged)
}

function clean(staged: readonly Staged[]): void {
  for (const { fresh, old } of staged) {
    rmSync(fresh, { force: true })
    rmSync(old, { force: true })
  }
}

function describe(staged: readonly Staged[], directory: string): string {
  const entries = staged.map(({ path, old, digest }) => ({
    path: relative(directory, path),
    old: relative(directory, old),
    digest,
  }))
  return JSON.stringify(entries)
}

/** A second name for a file; a copy where the file system has no such names. */
function keep(path: string, old: string): void {
  try {
    linkSync(path, old)
  } catch {
    copyFileSync(path, old)
  }
}

/** Differs when a file was written or replaced. */
function stateOf(path: string): string {
  const { ino, size, mtimeMs } = statSync(path)
  return `${ino} ${size} ${mtimeMs}`
}

const JournalSchema = z.array(z.object({ path: z.string(), old: z.string(), digest: z.string() }))

/**
 * Undoes what a run that was killed has begun, and removes the files that it left. A file that was written since then,
 * such as by another build, stays as it is.
 * @param leftovers absolute paths of files whose names begin with `LEFTOVER`
 * @param workspace absolute, without links; nothing outside of it is touched
 */
export function undoReplacement(leftovers: readonly string[], workspace: string): void {
  for (const journal of leftovers.filter((path) => isJournal(basename(path)))) {
    for (const { path, old, digest } of readJournal(journal)) {
      const [target, source] = [resolve(dirname(journal), path), resolve(dirname(journal), old)]
      const inside = [target, source].every((one) => isRealInside(one, workspace))
      if (!inside || !basename(source).startsWith(LEFTOVER) || !exists(source)) continue
      if (exists(target) && sha1(readFileSync(target)) === digest) renameSync(source, target)
    }
  }
  for (const path of leftovers) rmSync(path, { force: true })
}

function readJournal(path: string): z.infer<typeof JournalSchema> {
  try {
    return JournalSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    // Killed while it was written: nothing was renamed yet.
    return []
  }
}

function isRealInside(path: string, workspace: string): boolean {
  try {
    return isInside(join(realpathSync(dirname(path)), basename(path)), workspace)
  } catch {
    return false
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
