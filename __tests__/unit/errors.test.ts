import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActionError, ReportedError, asActionError, assertNever, CancelledError } from '../../src/errors.ts'

describe('asActionError', () => {
  it('keeps errors that can be acted on', () => {
    const error = new ActionError('no', { advice: 'do', detail: ['line'] })
    expect(asActionError(error)).toBe(error)
    expect(asActionError(new CancelledError('SIGINT'))).toBeInstanceOf(CancelledError)
  })

  it('calls everything else a bug of the action, with its stack', () => {
    const error = asActionError(new TypeError('x is not a function'))
    expect(error.message).toBe('Unexpected error: x is not a function')
    expect(error.advice).toContain('report')
    expect(error.detail.join('\n')).toContain('errors.test.ts')
  })

  it('can show whatever was thrown', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (thrown) => {
        expect(asActionError(thrown).message).toMatch(/^Unexpected error: /)
      }),
    )
  })
})

it('a bug of the action says so, with its stack, and shows no depths of what was thrown', () => {
  const error = asActionError(new Error('x'))
  expect(error.advice).toBe('This is a bug of the action itself. Please report it with the log of this step.')
  expect(error.detail).toHaveLength(1)
  expect(asActionError({ a: { b: { c: { d: 'deep' } } } }).message).not.toContain('deep')
  expect(asActionError('text').detail).toEqual([])
  expect(new ReportedError('x').name).toBe('ReportedError')
  expect(() => assertNever({ kind: 'odd' } as never)).toThrow('unreachable: {"kind":"odd"}')
})
