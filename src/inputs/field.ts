import * as z from 'zod/mini'

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

/** A schema for one text. `expected` says what would have been right, and goes into the message as it is. */
export function field<T>(expected: string, parse: (text: string) => T | undefined) {
  return z.pipe(
    z.string({ error: () => expected }),
    z.transform((text: string, context): T => {
      const value = parse(text)
      if (value !== undefined) return value
      context.issues.push({ code: 'custom', input: text, message: expected })
      return z.NEVER
    }),
  )
}

/** A field whose value is a secret: `Show` hides it, so the message says what it may hold. */
export function secretField(expected: string, accepts: RegExp) {
  return field(`${expected} without spaces or line breaks`, (text) => (accepts.test(text) ? text : undefined))
}

/**
 * Checks texts against a schema with a field for each.
 * @param schema an object schema whose keys are names of inputs
 */
export function check<T>(
  schema: z.ZodMiniType<T>,
  given: Readonly<Record<string, Given | undefined>>,
  show: Show,
): { readonly values: T | undefined; readonly problems: readonly string[] } {
  const texts = Object.entries(given).flatMap(([name, found]) => (found ? [[name, found.text] as const] : []))
  const parsed = schema.safeParse(Object.fromEntries(texts))
  if (parsed.success) return { values: parsed.data, problems: [] }
  const problems = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0])
    return problem(given[name] ?? { text: '', source: `input ${name}` }, issue.message, show)
  })
  return { values: undefined, problems }
}

/** A problem in one line: where, what was expected, what was got. */
export function problem({ source, text }: Given, expected: string, show: Show): string {
  return `${source}: expected ${expected}, got ${text === '' ? 'nothing' : show(text)}`
}
