import { createHash } from 'node:crypto'
import { StandIn, type StandInResponse, type Call, type ServerOptions } from '../server.ts'

const FILE = /^\/api\/v1\/file_stores\/([0-9a-f]{40})(\.log)?$/

interface Stored {
  readonly fileName: string
  readonly content: Buffer
}

export interface FileStoreOptions extends ServerOptions {
  /** Whether viewing a packed log names its encoding; without, the packed bytes come as bare text (default true). */
  readonly declareEncoding?: boolean
}

/**
 * The file store beside ABF: logs and packages by their SHA-1, over plain http and for everybody. Contents are bytes:
 * nothing guarantees that a log is valid UTF-8, nor that it is small.
 */
export class FileStoreStandIn extends StandIn {
  readonly files = new Map<string, Stored>()
  readonly #declareEncoding: boolean

  constructor(options: FileStoreOptions = {}) {
    super(options)
    this.#declareEncoding = options.declareEncoding ?? true
  }

  /** Stores a file and returns its SHA-1, which together with `url` is its address. */
  put(fileName: string, content: string | Buffer): string {
    const data = Buffer.from(content)
    const sha1 = createHash('sha1').update(data).digest('hex')
    this.files.set(sha1, { fileName, content: data })
    return sha1
  }

  remove(sha1: string): void {
    this.files.delete(sha1)
  }

  /** The address that ABF gives out for a stored file. */
  address(sha1: string): string {
    return `${this.url}/api/v1/file_stores/${sha1}`
  }

  protected handle(call: Call): StandInResponse {
    if (call.method !== 'GET') return missing()
    if (call.path === '/api/v1/file_stores.json') return this.#lookUp(call.query.get('hash') ?? '')
    const [, sha1 = '', suffix] = FILE.exec(call.path) ?? []
    const stored = this.files.get(sha1)
    if (!stored) return missing()
    const view = suffix !== undefined && call.query.get('show') === 'true'
    return this.#serve(stored, view)
  }

  /** An unknown hash is an empty list, not a 404. */
  #lookUp(hash: string): StandInResponse {
    const stored = this.files.get(hash)
    const user = { id: 3, uname: 'file_store' }
    return { status: 200, body: stored ? [{ sha1_hash: hash, file_name: stored.fileName, user }] : [] }
  }

  /** Text files are shown in place; packed ones are a download unless asked for with `.log?show=true`. */
  #serve({ fileName, content }: Stored, view: boolean): StandInResponse {
    const text = /\.(log|txt|md5sum)$/.test(fileName)
    const packedText = /\.(log|txt)\.gz$/.test(fileName)
    if (text || (packedText && view)) {
      return {
        status: 200,
        headers: {
          'Content-Type': 'text/plain',
          'Content-Disposition': 'inline',
          ...(packedText && this.#declareEncoding ? { 'Content-Encoding': 'gzip' } : {}),
        },
        raw: content,
      }
    }
    return {
      status: 200,
      headers: {
        'Content-Type': 'application/octet-stream',
        'Content-Disposition': `attachment; filename="${fileName}"`,
      },
      raw: content,
    }
  }
}

function missing(): StandInResponse {
  return { status: 404, body: { 'Error 404': ['Resource not found!'] } }
}
