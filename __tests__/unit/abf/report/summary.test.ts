import { describe, expect, it } from 'vitest'
import { type BuildRecord, createRecord } from '../../../../src/abf/build.ts'
import { outcome, type BuildOutcome } from '../../../../src/abf/outcome.ts'
import type { AbfReport } from '../../../../src/abf/report/outputs.ts'
import { shareRoom } from '../../../../src/abf/report/problems.ts'
import { summarizeBuilds } from '../../../../src/abf/report/summary.ts'
import type { Verdict } from '../../../../src/summary/report.ts'
import { EXPECTED, recordOf } from '../doubles.ts'
import { AT, BAD, GOOD, judged, LOG, reportOf } from './reports.ts'

const PAGE = 'https://abf.example/build_lists'

function sectionOf(records: readonly BuildRecord[], more: Partial<AbfReport> = {}): string[] {
  return summarizeBuilds(reportOf(records, more)).section.split('\n')
}

/** The cells of the first row below the head. */
function cells(records: readonly BuildRecord[], more: Partial<AbfReport> = {}): string[] {
  const row = sectionOf(records, more).find((line) => line.startsWith('<tr><td>')) ?? ''
  return [...row.matchAll(/<td>(.*?)<\/td>/g)].map(([, cell = '']) => cell)
}

describe('the result of builds', () => {
  const gone = outcome('cancelled', 'Gone.')
  const late = outcome('timed_out', 'Late.')
  const nothing = outcome('neutral', 'Nothing.')

  it.each<[AbfReport['operation'], (BuildOutcome | undefined)[], Verdict, string]>([
    ['build', [GOOD], 'success', '1 ABF build successful'],
    ['watch', [GOOD, GOOD], 'success', '2 ABF builds successful'],
    ['build', [GOOD, nothing], 'success', '2 ABF builds successful'],
    ['build', [GOOD, BAD], 'failure', '1 of 2 ABF builds failed'],
    ['watch', [BAD], 'failure', '1 ABF build failed'],
    ['build', [GOOD, gone], 'cancelled', '1 of 2 ABF builds cancelled'],
    ['build', [GOOD, late], 'timed_out', '1 of 2 ABF builds timed out'],
    ['build', [nothing], 'warning', '1 ABF build, nothing published'],
    ['watch', [], 'warning', 'no ABF builds'],
    ['build', [undefined, undefined], 'in_progress', '2 ABF builds submitted'],
    ['watch', [GOOD, undefined], 'in_progress', '1 of 2 ABF builds not finished'],
    ['publish', [GOOD, GOOD], 'success', '2 ABF builds published'],
    ['publish', [GOOD, BAD], 'failure', '1 of 2 ABF builds not published'],
    ['publish-into-testing', [GOOD], 'success', '1 ABF build published into testing'],
    ['reject', [BAD], 'failure', '1 ABF build not rejected'],
    ['cancel', [gone, gone], 'success', '2 ABF builds cancelled'],
    ['cancel', [gone, BAD], 'failure', '1 of 2 ABF builds not cancelled'],
  ])('of %s with %j', (operation, outcomes, verdict, result) => {
    const records = outcomes.map((known, index) => judged(0, known, {}, { id: index + 1 }))
    expect(summarizeBuilds(reportOf(records, { operation }))).toMatchObject({ verdict, result })
  })

  it('of a search', () => {
    const search = { operation: 'search', conclusion: 'success' } as const
    expect(summarizeBuilds(reportOf([recordOf(666), recordOf(0)], search))).toMatchObject({
      verdict: 'success',
      result: '2 ABF builds found',
      problems: '',
    })
  })
})

describe('the table of builds', () => {
  it('names what all builds have in common once, and leaves empty columns out', () => {
    expect(sectionOf([judged(0, GOOD)])).toEqual([
      '#### ABF builds',
      '',
      '<p>Project <code>omv/zlib</code> · Repository <code>cooker/main</code> · Architecture <code>x86&#95;64</code> · Commit <code>aaaaaaaaaaaa</code></p>',
      '',
      '<table>',
      '<tr><th align="left">Build</th><th align="left">Status</th></tr>',
      `<tr><td>7</td><td>✅ <a href="${PAGE}/7">built (0)</a></td></tr>`,
      '</table>',
      '',
    ])
  })

  it('says of a build without a whole second that it took less than one', () => {
    expect(sectionOf([judged(0, GOOD, { duration: 0 })]).join('')).toContain('<td>below&#160;1&#160;s</td>')
  })

  it('has the architecture of each build, how long it took, and the number of packages', () => {
    const other = judged(0, GOOD, { arch: { id: 3, name: 'aarch64' } }, { id: 8, origin: 'reused' })
    const packages = [{ name: 'a' }, { name: 'b' }]
    expect(sectionOf([judged(0, GOOD, { duration: 90, packages }), other])).toEqual([
      '#### ABF builds',
      '',
      '<p>Project <code>omv/zlib</code> · Repository <code>cooker/main</code> · Commit <code>aaaaaaaaaaaa</code> · 2 packages</p>',
      '',
      '<table>',
      '<tr><th align="left">Build</th><th align="left">Architecture</th><th align="left">Status</th><th align="left">Duration</th></tr>',
      `<tr><td>7</td><td>x86&#95;64</td><td>✅ <a href="${PAGE}/7">built (0)</a></td><td>1&#160;min&#160;30&#160;s</td></tr>`,
      `<tr><td>8<br>reused</td><td>aarch64</td><td>✅ <a href="${PAGE}/8">built (0)</a></td><td></td></tr>`,
      '</table>',
      '',
    ])
  })

  it('has five columns where nothing is in common, with the longest real names', () => {
    const kwin = {
      project: { id: 2, name: 'plasma6-kwin', fullname: 'openmandriva/plasma6-kwin' },
      arch: { id: 3, name: 'armv7hnl' },
      save_to_repository: { id: 15, name: 'main', platform: { id: 32, name: 'rosa2021.1' } },
      commit_hash: 'b'.repeat(40),
      duration: 3661,
    }
    const records = [judged(12000, GOOD, kwin, { id: 812_926 }), judged(0, GOOD)]
    expect(sectionOf(records).slice(2, 5)).toEqual([
      '<table>',
      '<tr><th align="left">Build</th><th align="left">Project, repository</th><th align="left">Architecture</th><th align="left">Status</th><th align="left">Duration</th></tr>',
      `<tr><td>812926</td><td>openmandriva/plasma6-kwin<br>rosa2021.1/main</td><td>armv7hnl</td><td>✅ <a href="${PAGE}/812926">published into testing (12000)</a></td><td>1&#160;h&#160;1&#160;min</td></tr>`,
    ])
  })

  it.each<[BuildOutcome | undefined, string]>([
    [GOOD, '✅'],
    [BAD, '❌'],
    [outcome('cancelled', 'x'), '⏹️'],
    [outcome('timed_out', 'x'), '⌛'],
    [outcome('neutral', 'x'), '➖'],
    [{ ...GOOD, warn: true }, '⚠️'],
    [undefined, '⏳'],
  ])('has an icon for the outcome %j', (known, icon) => {
    expect(cells([judged(666, known)])).toEqual(['7', `${icon} <a href="${PAGE}/7">build failed (666)</a>`])
  })

  it('has no icons after a search, which judges nothing', () => {
    expect(cells([recordOf(666), recordOf(0)], { operation: 'search' })).toEqual([
      '7',
      `<a href="${PAGE}/7">build failed (666)</a>`,
    ])
  })

  it('shows what is known of a build that the server did not describe', () => {
    expect(cells([createRecord(7, 'given', AT)])).toEqual(['7', `⏳ <a href="${PAGE}/7">not found</a>`])
    expect(sectionOf([createRecord(7, 'reused', AT, { expected: EXPECTED })])[2]).toContain(
      'Project <code>omv/zlib</code>',
    )
    const [, project] = cells([judged(666, BAD), createRecord(8, 'given', AT)])
    expect(project).toBe('omv/zlib<br>cooker/main')
  })

  it('has what needs attention first', () => {
    const records = [GOOD, { ...GOOD, warn: true }, undefined, BAD].map((known, index) =>
      judged(0, known, {}, { id: index + 1 }),
    )
    const ids = sectionOf(records).flatMap((line) => /^<tr><td>(\d+)/.exec(line)?.[1] ?? [])
    expect(ids).toEqual(['4', '3', '2', '1'])
  })

  it('shows twenty builds, the rest collapsed under its count', () => {
    const lines = sectionOf(Array.from({ length: 22 }, (_, index) => judged(0, GOOD, {}, { id: index + 1 })))
    const at = lines.indexOf('<details><summary>2 more builds</summary>')
    expect(lines.slice(0, at).filter((line) => line.startsWith('<tr><td>'))).toHaveLength(20)
    expect(lines.slice(at)).toEqual([
      '<details><summary>2 more builds</summary>',
      '<table>',
      '<tr><th align="left">Build</th><th align="left">Status</th></tr>',
      `<tr><td>21</td><td>✅ <a href="${PAGE}/21">built (0)</a></td></tr>`,
      `<tr><td>22</td><td>✅ <a href="${PAGE}/22">built (0)</a></td></tr>`,
      '</table>',
      '</details>',
      '',
    ])
  })

  it('of no builds says so', () => {
    expect(sectionOf([])).toEqual(['#### ABF builds', '', 'No builds.', ''])
  })
})

describe('the builds that need attention', () => {
  function problems(records: readonly BuildRecord[], more: Partial<AbfReport> = {}): string[] {
    return summarizeBuilds(reportOf(records, more)).problems.split('\n')
  }
  const LABEL = '<strong>omv/zlib x86&#95;64 (build 7)</strong>'

  it('have their status, the reason, and a link to the log', () => {
    expect(problems([judged(666, BAD, { logs: [LOG] })])).toEqual([
      `<p>❌ ${LABEL}: <a href="${PAGE}/7">build failed (666)</a><br>The build failed.<br>Log: <a href="https://files.example/b">log</a></p>`,
      '',
    ])
  })

  it.each<[BuildOutcome | undefined, Partial<AbfReport>, string]>([
    [outcome('timed_out', 'Late.'), {}, '⌛'],
    [outcome('cancelled', 'Gone.'), {}, '⏹️'],
    [outcome('neutral', 'Nothing.'), {}, '➖'],
    [outcome('success', 'Look.'), {}, ''],
    [{ ...outcome('success', 'Look.'), warn: true }, {}, '⚠️'],
    [outcome('cancelled', 'Gone.'), { operation: 'cancel' }, ''],
    [undefined, {}, ''],
    [undefined, { conclusion: 'in_progress' }, ''],
    [undefined, { conclusion: 'cancelled' }, '⏳'],
    [undefined, { conclusion: 'failure' }, '⏳'],
  ])('are those with the outcome %j in a report with %j', (known, more, icon) => {
    const sentence = known?.sentence ?? 'It had not finished when this step ended.'
    expect(problems([judged(3000, known)], more)).toEqual(
      icon === ''
        ? ['']
        : [`<p>${icon} ${LABEL}: <a href="${PAGE}/7">building (3000)</a><br>${sentence}</p>`, ''],
    )
  })

  function failed(id: number, lines: readonly string[]): BuildRecord {
    const record = judged(666, BAD, {}, { id })
    record.log = { fileName: 'build.log', url: 'https://files.example/b', lines }
    return record
  }

  it('show the last twenty lines of the first log, with their indentation, and the lines before collapsed', () => {
    const lines = Array.from({ length: 21 }, (_, index) => `line ${index}`)
    expect(problems([failed(7, ['  <b>', '', ...lines])]).slice(2)).toEqual([
      '<details><summary>3 earlier lines of build.log</summary>',
      '<pre>  &#60;b&#62;',
      '&#160;',
      'line 0</pre>',
      '</details>',
      '',
      '<pre>line 1',
      ...lines.slice(2, -1),
      'line 20</pre>',
      '',
    ])
  })

  it('show a log that is short as a whole, and further logs collapsed', () => {
    expect(problems([failed(7, ['end']), failed(8, ['one', 'two'])])).toEqual([
      expect.stringContaining('(build 7)'),
      '',
      '<pre>end</pre>',
      '',
      expect.stringContaining('(build 8)'),
      '',
      '<details><summary>Last 2 lines of build.log</summary>',
      '<pre>one',
      'two</pre>',
      '</details>',
      '',
    ])
  })

  it('are ten with their logs, and the rest is a list', () => {
    const lines = problems(Array.from({ length: 12 }, (_, index) => judged(666, BAD, {}, { id: index + 1 })))
    expect(lines.filter((line) => line.startsWith('<p>'))).toHaveLength(10)
    expect(lines.slice(-7)).toEqual(
      [
        '<details><summary>2 more builds</summary>',
        '<ul>',
        expect.stringMatching(/^<li>❌ .*\(build 11\).*<\/li>$/),
        expect.stringMatching(/^<li>❌ .*\(build 12\).*<\/li>$/),
        '</ul>',
        '</details>',
      ].concat(''),
    )
  })

  it('have logs that share the room: a long one costs the others nothing', () => {
    const long = Array.from({ length: 1000 }, (_, index) => `${index} ${'x'.repeat(490)}`)
    const lines = problems([failed(1, long), failed(2, ['short']), failed(3, long)])
    expect(lines).toContain('<pre>short</pre>')
    const text = lines.join('\n')
    // Two halves of 300,000 bytes with lines of up to 495 bytes, 20 of the first open, and the short log between.
    expect([...text.matchAll(/(\d+) (?:earlier )?lines? of/g)].map(([, count]) => Number(count))).toEqual([
      283, 1, 303,
    ])
    expect(text).toContain(`999 ${'x'.repeat(490)}</pre>`)
  })
})

describe('shareRoom', () => {
  it.each([
    [[10, 20], 100, [10, 20]],
    [[100, 10, 100], 100, [45, 10, 45]],
    [[50, 50, 50], 100, [33, 33, 34]],
    [[], 100, []],
    [[5], 0, [0]],
  ])('of sizes %j in a room of %i is %j', (sizes, room, shares) => {
    expect(shareRoom(sizes, room)).toEqual(shares)
  })
})
