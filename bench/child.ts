import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Processes, watched from outside: nothing is added to what is measured. */

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

export interface Finished {
  readonly code: number | null
  /** From the start to the end of its output. */
  readonly wallMs: number
  /** The clock of `process.hrtime` at the start, which is the same in all processes of a machine. */
  readonly begun: bigint
  readonly output: string
}

export async function run(program: Program, onStart?: (child: ChildProcess) => void): Promise<Finished> {
  const begun = process.hrtime.bigint()
  const child = spawn(program.command, program.args, { cwd: program.cwd, env: program.env })
  onStart?.(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, wallMs: Number(process.hrtime.bigint() - begun) / 1e6, begun, output }
}

/** MiB of the largest resident set of a run; undefined where the system has no /proc. */
export async function peakMemory(program: Program): Promise<number | undefined> {
  let peak: number | undefined
  let timer: NodeJS.Timeout | undefined
  await run(program, ({ pid }) => {
    // The kernel keeps the maximum, so nothing is missed but what the last millisecond adds.
    timer = setInterval(() => (peak = residentPeak(pid) ?? peak), 1)
  })
  clearInterval(timer)
  return peak
}

/** MiB of the largest resident set so far. */
export function residentPeak(pid: number | undefined): number | undefined {
  const found = /VmHWM:\s+(\d+) kB/.exec(readProc(pid, 'status'))
  return found ? Number(found[1]) / 1024 : undefined
}

/** Seconds of user and system time so far, to a hundredth. */
export function cpuSeconds(pid: number | undefined): number | undefined {
  // The name of the program is in brackets and may hold anything; fields are counted from behind it.
  const fields = readProc(pid, 'stat').split(') ').at(-1)?.split(' ') ?? []
  const ticks = Number(fields[11]) + Number(fields[12])
  return Number.isNaN(ticks) ? undefined : ticks / 100
}

function readProc(pid: number | undefined, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

/** The responses of a server, by `METHOD /path`. */
export type Answers = Readonly<Record<string, { readonly status: number; readonly body: unknown }>>

export interface PlainServer {
  readonly url: string
  /** What has come since the last report; `firstByte` is a time of `process.hrtime`. */
  report(): Promise<{ readonly requests: number; readonly firstByte: bigint }>
  stop(): void
}

export async function startServer(answers: Answers, delayMs: number): Promise<PlainServer> {
  const child = fork(fileURLToPath(new URL('server.mjs', import.meta.url)), { execArgv: [] })
  const answerTo = async <T>(message: object | string): Promise<T> => {
    const answer = once(child, 'message') as Promise<[T]>
    child.send(message)
    return (await answer)[0]
  }
  const { port } = await answerTo<{ port: number }>({ answers, delayMs })
  return {
    url: `http://127.0.0.1:${port}`,
    async report() {
      const { requests, firstByte } = await answerTo<{ requests: number; firstByte: string }>('report')
      return { requests, firstByte: BigInt(firstByte) }
    },
    stop: () => child.disconnect(),
  }
}
