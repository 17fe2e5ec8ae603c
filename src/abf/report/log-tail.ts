import { gunzipSync } from 'node:zlib'
import type { Http } from '../../http/client.ts'
import type { HttpResponse } from '../../http/response.ts'
import { HttpError, type Peer } from '../../http/failure.ts'
import { isLoopback, parseUrl } from '../../text/url.ts'
import { plain } from '../../text/sanitize.ts'
import type { LogFile } from '../client/schema.ts'
import { type LogKind, statusInfo } from '../status.ts'

/** The end of a log, ready to be shown: one clean line each. */
export interface LogTail {
  readonly fileName: string
  readonly url: string
  readonly lines: readonly string[]
}

const FILE_STORE: Peer = { name: 'the file store of ABF', urlInput: 'abf-url' }

/** A larger file is asked for its end only, and not read when the store sends all of it. */
const LARGEST_LOG = 16 * 1024 * 1024
const LARGEST_UNPACKED = 64 * 1024 * 1024
const END = 256 * 1024
const LONGEST_LINE = 500
/** Characters; longer than any token. */
const LONGEST_SECRET = 4096
const MEBIBYTE = 1024 * 1024

/** Names of the files that tell most, best first, by what went wrong. ROSA puts the package into some names. */
const BUILD_LOG = /^build(\..+)?\.log(\.gz)?$/
const SCRIPT_LOG = /^script_output\.log(\.gz)?$/
const ROOT_LOG = /^root(\..+)?\.log(\.gz)?$/
const TEST_LOG = /^tests?(\..+)?\.log(\.gz)?$/
const PUBLISH_LOG = /^publish(\..+)?\.log(\.gz)?$/

const NAMES: Readonly<Record<LogKind, readonly RegExp[]>> = {
  build: [BUILD_LOG, SCRIPT_LOG, ROOT_LOG],
  script: [SCRIPT_LOG, BUILD_LOG, ROOT_LOG],
  tests: [TEST_LOG, SCRIPT_LOG, BUILD_LOG],
  publish: [PUBLISH_LOG, SCRIPT_LOG, BUILD_LOG],
}

/**
 * The files worth reading for a build that ended with this status, best first. An empty build.log (size 0) is passed
 * over: the build then ended while its root was being prepared, and other files say why.
 */
export function chooseLogs(code: number, files: readonly LogFile[]): readonly LogFile[] {
  const full = files.filter(({ size }) => size !== 0)
  // A file may be there once per attempt; the last one is about the status.
  return NAMES[statusInfo(code).log].flatMap(
    (name) => full.findLast(({ file_name: file }) => name.test(file)) ?? [],
  )
}

/** Characters. What is longer leads nowhere, and would bury an annotation. */
const LONGEST_URL = 2000

/**
 * The address of a file in the file store with https in place of http: servers give out http, and a log must not be
 * changed on its way. Undefined for what is no web address, and for a loopback address that a server elsewhere gives:
 * that would be the runner itself.
 * @param base address of the ABF server
 */
export function logUrl(address: string, base: string): URL | undefined {
  const url = address.length > LONGEST_URL ? undefined : parseUrl(address)
  if (!url || url.username || url.password) return undefined
  const local = isLoopback(url.hostname)
  if (local && !isLoopback(new URL(base).hostname)) return undefined
  if (url.protocol === 'http:' && !local) url.protocol = 'https:'
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
}

/** Fetches the last lines of the best file that can be read, without credentials; undefined when none can. */
export async function fetchTail(
  code: number,
  files: readonly LogFile[],
  count: number,
  http: Http,
  base: string,
): Promise<LogTail | undefined> {
  for (const file of chooseLogs(code, files)) {
    const url = logUrl(file.url, base)
    const found = url && (await fetchLines(url, file, count, http))
    if (found && found.length > 0) return { fileName: plain(file.file_name, 80), url: url.href, lines: found }
  }
  return undefined
}

async function fetchLines(url: URL, file: LogFile, count: number, http: Http): Promise<string[] | undefined> {
  const large = (file.size ?? 0) * MEBIBYTE > LARGEST_LOG
  const packed = file.file_name.endsWith('.gz')
  // The end of a packed file cannot be unpacked.
  if (large && packed) return undefined
  try {
    const response = await http.send({
      method: 'GET',
      url,
      peer: FILE_STORE,
      effect: 'idempotent',
      intent: `read the log ${file.file_name}`,
      headers: { Accept: '*/*', ...(large ? { Range: `bytes=-${END}` } : {}) },
      mayBeEmpty: true,
      maxResponseBytes: LARGEST_LOG,
    })
    return response.status === 200 || response.status === 206 ? tail(response, count) : undefined
  } catch (error) {
    // A log is a help, not the result: the next file may be readable, and the link is there in any case.
    if (error instanceof HttpError) return undefined
    throw error
  }
}

/** The last lines that are not blank. A store may send a packed file packed, whatever it says. */
function tail(response: HttpResponse, count: number): string[] | undefined {
  const bytes = unpack(response.bytes)
  if (!bytes) return undefined
  const cut = bytes.length > END || response.status === 206
  // Bytes that are no UTF-8 become replacement characters.
  const text = bytes.subarray(-END).toString('utf8')
  return (cut ? withoutStart(text) : text)
    .split('\n')
    .map((line) => clean(line, response))
    .filter((line) => line !== '')
    .slice(-count)
}

/** A text that begins in the middle: what is left of its first line may be half of a secret, which nobody recognizes. */
function withoutStart(text: string): string {
  const end = text.indexOf('\n')
  return end < 0 ? text.slice(LONGEST_SECRET) : text.slice(end + 1)
}

/** Progress bars overwrite their line; only what was there last is shown. Indentation carries meaning in logs. */
function clean(line: string, response: HttpResponse): string {
  const shown = line.replace(/\r+$/, '').split('\r').at(-1) ?? ''
  const indent = /^ {0,40}/.exec(shown)?.[0] ?? ''
  const text = response.sanitize(shown, LONGEST_LINE)
  return text === '' ? '' : indent + text
}

function unpack(bytes: Buffer): Buffer | undefined {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_UNPACKED })
  } catch {
    return undefined
  }
}
