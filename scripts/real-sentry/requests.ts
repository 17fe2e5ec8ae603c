import { readdirSync, readFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { parse } from 'yaml'
import { until } from './process.ts'

/** One line of requests/*.yaml. */
export interface RawRequest {
  /** Method and path; a path that does not begin with `/` is below the organization `acme`. */
  readonly send: string
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is, as JSON unless the headers say otherwise. */
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Name of a token of the seed (default: `organization`), or `none`, `wrong`, `wrongOrganization`. */
  readonly as?: string
  /** Sent again until `state` of the response is one that the worker ends with. */
  readonly settles?: boolean
  /** Why the stand-in responds differently; without a reason it must respond as the server does. */
  readonly differs?: string
}

/** What a server needs to be sent these requests. */
export interface Target {
  readonly url: string
  readonly tokens: Readonly<Record<string, string>>
  /** Ids by slug of projects and of the organization: `${id.web}` in a request. */
  readonly ids: Readonly<Record<string, string>>
}

/** What is compared: everything else of a response differs from server to server. */
export interface RawResponse {
  /** 0 when the connection broke instead, or what came was not HTTP. */
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

const FOLDER = new URL('requests/', import.meta.url)

const COMPARED = ['content-type', 'www-authenticate', 'allow', 'link', 'location', 'retry-after'] as const

const WRONG_TOKENS: Readonly<Record<string, string>> = {
  wrong: '0123456789abcdef'.repeat(4),
  wrongOrganization: 'sntrys_not-a-token-of-this-server',
}

/** The requests by file, in the order in which they have to be sent. */
export function loadRequests(): ReadonlyMap<string, readonly RawRequest[]> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'))
  const load = (name: string): RawRequest[] =>
    parse(readFileSync(new URL(name, FOLDER), 'utf8')) as RawRequest[]
  return new Map(files.toSorted().map((name) => [name.replace('.yaml', ''), load(name)]))
}

/** Short enough for a line of a report. */
export function describeRequest({ send, body, text, headers, as }: RawRequest): string {
  const content = text ?? (body === undefined ? '' : JSON.stringify(body))
  const line = [send, content, headers ? JSON.stringify(headers) : '', as ? `as ${as}` : '']
  return line
    .filter((part) => part !== '')
    .join(' ')
    .slice(0, 160)
}

/** Sends one request byte for byte as it is written, on a connection of its own. */
export async function sendRaw(raw: RawRequest, target: Target): Promise<RawResponse> {
  if (!raw.settles) return await sendOnce(raw, target)
  return await until(
    async () => {
      const response = await sendOnce(raw, target)
      const state = (response.body as { readonly state?: unknown } | null)?.state
      return state === 'created' || state === 'assembling' ? undefined : response
    },
    { seconds: 60, failure: () => `the worker does not finish: ${describeRequest(raw)}` },
  )
}

async function sendOnce(raw: RawRequest, target: Target): Promise<RawResponse> {
  const [method = '', ...rest] = expand(raw.send, target).split(' ')
  const path = rest.join(' ')
  const json = raw.body === undefined ? undefined : expand(JSON.stringify(raw.body), target)
  const text = json ?? (raw.text === undefined ? undefined : expand(raw.text, target))
  const token =
    raw.as === 'none' ? undefined : (WRONG_TOKENS[raw.as ?? ''] ?? target.tokens[raw.as ?? 'organization'])
  if (token === undefined && raw.as !== 'none') throw new Error(`there is no token ${raw.as}`)
  const headers = {
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...(text === undefined
      ? {}
      : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
    ...(raw.headers
      ? Object.fromEntries(Object.entries(raw.headers).map(([name, value]) => [name, expand(value, target)]))
      : {}),
  }
  const { hostname, port } = new URL(target.url)
  const whole = path.startsWith('/') ? path : `/api/0/organizations/acme/${path}`
  return await new Promise((resolve) => {
    const broken = ({ code, message }: NodeJS.ErrnoException): void => {
      resolve({ status: 0, headers: {}, body: code ?? message })
    }
    const sent = request({ hostname, port, method, path: whole, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', broken)
      response.once('end', () => {
        const { statusCode: status = 0 } = response
        const body = Buffer.concat(chunks).toString('utf8')
        resolve({ status, headers: pick(response.headers), body: parsed(body) })
      })
    })
    sent.once('error', broken)
    sent.end(text)
  })
}

/** `${id.web}` is an id of the target, `${x*200}` is 200 times x. */
function expand(text: string, { ids }: Target): string {
  return text
    .replaceAll(/\$\{id\.(\w+)\}/g, (_, name: string) => ids[name] ?? '')
    .replaceAll(/\$\{(.)\*(\d+)\}/gu, (_, part: string, times: string) => part.repeat(Number(times)))
}

function pick(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    COMPARED.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
