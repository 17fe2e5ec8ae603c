import { data, Evaluator, Lexer, Parser } from '@actions/expressions'
import type { FunctionDefinition } from '@actions/expressions/funcs/info'
import { truthy } from '@actions/expressions/result'

/** What an expression can see. */
export interface Scope {
  /** A Map where a key that is not there is a mistake of the workflow, a plain object where it is just empty. */
  readonly contexts: Readonly<Record<string, unknown>>
  /** Whether everything before has succeeded; after a skipped job neither this nor `failed`. */
  readonly succeeded: boolean
  readonly failed: boolean
}

/** A context of which all keys are known, so that asking for another one is an error. */
export function known(values: Readonly<Record<string, unknown>> = {}): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(values))
}

const EXPRESSION = /\$\{\{((?:'[^']*'|[^'}]|\}(?!\}))*)\}\}/g

/** A text of the file with every `${{ }}` in it replaced. */
export function interpolate(text: string, scope: Scope): string {
  const result = text.replaceAll(EXPRESSION, (_, source: string) => compute(source, scope).coerceString())
  if (text.replaceAll(EXPRESSION, '').includes('${{'))
    throw new Error(`an expression without an end: ${text}`)
  return result
}

/** A value of the file in which texts that are one expression become what that gives: a list, an object, a number. */
export function plain(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item, scope))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item, scope)]))
  }
  if (typeof value !== 'string') return value
  const source = whole(value)
  if (source === undefined) return interpolate(value, scope)
  return JSON.parse(JSON.stringify(compute(source, scope), data.replacer)) as unknown
}

/** The inside of a text that is exactly one expression. */
function whole(text: string): string | undefined {
  const [match, ...others] = text.trim().matchAll(EXPRESSION)
  return others.length === 0 && match?.[0] === text.trim() ? match[1] : undefined
}

/** A condition, which fails after a failure unless it asks for the status itself. */
export function holds(value: string | boolean | undefined, scope: Scope): boolean {
  const text = String(value ?? true)
  const asks = /\b(success|failure|always|cancelled)\s*\(/i.test(text.replaceAll(/'[^']*'/g, ''))
  return (asks || scope.succeeded) && evaluate(text, scope)
}

/** A condition by itself, with or without `${{ }}` around it. */
export function evaluate(value: string | boolean, scope: Scope): boolean {
  const text = String(value)
  const source = text.includes('${{') ? whole(text) : text
  if (source === undefined) throw new Error(`always true, because it is more than one expression: ${text}`)
  return truthy(compute(source, scope))
}

function compute(source: string, scope: Scope): data.ExpressionData {
  const flag = (name: string, value: boolean): FunctionDefinition => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(value),
  })
  const functions = [
    flag('success', scope.succeeded),
    flag('failure', scope.failed),
    flag('always', true),
    // Nobody cancels a run here.
    flag('cancelled', false),
  ]
  const { tokens } = new Lexer(source).lex()
  const expression = new Parser(tokens, Object.keys(scope.contexts), functions).parse()
  const contexts = toData(scope.contexts) as data.Dictionary
  return new Evaluator(
    expression,
    contexts,
    new Map(functions.map((given) => [given.name, given])),
  ).evaluate()
}

/** An object all of whose keys are known: to ask for another is a mistake, where GitHub just gives nothing. */
class Known extends data.Dictionary {
  override get(key: string): data.ExpressionData {
    const value = super.get(key)
    if (value) return value
    throw new Error(
      `there is no ${key} among ${this.pairs()
        .map((pair) => pair.key)
        .join(', ')}`,
    )
  }
}

function toData(value: unknown): data.ExpressionData {
  if (value === undefined || value === null) return new data.Null()
  if (typeof value === 'string') return new data.StringData(value)
  if (typeof value === 'number') return new data.NumberData(value)
  if (typeof value === 'boolean') return new data.BooleanData(value)
  if (Array.isArray(value)) return new data.Array(...value.map(toData))
  const pairs = (entries: Iterable<readonly [string, unknown]>) =>
    [...entries].map(([key, item]) => ({ key, value: toData(item) }))
  return value instanceof Map
    ? new Known(...pairs(value as Map<string, unknown>))
    : new data.Dictionary(...pairs(Object.entries(value)))
}
