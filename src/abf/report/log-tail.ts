import { gunzipSync } from 'node:zlib'
import type { Http } from '../../http/client.ts'
import type { HttpResponse } from '../../http/response.ts'
import { HttpError, type Peer } from '../../http/failure.ts'
import { isLoopback, parseUrl } from '../../text/url.ts'
import { toSingleLine } from '../../text/sanitize.ts'
import type { LogFile } from '../client/schema.ts'
import { type LogKind, statusInfo } from '../status.ts'

/** The end of a log, ready to be shown: one clean line each. */
export interface LogTail {
  readonly fileName: string
  readonly url: string
  readonly lines: readonly string[]
}

const FILE_STORE: Peer = { name: 'the file store of ABF', urlInput: 'abf-url' }

/** Of a larger file only the end is requested, and nothing is read when the store sends all of it. */
const MAX_LOG_BYTES = 16 * 1024 * 1024
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024
const END_BYTES = 256 * 1024
const MAX_LINE_LENGTH = 500
/** Characters; longer than any token. */
const MAX_SECRET_LENGTH = 4096
const MEBIBYTE = 1024 * 1024

/** Names of log files. ROSA puts the package into some of them. */
const BUILD_LOG = /^build(\..+)?\.log(\.gz)?$/
const SCRIPT_LOG = /^script_output\.log(\.gz)?$/
const ROOT_LOG = /^root(\..+)?\.log(\.gz)?$/
const TEST_LOG = /^tests?(\..+)?\.log(\.gz)?$/
const PUBLISH_LOG = /^publish(\..+)?\.log(\.gz)?$/

/** The files to read for each kind of status, best first. */
const NAMES: Readonly<Record<LogKind, readonly RegExp[]>> = {
  build: [BUILD_LOG, SCRIPT_LOG, ROOT_LOG],
  script: [SCRIPT_LOG, BUILD_LOG, ROOT_LOG],
  tests: [TEST_LOG, SCRIPT_LOG, BUILD_LOG],
  publish: [PUBLISH_LOG, SCRIPT_LOG, BUILD_LOG],
}

/**
 * The files worth reading for a build that ended with this status, best first. An empty build.log (size 0) is skipped:
 * the build then ended while its root was being prepared, and other files have the reason.
 */
export function chooseLogs(code: number, files: readonly LogFile[]): readonly LogFile[] {
  const full = files.filter(({ size }) => size !== 0)
  // A file may be there once per attempt; the last one is about the status.
  return NAMES[statusInfo(code).log].flatMap(
    (name) => full.findLast(({ file_name: file }) => name.test(file)) ?? [],
  )
}

/** Characters. A longer address is not real, and would fill an annotation. */
const MAX_URL_LENGTH = 2000

/**
 * The address of a file in the file store with https instead of http: servers report http, and nobody may change a log on
 * its way. Undefined for anything but a web address, and for a loopback address of a server elsewhere: that would be the
 * runner itself.
 * @param base address of the ABF server
 */
export function logUrl(address: string, base: string): URL | undefined {
  const url = address.length > MAX_URL_LENGTH ? undefined : parseUrl(address)
  if (!url || url.username || url.password) return undefined
  const local = isLoopback(url.hostname)
  if (local && !isLoopback(new URL(base).hostname)) return undefined
  if (url.protocol === 'http:' && !local) url.protocol = 'https:'
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
}

/** Fetches the last lines of the best file that can be read, without credentials; undefined when none can be read. */
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
    if (found && found.length > 0)
      return { fileName: toSingleLine(file.file_name, 80), url: url.href, lines: found }
  }
  return undefined
}

async function fetchLines(url: URL, file: LogFile, count: number, http: Http): Promise<string[] | undefined> {
  const large = (file.size ?? 0) * MEBIBYTE > MAX_LOG_BYTES
  const packed = file.file_name.endsWith('.gz')
  // The end alone of a packed file cannot be unpacked.
  if (large && packed) return undefined
  try {
    const response = await http.send({
      method: 'GET',
      url,
      peer: FILE_STORE,
      effect: 'idempotent',
      intent: `read the log ${file.file_name}`,
      headers: { Accept: '*/*', ...(large ? { Range: `bytes=-${END_BYTES}` } : {}) },
      mayBeEmpty: true,
      maxResponseBytes: MAX_LOG_BYTES,
    })
    return response.status === 200 || response.status === 206 ? tail(response, count) : undefined
  } catch (error) {
    // A log is optional: the next file may be readable, and the annotation links the log in any case.
    if (error instanceof HttpError) return undefined
    throw error
  }
}

/** The last lines that are not blank. A store may send a packed file packed, whatever its headers say. */
function tail(response: HttpResponse, count: number): string[] | undefined {
  const bytes = unpack(response.bytes)
  if (!bytes) return undefined
  const cut = bytes.length > END_BYTES || response.status === 206
  // Bytes that are not UTF-8 become replacement characters.
  const text = bytes.subarray(-END_BYTES).toString('utf8')
  return (cut ? withoutStart(text) : text)
    .split('\n')
    .map((line) => clean(line, response))
    .filter((line) => line !== '')
    .slice(-count)
}

/** Removes the incomplete first line: it may begin with half of a secret, which no redaction recognizes. */
function withoutStart(text: string): string {
  const end = text.indexOf('\n')
  return end < 0 ? text.slice(MAX_SECRET_LENGTH) : text.slice(end + 1)
}

/** Progress bars overwrite their line, so only the last text is shown. Indentation is kept, because it has a meaning. */
function clean(line: string, response: HttpResponse): string {
  const shown = line.replace(/\r+$/, '').split('\r').at(-1) ?? ''
  const indent = /^ {0,40}/.exec(shown)?.[0] ?? ''
  const text = response.sanitize(shown, MAX_LINE_LENGTH)
  return text === '' ? '' : indent + text
}

function unpack(bytes: Buffer): Buffer | undefined {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES })
  } catch {
    return undefined
  }
}
