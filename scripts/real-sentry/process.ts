import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'

/** User and group ids that a process runs with; empty: those of this process. */
export interface Identity {
  readonly uid?: number
  readonly gid?: number
}

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly identity?: Identity
  /** Takes both streams of the process. */
  readonly log: string
  readonly cwd?: string
}

/** A process in a group of its own, so that stopping it ends its children and nothing else. */
export class Process {
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>
  readonly #name: string
  readonly #log: string

  constructor(name: string, command: string, args: readonly string[], options: ProcessOptions) {
    const log = openSync(options.log, 'a')
    this.#name = name
    this.#log = options.log
    this.#child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', log, log],
      detached: true,
      ...options.identity,
    })
    closeSync(log)
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', () => {
        resolve(null)
      })
      this.#child.once('exit', resolve)
    })
  }

  get running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Throws with the end of the log when the process ends with anything but 0. */
  async succeed(): Promise<void> {
    const code = await this.#ended
    if (code !== 0) throw new Error(`${this.#name} ended with exit code ${code}:\n${this.tail()}`)
  }

  /** The last lines of its log. */
  tail(): string {
    return readFileSync(this.#log, 'utf8').trimEnd().split('\n').slice(-20).join('\n')
  }

  /** Asks the whole group to end, and ends it by force after 20 seconds. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.running) return
    this.#signal(signal)
    const timer = setTimeout(() => {
      this.#signal('SIGKILL')
    }, 20_000)
    await this.#ended
    clearTimeout(timer)
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** Runs a program to its end; throws when that is anything but exit code 0. */
export async function run(
  name: string,
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<void> {
  await new Process(name, command, args, options).succeed()
}

/** Below the ports that the kernel gives to outgoing connections, so that none is taken before its server starts. */
const PORTS = { first: 20_000, count: 10_000 }
let nextPort = process.pid % PORTS.count

/** A port on loopback that nobody listens on; each call gives another one. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < PORTS.count; attempt += 1) {
    const port = PORTS.first + nextPort
    nextPort = (nextPort + 1) % PORTS.count
    if (await isFree(port)) return port
  }
  throw new Error(`no port from ${PORTS.first} on is free on 127.0.0.1`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return await new Promise((resolve) => {
    server.once('error', () => {
      resolve(false)
    })
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true)
      })
    })
  })
}

/** Waits until `attempt` gives a value; throws what `failure` says after `seconds`. */
export async function until<Value>(
  attempt: () => Promise<Value | undefined>,
  { seconds, pause = 250, failure }: { seconds: number; pause?: number; failure: () => string },
): Promise<Value> {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const value = await attempt()
    if (value !== undefined) return value
    if (performance.now() > end) throw new Error(failure())
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}
