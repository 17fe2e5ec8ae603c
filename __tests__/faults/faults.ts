import type { StandInResponse, FaultAction } from '../servers/server.ts'
import { answers } from '../servers/sentry/index.ts'
import type { Place, System } from './place.ts'

/**
 * What a client can tell from a fault. `refused`: nothing happened, and it passes. `trouble`: it may pass, and what
 * happened is open. `later`: refused, for longer than anybody waits. `nonsense`: the same again brings the same.
 * `harmless`: the response is the true one, and what is wrong must cost nothing.
 */
export type Sign = 'harmless' | 'refused' | 'trouble' | 'later' | 'nonsense'

/** Something that goes wrong with one request, and the facts about it that decide what must come of it. */
export interface FaultKind {
  readonly name: string
  /** Faults of one family are the same to a client; a sample takes turns among them. */
  readonly family: string
  readonly sign: Sign
  /** The request has its effect anyway. */
  readonly done: boolean
  /** Only the body is spoilt, which does no harm where nobody reads it. */
  readonly body: boolean
  /** The application itself broke. */
  readonly broken: boolean
  readonly action: (system: System, place: Place) => FaultAction
}

const MEBIBYTE = 1024 * 1024
/** More than the largest response that is taken of any server: 32 MiB of GitHub. */
const TOO_MUCH = 40 * MEBIBYTE

type Facts = Partial<Pick<FaultKind, 'family' | 'done' | 'body' | 'broken'>>

function fault(name: string, sign: Sign, action: FaultKind['action'], facts: Facts = {}): FaultKind {
  return { name, family: name, sign, action, done: false, body: false, broken: false, ...facts }
}

function answering(answer: () => StandInResponse, when: 'before' | 'after' = 'before'): FaultKind['action'] {
  return () => ({ kind: 'answer', answer: answer(), when })
}

function page(status: number, more: Readonly<Record<string, string>> = {}): () => StandInResponse {
  const headers = { 'Content-Type': 'text/html; charset=UTF-8', ...more }
  return () => ({ status, headers, raw: `<html><head><title>${status}</title></head></html>` })
}

/** The true response with another body. */
function altering(alter: (body: unknown) => Partial<StandInResponse>): FaultKind['action'] {
  return () => ({
    kind: 'alter',
    alter: ({ status, headers, body }) => ({ status, ...(headers ? { headers } : {}), ...alter(body) }),
  })
}

const json = { 'Content-Type': 'application/json' }
const soon = (): string => String(Math.ceil(Date.now() / 1000) + 2)
const gateway = { family: 'a gateway in trouble' }
const limit = { family: '429' }
const redirect = { family: 'a redirect' }
const unheard = { family: 'a request that is lost' }
const lost = { family: 'an answer that is lost', done: true }
const cut = { family: 'a body cut short', body: true, done: true }
const strange = { family: 'a body not understood', body: true, done: true }
const flood = { family: 'too much', done: true }

/** Refused, because too many requests were made: ABF lifts that at the full hour, others say when. */
function overLimit(system: System): StandInResponse {
  const status = 403
  if (system === 'abf') {
    const date = new Date(Date.UTC(2026, 0, 1, 11) - 2000).toUTCString()
    return {
      status,
      headers: { ...json, Date: date },
      body: { message: '403 Forbidden | Rate Limit Exceeded' },
    }
  }
  const headers = { ...json, 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': soon() }
  return { status, headers, body: { message: 'API rate limit exceeded', detail: 'Rate limit exceeded' } }
}

function webPage(): Partial<StandInResponse> {
  const { headers = {}, raw = '' } = page(200)()
  return { headers, raw }
}

/** Every value in a JSON text replaced by one of another type. */
function retyped(body: unknown): unknown {
  if (Array.isArray(body)) return body.length === 0 ? {} : body.map(retyped)
  if (typeof body !== 'object' || body === null) return { not: 'expected' }
  const entries = Object.entries(body)
  return entries.length === 0 ? [] : Object.fromEntries(entries.map(([key, value]) => [key, retyped(value)]))
}

export const FAULTS: readonly FaultKind[] = [
  fault('closed silently', 'harmless', () => ({ kind: 'close' }), { done: true }),
  fault(
    '500',
    'trouble',
    answering(() => answers.internalError),
    { broken: true },
  ),
  fault(
    '500 after the effect',
    'trouble',
    answering(() => answers.internalError, 'after'),
    {
      broken: true,
      done: true,
    },
  ),
  fault('502', 'trouble', answering(page(502)), gateway),
  fault('503', 'trouble', answering(page(503)), gateway),
  fault('503 with Retry-After', 'trouble', answering(page(503, { 'Retry-After': '1' })), gateway),
  fault('504', 'trouble', answering(page(504)), gateway),
  fault('507', 'trouble', answering(page(507)), gateway),
  fault('524', 'trouble', answering(page(524)), gateway),
  fault('504 after the effect', 'trouble', answering(page(504), 'after'), lost),
  fault('429 without a header', 'refused', answering(page(429)), limit),
  fault('429 with Retry-After', 'refused', answering(page(429, { 'Retry-After': '2' })), limit),
  fault(
    '429 with a reset',
    'refused',
    () => ({ kind: 'answer', answer: { ...answers.tooConcurrent(Number(soon())) } }),
    limit,
  ),
  fault('429 for half an hour', 'later', answering(page(429, { 'Retry-After': '1800' }))),
  fault('403 rate limit', 'refused', (system) => ({ kind: 'answer', answer: overLimit(system) })),
  fault('reset before the effect', 'trouble', () => ({ kind: 'reset', when: 'before' }), unheard),
  fault('hang before the effect', 'trouble', () => ({ kind: 'hang', when: 'before' }), unheard),
  fault('reset after the effect', 'trouble', () => ({ kind: 'reset', when: 'after' }), lost),
  fault('hang after the effect', 'trouble', () => ({ kind: 'hang', when: 'after' }), lost),
  fault('reset in the body', 'trouble', () => ({ kind: 'reset', when: 'body' }), lost),
  // Two bytes, the shortest body, take longer than a request may.
  fault('slow drip', 'trouble', () => ({ kind: 'slow', bytesPerSecond: 0.5 }), cut),
  fault('truncated', 'trouble', () => ({ kind: 'truncate' }), cut),
  fault(
    'empty body',
    'trouble',
    altering(() => ({ raw: '' })),
    cut,
  ),
  fault(
    'another shape',
    'nonsense',
    altering(() => ({ body: [[]] })),
    strange,
  ),
  fault(
    'other types',
    'nonsense',
    altering((body) => ({ body: retyped(body) })),
    strange,
  ),
  fault('a web page', 'nonsense', altering(webPage), strange),
  fault('huge body', 'nonsense', () => ({ kind: 'huge', bytes: TOO_MUCH }), flood),
  fault('gzip bomb', 'nonsense', () => ({ kind: 'gzip-bomb', bytes: 2 * TOO_MUCH }), flood),
  fault(
    'redirect to another host',
    'nonsense',
    (_, place) => ({ kind: 'redirect', to: `${place.stranger.url}/` }),
    redirect,
  ),
  fault(
    'redirect to http',
    'nonsense',
    () => ({ kind: 'redirect', to: 'http://elsewhere.invalid/', status: 307 }),
    redirect,
  ),
  fault(
    'redirect to itself',
    'nonsense',
    (system, place) => ({ kind: 'redirect', to: `${place.servers[system].url}/`, status: 308 }),
    redirect,
  ),
]

/** Why no connection comes about: an address that the action is given instead of the true one. */
export const UNREACHABLE: Readonly<Record<string, (url: string) => string>> = {
  'no such host': () => 'https://nowhere.invalid',
  refused: () => 'http://127.0.0.1:1',
  'no TLS': (url) => url.replace('http://', 'https://'),
}
