import type { ChildProcess } from 'node:child_process'
import { createServer, request as forward, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { docsPath, type Operation, operationFor, operationsOf } from './openapi.ts'
import { program, startTool } from './tools.ts'

/** One request that went through, with what Prism had to say against it or against its response. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly violation: string | undefined
}

const PRISM_ERROR = 'https://stoplight.io/prism/errors#'
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length'])

/**
 * Stoplight Prism as a proxy before a server: it holds every request and every response against an OpenAPI file, and
 * responds with an error of its own in place of what does not fit. A hop before it keeps the record, as a client may
 * well survive such an error, and complains of statuses that are not described, which Prism lets pass.
 */
export class ValidatingProxy {
  readonly seen: Seen[] = []
  readonly #file: string
  readonly #upstream: string
  readonly #operations: readonly Operation[]
  #prism: ChildProcess | undefined
  #hop: Server | undefined

  /** @param file below `docs`; @param upstream base URL of the server */
  constructor(file: string, upstream: string) {
    this.#file = file
    this.#upstream = upstream
    this.#operations = operationsOf(file)
  }

  /** Where clients send their requests. */
  get url(): string {
    const address = this.#hop?.address() as AddressInfo | null | undefined
    if (!address) throw new Error('the proxy is not running')
    return `http://127.0.0.1:${address.port}`
  }

  get violations(): string[] {
    return this.seen.flatMap(({ method, path, status, violation }) =>
      violation === undefined ? [] : [`${method} ${path} ${status}: ${violation}`],
    )
  }

  async start(): Promise<this> {
    const port = await freePort()
    const args = ['proxy', docsPath(this.#file), this.#upstream, '--errors', '--host', '127.0.0.1']
    const prism = startTool(program('@stoplight/prism-cli', 'prism'), [...args, '--port', String(port)])
    this.#prism = prism
    await listening(prism)
    this.#hop = createServer((incoming, outgoing) => {
      const { method = 'GET', url = '/', headers } = incoming
      const onward = forward({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          const body = Buffer.concat(chunks)
          const status = answer.statusCode ?? 0
          const kept = Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.has(name))
          const path = url.split('?')[0] ?? ''
          const violation = violationIn(body.toString('utf8')) ?? this.#undescribed(method, path, status)
          this.seen.push({ method, path, status, violation })
          outgoing.writeHead(status, Object.fromEntries(kept) as Record<string, string>).end(body)
        })
      })
      onward.on('error', () => outgoing.destroy())
      incoming.pipe(onward)
    })
    const hop = this.#hop
    await new Promise<void>((resolve) => hop.listen(0, '127.0.0.1', resolve))
    return this
  }

  #undescribed(method: string, path: string, status: number): string | undefined {
    const operation = operationFor(this.#operations, method, path)
    if (operation?.statuses.includes(String(status))) return undefined
    return `the status is not among those of ${operation?.id ?? 'any operation'}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const hop = this.#hop
    hop?.closeAllConnections()
    if (hop) await new Promise((resolve) => hop.close(resolve))
    const prism = this.#prism
    if (!prism || prism.exitCode !== null) return
    const closed = new Promise((resolve) => prism.once('close', resolve))
    prism.kill('SIGKILL')
    await closed
  }
}

function violationIn(body: string): string | undefined {
  if (!body.includes(PRISM_ERROR)) return undefined
  const { title, detail, validation } = JSON.parse(body) as Record<string, unknown>
  return `${String(title)} ${JSON.stringify(validation ?? detail)}`
}

async function listening(prism: ChildProcess): Promise<void> {
  let output = ''
  await new Promise<void>((resolve, reject) => {
    for (const stream of [prism.stdout, prism.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        // Kept only until it is known that Prism runs; it writes some lines for every request.
        if (output !== 'listening') output += text
        if (!output.includes('Prism is listening')) return
        output = 'listening'
        resolve()
      })
    }
    prism.once('error', reject)
    prism.once('close', () => {
      reject(new Error(`Prism did not start:\n${output}`))
    })
  })
}

async function freePort(): Promise<number> {
  const server = createSocketServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
