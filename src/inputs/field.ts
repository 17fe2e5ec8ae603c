import { describeOddity, isLostValue } from '../text/oddities.ts'
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

/** A part of the step that is left out. */
export interface Off {
  readonly off: true
}

/** Repeats what was given, in quotes and without secrets. */
export type Show = (text: string) => string

/** One input. Its key in the table of its file is the property that holds its value. */
export interface Row<T> {
  readonly input: string
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

/** The values of rows. */
export type ValuesOf<R extends Rows> = {
  readonly [Key in keyof R]:
    | Exclude<ReturnType<R[Key]['parse']>, Refusals | undefined>
    | (R[Key] extends { readonly optional: true } ? undefined : never)
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
  const entries = Object.entries(rows).map(([key, row]) => {
    const found = input(env, row.input) ?? (row.env === undefined ? undefined : variable(env, row.env))
    const text = found && (row.secret === 'token' ? stripQuotes(found.text) : found.text)
    return [key, found && text !== undefined ? { ...found, text } : fallback(row.input, row.default)]
  })
  return Object.fromEntries(entries) as GivenOf<R>
}

/** Every text that a secret row may stand for, from inputs and variables alike. */
export function secretsOf(rows: readonly Row<unknown>[], env: Env): string[] {
  return rows.flatMap((row) => {
    if (row.secret === undefined) return []
    const found = [input(env, row.input), row.env === undefined ? undefined : variable(env, row.env)]
    return found.flatMap((given) => (given ? [given.text, stripQuotes(given.text)] : []))
  })
}

/** The inputs that are given with another meaning than their default. A variable in the place of one does not count. */
export function changedInputs(rows: Rows, env: Env): string[] {
  return Object.values(rows).flatMap((row) => {
    const text = input(env, row.input)?.text
    if (text === undefined) return []
    const same =
      row.default !== undefined && JSON.stringify(row.parse(text)) === JSON.stringify(row.parse(row.default))
    return same ? [] : [row.input]
  })
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
  for (const [key, { input: name, expected, parse, hide, secret, optional }] of Object.entries(rows)) {
    const found = given[key]
    if (!found) {
      values[key] = undefined
      if (!optional) problems.push(missing(name, secret ? `${expected} (${NO_SECRETS})` : expected))
      continue
    }
    const value = secret !== 'password' && isLostValue(found.text) ? undefined : parse(found.text)
    const refused = value instanceof Refusals ? value.list : [{ expected, got: found.text }]
    if (value !== undefined && !(value instanceof Refusals)) values[key] = value
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
  return `${source}: expected ${expected}, got ${text === '' ? 'nothing' : show(hide?.(text) ?? text) + describeOddity(text)}`
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

export function stripQuotes(text: string): string {
  return /^(?:"[^"]*"|'[^']*')$/.test(text) ? text.slice(1, -1).trim() : text
}

/** `a is`, `a and b are`, `a, b and c are` */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? `${last} is` : `${names.slice(0, -1).join(', ')} and ${last} are`
}
