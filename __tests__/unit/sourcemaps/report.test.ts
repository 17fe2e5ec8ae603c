import { describe, expect, it } from 'vitest'
import {
  type ReportedScript,
  renderSourceMaps,
  setSourceMapOutputs,
  type SourceMapReport,
} from '../../../src/sourcemaps/report.ts'

function script(name: string, reason?: string): ReportedScript {
  return {
    file: { path: `/workspace/${name}`, shown: name, url: `~/${name}` },
    map: undefined,
    id: undefined,
    reason,
    upload: true,
    segments: 1,
  }
}

function summaryOf(scripts: readonly ReportedScript[]): string[] {
  return renderSourceMaps({ scripts, bundleIds: ['a'], bytesSent: 2, state: 'ok' }).split('\n')
}

const HEAD =
  '<tr><th align="left">File and URL</th><th align="left">Result</th><th align="left">Debug id</th></tr>'
const row = (name: string, result: string): string =>
  `<tr><td><code>${name}</code><br><code>&#126;/${name}</code></td><td>${result}</td><td><code>none</code></td></tr>`

describe('the section about source maps', () => {
  it('shows the scripts that will not be resolved, and the others collapsed', () => {
    expect(summaryOf([script('a.js'), script('b.js', 'no <map>')])).toEqual([
      '#### Source maps',
      '',
      '<p>2 scripts, 1 with a usable source map: uploaded (1 bundle, 2 bytes sent by this run)</p>',
      '',
      '<table>',
      HEAD,
      row('b.js', '⚠️ no &#60;map&#62;'),
      '</table>',
      '',
      '<details><summary>1 more script</summary>',
      '<table>',
      HEAD,
      row('a.js', '✅ 1 mapping'),
      '</table>',
      '</details>',
      '',
    ])
  })

  it('has room for five hundred scripts, and counts what it leaves out', () => {
    const many = Array.from({ length: 500 }, (_, index) => script(`${index}-${'x'.repeat(200)}`))
    const lines = summaryOf(many)
    expect(lines[4]).toBe('<details><summary>500 scripts</summary>')
    expect(lines.at(-3)).toMatch(/^<p>\d+ of them are left out, to stay below the limit of GitHub\.<\/p>$/)
    expect(Buffer.byteLength(lines.join('\n'))).toBeLessThan(160_000)
    expect(summaryOf(many.slice(0, 200)).join('\n')).not.toContain('left out')
  })
})

describe('the outputs about source maps', () => {
  it('leave out a list that is too long for GitHub', () => {
    const values = new Map<string, string>()
    const outputs = { set: (name: string, value: string): void => void values.set(name, value) }
    const reportOf = (count: number): SourceMapReport => ({
      scripts: Array.from({ length: count }, (_, index) => script(`${index}.js`, 'no source map found')),
      bundleIds: [],
      bytesSent: 0,
      state: 'skipped',
    })
    expect(setSourceMapOutputs(outputs, reportOf(20_000))).toBe(true)
    expect([...values.keys()]).not.toContain('sourcemap-unresolved')
    expect(setSourceMapOutputs(outputs, reportOf(2))).toBe(false)
    expect(values.get('sourcemap-unresolved')).toContain('"path":"1.js"')
  })
})
