import { describe, expect, it } from 'vitest'
import { annotate, readLogs } from '../../../../src/abf/report/annotations.ts'
import { outcome } from '../../../../src/abf/outcome.ts'
import { type AbfReport, conclusionOf, renderOutputs } from '../../../../src/abf/report/outputs.ts'
import { type BuildRecord, createRecord } from '../../../../src/abf/build.ts'
import { BASE, buildOf, EXPECTED, recordOf } from '../doubles.ts'
import { RecordingLogger } from '../../doubles.ts'
import { AT, BAD, GOOD, judged, LOG, reportOf } from './reports.ts'

const report = reportOf

describe('the outputs', () => {
  it('tell all that is known of a build and its packages', () => {
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

  it('tell what was asked for until the server has told', () => {
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

  it('name a repository without its platform where that is not logLines, and leave out what is too long', () => {
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

  it('tell the status that decided, but none of a search', () => {
    expect(conclusionOf(report([recordOf(0), judged(666, BAD)]))).toEqual({
      conclusion: 'failure',
      status: 666,
    })
    const searched = report([recordOf(666)], { operation: 'search', conclusion: 'success' })
    expect(conclusionOf(searched)).toEqual({ conclusion: 'success', status: undefined })
    expect(conclusionOf(report([]))).toEqual({ conclusion: 'neutral', status: undefined })
  })
})

describe('annotations', () => {
  async function logLines(
    records: readonly BuildRecord[],
    operation: AbfReport['operation'] = 'build',
  ): Promise<string[]> {
    const logger = new RecordingLogger()
    await annotate(report(records, { operation }), logger)
    return logger.lines.map(({ level, message }) => `${level}: ${message}`)
  }
  const PAGE = `Build: ${BASE}build_lists/7`
  const LABEL = 'omv/zlib x86_64 (build 7)'

  it('name the log of what failed', async () => {
    expect(await logLines([judged(666, BAD, { logs: [LOG] })])).toEqual([
      `error: ${LABEL}: build failed (666). The build failed.\nLog: https://files.example/b\n${PAGE}`,
    ])
    expect(await logLines([judged(9000, BAD, { logs: [LOG] })])).toEqual([
      `error: ${LABEL}: rejected (9000). The build failed.\n${PAGE}`,
    ])
  })

  it('are ten at most, the rest are lines of the log', async () => {
    const many = Array.from({ length: 12 }, () => judged(666, BAD))
    expect((await logLines(many)).map((line) => line.split(':')[0])).toEqual([
      ...Array.from({ length: 10 }, () => 'error'),
      'info',
      'info',
    ])
    const late = judged(3000, outcome('timed_out', 'Late.'))
    const levels = (await logLines([...many.slice(0, 10), late])).map((line) => line.split(':')[0])
    expect(levels).toEqual([...Array.from({ length: 9 }, () => 'error'), 'info', 'error'])
  })

  it('are five warnings and five notices at most, because the step has others, too', async () => {
    const warned = Array.from({ length: 7 }, () => judged(8000, { ...GOOD, warn: true }))
    const skipped = Array.from({ length: 6 }, () => judged(15000, outcome('neutral', 'Nothing.')))
    const levels = (await logLines([...warned, ...skipped])).map((line) => line.split(':')[0])
    const count = (level: string): number => levels.filter((each) => each === level).length
    expect([count('warning'), count('notice'), count('info')]).toEqual([5, 5, 3])
  })

  it('put all that is late into one', async () => {
    const late = Array.from({ length: 11 }, () => judged(3000, outcome('timed_out', 'Late.')))
    const [line, ...more] = await logLines([...late, judged(0, GOOD)])
    expect(more).toEqual([])
    expect(line).toMatch(
      /^error: The wait was not long enough for 11 of 12 builds: (omv\/zlib x86_64 \(build 7\), building \(3000\); ){9}omv\/zlib x86_64 \(build 7\), building \(3000\)\. Late\.\nRaise abf-timeout/,
    )
  })

  it('are red for what was cancelled, unless that was asked for', async () => {
    const gone = judged(5000, outcome('cancelled', 'Gone.'))
    expect((await logLines([gone]))[0]).toMatch(/^error: /)
    expect(await logLines([gone], 'cancel')).toEqual([])
  })

  it('are yellow for what someone should look at, and blue for what was asked for', async () => {
    const doubtful = { ...GOOD, warn: true }
    expect(
      await logLines([
        judged(8000, doubtful),
        judged(15000, outcome('neutral', 'Nothing.')),
        judged(0, GOOD),
      ]),
    ).toEqual([
      `warning: ${LABEL}: publishing failed (8000). The build is complete.\n${PAGE}`,
      `notice: ${LABEL}: architecture not permitted (15000). Nothing.\n${PAGE}`,
    ])
  })

  it('are followed by the ends of logs', async () => {
    const record = judged(0, GOOD)
    record.log = { fileName: 'build.log', url: 'x', lines: ['a', 'b'] }
    expect(await logLines([record])).toEqual(['info: a', 'info: b'])
  })

  it('have titles that say what came of the build', async () => {
    const titles = async (...records: readonly BuildRecord[]): Promise<readonly string[]> => {
      const logger = new RecordingLogger()
      await annotate(report(records), logger)
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
      'ABF builds timed out',
      'ABF: publishing failed (8000)',
      'Nothing built',
      'Build 7: end of build.log',
    ])
  })

  it('read the logs of what failed for a reason that stands in a log, ten at most', async () => {
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
