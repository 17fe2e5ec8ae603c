import { connect, createServer, type Server } from 'node:net'

/** Hands bytes on in both directions, closes when the server closes, and reports each request and response. */
export class Tap {
  /** `METHOD path`, in the order of arrival. */
  readonly requests: string[] = []
  readonly #server: Server
  #onResponse: (number: number) => void = () => undefined

  constructor(target: URL) {
    this.#server = createServer((client) => {
      const upstream = connect(Number(target.port), target.hostname)
      client.on('data', (data: Buffer) => {
        const [, line] = /^([A-Z]+ \S+) HTTP\/1\.1\r\n/.exec(data.toString('latin1')) ?? []
        if (line !== undefined) this.requests.push(line)
        upstream.write(data)
      })
      upstream.on('data', (data: Buffer) => {
        if (data.toString('latin1', 0, 9).startsWith('HTTP/1.1 ')) this.#onResponse(this.requests.length)
        client.write(data)
      })
      client.on('close', () => upstream.destroy())
      upstream.on('close', () => client.end())
      client.on('error', () => upstream.destroy())
      upstream.on('error', () => client.destroy())
    })
  }

  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the tap does not listen')
    return `http://127.0.0.1:${address.port}`
  }

  /** Called when the first bytes of the response to the n-th request have come, before they are handed on. */
  onResponse(listener: (number: number) => void): void {
    this.#onResponse = listener
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
