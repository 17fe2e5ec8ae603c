import { resolve } from 'node:path'
import type { Files } from '../ports.ts'
import { extensionOf, isInside } from './paths.ts'

/** A directory or file that the user named. */
export interface Root {
  /** As it was given, relative to the workspace. */
  readonly path: string
  /** Without a slash at its end. */
  readonly prefix: string
}

/** A root that exists. */
export interface RootPath {
  readonly root: Root
  /** Absolute, without links. */
  readonly path: string
  readonly isFile: boolean
}

export const SCRIPTS: ReadonlySet<string> = new Set(['.js', '.cjs', '.mjs'])
/** A file that the user names is a script also with one of these extensions, or with none. */
export const NAMED_SCRIPTS: ReadonlySet<string> = new Set([...SCRIPTS, '.jsx', '.bundle', '.jsbundle', ''])

/**
 * Finds the roots in the workspace, in the order in which they are to be searched.
 * @param workspace absolute, without links
 * @returns the roots that exist, and what is wrong with the others
 */
export async function findRoots(
  roots: readonly Root[],
  workspace: string,
  files: Files,
): Promise<{ readonly places: readonly RootPath[]; readonly problems: string[] }> {
  const places: RootPath[] = []
  const problems: string[] = []
  for (const root of roots) {
    const place = await findRoot(root, workspace, files)
    if (typeof place === 'string') problems.push(`${root.path}: ${place}`)
    else places.push(place)
  }
  return { places: inOrder(places), problems }
}

/** @returns what is wrong with the root when it cannot be searched */
async function findRoot(root: Root, workspace: string, files: Files): Promise<RootPath | string> {
  const path = await files.realPath(resolve(workspace, root.path))
  if (path === undefined) return `no such file or directory in the workspace${hint(root.path)}`
  if (!isInside(path, workspace)) return 'the path is outside of the workspace'
  const kind = (await files.entry(path))?.kind
  if (kind === 'directory') return { root, path, isFile: false }
  if (kind !== 'file') return 'neither a file nor a directory'
  const extension = extensionOf(path)
  const isKnown = NAMED_SCRIPTS.has(extension) || extension === '.map'
  return isKnown ? { root, path, isFile: true } : 'not a script (.js, .cjs, .mjs)'
}

/** A root inside of another one comes first when it has a prefix of its own, so that its files get it. */
function inOrder(places: readonly RootPath[]): RootPath[] {
  const isOwn = ({ path, root }: RootPath): boolean =>
    places.some(
      (outer) => outer.path !== path && isInside(path, outer.path) && outer.root.prefix !== root.prefix,
    )
  const own = places.filter(isOwn).toSorted((a, b) => b.path.length - a.path.length)
  const others = places.filter((place) => !own.includes(place))
  return [...own, ...others.toSorted((a, b) => a.path.length - b.path.length)]
}

/** Why a path that other tools accept is not found. */
function hint(path: string): string {
  if (/[*?{}[\]]/.test(path)) return ' (patterns are not supported: give a directory)'
  return /[\s,;]/.test(path) ? ' (give one path per line)' : ''
}
