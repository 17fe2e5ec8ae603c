import { describe, expect, it } from 'vitest'
import { computeDebugId, normalizeDebugId, pluginDebugId, toUuid } from '../../../src/sourcemaps/debug-id.ts'

const ID = 'd5a2f155-940d-51e0-bd5c-84c549a8be44'

describe('a debug id', () => {
  it('is a UUID of version 5 form that depends on script and map', () => {
    const id = computeDebugId(Buffer.from('a'), Buffer.from('b'))
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(computeDebugId(Buffer.from('a'), Buffer.from('b'))).toBe(id)
    const others = [
      computeDebugId(Buffer.from('ab'), Buffer.from('')),
      computeDebugId(Buffer.from('a'), Buffer.from('c')),
      computeDebugId(Buffer.from('c'), Buffer.from('b')),
      computeDebugId(Buffer.from('a'), undefined),
    ]
    expect(new Set([id, ...others]).size).toBe(5)
  })

  it('has its version and variant whatever the bytes are', () => {
    expect(toUuid(Buffer.alloc(20, 0xff))).toBe('ffffffff-ffff-5fff-bfff-ffffffffffff')
    expect(toUuid(Buffer.alloc(20))).toBe('00000000-0000-5000-8000-000000000000')
  })

  it.each([
    [ID, ID],
    [ID.toUpperCase(), ID],
    [ID.replaceAll('-', ''), ID],
    ['d5a2f155940d-51e0-bd5c-84c549a8be44', undefined],
    ['00000000-0000-0000-0000-000000000000', undefined],
    ['', undefined],
    [7, undefined],
    [undefined, undefined],
  ])('%j is read as %j', (text, id) => {
    expect(normalizeDebugId(text)).toBe(id)
  })

  it('of a bundler plugin is taken from its marker, next to the table of the SDK', () => {
    const marker = `x._sentryDebugIdIdentifier="sentry-dbid-${ID}"`
    expect(pluginDebugId(Buffer.from(`x._sentryDebugIds[s]="${ID}",${marker}`))).toBe(ID)
    expect(pluginDebugId(Buffer.from(marker.replace('_sentryDebugIdIdentifier', 'y')))).toBeUndefined()
    expect(pluginDebugId(Buffer.from('_sentryDebugIds sentry-dbid-nothing'))).toBeUndefined()
  })
})
