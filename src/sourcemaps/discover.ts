import { basename, dirname, join } from 'node:path'
import type { Files } from '../ports.ts'
import { extensionOf, isInside, shownPath } from './paths.ts'
import { LEFTOVER } from './replace.ts'
import { findRoots, NAMED_SCRIPTS, type RootPath, type Root, SCRIPTS } from './roots.ts'

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
  /** Absolute paths of compressed copies of files, such as `app.js.gz`. */
  readonly compressed: ReadonlySet<string>
  /** Absolute paths of files that a run left which was killed while it wrote. */
  readonly leftovers: readonly string[]
  /** What is wrong with the paths that were given. */
  readonly problems: readonly string[]
  readonly notices: readonly string[]
}

const PAGES = new Set(['.html', '.htm', '.json', '.webmanifest'])
const COMPRESSED = new Set(['.gz', '.br', '.zst'])

interface Search {
  readonly files: Files
  /** Without links. */
  readonly workspace: string
  readonly seen: Set<string>
  readonly urls: Map<string, string>
  readonly scripts: ScriptFile[]
  readonly maps: string[]
  readonly pages: string[]
  readonly compressed: Set<string>
  readonly leftovers: string[]
  readonly problems: string[]
  readonly notices: string[]
}

/** Finds scripts, maps and pages below the roots. Nothing outside of the workspace is read, whatever a link says. */
export async function discover(roots: readonly Root[], workspace: string, files: Files): Promise<Found> {
  const real = (await files.realPath(workspace)) ?? workspace
  const { places, problems } = await findRoots(roots, real, files)
  const search: Search = {
    files,
    workspace: real,
    seen: new Set(),
    urls: new Map(),
    scripts: [],
    maps: [],
    pages: [],
    compressed: new Set(),
    leftovers: [],
    problems,
    notices: [],
  }
  for (const place of places) await searchPlace(place, search)
  search.scripts.sort((a, b) => (a.url < b.url ? -1 : 1))
  return search
}

async function searchPlace({ root, path, isFile }: RootPath, search: Search): Promise<void> {
  if (!isFile) {
    await walk(path, path, { root, path }, search)
    return
  }
  const directory = dirname(path)
  for (const { name } of await search.files.list(directory)) takeSpecial(join(directory, name), search)
  takeFile(path, path, { root, path: directory, isNamed: true }, search)
}

/** What the files of a directory are relative to. */
interface Base {
  readonly root: Root
  /** Absolute, without links. */
  readonly path: string
  /** Whether the user named the file itself. */
  readonly isNamed?: boolean
}

/** @param named the path of the directory as it was reached, which the URLs come from */
async function walk(directory: string, named: string, base: Base, search: Search): Promise<void> {
  if (search.seen.has(directory)) return
  search.seen.add(directory)
  for (const { name, kind } of await search.files.list(directory)) {
    const path = join(directory, name)
    takeSpecial(path, search)
    // Hidden files are no part of a build, and packages are no part of the project.
    if (name.startsWith('.') || name === 'node_modules') continue
    if (kind === 'link') await followLink(path, join(named, name), base, search)
    else if (kind === 'directory') await walk(path, join(named, name), base, search)
    else if (kind === 'file') takeFile(path, join(named, name), base, search)
  }
}

async function followLink(path: string, named: string, base: Base, search: Search): Promise<void> {
  const target = await search.files.realPath(path)
  if (target === undefined) return
  if (!isInside(target, search.workspace)) {
    search.notices.push(
      `${shownPath(named, search.workspace)}: the link leads out of the workspace and is not followed.`,
    )
    return
  }
  const entry = await search.files.entry(target)
  if (entry?.kind === 'directory') await walk(target, named, base, search)
  else if (entry?.kind === 'file') takeFile(target, named, base, search)
}

/** Files that say something about others, wherever they are. */
function takeSpecial(path: string, { leftovers, compressed }: Search): void {
  if (basename(path).startsWith(LEFTOVER)) leftovers.push(path)
  else if (COMPRESSED.has(extensionOf(path))) compressed.add(path)
}

function takeFile(path: string, named: string, base: Base, search: Search): void {
  if (search.seen.has(path)) return
  search.seen.add(path)
  const extension = extensionOf(named)
  if (extension === '.map') search.maps.push(path)
  else if (PAGES.has(extension)) search.pages.push(path)
  else if ((base.isNamed ? NAMED_SCRIPTS : SCRIPTS).has(extension)) takeScript(path, named, base, search)
}

function takeScript(path: string, named: string, base: Base, search: Search): void {
  const shown = shownPath(path, search.workspace)
  const url = `${base.root.prefix}/${shownPath(named, base.path)}`
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
