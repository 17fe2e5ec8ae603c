import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadSourceMaps } from '../../../src/inputs/sourcemaps.ts'

const workspace = resolve('/workspace')

function load(inputs: Readonly<Record<string, string>>) {
  const env = Object.fromEntries(
    Object.entries(inputs).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text]),
  )
  return loadSourceMaps(
    { ...env, GITHUB_WORKSPACE: workspace, RUNNER_TEMP: resolve('/temporary') },
    (text) => `"${text}"`,
  )
}

describe('the inputs of source maps', () => {
  it('are off without paths', () => {
    expect(load({})).toEqual({ value: { off: true }, problems: [], notices: [] })
    expect(load({ sourcemaps: ' \n ' })).toMatchObject({ value: { off: true } })
  })

  it('have defaults', () => {
    expect(load({ sourcemaps: 'dist' }).value).toEqual({
      workspace,
      temporary: resolve('/temporary'),
      roots: [{ path: 'dist', prefix: '~' }],
      inject: 'true',
      stripPrefix: undefined,
      dist: undefined,
      missing: 'fail',
      waitMs: 300_000,
      deleteMaps: false,
    })
  })

  it('are one path a line, each with its prefix', () => {
    const sourcemaps =
      'dist\r\n  my app/out => ~/app/ \n\n.next=>https://cdn.test/_next/\nx => app:///\ny => /\nz => ~'
    const { value } = load({ sourcemaps, 'sourcemaps-url-prefix': '~/static/' })
    expect(value).toMatchObject({
      roots: [
        { path: 'dist', prefix: '~/static' },
        { path: 'my app/out', prefix: '~/app' },
        { path: '.next', prefix: 'https://cdn.test/_next' },
        { path: 'x', prefix: 'app://' },
        { path: 'y', prefix: '' },
        { path: 'z', prefix: '~' },
      ],
    })
  })

  it.each([
    { sourcemaps: '..' },
    { sourcemaps: 'a/../../b' },
    { sourcemaps: resolve('/etc') },
    { sourcemaps: 'dist => ' },
    { sourcemaps: 'dist => assets' },
    { sourcemaps: 'dist => ~/a?b' },
    { sourcemaps: 'dist => ~/a => ~/b' },
    { sourcemaps: '=> ~/a' },
    { 'sourcemaps-inject': 'yes' },
    { 'sourcemaps-url-prefix': 'assets' },
    { 'sourcemaps-missing': 'no' },
    { 'sourcemaps-wait': '61m' },
    { 'sourcemaps-wait': '-1' },
    { 'sourcemaps-delete': '1' },
    { dist: 'a/b' },
    { dist: 'x'.repeat(65) },
  ])('refuse %j', (inputs) => {
    const [name = ''] = Object.keys(inputs)
    const { value, problems } = load({ sourcemaps: 'dist', ...inputs })
    expect([value, problems]).toEqual([
      undefined,
      [expect.stringMatching(new RegExp(`^input ${name}: expected `))],
    ])
  })

  it('fail without paths, and dist alone is a notice', () => {
    const lost = load({ 'sourcemaps-missing': 'warn' })
    expect([lost.value, lost.problems]).toEqual([undefined, [expect.stringContaining('sourcemaps-missing')]])
    expect(load({ dist: '7' }).notices).toEqual(['No source maps are uploaded, so dist has no effect.'])
    expect(load({ 'sourcemaps-wait': '5m' })).toEqual({ value: { off: true }, problems: [], notices: [] })
  })
})
