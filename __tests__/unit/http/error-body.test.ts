import { describe, expect, it } from 'vitest'
import { describeWebPage, isWebPage, serverMessage, unreadable } from '../../../src/http/error-body.ts'
import { incoming, responseOf } from '../doubles.ts'

const PAGE = ' <!DOCTYPE html><html><head><title>Sign in\nplease</title></head></html>'

it.each([
  [PAGE, true],
  ['<HTML>', true],
  ['\uFEFF<html lang="en">', true],
  ['<?xml version="1.0"?>', true],
  ['{"detail":"<html>"}', false],
  ['<p>', false],
  ['', false],
])('takes %j for a web page: %s', (text, expected) => {
  expect(isWebPage(text)).toBe(expected)
})

it('describes a web page by its title', () => {
  const upper = (text: string): string => text.toUpperCase()
  expect(describeWebPage('<title lang="en">ab</title>', upper)).toBe('a web page titled "AB"')
  expect(describeWebPage('<html>', upper)).toBe('a web page')
})

describe('serverMessage', () => {
  const message = (body: string): string =>
    serverMessage(responseOf(incoming(400, body)), (json) => (json as { detail?: string }).detail ?? '', 10)

  it.each([
    ['{"detail":"no such"}', 'no such'],
    ['\uFEFF{"detail":"no such"}', 'no such'],
    ['{"detail":"longer than ten"}', 'longer th…'],
    ['{}', ''],
    ['plain\ntext', 'plain text'],
    [PAGE, 'a web page titled "Sign in please"'],
    ['', ''],
  ])('of %j is %j', (body, expected) => {
    expect(message(body)).toBe(expected)
  })
})

it('tells a web page from another format, with the advice for each', () => {
  const advice = { page: 'check the address', other: 're-run the job' }
  expect(unreadable(responseOf(incoming(200, PAGE)), 'field a', advice)).toMatchObject({
    kind: 'unreadable',
    status: 200,
    message: expect.stringContaining('responded with a web page instead of JSON') as string,
    advice: 'check the address',
  })
  expect(unreadable(responseOf(incoming(200, '[1]')), 'field a', advice)).toMatchObject({
    message: expect.stringContaining('sent a response in an unknown format (field a)') as string,
    serverMessage: '[1]',
    advice: 're-run the job',
  })
})
