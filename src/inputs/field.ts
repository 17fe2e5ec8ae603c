import { parseUrl } from '../text/url.ts'
import { hideInUrl } from '../text/url-credentials.ts'

export type Env = Readonly<NodeJS.ProcessEnv>

/** A text and where it came from, for messages. */
export interface Given {
  readonly text: string
  readonly source: string
}

/** What became of one part of the inputs: a value, or problems, each naming the input, what it expects and what it got. */
export interface Checked<T> {
  /** Undefined exactly when there are problems. */
  readonly value: T | undefined
  readonly problems: readonly string[]
  /** What the user should know about how the inputs were understood. */
  readonly notices: readonly string[]
}

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

/** A value for an input that was not given; a problem with it is told in the input's name. */
export function fallback(name: string, text: string | undefined): Given | undefined {
  return text === undefined ? undefined : { text, source: `input ${name}` }
}

/** Repeats what was given, in quotes and without secrets. */
export type Show = (text: string) => string

/** What one input accepts. `expected` says what would have been right, and goes into the message as it is. */
export interface Field<T> {
  readonly expected: string
  /** Gives undefined for a text that is not acceptable. */
  readonly parse: (text: string) => T | undefined
  /** Why the input may be missing in spite of the workflow, as a clause. */
  readonly whyMissing?: string
  /** Hides what a message must not repeat of a refused text. */
  readonly hide?: (text: string) => string
}

/** An input that may be missing. */
export interface OptionalField<T> extends Field<T> {
  readonly optional: true
}

type Fields = Readonly<Record<string, Field<unknown> | OptionalField<unknown>>>

/** The values of a set of fields, by the names of their inputs. */
export type ValuesOf<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<infer T>
    ? F[Name] extends OptionalField<T>
      ? T | undefined
      : T
    : never
}

export function field<T>(expected: string, parse: (text: string) => T | undefined): Field<T> {
  return { expected, parse }
}

export function optional<T>(inner: Field<T>): OptionalField<T> {
  return { ...inner, optional: true }
}

/** Any text, for what is looked at elsewhere. */
export const anyText: OptionalField<string> = optional(field('a text', (text) => text))

/** A field whose value is a secret: `Show` hides it, so the message says what it may hold. */
export function secretField(expected: string, accepts: RegExp): Field<string> {
  return {
    ...field(`${expected} without spaces or line breaks`, (text) => (accepts.test(text) ? text : undefined)),
    whyMissing: NO_SECRETS,
  }
}

/** A field whose value is a URL, which must not name a user or a password. */
export function urlField(expected: string, parse: (text: string) => string | undefined): Field<string> {
  return {
    ...field(`${expected}, without user and password`, (text) => (namesUser(text) ? undefined : parse(text))),
    hide: hideInUrl,
  }
}

function namesUser(text: string): boolean {
  const url = parseUrl(text)
  return url !== undefined && (url.username !== '' || url.password !== '')
}

/** The first thing to check when a secret is missing. */
export const NO_SECRETS =
  'GitHub gives no secrets to runs that a fork or Dependabot started; for any other run check the name of the secret'

/** A token as it is meant: without the quotes that were copied along with it. */
export function unquoted(given: Given | undefined): Given | undefined {
  return given && { ...given, text: stripQuotes(given.text) }
}

export function stripQuotes(text: string): string {
  return /^(?:"[^"]*"|'[^']*')$/.test(text) ? text.slice(1, -1).trim() : text
}

/**
 * Checks texts against a field for each.
 * @returns the values, or every problem in the order of the fields
 */
export function check<F extends Fields>(
  fields: F,
  given: Readonly<Record<string, Given | undefined>>,
  show: Show,
): { readonly values: ValuesOf<F> | undefined; readonly problems: readonly string[] } {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, { expected, parse, whyMissing, hide = String, ...rest }] of Object.entries(fields)) {
    const found = given[name]
    if (!found && 'optional' in rest) continue
    values[name] = found && parse(found.text)
    if (values[name] !== undefined) continue
    problems.push(
      found
        ? problem(found, expected, (text) => show(hide(text)))
        : missing(name, whyMissing ? `${expected} (${whyMissing})` : expected),
    )
  }
  return { values: problems.length > 0 ? undefined : (values as ValuesOf<F>), problems }
}

/** A problem in one line: where, what was expected, what was got. */
export function problem({ source, text }: Given, expected: string, show: Show): string {
  return `${source}: expected ${expected}, got ${text === '' ? 'nothing' : show(text) + natureOf(text)}`
}

/** Texts that are not what their author sees in the workflow file, each with what it is. */
const NATURES: readonly (readonly [pattern: RegExp, nature: string])[] = [
  [
    /^(?:Array|Object)$/,
    'GitHub writes this for a whole array or object: use join() or toJSON() in the expression',
  ],
  [/^\*{3}$/, 'GitHub shows this in the place of a secret; it is not its value'],
  [/\$\{\{/, 'this expression was not evaluated, as in a file that GitHub does not read as a workflow'],
  [/^(?:null|undefined)$/, 'this is what an empty value becomes in JSON or in a script'],
  [/^-\s+\S/, 'this is a list in YAML, and one value is needed'],
]

function natureOf(text: string): string {
  const nature = NATURES.find(([pattern]) => pattern.test(text))?.[1]
  return nature === undefined ? '' : ` (${nature})`
}

/** The problem with an input that is required and not given. */
export function missing(name: string, expected: string): string {
  return problem({ text: '', source: `input ${name}` }, expected, String)
}

/** Why a value that was handed over arrives empty. */
export const LOST =
  'A job output arrives empty when GitHub takes it for a secret or when the job before was skipped; a variable, when it is not set.'

/** `a is`, `a and b are`, `a, b and c are` */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? `${last} is` : `${names.slice(0, -1).join(', ')} and ${last} are`
}
