import { ApiError } from './errors.ts'

/** What `artifactbundle/assemble/` takes. */
export interface AssembleBody {
  /** SHA-1 of the bundle in lower case. */
  readonly checksum: string
  /** SHA-1 of each chunk, in the order of the bundle. */
  readonly chunks: readonly string[]
  readonly projects: readonly string[]
  readonly version?: string
  readonly dist?: string
}

/** A value as Python shows it, the rule that it breaks, and how deep in the body it is. */
interface Violation {
  readonly message: string
  readonly depth: number
}

const SHA1 = '^[0-9a-f]{40}$'
const REQUIRED = ['checksum', 'chunks', 'projects'] as const
/** In the order in which the server checks them. */
const PROPERTIES: Readonly<Record<string, { readonly pattern?: string; readonly items?: string | true }>> = {
  version: { pattern: '^[^/]+$' },
  dist: {},
  projects: { items: true },
  checksum: { pattern: SHA1 },
  chunks: { items: SHA1 },
}

/**
 * The body, checked as the server does it with a JSON schema: of all violations it reports the first of the least deep
 * ones, in the words of its Python library.
 *
 * @throws ApiError 400
 */
export function readAssembleBody(json: unknown): AssembleBody {
  if (json === undefined) throw wrong('Invalid json body')
  const [worst] = violations(json).toSorted((a, b) => a.depth - b.depth)
  if (worst) throw wrong(worst.message)
  return json as AssembleBody
}

/** 400 in the form of the routes for chunks and bundles. */
export function wrong(error: string): ApiError {
  return new ApiError({ status: 400, body: { error } })
}

function violations(json: unknown): Violation[] {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return [notOfType(json, 'object', 0)]
  const body = json as Record<string, unknown>
  const known = Object.entries(PROPERTIES).filter(([name]) => name in body)
  const found = known.flatMap(([name, { pattern, items }]) =>
    items === undefined ? checkText(body[name], pattern, 1) : checkList(body[name], items),
  )
  for (const name of REQUIRED) {
    if (!(name in body)) found.push({ message: `${inPython(name)} is a required property`, depth: 0 })
  }
  const unknown = Object.keys(body).filter((name) => !(name in PROPERTIES))
  if (unknown.length > 0) {
    const list = `${unknown.map(inPython).join(', ')} ${unknown.length > 1 ? 'were' : 'was'} unexpected`
    found.push({ message: `Additional properties are not allowed (${list})`, depth: 0 })
  }
  return found
}

function checkList(value: unknown, items: string | true): Violation[] {
  if (!Array.isArray(value)) return [notOfType(value, 'array', 1)]
  return value.flatMap((item: unknown) => checkText(item, items === true ? undefined : items, 2))
}

function checkText(value: unknown, pattern: string | undefined, depth: number): Violation[] {
  if (typeof value !== 'string') return [notOfType(value, 'string', depth)]
  if (pattern === undefined || new RegExp(pattern).test(value)) return []
  return [{ message: `${inPython(value)} does not match ${inPython(pattern)}`, depth }]
}

function notOfType(value: unknown, type: string, depth: number): Violation {
  return { message: `${inPython(value)} is not of type ${inPython(type)}`, depth }
}

function inPython(value: unknown): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return `[${value.map(inPython).join(', ')}]`
  if (typeof value === 'object') {
    const fields = Object.entries(value).map(([name, field]) => `${inPython(name)}: ${inPython(field)}`)
    return `{${fields.join(', ')}}`
  }
  return JSON.stringify(value)
}
