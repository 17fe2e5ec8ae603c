import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { STATUS } from './machine.ts'
import type { Build, BuiltPackage, Dialect, LogFile } from './model.ts'
import { found, type World } from './state.ts'

/** What of a file store the ABF stand-in needs. */
export interface Storage {
  readonly url: string
  put(fileName: string, content: string | Buffer): string
  remove(sha1: string): void
}

/** Puts the files of builds into the file store, or only names the addresses they would have had there. */
export class Shelf {
  readonly #dialect: Dialect
  readonly #world: World
  readonly #storage: Storage | string

  constructor(dialect: Dialect, world: World, storage: Storage | string) {
    this.#dialect = dialect
    this.#world = world
    this.#storage = storage
  }

  /** Files what a worker sends; the sizes are strings. */
  fileLogs(files: Readonly<Record<string, string | Buffer>>): LogFile[] {
    return Object.entries(files).map(([fileName, content]) => {
      const { bytes, ...entry } = this.#place(fileName, content)
      return { fileName, size: mebibytes(bytes).toFixed(2), ...entry }
    })
  }

  /** The files a worker usually leaves for the status it reports; the forks name them differently. */
  usualFiles(build: Build): Record<string, string | Buffer> {
    const { name } = this.#names(build)
    const output = `Cloning into '${name}'...\nexit status for ${build.id}\n`
    if (build.status === STATUS.unpermitted_arch || build.status === STATUS.build_canceled) {
      return { 'script_output.log': output }
    }
    const text = `Building ${name} (${build.id})\n${build.status === STATUS.build_error ? 'error: Bad exit status\n' : ''}`
    const root = gzipSync(`installing build dependencies of ${name} (${build.id})\n`)
    return this.#dialect === 'rosa'
      ? { [`build.${name}.log.gz`]: gzipSync(text), 'root.log.gz': root, 'script_output.log': output }
      : { 'build.log': text, 'root.log.gz': root, 'script_output.log': output }
  }

  /** The log of the publisher, whose size is a number; publishing again adds another of the same name. */
  filePublishLog(build: Build): LogFile {
    const fileName = 'publish.log'
    const { bytes, ...entry } = this.#place(fileName, `published ${build.id} as ${build.status}\n`)
    return { fileName, size: mebibytes(bytes), ...entry }
  }

  /** A source package and a binary one, the latter with an epoch. */
  filePackages(build: Build): BuiltPackage[] {
    const { name, arch } = this.#names(build)
    const common = { version: '1.0', release: '1', updatedAt: this.#world.clock() }
    const store = (fileName: string): string => this.#place(fileName, `rpm ${fileName} ${build.id}\n`).url
    return [
      {
        ...common,
        id: this.#world.nextId(),
        name,
        epoch: null,
        type: 'source',
        url: store(`${name}-1.0-1.src.rpm`),
      },
      {
        ...common,
        id: this.#world.nextId(),
        name: `${name}-devel`,
        epoch: 1,
        type: 'binary',
        url: store(`${name}-devel-1.0-1.${arch}.rpm`),
      },
    ]
  }

  remove(url: string): void {
    if (typeof this.#storage !== 'string') this.#storage.remove(url.slice(url.lastIndexOf('/') + 1))
  }

  #names(build: Build): { name: string; arch: string } {
    const project = found(this.#world.projects.get(build.projectId), `project ${build.projectId}`)
    const arch = found(this.#world.arches.get(build.archId), `arch ${build.archId}`)
    return { name: project.name, arch: arch.name }
  }

  #place(fileName: string, content: string | Buffer): { sha1: string; url: string; bytes: number } {
    const data = Buffer.from(content)
    const sha1 = createHash('sha1').update(data).digest('hex')
    const storage = this.#storage
    if (typeof storage !== 'string') storage.put(fileName, data)
    const base = typeof storage === 'string' ? storage : storage.url
    return { sha1, url: `${base}/api/v1/file_stores/${sha1}`, bytes: data.length }
  }
}

/** Rounded up to a hundredth, so that only an empty file is shown as nothing. */
function mebibytes(bytes: number): number {
  return Math.ceil((bytes / 1024 / 1024) * 100) / 100
}
