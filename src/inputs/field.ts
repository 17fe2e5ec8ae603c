import * as z from 'zod/mini'
import { quoted } from '../untrusted.ts'

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

/** A schema for one text. `expected` says what would have been right, and goes into the message as it is. */
export function field<T>(expected: string, parse: (text: string) => T | undefined) {
  return z.pipe(
    z.string({ error: () => `expected ${expected}, got nothing` }),
    z.transform((text: string, context): T => {
      const value = parse(text)
      if (value !== undefined) return value
      context.issues.push({
        code: 'custom',
        input: text,
        message: `expected ${expected}, got ${quoted(text)}`,
      })
      return z.NEVER
    }),
  )
}

/** A field whose value is never repeated in a message. */
export function secretField(expected: string, accepts: RegExp) {
  return z.string({ error: () => `expected ${expected}, got nothing` }).check(
    z.regex(accepts, {
      error: () => `expected ${expected}, got something with spaces or other characters in it`,
    }),
  )
}

/**
 * Checks texts against a schema with a field for each.
 * @param schema an object schema whose keys are names of inputs
 */
export function check<T>(
  schema: z.ZodMiniType<T>,
  given: Readonly<Record<string, Given | undefined>>,
): { readonly values: T | undefined; readonly problems: readonly string[] } {
  const texts = Object.entries(given).flatMap(([name, found]) => (found ? [[name, found.text] as const] : []))
  const parsed = schema.safeParse(Object.fromEntries(texts))
  if (parsed.success) return { values: parsed.data, problems: [] }
  const problems = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0])
    return `${given[name]?.source ?? `input ${name}`}: ${issue.message}`
  })
  return { values: undefined, problems }
}
