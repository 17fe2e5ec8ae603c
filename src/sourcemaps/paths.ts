import { extname, relative, sep } from 'node:path'

/** Whether an absolute path without links is inside of a directory, or is it. */
export function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
}

/** A path relative to the workspace, with `/`. */
export function shownPath(path: string, workspace: string): string {
  return relative(workspace, path).split(sep).join('/') || '.'
}

/** Such as `.js`, in lower case. */
export function extensionOf(path: string): string {
  return extname(path).toLowerCase()
}
