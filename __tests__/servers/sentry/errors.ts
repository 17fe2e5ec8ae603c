import { randomBytes } from 'node:crypto'
import type { StandInResponse } from '../server.ts'

/** Field errors as the server renders them: a list of messages, or another level by field or index. */
export interface FieldErrors {
  [field: string]: string[] | FieldErrors
}

/** Ends the handling of a request with the response it carries. */
export class ApiError extends Error {
  readonly answer: StandInResponse

  constructor(answer: StandInResponse) {
    super(`status ${answer.status}`)
    this.answer = answer
  }
}

/** An error whose `detail` is a text, or an object with `code`, `message` and `extra`. */
export function refuse(
  status: number,
  detail: string | { code: string; message: string; extra: Record<string, string> },
  headers: Readonly<Record<string, string>> = {},
): ApiError {
  return new ApiError({ status, headers, body: { detail } })
}

/** The one 404 for absent, invisible, and unknown organization alike. */
export function notFound(): ApiError {
  return refuse(404, 'The requested resource does not exist')
}

export function forbidden(headers: Readonly<Record<string, string>> = {}): ApiError {
  return refuse(403, 'You do not have permission to perform this action.', headers)
}

export function unauthorized(detail: Parameters<typeof refuse>[1]): ApiError {
  return refuse(401, detail, { 'WWW-Authenticate': 'xBasic realm="api"' })
}

export function invalid(errors: FieldErrors): ApiError {
  return new ApiError({ status: 400, body: errors })
}

/** A crash inside a handler. What was committed before stays. */
export function crash(): ApiError {
  return new ApiError({
    status: 500,
    body: { detail: 'Internal Error', errorId: randomBytes(16).toString('hex') },
  })
}
