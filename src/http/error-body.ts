import type { HttpError } from './failure.ts'
import type { HttpResponse } from './response.ts'

/** Characters. Pages begin with one of the marks below, apart from white space. */
const PAGE_START = 500
/** Characters within which the title of a page has to be. */
const PAGE_HEAD = 8000

/** Whether a text is a web page: a proxy, a firewall or a wrong address responds in place of the API. */
export function isWebPage(text: string): boolean {
  return /^\s*(<!doctype html|<html|<head|<body|<\?xml)/i.test(text.slice(0, PAGE_START))
}

/** `a web page titled "…"`, or `a web page` when it has no title. */
export function describeWebPage(text: string, sanitize: (text: string, max: number) => string): string {
  const title = /<title[^>]*>([^<]{1,2000})/i.exec(text.slice(0, PAGE_HEAD))?.[1]
  return title === undefined ? 'a web page' : `a web page titled "${sanitize(title, 100)}"`
}

/**
 * The server's message in the body of an error, sanitized: the title of a web page, the message in its JSON, or its plain
 * text.
 * @param fromJson finds the message, in the shapes of one system; empty when there is none
 * @param max code points
 */
export function serverMessage(
  response: HttpResponse,
  fromJson: (json: unknown) => string,
  max: number,
): string {
  const { text, json } = response
  const sanitize = (part: string, limit: number): string => response.sanitize(part, limit)
  if (isWebPage(text)) return describeWebPage(text, sanitize)
  return sanitize(json === undefined ? text : fromJson(json), max)
}

/**
 * A response with a status of success whose body is not what the API documents.
 * @param where names the first field that does not fit, where that is known
 * @param advice `page`: for a web page; `other`: for any other body
 */
export function unreadable(
  response: HttpResponse,
  where: string | undefined,
  advice: { readonly page: string; readonly other: string },
): HttpError {
  const page = isWebPage(response.text)
  const place = where === undefined ? '' : ` (${where})`
  return response.error(
    'unreadable',
    page ? 'responded with a web page instead of JSON' : `sent a response in an unknown format${place}`,
    { serverMessage: response.sanitize(response.text, 120), advice: page ? advice.page : advice.other },
  )
}
