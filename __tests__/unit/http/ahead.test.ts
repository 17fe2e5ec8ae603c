import { expect, it } from 'vitest'
import { sendAhead } from '../../../src/http/ahead.ts'
import type { HttpRequest } from '../../../src/http/response.ts'
import type { Outcome, Transport } from '../../../src/http/transport.ts'

const signal = new AbortController().signal

function request(path: string, method: HttpRequest['method'] = 'GET'): HttpRequest {
  return {
    method,
    url: new URL(path, 'https://sentry.example/'),
    headers: {},
    peer: { name: 'Sentry', urlInput: 'sentry-url' },
    effect: 'idempotent',
    intent: 'look',
  }
}

/** Answers with the number of the request, counted from 1. */
function counting(): { readonly sent: string[]; readonly transport: Transport } {
  const sent: string[] = []
  return {
    sent,
    transport: ({ method, url }) => {
      sent.push(`${method} ${url.pathname}`)
      return Promise.resolve({
        kind: 'answer',
        answer: { status: 200, header: () => undefined, bytes: Buffer.from(String(sent.length)) },
      })
    },
  }
}

async function ask(transport: Transport, wanted: HttpRequest): Promise<string> {
  const outcome: Outcome = await transport(wanted, wanted.peer, signal, signal)
  return outcome.kind === 'answer' ? outcome.answer.bytes.toString() : outcome.kind
}

it('sends at once, and gives the outcome to the first who asks for that request', async () => {
  const { sent, transport } = counting()
  const ahead = sendAhead(transport, request('/a'), signal, signal)
  expect(sent).toEqual(['GET /a'])
  expect(await ask(ahead, request('/a'))).toBe('1')
  expect(sent).toEqual(['GET /a'])
  expect(await ask(ahead, request('/a'))).toBe('2')
})

it('sends every other request as usual', async () => {
  const { sent, transport } = counting()
  const ahead = sendAhead(transport, request('/a'), signal, signal)
  await ask(ahead, request('/b'))
  await ask(ahead, request('/a', 'PUT'))
  await ask(ahead, request('/a?query'))
  expect(sent).toEqual(['GET /a', 'GET /b', 'PUT /a', 'GET /a'])
  expect(await ask(ahead, request('/a'))).toBe('1')
})

it('a cancelled job rejects for who asks, and nowhere else', async () => {
  const reason = new Error('stopped')
  const ahead = sendAhead(() => Promise.reject(reason), request('/a'), signal, signal)
  // A rejection that nobody heard of would end the process here.
  await new Promise((resolve) => setImmediate(resolve))
  await expect(ask(ahead, request('/a'))).rejects.toBe(reason)
})
