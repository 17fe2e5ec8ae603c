import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import type { Files } from '../ports.ts'

/** A directory or file that the user named. */
export interface Root {
  /** As it was given, relative to the workspace. */
  readonly path: string
  /** Without a slash at its end. */
  readonly prefix: string
}

export interface ScriptFile {
  /** Absolute, without links. */
  readonly path: string
  /** Relative to the workspace, with `/`. */
  readonly shown: string
  /** Where a stack frame places it. */
  readonly url: string
}

export interface Found {
  /** Absolute, without links. */
  readonly workspace: string
  readonly scripts: readonly ScriptFile[]
  /** Absolute paths of all `.map` files. */
  readonly maps: readonly string[]
  /** Absolute paths of files that may hold hashes of scripts: pages and manifests. */
  readonly pages: readonly string[]
  /** What is wrong with the paths that were given. */
  readonly problems: readonly string[]
  readonly notices: readonly string[]
}

const SCRIPTS = new Set(['.js', '.cjs', '.mjs'])
const PAGES = new Set(['.html', '.htm', '.json', '.webmanifest'])

interface Search {
  readonly files: Files
  /** Without links. */
  readonly workspace: string
  readonly seen: Set<string>
  readonly urls: Map<string, string>
  readonly scripts: ScriptFile[]
  readonly maps: string[]
  readonly pages: string[]
  readonly problems: string[]
  readonly notices: string[]
}

/** Finds scripts, maps and pages below the roots. Nothing outside of the workspace is looked into, whatever a link says. */
export async function discover(roots: readonly Root[], workspace: string, files: Files): Promise<Found> {
  const real = (await files.realPath(workspace)) ?? workspace
  const lists = { scripts: [], maps: [], pages: [], problems: [], notices: [] }
  const search: Search = { files, workspace: real, seen: new Set(), urls: new Map(), ...lists }
  for (const root of roots) await searchRoot(root, search)
  search.scripts.sort((a, b) => (a.url < b.url ? -1 : 1))
  return search
}

/** Whether an absolute path without links is inside of a directory, or is it. */
export function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
}

/** A path relative to the workspace, with `/`. */
export function shownPath(path: string, workspace: string): string {
  return relative(workspace, path).split(sep).join('/') || '.'
}

async function searchRoot(root: Root, search: Search): Promise<void> {
  const { files, workspace, problems } = search
  const path = await files.realPath(resolve(workspace, root.path))
  if (path === undefined) {
    problems.push(`${root.path}: no such file or directory in the workspace`)
    return
  }
  if (!isInside(path, workspace)) {
    problems.push(`${root.path}: the path is outside of the workspace`)
    return
  }
  const entry = await files.entry(path)
  if (entry?.kind === 'directory') await walk(path, path, root, search)
  else if (entry?.kind === 'file') takeFile(path, path, dirname(path), root, search)
  else problems.push(`${root.path}: neither a file nor a directory`)
}

/** @param named the path of the directory as it was reached, which the URLs come from */
async function walk(directory: string, named: string, root: Root, search: Search): Promise<void> {
  if (search.seen.has(directory)) return
  search.seen.add(directory)
  const base = await search.files.realPath(resolve(search.workspace, root.path))
  for (const { name, kind } of await search.files.list(directory)) {
    // Hidden files are no part of a build, and packages are no part of the project.
    if (name.startsWith('.') || name === 'node_modules') continue
    const path = join(directory, name)
    if (kind === 'link') await followLink(path, join(named, name), base ?? directory, root, search)
    else if (kind === 'directory') await walk(path, join(named, name), root, search)
    else if (kind === 'file') takeFile(path, join(named, name), base ?? directory, root, search)
  }
}

async function followLink(
  path: string,
  named: string,
  base: string,
  root: Root,
  search: Search,
): Promise<void> {
  const target = await search.files.realPath(path)
  if (target === undefined) return
  if (!isInside(target, search.workspace)) {
    search.notices.push(
      `${shownPath(named, search.workspace)}: the link leads out of the workspace and is not followed.`,
    )
    return
  }
  const entry = await search.files.entry(target)
  if (entry?.kind === 'directory') await walk(target, named, root, search)
  else if (entry?.kind === 'file') takeFile(target, named, base, root, search)
}

function takeFile(path: string, named: string, base: string, root: Root, search: Search): void {
  if (search.seen.has(path)) return
  search.seen.add(path)
  const extension = extname(basename(named)).toLowerCase()
  if (extension === '.map') search.maps.push(path)
  if (PAGES.has(extension)) search.pages.push(path)
  if (!SCRIPTS.has(extension)) return
  const shown = shownPath(path, search.workspace)
  const url = `${root.prefix}/${shownPath(named, base)}`
  const other = search.urls.get(url)
  if (other !== undefined) {
    search.problems.push(
      `${other} and ${shown} would both be ${url}: give one of them a prefix of its own, as in "dist/admin => ~/admin"`,
    )
    return
  }
  search.urls.set(url, shown)
  search.scripts.push({ path, shown, url })
}
