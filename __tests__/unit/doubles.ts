import * as fc from 'fast-check'
import { type HttpRequest, HttpResponse } from '../../src/http/response.ts'
import type { Peer } from '../../src/http/failure.ts'
import type { Incoming } from '../../src/http/attempt.ts'
import type { Clock, Logger, State } from '../../src/ports.ts'
import type { CreateResult, ReleaseApi, ReleaseChange } from '../../src/sentry/api.ts'
import type { NewRelease } from '../../src/sentry/create.ts'
import type { Release } from '../../src/sentry/schema.ts'

/** A clock that stands still until somebody sleeps on it. */
export class ManualClock implements Clock {
  readonly pauses: number[] = []
  readonly random: () => number
  #now = Date.UTC(2026, 0, 1)
  #events: { readonly at: number; readonly act: () => void }[] = []

  constructor(random = 0.5) {
    this.random = () => random
  }

  now(): number {
    return this.#now
  }

  /** Does something once `ms` milliseconds have passed. */
  in(ms: number, act: () => void): void {
    this.#events.push({ at: this.#now + ms, act })
  }

  advance(ms: number, stop: () => boolean = () => false): void {
    const target = this.#now + ms
    while (!stop()) {
      const next = this.#events.filter(({ at }) => at <= target).sort((a, b) => a.at - b.at)[0]
      this.#now = next?.at ?? target
      if (!next) return
      this.#events = this.#events.filter((event) => event !== next)
      next.act()
    }
  }

  timeout(ms: number): AbortSignal {
    const controller = new AbortController()
    this.in(ms, () => {
      controller.abort(new DOMException('too slow', 'TimeoutError'))
    })
    return controller.signal
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    // Gives way, so that parallel work runs in turns.
    await Promise.resolve()
    signal.throwIfAborted()
    this.pauses.push(ms)
    this.advance(ms, () => signal.aborted)
    signal.throwIfAborted()
  }
}

type Level = 'debug' | 'info' | 'notice' | 'warning' | 'error'

export class RecordingLogger implements Logger {
  readonly lines: { readonly level: Level; readonly message: string }[] = []
  /** Of annotations and groups, in their order. */
  readonly titles: string[] = []

  said(level: Level): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message)
  }

  debug(message: string): void {
    this.lines.push({ level: 'debug', message })
  }
  info(message: string): void {
    this.lines.push({ level: 'info', message })
  }
  notice(message: string, title?: string): void {
    this.lines.push({ level: 'notice', message })
    if (title !== undefined) this.titles.push(title)
  }
  warning(message: string, title?: string): void {
    this.lines.push({ level: 'warning', message })
    if (title !== undefined) this.titles.push(title)
  }
  error(message: string, title?: string): void {
    this.lines.push({ level: 'error', message })
    if (title !== undefined) this.titles.push(title)
  }
  group<T>(title: string, body: () => Promise<T>): Promise<T> {
    this.titles.push(title)
    return body()
  }
}

export class MemoryState implements State {
  readonly #values = new Map<string, string>()

  save(name: string, value: string): void {
    this.#values.set(name, value)
  }
  read(name: string): string {
    return this.#values.get(name) ?? ''
  }
}

/** The rules of Sentry's release calls, without HTTP. */
export class MemorySentry {
  readonly rows = new Map<string, Release>()
  readonly calls: string[] = []

  /** A release as the server gives it: attached to `web`, open, made by somebody else. */
  add(release: Partial<Release> & { readonly version: string }): void {
    this.rows.set(release.version, {
      id: 7,
      status: 'open',
      ref: null,
      url: null,
      userAgent: 'somebody else',
      projects: [projectOf('web')],
      ...release,
    })
  }

  /** The calls as one client makes them. `userAgent` null: a server that does not keep it. */
  as(userAgent: string | null): ReleaseApi {
    const look = async (call: string, version: string): Promise<Release | undefined> => {
      this.calls.push(call)
      await Promise.resolve()
      return structuredClone(this.rows.get(version))
    }
    return {
      find: (version) => look('find', version),
      list: async (version) => [await look('list', version)].flatMap((row) => row ?? []),
      create: async (wanted) => {
        this.calls.push('create')
        await Promise.resolve()
        return this.#create(wanted, userAgent)
      },
      update: async (version, change) => {
        this.calls.push('update')
        await Promise.resolve()
        return this.#update(version, change)
      },
    }
  }

  #create({ version, projects, ref, url, status }: NewRelease, userAgent: string | null): CreateResult {
    const existing = this.rows.get(version)
    if (!existing) this.add({ version, ref: ref ?? null, url: url ?? null, userAgent, projects: [] })
    const row = this.rows.get(version) ?? { version }
    const attached = row.projects ?? []
    const missing = projects.filter(
      (wanted) => !attached.some((one) => one.slug === wanted || String(one.id) === wanted),
    )
    const release = {
      ...row,
      status: status ?? row.status,
      projects: [...attached, ...missing.map(projectOf)],
    }
    this.rows.set(version, release)
    return {
      kind: 'ok',
      release: structuredClone(release),
      status: !existing || missing.length > 0 ? 201 : 208,
    }
  }

  #update(version: string, change: ReleaseChange): Release | undefined {
    const row = this.rows.get(version)
    if (!row) return undefined
    const release = { ...row, ...change }
    this.rows.set(version, release)
    return structuredClone(release)
  }
}

const PROJECT_IDS: Readonly<Record<string, number>> = { web: 11, api: 12, docs: 13 }

/** A project by slug or id, as it stands in a release. */
export function projectOf(wanted: string): { id: number; slug: string } {
  const [slug, id] = Object.entries(PROJECT_IDS).find(
    ([slug, id]) => slug === wanted || String(id) === wanted,
  ) ?? [wanted, 99]
  return { id, slug }
}

export const PEER: Peer = { name: 'Sentry', urlInput: 'sentry-url' }

export function request(more: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: 'GET',
    url: new URL('https://sentry.example/api/0/organizations/acme/releases/?query=q'),
    headers: {},
    peer: PEER,
    effect: 'idempotent',
    intent: 'look up the release',
    ...more,
  }
}

/** A response; a body that is no text is sent as JSON. */
export function incoming(
  status: number,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): Incoming {
  const all: Readonly<Record<string, string>> = { 'content-type': 'application/json', ...headers }
  return {
    status,
    header: (name) => all[name],
    bytes: Buffer.from(typeof body === 'string' ? body : (JSON.stringify(body) ?? '')),
  }
}

export function responseOf(
  answer: Incoming,
  redact: (text: string) => string = (text) => text,
  attempts = 1,
): HttpResponse {
  return new HttpResponse(request(), answer, attempts, redact)
}

/** Text by somebody who wants to act through it. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '::error::',
        '::',
        ':',
        '##[error]',
        '##[',
        '#',
        '[',
        '\u001B[31m',
        '\u001B]8;;https://evil.example\u0007',
        '\u001B',
        '\u009B2J',
        '\u202E',
        '\u2066',
        '\u200B',
        '\uFEFF',
        '\u{E0041}',
        '\0',
        '\r\n',
        '\n',
        '\r',
        '\u0085',
        '\u2028',
        '\u00A0',
        ' ',
        '\t',
        '<script>',
        '</td>',
        '-->',
        '&#60;',
        '&lt;',
        '"',
        '`',
        '](https://evil.example)',
        '![x](y)',
        '|',
        '**',
        '__',
        '@everyone',
        'https://evil.example',
        '\uD800',
        '😀',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''))

/** What a browser shows for numeric entities. */
export function decoded(markup: string): string {
  return markup.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
}

/** What was thrown; fails when nothing was. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error('expected a failure')
    },
    (thrown: unknown) => thrown,
  )
}
