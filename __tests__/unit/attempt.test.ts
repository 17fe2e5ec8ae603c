import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTransport, type Outgoing } from '../../src/http/transport.ts'
import { failureOf, PEER } from './doubles.ts'

const transport = createTransport()
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void = () => undefined
let base = ''
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => answer(request, response, Buffer.concat(chunks).toString()))
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

function send(
  more: Partial<Outgoing> = {},
  limit = new AbortController().signal,
  signal = new AbortController().signal,
) {
  return transport({ method: 'GET', url: new URL('/a?b=c', base), headers: {}, ...more }, PEER, limit, signal)
}

describe('one attempt', () => {
  test('sends what it is given, and gives the answer byte for byte', async () => {
    let seen: unknown
    answer = (request, response, body) => {
      seen = [request.method, request.url, request.headers['x-a'], body]
      response.writeHead(404, { 'X-One': '1', 'Set-Cookie': ['a', 'b'] }).end('{"raw": 1 }')
    }
    const outcome = await send({ method: 'POST', headers: { 'X-A': 'y' }, body: '{"x":1}' })
    expect(seen).toEqual(['POST', '/a?b=c', 'y', '{"x":1}'])
    if (outcome.kind !== 'answer') throw new Error(outcome.kind)
    const { answer: given } = outcome
    expect([
      given.status,
      given.header('x-one'),
      given.header('set-cookie'),
      given.header('none'),
      given.bytes.toString(),
    ]).toEqual([404, '1', 'a, b', undefined, '{"raw": 1 }'])
  })

  test('follows no redirect', async () => {
    answer = (_, response) => response.writeHead(302, { Location: '/elsewhere' }).end()
    expect(await send()).toMatchObject({ kind: 'answer', answer: { status: 302 } })
  })

  test('takes no more than it was told to', async () => {
    answer = (_, response) => response.end('x'.repeat(100))
    expect(await send({ largestAnswer: 100 })).toMatchObject({ kind: 'answer' })
    expect(await send({ largestAnswer: 99 })).toMatchObject({ failure: { kind: 'too-large' } })
  })

  test('says what broke', async () => {
    answer = (request) => request.socket.destroy()
    expect(await send()).toMatchObject({ kind: 'failure', failure: { kind: 'reset' } })
    const nobody = new URL('http://127.0.0.1:1/')
    expect(await send({ url: nobody })).toMatchObject({
      failure: { kind: 'refused', sentence: 'no connection to 127.0.0.1:1 (ECONNREFUSED)' },
    })
  })

  test('says what took too long, and stops at once when the job is cancelled', async () => {
    const limit = new AbortController()
    answer = () => limit.abort()
    expect(await send({}, limit.signal)).toEqual({
      kind: 'failure',
      failure: {
        kind: 'timeout',
        sent: true,
        heals: true,
        sentence: `${new URL(base).host} did not answer in time`,
        advice: 'Raise request-timeout, or look at the status page of the server.',
      },
    })
    const job = new AbortController()
    const reason = new Error('cancelled')
    answer = () => job.abort(reason)
    expect(await failureOf(send({}, undefined, job.signal))).toBe(reason)
  })
})
