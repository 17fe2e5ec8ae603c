import type { Call } from '../server.ts'
import { type FieldErrors, invalid, refuse } from './errors.ts'
import { parseDate } from './dates.ts'
import { isUrl } from './url.ts'

export interface TextRule {
  readonly max?: number
  readonly required?: boolean
  /** Null and the empty string are fine. */
  readonly optional?: boolean
  /** Surrounding white space is kept. */
  readonly verbatim?: boolean
}

/** The error of a field, or of an item of a list, that is null and may not be. */
export const NULL = 'This field may not be null.'

const wrongDate =
  'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].'

/** The JSON object of a request. 415, 400 or an object: nothing else gets past the parser. */
export function readObject(call: Call): Record<string, unknown> {
  if (call.text === '') return {}
  const type = call.headers['content-type'] ?? ''
  if (type.startsWith('application/x-www-form-urlencoded')) return readForm(call.text)
  if (!type.toLowerCase().startsWith('application/json')) {
    throw refuse(415, `Unsupported media type "${type}" in request.`)
  }
  if (call.json === undefined) {
    throw refuse(400, 'JSON parse error - Expecting value: line 1 column 1 (char 0)')
  }
  if (call.json === null) throw invalid({ non_field_errors: ['No data provided'] })
  if (!isObject(call.json)) {
    throw invalid({
      non_field_errors: [`Invalid data. Expected a dictionary, but got ${typeName(call.json)}.`],
    })
  }
  return call.json
}

function readForm(text: string): Record<string, unknown> {
  const form = new URLSearchParams(text)
  return {
    ...Object.fromEntries(form),
    ...(form.has('projects') ? { projects: form.getAll('projects') } : {}),
  }
}

/** Reads the fields of one object and collects their errors in the wording of Django REST framework. */
export class Fields {
  readonly errors: FieldErrors = {}
  readonly #data: Readonly<Record<string, unknown>>
  readonly #indexed: boolean

  constructor(data: Readonly<Record<string, unknown>>, indexed: boolean) {
    this.#data = data
    this.#indexed = indexed
  }

  /** Throws the 400 when any field was wrong. */
  finish(): void {
    if (Object.keys(this.errors).length > 0) throw invalid(this.errors)
  }

  fail(name: string, problem: string | FieldErrors): undefined {
    this.errors[name] = typeof problem === 'string' ? [problem] : problem
    return undefined
  }

  text(name: string, rule: TextRule = {}): string | null | undefined {
    const value = this.#present(name, rule)
    if (value === undefined || value === null) return value
    if (typeof value !== 'string' && typeof value !== 'number') return this.fail(name, 'Not a valid string.')
    const text = rule.verbatim ? String(value) : String(value).trim()
    const surrogate = /[\ud800-\udfff]/u.exec(text)
    if (surrogate) {
      const code = surrogate[0].charCodeAt(0).toString(16).toUpperCase()
      return this.fail(name, `Surrogate characters are not allowed: U+${code}.`)
    }
    if (text.includes('\0')) return this.fail(name, 'Null characters are not allowed.')
    if (text === '' && !rule.optional) return this.fail(name, 'This field may not be blank.')
    // Python counts code points.
    if (rule.max !== undefined && Array.from(text).length > rule.max) {
      return this.fail(name, `Ensure this field has no more than ${rule.max} characters.`)
    }
    return text
  }

  url(name: string): string | null | undefined {
    const text = this.text(name, { optional: true })
    if (text && !isUrl(text)) return this.fail(name, 'Enter a valid URL.')
    return text
  }

  date(name: string): string | null | undefined {
    const value = this.#present(name, { optional: true })
    if (value === undefined || value === null) return value
    return (typeof value === 'string' ? parseDate(value) : undefined) ?? this.fail(name, wrongDate)
  }

  /** A list of any values; undefined when it is absent or wrong. */
  values(
    name: string,
    rule: { readonly required?: boolean; readonly filled?: boolean } = {},
  ): unknown[] | undefined {
    const value = this.#present(name, rule)
    if (value === undefined || value === null) return undefined
    if (!Array.isArray(value)) {
      return this.fail(name, `Expected a list of items but got type "${typeName(value)}".`)
    }
    if (rule.filled && value.length === 0) return this.fail(name, 'This list may not be empty.')
    return value
  }

  /** A list of objects, each read by its own `Fields`. */
  objects<Item extends object>(
    name: string,
    read: (fields: Fields) => Item,
    nullable = false,
  ): Item[] | undefined {
    if (nullable && this.#data[name] === null) return undefined
    const values = this.values(name)
    if (!values) return undefined
    const errors: FieldErrors = {}
    const items = values.map((value, index) => {
      const fields = new Fields(isObject(value) ? value : {}, this.#indexed)
      const item = read(fields)
      const problem = isObject(value) ? fields.errors : noObject(value)
      if (Object.keys(problem).length > 0) errors[String(index)] = problem
      return item
    })
    if (Object.keys(errors).length === 0) return items
    return this.failItems(name, errors)
  }

  /** Errors of single items, keyed by index; older servers report only those of the first invalid item. */
  failItems(name: string, errors: FieldErrors): undefined {
    const [first] = Object.values(errors)
    if (this.#indexed || first === undefined) return this.fail(name, errors)
    this.errors[name] = first
    return undefined
  }

  #present(name: string, rule: { readonly required?: boolean; readonly optional?: boolean }): unknown {
    const value = this.#data[name]
    if (value === undefined) return rule.required ? this.fail(name, 'This field is required.') : undefined
    if (value === null && !rule.optional) return this.fail(name, NULL)
    return value
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function noObject(value: unknown): string[] | FieldErrors {
  if (value === null) return [NULL]
  return { non_field_errors: [`Invalid data. Expected a dictionary, but got ${typeName(value)}.`] }
}

function typeName(value: unknown): string {
  if (value === null) return 'NoneType'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'string' ? 'str' : 'dict'
}
