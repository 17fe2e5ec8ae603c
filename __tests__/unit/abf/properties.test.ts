import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_FOUND, PAGE_SIZE, readPages } from '../../../src/abf/client/lookups.ts'
import { chooseLogs, logUrl } from '../../../src/abf/report/log-tail.ts'
import { formatStatus, KNOWN_CODES, statusInfo } from '../../../src/abf/status.ts'
import { hostileText, incoming, responseOf } from '../doubles.ts'

const anything = fc.oneof(hostileText, fc.string({ unit: 'binary', maxLength: 40 }), fc.json())

describe('readPages', () => {
  it('returns all rows up to the first page that is not full, from at most ten pages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(0, 1, 99, 100, 100, 100, 101, 5000)), async (sizes) => {
        let requests = 0
        const { rows, more } = await readPages(
          (page) => {
            requests = page
            return Promise.resolve(responseOf(incoming(200)))
          },
          () => Array.from({ length: sizes[requests - 1] ?? PAGE_SIZE }, () => requests),
        )
        const first = sizes.findIndex((size) => size !== PAGE_SIZE)
        const read = first < 0 || first > 9 ? 11 : first + 1
        const rest = sizes[10] ?? PAGE_SIZE
        expect(more).toBe(read === 11 && rest > 0)
        expect(requests).toBe(read)
        expect(rows.length).toBeLessThanOrEqual(MAX_FOUND + 5000)
        expect(new Set(rows).has(read) || read === 11 || sizes[read - 1] === 0).toBe(true)
      }),
    )
  })
})

it('the choice of logs never throws, and log URLs are http or https without credentials', () => {
  const log = fc.record({
    file_name: fc.oneof(anything, fc.constantFrom('build.log', 'build.x.log.gz', 'root.log', 'tests.log')),
    size: fc.option(fc.double(), { nil: undefined }),
    url: fc.oneof(anything, fc.webUrl()),
  })
  fc.assert(
    fc.property(fc.array(log), fc.constantFrom(...KNOWN_CODES, 17, -1), (files, code) => {
      const chosen = chooseLogs(code, files)
      expect(chosen.every((file) => files.includes(file) && file.size !== 0)).toBe(true)
      for (const { url } of files) {
        const address = logUrl(url, 'https://abf.example/')
        expect(['https:', 'http:', undefined]).toContain(address?.protocol)
        expect(`${address?.username ?? ''}${address?.password ?? ''}`).toBe('')
      }
    }),
  )
})

it('every unknown code is waited on', () => {
  fc.assert(
    fc.property(fc.integer(), (code) => {
      const { meaning, name } = statusInfo(code)
      const known = KNOWN_CODES.includes(code)
      expect(known || Object.values(meaning).every((one) => one === 'wait')).toBe(true)
      expect([formatStatus(code).includes(String(code)), name.length > 0]).toEqual([true, true])
    }),
  )
})
