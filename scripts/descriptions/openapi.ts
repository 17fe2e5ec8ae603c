import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const DOCS = new URL('../../docs/', import.meta.url)

/** One operation of a description: where it is, and which statuses it can respond with. */
export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly statuses: readonly string[]
}

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const METHODS = new Set(['get', 'post', 'put', 'delete', 'patch'])

/** The path of a file below `docs`. */
export function docsPath(name: string): string {
  return fileURLToPath(new URL(name, DOCS))
}

/** The parsed content of a YAML file below `docs`. */
export function readYaml(name: string): unknown {
  return parse(readFileSync(docsPath(name), 'utf8'))
}

/** All operations of an OpenAPI file below `docs`. */
export function operationsOf(name: string): Operation[] {
  const { paths } = readYaml(name) as Described
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, value]) => {
      if (!METHODS.has(method)) return []
      const { operationId, responses } = value as { operationId: string; responses: object }
      return [{ id: operationId, method: method.toUpperCase(), path, statuses: Object.keys(responses) }]
    }),
  )
}

/** The operation that a request is; a path without a variable goes before one with. */
export function operationFor(
  operations: readonly Operation[],
  method: string,
  path: string,
): Operation | undefined {
  const candidates = operations.filter(
    (operation) => operation.method === method && pattern(operation.path).test(path),
  )
  return candidates.find((operation) => operation.path === path) ?? candidates[0]
}

function pattern(path: string): RegExp {
  const parts = path.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^/]+')}$`)
}
