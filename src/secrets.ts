import { markup } from './untrusted.ts'

const HIDDEN = '***'

/** Shorter values would blank out half of an ordinary text, and are no secret worth the name. */
const SHORTEST = 6

/**
 * The texts that give a secret away: itself; its base64, alone and as either half of Basic credentials; and what of
 * its base64 stays the same whatever stands around it.
 */
export function secretForms(secret: string): string[] {
  const whole = [secret, `${secret}:`].flatMap((text) => {
    const base64 = Buffer.from(text).toString('base64')
    return [base64, base64.replace(/=+$/, ''), Buffer.from(text).toString('base64url')]
  })
  const forms = [secret, ...whole, ...innerBase64(secret), markup(secret, Number.POSITIVE_INFINITY)]
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST)
}

/** In base64 three bytes become four characters, so there are three ways to be written; those at the edges are shared. */
function innerBase64(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [0, 1, 2].flatMap((shift) => {
    const first = Math.ceil((shift * 8) / 6)
    const last = Math.floor(((shift + bytes.length) * 8) / 6)
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes])
    return (['base64', 'base64url'] as const).map((kind) => shifted.toString(kind).slice(first, last))
  })
}

const HTML_NAMES: ReadonlyMap<string, string> = new Map([
  ['&', 'amp'],
  ['<', 'lt'],
  ['>', 'gt'],
  ['"', 'quot'],
  ["'", 'apos'],
])
const JSON_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['\n', 'n'],
  ['\r', 'r'],
  ['\t', 't'],
])

/** A pattern for one character: as it is, percent-encoded, escaped in JSON, or a character reference of HTML. */
function anyWay(char: string): string {
  const point = char.codePointAt(0) ?? 0
  const json = JSON_ESCAPES.get(char)
  const html = HTML_NAMES.get(char)
  const ways = [
    Array.from(Buffer.from(char), (byte) => `%${hex(byte, 2)}`).join(''),
    Array.from({ length: char.length }, (_, at) => `\\\\u${hex(char.charCodeAt(at), 4)}`).join(''),
    `&#0*${point};`,
    `&#[xX]0*${hex(point, 1)};`,
    ...(json === undefined ? [] : [`\\\\${literal(json)}`]),
    ...(html === undefined ? [] : [`&${html};`]),
    // Last, because it may be the beginning of another way, as of "%25".
    literal(char),
  ]
  return `(?:${ways.join('|')})`
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

/** Hexadecimal digits in either case. */
function hex(value: number, digits: number): string {
  return value
    .toString(16)
    .padStart(digits, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
}

/** Takes known secrets out of any text before it is shown, stored or handed on. */
export class Redactor {
  readonly secrets: string[] = []
  #forms: string[] = []
  #shortest = Number.POSITIVE_INFINITY
  #pattern: RegExp | undefined

  add(secret: string): void {
    this.secrets.push(secret)
    // Longest first: a form that contains another one must not leave its rest behind.
    this.#forms = [...new Set([...this.#forms, ...secretForms(secret)])].sort((a, b) => b.length - a.length)
    this.#shortest = this.#forms.at(-1)?.length ?? Number.POSITIVE_INFINITY
    this.#pattern = undefined
  }

  redact(text: string): string {
    // Escapes only make a form longer.
    if (text.length < this.#shortest) return text
    this.#pattern ??= new RegExp(this.#forms.map((form) => Array.from(form, anyWay).join('')).join('|'), 'g')
    return text.replace(this.#pattern, HIDDEN)
  }
}
