import { describe, expect, test } from 'vitest'
import { announce, readLogs } from '../../../../src/abf/report/annotations.ts'
import { outcome, type Outcome } from '../../../../src/abf/outcome.ts'
import { type AbfReport, conclusionOf, renderOutputs } from '../../../../src/abf/report/outputs.ts'
import { type BuildRecord, createRecord } from '../../../../src/abf/build.ts'
import { renderAbfSummary } from '../../../../src/abf/report/summary.ts'
import { BASE, buildOf, EXPECTED, recordOf } from '../doubles.ts'
import { RecordingLogger } from '../../doubles.ts'

const AT = Date.UTC(2026, 0, 1)
const LOG = { file_name: 'build.log', size: 1, url: 'https://files.example/b' }

function report(records: readonly BuildRecord[], more: Partial<AbfReport> = {}): AbfReport {
  return { operation: 'build', base: BASE, records, conclusion: undefined, at: AT, ...more }
}

function judged(
  status: number,
  known: Outcome | undefined,
  fields: Readonly<Record<string, unknown>> = {},
): BuildRecord {
  const record = createRecord(7, 'given', AT - 60_000, { build: buildOf({ status, ...fields }) })
  record.outcome = known
  return record
}

const GOOD = outcome('success', 'The build is complete.')
const BAD = outcome('failure', 'The build failed.')

function cells(markdown: string): string[] {
  const row = /<tr>(<td>.*)<\/tr>/.exec(markdown)?.[1] ?? ''
  return [...row.matchAll(/<td>(.*?)<\/td>/g)].map(([, cell = '']) => cell)
}

describe('the summary', () => {
  test('has a row with all that is known of a build', () => {
    const packages = [{ name: 'a' }, { name: 'b' }]
    const markdown = renderAbfSummary(report([judged(0, GOOD, { duration: 90, packages, logs: [LOG] })]))
    expect(markdown.split('\n')).toEqual([
      '### ✅ ABF build: successful',
      '',
      '<table>',
      '<tr><th>Build</th><th>Project</th><th>Architecture</th><th>Repository</th><th>Status</th><th>Duration</th><th>Packages</th><th>Log</th></tr>',
      '<tr><td><a href="https://abf.example/build_lists/7">7</a></td><td>omv/zlib</td><td>x86&#95;64</td><td>cooker/main</td><td>✅ built (0)</td><td>1 min 30 s</td><td>2</td><td><a href="https://files.example/b">log</a></td></tr>',
      '</table>',
      '',
      '',
    ])
  })

  test.each<[Outcome | undefined, string, string]>([
    [BAD, '❌ ABF build: failed', '❌ build failed (666)<br><sub>The build failed.</sub>'],
    [outcome('cancelled', 'Gone.'), '⏹️ ABF build: cancelled', '⏹️ build failed (666)<br><sub>Gone.</sub>'],
    [
      outcome('timed_out', 'Late.'),
      '⌛ ABF build: not over in time',
      '⌛ build failed (666)<br><sub>Late.</sub>',
    ],
    [
      outcome('neutral', 'Meh.'),
      '➖ ABF build: nothing to go on with',
      '➖ build failed (666)<br><sub>Meh.</sub>',
    ],
    [
      { ...GOOD, warn: true },
      '✅ ABF build: successful',
      '⚠️ build failed (666)<br><sub>The build is complete.</sub>',
    ],
    [undefined, '⏳ ABF build: under way', '⏳ build failed (666)'],
  ])('says how a build came out: %j', (known, headline, status) => {
    const markdown = renderAbfSummary(report([judged(666, known)]))
    expect(markdown).toMatch(new RegExp(`^### ${headline}\n`))
    expect(cells(markdown)[4]).toBe(status)
  })

  test('says what is not known', () => {
    const bare = createRecord(7, 'given', AT)
    expect(cells(renderAbfSummary(report([bare])))).toEqual([
      '<a href="https://abf.example/build_lists/7">7</a>',
      '',
      '',
      '',
      '⏳ not found',
      '',
      '',
      '<a href="https://abf.example/build_lists/7/log">log</a>',
    ])
    const reused = createRecord(7, 'reused', AT, { expected: EXPECTED })
    expect(cells(renderAbfSummary(report([reused]))).slice(0, 4)).toEqual([
      '<a href="https://abf.example/build_lists/7">7</a> (was there)',
      'omv/zlib',
      'x86&#95;64',
      'cooker/main',
    ])
  })

  test('of a search judges nothing', () => {
    const markdown = renderAbfSummary(report([recordOf(666), recordOf(0)], { operation: 'search' }))
    expect(markdown).toMatch(/^### 🔎 ABF search: 2 builds\n/)
    expect(cells(markdown)[4]).toBe('build failed (666)')
  })

  test('of no builds says so', () => {
    expect(renderAbfSummary(report([]))).toBe('### ➖ ABF build: nothing to go on with\n\nNo builds.\n\n')
  })

  test('stops at 200 rows and 20 charts', () => {
    const many = Array.from({ length: 201 }, (_, index) => {
      const record = recordOf(3000, { id: index + 1, now: AT - 5000 })
      return record
    })
    const markdown = renderAbfSummary(report(many))
    expect(markdown.match(/<tr><td>/g)).toHaveLength(200)
    expect(markdown).toContain('</table>\n\n… and 1 more.\n\n')
    expect(markdown.match(/^ {2}section /gm)).toHaveLength(20)
    expect(renderAbfSummary(report(many.slice(0, 200)))).not.toContain('more.')
  })

  test('charts when a build queued, built and published', () => {
    const record = judged(6000, GOOD)
    record.history.splice(0)
    record.history.push(
      { code: 2000, at: AT - 90_000 },
      { code: 3000, at: AT - 60_000.4 },
      { code: 0, at: AT - 30_000 },
      { code: 7000, at: AT - 20_000 },
      { code: 7000, at: AT - 19_001 },
      { code: 13000, at: AT - 19_000 },
      { code: 6000, at: AT - 10_000 },
    )
    const markdown = renderAbfSummary(report([record]))
    expect(markdown.split('\n').slice(7)).toEqual([
      '```mermaid',
      '%%{init: {"gantt": {"leftPadding": 160}}}%%',
      'gantt',
      '  dateFormat x',
      '  axisFormat %H:%M',
      '  todayMarker off',
      '  section x86_64 7',
      `  queue :done, ${AT - 90_000}, ${AT - 60_000}`,
      `  build :done, ${AT - 60_000}, ${AT - 30_000}`,
      `  publish :done, ${AT - 19_000}, ${AT - 10_000}`,
      '```',
      '',
      '',
    ])
  })

  test.each<[Outcome | undefined, boolean]>([
    [undefined, true],
    [outcome('timed_out', 'x'), true],
    [outcome('cancelled', 'x'), true],
    [BAD, false],
  ])('charts what goes on to this moment: %j', (known, charted) => {
    const record = recordOf(3000, { now: AT - 5000 })
    record.outcome = known
    expect(renderAbfSummary(report([record])).includes(`  build :active, ${AT - 5000}, ${AT}`)).toBe(charted)
  })

  test('charts a build under a name without syntax', () => {
    const build = buildOf({ status: 3000, arch: { id: 2, name: 'x:86;#64' } })
    const record = createRecord(7, 'given', AT - 5000, { build })
    expect(renderAbfSummary(report([record]))).toContain('  section x 86  64 7\n')
    expect(renderAbfSummary(report([createRecord(7, 'given', AT - 5000, { status: 3000 })]))).toContain(
      '  section 7\n',
    )
  })

  test('shows the end of a log, with its indentation and without empty lines', () => {
    const record = judged(666, BAD)
    record.log = { fileName: 'build.log', url: 'https://files.example/b', lines: ['  a <b>', '', 'end'] }
    expect(renderAbfSummary(report([record]))).toContain(
      '<details><summary>x86&#95;64 build 7: end of build.log</summary>\n<pre>  a &#60;b&#62;\n&#160;\nend</pre>\n</details>\n\n',
    )
    const bare = createRecord(7, 'given', AT)
    bare.log = record.log
    expect(renderAbfSummary(report([bare]))).toContain('<summary>build 7: end of build.log</summary>')
  })
})

describe('the outputs', () => {
  test('tell all that is known of a build and its packages', () => {
    const packages = [
      { name: 'zlib', version: '1', release: '2', type: 'source', url: 'http://files.example/s' },
      { name: 'lib', type: 'binary', url: 'nowhere' },
    ]
    const record = judged(0, GOOD, { duration: 5, packages })
    const { outputs, tooLong } = renderOutputs(report([record]))
    expect(tooLong).toEqual([])
    expect(outputs).toMatchObject({
      'build-list-ids': '[7]',
      'build-status': '0',
      'build-conclusion': 'success',
    })
    expect(JSON.parse(outputs['build-lists'] ?? '')).toEqual([
      {
        id: 7,
        project: 'omv/zlib',
        arch: 'x86_64',
        platform: 'cooker',
        repository: 'cooker/main',
        commit: buildOf().commit_hash,
        status: 0,
        'status-name': 'built',
        conclusion: 'success',
        url: `${BASE}build_lists/7`,
        'log-url': `${BASE}build_lists/7/log`,
        duration: 5,
        reused: false,
        packages: 2,
      },
    ])
    expect(JSON.parse(outputs['packages'] ?? '')).toEqual([
      {
        name: 'zlib',
        version: '1',
        release: '2',
        arch: 'src',
        url: 'https://files.example/s',
        'build-list-id': 7,
      },
      { name: 'lib', version: '', release: '', arch: 'x86_64', url: '', 'build-list-id': 7 },
    ])
  })

  test('tell what was asked for until the server has told', () => {
    const asked = createRecord(7, 'reused', AT, { expected: EXPECTED })
    const bare = createRecord(8, 'given', AT)
    const lists = JSON.parse(renderOutputs(report([asked, bare])).outputs['build-lists'] ?? '') as unknown[]
    expect(lists).toMatchObject([
      {
        project: 'omv/zlib',
        arch: 'x86_64',
        platform: 'cooker',
        repository: 'cooker/main',
        commit: EXPECTED.commit,
        status: null,
        'status-name': null,
        conclusion: 'in_progress',
        duration: null,
        reused: true,
        packages: null,
      },
      { project: null, arch: null, platform: null, repository: null, commit: null, reused: false },
    ])
  })

  test('name a repository without its platform where that is not told, and leave out what is too long', () => {
    const record = judged(0, GOOD, { save_to_repository: { id: 14, name: 'main' } })
    expect(renderOutputs(report([record])).outputs['build-lists']).toContain('"repository":"main"')
    // 1 MiB in UTF-16 is half as many characters.
    const packages = (length: number) => [{ name: 'x'.repeat(length) }]
    const exact =
      524_288 -
      JSON.stringify(
        JSON.parse(
          renderOutputs(report([judged(0, GOOD, { packages: packages(0) })])).outputs['packages'] ?? '',
        ),
      ).length
    expect(renderOutputs(report([judged(0, GOOD, { packages: packages(exact) })])).tooLong).toEqual([])
    expect(renderOutputs(report([judged(0, GOOD, { packages: packages(exact + 1) })])).tooLong).toEqual([
      'packages',
    ])
  })

  test('tell the status that decided, but none of a search', () => {
    expect(conclusionOf(report([recordOf(0), judged(666, BAD)]))).toEqual({
      conclusion: 'failure',
      status: 666,
    })
    const searched = report([recordOf(666)], { operation: 'search', conclusion: 'success' })
    expect(conclusionOf(searched)).toEqual({ conclusion: 'success', status: undefined })
    expect(conclusionOf(report([]))).toEqual({ conclusion: 'neutral', status: undefined })
  })
})

describe('the ends of logs in the summary', () => {
  const LEFT_OUT = /^The end of the log of build (\d+) is in the log of this step\.$/gm

  /** Builds, numbered from 1, each with so many lines in its log; undefined: without a log. */
  function summaryOf(...counts: readonly (number | undefined)[]): {
    shown: number
    leftOut: number[]
    text: string
  } {
    const records = counts.map((count, index) => {
      const record = recordOf(666, { id: index + 1 })
      record.outcome = BAD
      if (count !== undefined) {
        const lines = Array.from({ length: count }, () => 'x'.repeat(499))
        record.log = { fileName: 'build.log', url: 'https://files.example/b', lines }
      }
      return record
    })
    const text = renderAbfSummary(report(records))
    return {
      text,
      shown: text.match(/<details>/g)?.length ?? 0,
      leftOut: [...text.matchAll(LEFT_OUT)].map(([, id]) => Number(id)),
    }
  }

  test('are all there as long as there is room', () => {
    expect(summaryOf(10, undefined, 200, 300)).toMatchObject({ shown: 3, leftOut: [] })
  })

  test('fill what there is room for, and each that does not fit is named', () => {
    const { shown, leftOut, text } = summaryOf(250, 250, 250, undefined, 250)
    expect([shown, leftOut]).toEqual([2, [3, 5]])
    expect(text.length).toBeLessThan(320_000)
  })

  test('have 300,000 characters, not one more', () => {
    const withLast = (length: number): string => {
      const record = judged(666, BAD)
      const lines = [...Array.from({ length: 599 }, () => 'x'.repeat(499)), 'x'.repeat(length)]
      record.log = { fileName: 'build.log', url: 'https://files.example/b', lines }
      return renderAbfSummary(report([record]))
    }
    // The line breaks around its three parts do not count.
    const size = (text: string): number => (/<details>[^]*<\/details>/.exec(text)?.[0].length ?? 0) - 2
    const last = 1 + 300_000 - size(withLast(1))
    expect(size(withLast(last))).toBe(300_000)
    expect(withLast(last + 1)).toMatch(LEFT_OUT)
  })

  test('never make the summary too long for GitHub, whatever stands in them', () => {
    for (const char of ['é', '漢', '<', '😀', '𝒳']) {
      const records = Array.from({ length: 10 }, (_, index) => {
        const record = recordOf(666, { id: index + 1 })
        record.outcome = BAD
        const lines = Array.from({ length: 200 }, () => char.repeat(500))
        record.log = { fileName: 'build.log', url: 'https://files.example/b', lines }
        return record
      })
      expect(Buffer.byteLength(renderAbfSummary(report(records)))).toBeLessThan(1024 * 1024)
    }
  })
})

describe('annotations', () => {
  async function told(
    records: readonly BuildRecord[],
    operation: AbfReport['operation'] = 'build',
  ): Promise<string[]> {
    const logger = new RecordingLogger()
    await announce(report(records, { operation }), logger)
    return logger.lines.map(({ level, message }) => `${level}: ${message}`)
  }
  const PAGE = `Build: ${BASE}build_lists/7`
  const LABEL = 'omv/zlib x86_64 (build 7)'

  test('name the log of what failed', async () => {
    expect(await told([judged(666, BAD, { logs: [LOG] })])).toEqual([
      `error: ${LABEL}: build failed (666). The build failed.\nLog: https://files.example/b\n${PAGE}`,
    ])
    expect(await told([judged(9000, BAD, { logs: [LOG] })])).toEqual([
      `error: ${LABEL}: rejected (9000). The build failed.\n${PAGE}`,
    ])
  })

  test('are ten at most, the rest are lines of the log', async () => {
    const many = Array.from({ length: 12 }, () => judged(666, BAD))
    expect((await told(many)).map((line) => line.split(':')[0])).toEqual([
      ...Array.from({ length: 10 }, () => 'error'),
      'info',
      'info',
    ])
    const late = judged(3000, outcome('timed_out', 'Late.'))
    const levels = (await told([...many.slice(0, 10), late])).map((line) => line.split(':')[0])
    expect(levels).toEqual([...Array.from({ length: 9 }, () => 'error'), 'info', 'error'])
  })

  test('put all that is late into one', async () => {
    const late = Array.from({ length: 11 }, () => judged(3000, outcome('timed_out', 'Late.')))
    const [line, ...more] = await told([...late, judged(0, GOOD)])
    expect(more).toEqual([])
    expect(line).toMatch(
      /^error: The wait was not long enough for 11 of 12 builds: (omv\/zlib x86_64 \(build 7\), building \(3000\); ){9}omv\/zlib x86_64 \(build 7\), building \(3000\)\. Late\.\nRaise abf-timeout/,
    )
  })

  test('are red for what was cancelled, unless that was asked for', async () => {
    const gone = judged(5000, outcome('cancelled', 'Gone.'))
    expect((await told([gone]))[0]).toMatch(/^error: /)
    expect(await told([gone], 'cancel')).toEqual([])
  })

  test('are yellow for what someone should look at, and blue for what was asked for', async () => {
    const doubtful = { ...GOOD, warn: true }
    expect(
      await told([judged(8000, doubtful), judged(15000, outcome('neutral', 'Nothing.')), judged(0, GOOD)]),
    ).toEqual([
      `warning: ${LABEL}: publishing failed (8000). The build is complete.\n${PAGE}`,
      `notice: ${LABEL}: architecture not permitted (15000). Nothing.\n${PAGE}`,
    ])
  })

  test('are followed by the ends of logs', async () => {
    const record = judged(0, GOOD)
    record.log = { fileName: 'build.log', url: 'x', lines: ['a', 'b'] }
    expect(await told([record])).toEqual(['info: a', 'info: b'])
  })

  test('have titles that say what came of the build', async () => {
    const titles = async (...records: readonly BuildRecord[]): Promise<readonly string[]> => {
      const logger = new RecordingLogger()
      await announce(report(records), logger)
      return logger.titles
    }
    const logged = judged(666, BAD)
    logged.log = { fileName: 'build.log', url: 'x', lines: [] }
    const unseen = createRecord(7, 'given', AT)
    unseen.outcome = BAD
    expect(
      await titles(
        logged,
        judged(5000, outcome('cancelled', 'x')),
        unseen,
        judged(3000, outcome('timed_out', 'x')),
        judged(15000, outcome('neutral', 'x')),
        judged(8000, { ...GOOD, warn: true }),
      ),
    ).toEqual([
      'ABF: build failed (666)',
      'ABF build cancelled',
      'ABF build not found',
      'ABF builds not over in time',
      'Nothing built',
      'ABF: publishing failed (8000)',
      'Build 7: end of build.log',
    ])
  })

  test('read the logs of what failed for a reason that stands in a log, ten at most', async () => {
    const intents: string[] = []
    const http = {
      send: async ({ intent }: { readonly intent: string }): Promise<never> => {
        intents.push(intent)
        throw new Error('stop')
      },
    }
    const records = [judged(666, GOOD, { logs: [LOG] }), judged(9000, BAD, { logs: [LOG] })]
    await readLogs(report(records), 5, http)
    const failed = report([judged(666, BAD, { logs: [LOG] })])
    await readLogs(failed, 0, http)
    expect(intents).toEqual([])
    await readLogs(failed, 5, http).catch(() => undefined)
    expect(intents).toEqual(['read the log build.log'])
  })
})
