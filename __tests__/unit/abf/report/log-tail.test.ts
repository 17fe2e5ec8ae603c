import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { fetchTail, logUrl } from '../../../../src/abf/report/log-tail.ts'
import type { LogFile } from '../../../../src/abf/client/schema.ts'
import type { Http } from '../../../../src/http/client.ts'
import { type HttpRequest, HttpResponse } from '../../../../src/http/response.ts'
import { BASE, httpError } from '../doubles.ts'
import { failureOf } from '../../doubles.ts'

const STORE = 'https://files.example/'
const file = (file_name: string, size: number | undefined = 0.1, url = `${STORE}${file_name}`): LogFile => ({
  file_name,
  size,
  url,
})

/** Reads the end of a log from a store that holds these files. */
async function read(
  files: readonly LogFile[],
  content: Readonly<Record<string, string | Buffer | Error | number>>,
  { count = 3, code = 666, status = 200 }: { count?: number; code?: number; status?: number } = {},
) {
  const requests: HttpRequest[] = []
  const http: Http = {
    send: async (request) => {
      requests.push(request)
      const found = content[request.url.pathname.slice(1)]
      if (found instanceof Error) throw found
      const answered = typeof found === 'number' ? found : found === undefined ? 404 : status
      const bytes = typeof found === 'number' ? Buffer.from('an error page') : Buffer.from(found ?? '')
      const redact = (text: string): string => text.replaceAll('hunter2', '***')
      return new HttpResponse(request, { status: answered, bytes, header: () => undefined }, 1, redact)
    },
  }
  const tail = await fetchTail(code, files, count, http, BASE)
  return { tail, requests }
}

describe('The end of a log', () => {
  it('has the last lines that are not blank, each sanitized', async () => {
    const text = 'one\n\n  two \u001B[31mred\u001B[0m\r\n 10%\r 50%\r    100%\nsay hunter2\n \n'
    const { tail, requests } = await read([file('build.log')], { 'build.log': text })
    expect(tail).toEqual({
      fileName: 'build.log',
      url: `${STORE}build.log`,
      lines: ['  two red', '    100%', 'say ***'],
    })
    expect(requests[0]).toMatchObject({
      method: 'GET',
      effect: 'idempotent',
      intent: 'read the log build.log',
      peer: { name: 'the file store of ABF', urlInput: 'abf-url' },
      maxResponseBytes: 16 * 1024 * 1024,
    })
    expect(requests[0]?.headers).toEqual({ Accept: '*/*' })
  })

  it('has at most 40 spaces of indentation and 500 characters in a line', async () => {
    const { tail } = await read([file('build.log')], {
      'build.log': `${' '.repeat(60)}x\n${'y'.repeat(600)}`,
    })
    expect(tail?.lines[0]).toBe(`${' '.repeat(40)}x`)
    expect(tail?.lines[1]).toHaveLength(500)
  })

  it('is unpacked, whatever the name of the file', async () => {
    const packed = gzipSync('packed end')
    for (const name of ['build.log', 'build.log.gz']) {
      expect((await read([file(name)], { [name]: packed })).tail?.lines).toEqual(['packed end'])
      expect((await read([file(name)], { [name]: 'plain end' })).tail?.lines).toEqual(['plain end'])
    }
    const broken = Buffer.concat([Buffer.of(0x1f, 0x8b), Buffer.from('no gzip')])
    expect((await read([file('build.log')], { 'build.log': broken })).tail).toBeUndefined()
    const nearly = Buffer.concat([Buffer.of(0x1f), Buffer.from('x')])
    expect((await read([file('build.log')], { 'build.log': nearly })).tail?.lines).toEqual(['x'])
  })

  it('of a large file is requested by range, without its incomplete first line', async () => {
    const large = file('build.log', 17)
    const { tail, requests } = await read([large], { 'build.log': 'half of hunter\nwhole' }, { status: 206 })
    expect(requests[0]?.headers).toEqual({ Accept: '*/*', Range: 'bytes=-262144' })
    expect(tail?.lines).toEqual(['whole'])
    const exact = await read([file('build.log', 16)], { 'build.log': 'whole' })
    expect(exact.requests[0]?.headers).not.toHaveProperty('Range')
  })

  it('of a large file that the store sends whole is cut to its end', async () => {
    const text = `${'a'.repeat(300_000)}\nlast`
    expect((await read([file('build.log')], { 'build.log': text })).tail?.lines).toEqual(['last'])
    const fits = `${'a'.repeat(100)}\nlast`
    expect((await read([file('build.log')], { 'build.log': fits })).tail?.lines).toHaveLength(2)
  })

  it('without any line break lacks the start that could be half of a secret', async () => {
    const { tail } = await read(
      [file('build.log', 17)],
      { 'build.log': `${'s'.repeat(4096)}shown` },
      { status: 206 },
    )
    expect(tail?.lines).toEqual(['shown'])
  })

  it('of a large packed file is not read, because it cannot be unpacked', async () => {
    const { tail, requests } = await read([file('build.log.gz', 17)], {})
    expect([tail, requests]).toEqual([undefined, []])
  })

  it('comes from the next file when the first one cannot be read, or is empty', async () => {
    const files = [file('script_output.log'), file('build.log')]
    const script = { fileName: 'script_output.log' }
    for (const best of [404, 500, httpError(), ' \n \n'] as const) {
      const { tail, requests } = await read(files, { 'build.log': best, 'script_output.log': 'end' })
      expect(tail).toMatchObject(script)
      expect(requests).toHaveLength(2)
    }
    const noAddress = [file('script_output.log'), file('build.log', 0.1, 'ftp://files.example/x')]
    expect((await read(noAddress, { 'script_output.log': 'end' })).tail).toMatchObject(script)
    expect((await read(files, {})).tail).toBeUndefined()
  })

  it('throws faults of this action', async () => {
    const fault = new Error('a fault')
    expect(await failureOf(read([file('build.log')], { 'build.log': fault }))).toBe(fault)
  })
})

describe('The log file to read', () => {
  const ALL = ['root.log', 'build.log', 'tests.log', 'script_output.log', 'publish.log', 'notes.txt'].map(
    (name) => file(name),
  )

  it.each([
    [666, ['build.log', 'script_output.log', 'root.log']],
    [11000, ['tests.log', 'script_output.log', 'build.log']],
    [8000, ['publish.log', 'script_output.log', 'build.log']],
    [14000, ['publish.log', 'script_output.log', 'build.log']],
    [777, ['publish.log', 'script_output.log', 'build.log']],
    [15000, ['script_output.log', 'build.log', 'root.log']],
    [5000, ['script_output.log', 'build.log', 'root.log']],
  ])('for a build at %i', async (code, names) => {
    const { requests } = await read(ALL, {}, { code })
    expect(requests.map(({ url }) => url.pathname.slice(1))).toEqual(names)
  })

  it.each([
    'xbuild.log',
    'build.logs',
    'build.log.gz.old',
    'build..log.x',
    'buildx.log',
    'script_output.log.xz',
    'xscript_output.log',
  ])('is not %s', async (name) => {
    expect((await read([file(name)], { [name]: 'end' })).requests).toEqual([])
  })

  it.each(['build.gtk.log.gz', 'root.gtk.log', 'script_output.log.gz', 'root.log.gz'])(
    'may be %s',
    async (name) => {
      expect((await read([file(name)], { [name]: 'end' })).requests).toHaveLength(1)
    },
  )

  it('is the last one of its name, and not an empty one', async () => {
    const twice = [
      file('build.log', 0.1, `${STORE}old`),
      file('build.log', 0.1, `${STORE}new`),
      file('build.log', 0, `${STORE}empty`),
    ]
    expect((await read(twice, { new: 'end' })).tail?.url).toBe(`${STORE}new`)
  })
})

it.each([
  ['http://files.example/a', 'https://files.example/a'],
  ['https://files.example/a', 'https://files.example/a'],
  ['ftp://files.example/a', undefined],
  ['https://user@files.example/a', undefined],
  ['https://:pass@files.example/a', undefined],
  ['no address', undefined],
  // The runner itself, which a server elsewhere has no business to name.
  ['http://127.0.0.1:9/a', undefined],
  ['https://localhost/a', undefined],
  [`https://files.example/${'a'.repeat(1978)}`, `https://files.example/${'a'.repeat(1978)}`],
  [`https://files.example/${'a'.repeat(1979)}`, undefined],
])('The address %s of a log becomes %s', (address, url) => {
  expect(logUrl(address, BASE)?.href).toBe(url)
})

it('A server on loopback may name another one there, without https', () => {
  for (const base of ['http://127.0.0.1:8/', 'http://localhost:8/', 'http://[::1]:8/']) {
    expect(logUrl('http://127.0.0.1:9/a', base)?.href).toBe('http://127.0.0.1:9/a')
    expect(logUrl('http://files.example/a', base)?.href).toBe('https://files.example/a')
  }
})
