import { describe, expect, it } from 'vitest'
import { isLoopback, parseUrl } from '../../../src/text/url.ts'

describe('parseUrl', () => {
  it('gives a URL, or nothing for what is none', () => {
    expect(parseUrl('https://host.example/x')?.pathname).toBe('/x')
    expect(parseUrl('/x', 'https://host.example/y')?.href).toBe('https://host.example/x')
    expect([parseUrl(''), parseUrl('host.example'), parseUrl('https://a b')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('reads letters outside of ASCII each time, also where URL.canParse stops to', () => {
    const hosts = new Set(Array.from({ length: 20_000 }, () => parseUrl('https://bücher.example')?.hostname))
    expect([...hosts]).toEqual(['xn--bcher-kva.example'])
  })
})

it('isLoopback knows addresses of this machine only', () => {
  expect(['localhost', '127.0.0.1', '127.255.0.3', '[::1]'].every(isLoopback)).toBe(true)
  expect(['0.0.0.0', '128.0.0.1', 'localhost.example', '127.0.0.1.example', '[::2]'].some(isLoopback)).toBe(
    false,
  )
})
