import { parseUrl } from '../text/url.ts'
import { hideInUrl } from '../text/url-credentials.ts'

export type Env = Readonly<NodeJS.ProcessEnv>

/** A text and where it came from, for messages. */
export interface Given {
  readonly text: string
  readonly source: string
}

/** One part of the inputs: its value, or its problems, each naming the input, what it expects and what it got. */
export interface Checked<T> {
  /** Undefined exactly when there are problems. */
  readonly value: T | undefined
  readonly problems: readonly string[]
  /** What the user should know about how the inputs were understood. */
  readonly notices: readonly string[]
}

/** Repeats what was given, in quotes and without secrets. */
export type Show = (text: string) => string

/** One input. Its name is its key in the table of its file. */
export interface Row<T> {
  /** The environment variable that may hold the value in place of the input. */
  readonly env?: string
  /** The text that an input stands for when it is not given; action.yml has the same. */
  readonly default?: string
  /** Masked before anything is logged. A `token` is taken without quotes that were copied along with it. */
  readonly secret?: 'token' | 'password'
  /** May be missing; its value is then undefined. */
  readonly optional?: true
  /** What would be right: completes "expected …". */
  readonly expected: string
  /** Undefined, or `Refusals` that say more than `expected`, for a text that is not acceptable. */
  readonly parse: (text: string) => T | undefined
  /** Hides what a message must not repeat of a refused text. */
  readonly hide?: (text: string) => string
}

export type Rows = Readonly<Record<string, Row<unknown>>>

/** Why parts of a text are refused. */
export class Refusals {
  readonly list: readonly { readonly expected: string; readonly got: string }[]

  constructor(list: Refusals['list']) {
    this.list = list
  }
}

/** The values of rows, by the names of their inputs. */
export type ValuesOf<R extends Rows> = {
  readonly [Name in keyof R]:
    | Exclude<ReturnType<R[Name]['parse']>, Refusals | undefined>
    | (R[Name] extends { readonly optional: true } ? undefined : never)
}

export type GivenOf<R extends Rows> = Readonly<Record<keyof R, Given | undefined>>

/** A row whose value is one of a few words. */
export function oneOf<const T extends string>(
  choices: readonly T[],
): { readonly expected: string; readonly parse: (text: string) => T | undefined } {
  const expected = [choices.slice(0, -1).join(', '), choices.at(-1)].filter(Boolean).join(' or ')
  return { expected, parse: (text) => choices.find((choice) => choice === text) }
}

/** A row whose value is a URL, which must not name a user or a password. */
export function url(
  expected: string,
  parse: (text: string) => string | undefined,
): Pick<Row<string>, 'expected' | 'parse'> & { readonly hide: typeof hideInUrl } {
  return {
    expected: `${expected}, without user and password`,
    parse: (text) => {
      const { username, password } = parseUrl(text) ?? { username: '', password: '' }
      return username === '' && password === '' ? parse(text) : undefined
    },
    hide: hideInUrl,
  }
}

/** A row for any text. */
export const ANY_TEXT = { optional: true, expected: 'a text', parse: (text: string) => text } as const

/** The input of that name; undefined when it is missing, empty or blank. */
export function input(env: Env, name: string): Given | undefined {
  const text = env[`INPUT_${name.toUpperCase()}`]?.trim()
  return text ? { text, source: `input ${name}` } : undefined
}

/** The environment variable of that name; undefined when it is missing, empty or blank. */
export function variable(env: Env, name: string): Given | undefined {
  const text = env[name]?.trim()
  return text ? { text, source: `environment variable ${name}` } : undefined
}

/** A value for an input that was not given; a problem with it is reported in the name of the input. */
export function fallback(name: string, text: string | undefined): Given | undefined {
  return text === undefined ? undefined : { text, source: `input ${name}` }
}

/** What was given for each row: the input, else its variable, else its default. */
export function read<R extends Rows>(rows: R, env: Env): GivenOf<R> {
  const entries = Object.entries(rows).map(([name, row]) => {
    const found = input(env, name) ?? (row.env === undefined ? undefined : variable(env, row.env))
    const text = found && (row.secret === 'token' ? stripQuotes(found.text) : found.text)
    return [name, found && text !== undefined ? { ...found, text } : fallback(name, row.default)]
  })
  return Object.fromEntries(entries) as GivenOf<R>
}

/** Every text that a secret row may stand for, from inputs and variables alike. */
export function secretsOf(rows: Rows, env: Env): string[] {
  return Object.entries(rows).flatMap(([name, row]) => {
    if (row.secret === undefined) return []
    const found = [input(env, name), row.env === undefined ? undefined : variable(env, row.env)]
    return found.flatMap((given) => (given ? [given.text, stripQuotes(given.text)] : []))
  })
}

/** Whether an input is given with another meaning than its default. A variable in its place does not count. */
export function isChanged(rows: Rows, name: string, env: Env): boolean {
  const text = input(env, name)?.text
  const row = rows[name]
  if (text === undefined || row === undefined) return false
  if (row.default === undefined) return true
  return JSON.stringify(row.parse(text)) !== JSON.stringify(row.parse(row.default))
}

/**
 * Checks what was given against the rows.
 * @returns the values, or every problem in the order of the rows
 */
export function check<R extends Rows>(
  rows: R,
  given: GivenOf<R>,
  show: Show,
): { readonly values: ValuesOf<R> | undefined; readonly problems: readonly string[] } {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, { expected, parse, hide, secret, optional }] of Object.entries(rows)) {
    const found = given[name]
    if (!found) {
      if (!optional) problems.push(missing(name, secret ? `${expected} (${NO_SECRETS})` : expected))
      continue
    }
    const value = secret !== 'password' && isLost(found.text) ? undefined : parse(found.text)
    const refused = value instanceof Refusals ? value.list : [{ expected, got: found.text }]
    if (value !== undefined && !(value instanceof Refusals)) values[name] = value
    else
      problems.push(...refused.map((one) => problem({ ...found, text: one.got }, one.expected, show, hide)))
  }
  return { values: problems.length > 0 ? undefined : (values as ValuesOf<R>), problems }
}

/**
 * A problem in one line: where, what was expected, what was got, and what that is when its author cannot see it.
 * @param hide hides what a message must not repeat
 */
export function problem(
  { source, text }: Given,
  expected: string,
  show: Show,
  hide?: (text: string) => string,
): string {
  return `${source}: expected ${expected}, got ${text === '' ? 'nothing' : show(hide?.(text) ?? text) + natureOf(text)}`
}

/** The problem with an input that is required and not given. */
export function missing(name: string, expected: string): string {
  return problem({ text: '', source: `input ${name}` }, expected, String)
}

/** The first thing to check when a secret is missing. */
export const NO_SECRETS =
  'GitHub gives no secrets to runs that a fork or Dependabot started; for any other run check the name of the secret'

/** Why a value that was handed over arrives empty. */
export const LOST =
  'A job output arrives empty when GitHub takes it for a secret or when the job before was skipped; a variable, when it is not set.'

type Nature = readonly [pattern: RegExp, nature: string]

/** Texts in which a value got lost on its way into the input, each with what it is. No input takes them. */
const LOST_VALUES: readonly Nature[] = [
  [
    /^(?:Array|Object)$/,
    'GitHub writes this for a whole array or object: use join() or toJSON() in the expression',
  ],
  [/^\[object Object\]$/, 'JavaScript writes this for a whole object: use JSON.stringify()'],
  [/^\*{3}$/, 'GitHub shows this in the place of a secret; it is not its value'],
  [/\$\{\{/, 'this expression was not evaluated, as in a file that GitHub does not read as a workflow'],
  [/^(?:null|undefined)$/, 'this is what an empty value becomes in JSON or in a script'],
]

/** What is not visible in a text that was refused for another reason. */
const ODDITIES: readonly Nature[] = [
  [/^-\s+\S/, 'this is a list in YAML, and one value is needed'],
  [/^(["'`]).*\1$/s, 'the quotes are part of the value'],
]

/** Invisible characters, spaces that are not the usual one, and full-width forms, which copied texts bring along. */
const ODD_CHARACTER = /(?![\t\r\n ])[\p{Cc}\p{Cf}\p{Zs}\p{Default_Ignorable_Code_Point}\uFF01-\uFF5E]/u

function isLost(text: string): boolean {
  return LOST_VALUES.some(([pattern]) => pattern.test(text))
}

function natureOf(text: string): string {
  const nature = [...LOST_VALUES, ...ODDITIES].find(([pattern]) => pattern.test(text))?.[1] ?? oddityOf(text)
  return nature === undefined ? '' : ` (${nature})`
}

function oddityOf(text: string): string | undefined {
  const code = ODD_CHARACTER.exec(text)?.[0].codePointAt(0)
  if (code === undefined) return undefined
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  return `it contains ${name}, an invisible or look-alike character: type the text instead of copying it`
}

export function stripQuotes(text: string): string {
  return /^(?:"[^"]*"|'[^']*')$/.test(text) ? text.slice(1, -1).trim() : text
}

/** `a is`, `a and b are`, `a, b and c are` */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? `${last} is` : `${names.slice(0, -1).join(', ')} and ${last} are`
}
