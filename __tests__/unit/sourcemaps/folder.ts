import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'

export interface Folder {
  /** Absolute. */
  readonly path: string
  write(contents: Readonly<Record<string, string | Buffer>>): Promise<void>
  read(name: string): Promise<string>
}

/** A folder of its own for each test of a file. */
export function testFolder(): Folder {
  let path = ''
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'maps-'))
  })
  afterEach(() => rm(path, { recursive: true }))
  return {
    get path() {
      return path
    },
    async write(contents) {
      for (const [name, content] of Object.entries(contents)) {
        await mkdir(dirname(join(path, name)), { recursive: true })
        await writeFile(join(path, name), content)
      }
    },
    read: (name) => readFile(join(path, name), 'utf8'),
  }
}
