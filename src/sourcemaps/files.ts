import { readFileSync } from 'node:fs'
import { type FileHandle, mkdtemp, open, readdir, realpath, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Files, ListedEntry, ScratchFile } from '../ports.ts'
import { startReplacement, undoReplacement } from './replace.ts'

/**
 * The real file system.
 * @param temporary an absolute folder for scratch files; without one that of the system
 */
export function createFiles(temporary: string | undefined): Files {
  return {
    realPath: (path) => orUndefined(realpath(path)),
    entry: async (path) => {
      const found = await orUndefined(stat(path))
      if (!found) return undefined
      const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other'
      return { kind, size: found.size }
    },
    list: async (directory) => {
      const entries = await readdir(directory, { withFileTypes: true })
      const listed = entries.map((entry): ListedEntry => ({
        name: entry.name,
        kind: entry.isSymbolicLink()
          ? 'link'
          : entry.isFile()
            ? 'file'
            : entry.isDirectory()
              ? 'directory'
              : 'other',
      }))
      return listed.sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    // For thousands of small files, a read that waits takes several times the processor time of one that does not.
    read: async (path) => readFileSync(path),
    replace: startReplacement,
    undoReplacement,
    remove: (path) => rm(path),
    scratch: async () => {
      const directory = await mkdtemp(join(temporary ?? tmpdir(), 'bundle-'))
      return scratchFile(directory, await open(join(directory, 'bundle.zip'), 'w+', 0o600))
    },
  }
}

function scratchFile(directory: string, handle: FileHandle): ScratchFile {
  let size = 0
  return {
    write: async (bytes) => {
      let done = 0
      while (done < bytes.length) {
        done += (await handle.write(bytes, done, bytes.length - done, size + done)).bytesWritten
      }
      size += bytes.length
    },
    read: async (buffer, position) => {
      let done = 0
      while (done < buffer.length) {
        const { bytesRead } = await handle.read(buffer, done, buffer.length - done, position + done)
        if (bytesRead === 0)
          throw new Error('The temporary file of the bundle is shorter than it was written.')
        done += bytesRead
      }
    },
    truncate: async (to) => {
      await handle.truncate(to)
      size = to
    },
    close: async () => {
      await handle.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function orUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined
    throw error
  }
}
