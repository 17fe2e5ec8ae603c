import { describe, expect, it } from 'vitest'
import { ActionError, ReportedError, CancelledError } from '../../../src/errors.ts'
import type { Commits } from '../../../src/sentry/commits.ts'
import type { Ensured } from '../../../src/sentry/release.ts'
import { outcome } from '../../../src/abf/outcome.ts'
import { summarizeBuilds } from '../../../src/abf/report/summary.ts'
import { renderSourceMaps } from '../../../src/sourcemaps/report.ts'
import { judged, LOG, reportOf } from '../abf/report/reports.ts'
import type { BuildsReport, Report, Verdict } from '../../../src/summary/report.ts'
import { formatResult, renderSummary } from '../../../src/summary/summary.ts'

const ENSURED: Ensured = {
  release: { version: '1.0', status: 'open' },
  created: false,
  attached: [],
  reopened: false,
  updated: [],
  confirmedVersion: '1.0',
  hiddenUntil: 0,
}
const PAGE = 'https://sentry.example/r'
const HEAD = 'abcdef0123456789'.repeat(3).slice(0, 40)
const SHORT = HEAD.slice(0, 12)
const REPOSITORY = 'https://github.example/acme/app'

function commit(index: number, more: object = {}) {
  return { id: HEAD, message: `Commit ${index}\n\nbody`, timestamp: 't', ...more }
}

function sent(count: number): Commits {
  const commits = Array.from({ length: count }, (_, index) => commit(index))
  return { kind: 'sent', release: ENSURED.release, commits, previousCommit: undefined }
}

function buildsOf(verdict: Verdict, result: string): BuildsReport {
  return { verdict, result, problems: '<p>the problems</p>\n', section: '#### ABF builds\n' }
}

/** The rows of the table about the release. */
function rows(more: Report): string[] {
  const markdown = renderSummary({ version: '1.0', commit: HEAD, ...more })
  return [...markdown.matchAll(/<tr><th align="left">(.*)<\/th><td>(.*)<\/td><\/tr>/g)].map(
    ([, label = '', html = '']) => `${label}: ${html}`,
  )
}

function headline(report: Report): string {
  return renderSummary(report).split('\n', 1)[0] ?? ''
}

describe('the first line of the summary says how the step ended', () => {
  const released = (change: Partial<Ensured> = {}): Report => ({
    release: { ensured: { ...ENSURED, ...change }, url: PAGE },
  })

  it.each<[Partial<Ensured>, string]>([
    [{ created: true }, 'created'],
    [{ attached: ['web'] }, 'updated'],
    [{ reopened: true }, 'updated'],
    [{ updated: ['ref'] }, 'updated'],
    [{}, 'already exists'],
  ])('after a release with the changes %j', (change, words) => {
    expect(headline(released(change))).toBe(`### ✅ Success: Sentry release ${words}`)
  })

  it.each<[Verdict, string, Report, string]>([
    [
      'success',
      '2 ABF builds successful',
      {},
      '✅ Success: Sentry release already exists, 2 ABF builds successful',
    ],
    [
      'warning',
      '1 ABF build, nothing published',
      { heldBack: 'x' },
      '⚠️ Success with a warning: 1 ABF build, nothing published, the release is not finalized',
    ],
    [
      'in_progress',
      '1 ABF build submitted',
      { heldBack: 'x' },
      '⏳ In progress: 1 ABF build submitted, the release is not finalized',
    ],
    ['in_progress', '1 ABF build submitted', {}, '⏳ In progress: 1 ABF build submitted'],
    [
      'failure',
      '1 of 2 ABF builds failed',
      { heldBack: 'x', failure: new ReportedError('ABF build: failure.') },
      '❌ Failed: 1 of 2 ABF builds failed, the release is not finalized',
    ],
    [
      'timed_out',
      '1 ABF build timed out',
      { failure: new ReportedError('x') },
      '⌛ Timed out: 1 ABF build timed out',
    ],
    [
      'cancelled',
      '1 ABF build cancelled',
      { failure: new ReportedError('x') },
      '⏹️ Cancelled: 1 ABF build cancelled',
    ],
    [
      'success',
      '1 ABF build cancelled',
      { failure: new CancelledError('SIGINT') },
      '⏹️ Cancelled: 1 ABF build cancelled',
    ],
    [
      'failure',
      '1 ABF build not finished',
      { stage: 'builds', failure: new ActionError('x') },
      '❌ Failed: could not complete the ABF part',
    ],
  ])('after builds with the verdict %s and the result "%s"', (verdict, result, more, line) => {
    expect(headline({ ...released(), builds: buildsOf(verdict, result), ...more })).toBe(`### ${line}`)
  })

  it.each<[Report['stage'], string]>([
    [undefined, 'the inputs are not valid'],
    ['release', 'could not ensure the Sentry release'],
    ['source-maps', 'could not upload the source maps'],
    ['commits', 'could not associate the commits'],
    ['finish', 'could not finalize or deploy the release'],
  ])('after an error in the stage %s', (stage, words) => {
    const failure = new ActionError('x')
    expect(headline({ ...(stage ? { stage } : {}), failure })).toBe(`### ❌ Failed: ${words}`)
  })

  it('after a cancelled job without builds', () => {
    expect(headline({ failure: new CancelledError('SIGINT') })).toBe('### ⏹️ Cancelled')
  })
})

describe('the summary', () => {
  it('has the problems of builds before the release, and all builds after it', () => {
    const report: Report = {
      version: '1.0',
      commit: HEAD,
      repositoryUrl: REPOSITORY,
      projects: ['web', 'api'],
      finalize: true,
      environment: 'production',
      release: { ensured: { ...ENSURED, created: true }, url: PAGE },
      commits: {
        kind: 'sent',
        release: ENSURED.release,
        commits: [commit(1, { author_name: 'Ada' }), commit(2)],
        previousCommit: '0123456789abcdef',
      },
      heldBack: 'the builds failed',
      sourceMaps: '#### Source maps\n',
      builds: buildsOf('failure', '1 of 2 ABF builds failed'),
      failure: new ReportedError('ABF build: failure.'),
    }
    const link = `<a href="${REPOSITORY}/commit/${HEAD}"><code>${SHORT}</code></a>`
    expect(renderSummary(report).split('\n')).toEqual([
      '### ❌ Failed: 1 of 2 ABF builds failed, the release is not finalized',
      '',
      '<p>the problems</p>',
      '',
      '#### Sentry release',
      '',
      '<table>',
      `<tr><th align="left">Release</th><td><a href="${PAGE}"><code>1.0</code></a></td></tr>`,
      '<tr><th align="left">Status</th><td>created and confirmed</td></tr>',
      `<tr><th align="left">Commit</th><td><a href="${REPOSITORY}/commit/${HEAD}"><code>${HEAD}</code></a></td></tr>`,
      '<tr><th align="left">Projects</th><td><code>web</code> <code>api</code></td></tr>',
      `<tr><th align="left">Commits</th><td>2 associated, <a href="${REPOSITORY}/compare/0123456789abcdef...${HEAD}"><code>0123456789ab...${SHORT}</code></a></td></tr>`,
      '<tr><th align="left">Release date</th><td>not set: the builds failed</td></tr>',
      '<tr><th align="left">Deploy</th><td><code>production</code>, not recorded: the builds failed</td></tr>',
      '</table>',
      '',
      '<ul>',
      `<li>${link} Commit 1 (Ada)</li>`,
      `<li>${link} Commit 2</li>`,
      '</ul>',
      '',
      '#### ABF builds',
      '',
      '#### Source maps',
      '',
    ])
  })

  it('of an error has its message and the next thing to do, before what is there', () => {
    const failure = new ActionError('One\ntwo', { advice: 'Do it.', detail: ['not shown'] })
    expect(renderSummary({ failure, version: '1.0' }).split('\n').slice(0, 7)).toEqual([
      '### ❌ Failed: the inputs are not valid',
      '',
      '<blockquote>One<br>two</blockquote>',
      '',
      '<p><strong>Next:</strong> Do it.</p>',
      '',
      '<table>',
    ])
    expect(renderSummary({ failure: new ActionError('One') })).toBe(
      '### ❌ Failed: the inputs are not valid\n\n<blockquote>One</blockquote>\n',
    )
    expect(renderSummary({ failure: new ReportedError('told') })).not.toContain('blockquote')
  })

  it('of an error with many lines counts those that it leaves out', () => {
    const message = Array.from({ length: 62 }, () => 'x'.repeat(999)).join('\n')
    const markdown = renderSummary({ failure: new ActionError(message) })
    expect(markdown.match(/x{999}<br>/g)).toHaveLength(60)
    expect(markdown).toContain('<br>2 more lines in the log</blockquote>')
  })

  it('links to nothing where the repository is not known', () => {
    const commits: Commits = {
      kind: 'sent',
      release: ENSURED.release,
      commits: [commit(1)],
      previousCommit: 'before',
    }
    expect(rows({ commits })).toContain(`Commits: 1 associated, <code>before...${SHORT}</code>`)
    expect(renderSummary({ commits, commit: HEAD, version: '1' })).not.toContain('href')
    expect(rows({ commits: { kind: 'refs', release: ENSURED.release, previousCommit: 'before' } })).toContain(
      `Commits: fetched by Sentry, <code>before...${SHORT}</code>`,
    )
  })

  it('stays below the limit of GitHub when everything in it is as long as it can be', () => {
    const long = '😀'.repeat(2000)
    const records = Array.from({ length: 1000 }, (_, index) => {
      const record = judged(
        666,
        outcome('failure', long),
        {
          logs: [LOG],
          project: { id: 1, name: 'x', fullname: `${index}${long}` },
          arch: { id: 2, name: `${index}${long}` },
        },
        { id: index + 1 },
      )
      record.log = { fileName: long, url: LOG.url, lines: Array.from({ length: 20 }, () => long) }
      return record
    })
    const scripts = Array.from({ length: 500 }, () => ({
      file: { path: long, shown: long, url: long },
      map: undefined,
      id: undefined,
      inject: false,
      reason: long,
      upload: true,
      segments: 1,
      withoutContent: 0,
      digest: '',
      mapDigest: undefined,
    }))
    const commits = Array.from({ length: 1000 }, () => commit(1, { message: long, author_name: long }))
    const ensured = { ...ENSURED, attached: Array.from({ length: 1000 }, () => long) }
    const markdown = renderSummary({
      stage: 'finish',
      version: long,
      projects: ensured.attached,
      release: { ensured, url: PAGE },
      commits: { kind: 'sent', release: ENSURED.release, commits, previousCommit: long },
      environment: long,
      heldBack: long,
      sourceMaps: renderSourceMaps({ scripts, bundleIds: [], bytesSent: 0, state: 'ok' }),
      builds: summarizeBuilds(reportOf(records)),
      failure: new ActionError(Array.from({ length: 500 }, () => long).join('\n'), { advice: long }),
    })
    expect(Buffer.byteLength(markdown)).toBeGreaterThan(700_000)
    expect(Buffer.byteLength(markdown)).toBeLessThan(1024 * 1024)
  })
})

describe('the table about the release', () => {
  it.each<[Commits, string]>([
    [{ kind: 'skipped' }, 'not associated: set-commits is skip'],
    [{ kind: 'present', release: { version: '1.0', commitCount: 4 } }, '4, associated before'],
    [{ kind: 'present', release: { version: '1.0' } }, 'some, associated before'],
    [{ kind: 'refs', release: ENSURED.release, previousCommit: undefined }, 'fetched by Sentry'],
    [{ kind: 'none', reason: 'no right', tried: false }, 'none: no right'],
  ])('says what became of the commits: %j', (commits, words) => {
    expect(rows({ commits })).toContain(`Commits: ${words}`)
  })

  it.each<[Partial<Ensured>, string]>([
    [{ created: true }, 'created and confirmed'],
    [{}, 'already exists; no changes needed'],
    [{ release: { version: '1.0', status: 'archived' } }, 'already exists, archived; no changes needed'],
    [{ attached: ['web'] }, 'already exists; attached to <code>web</code>; confirmed'],
    [
      { attached: ['web', 'api'], reopened: true, updated: ['ref', 'url'] },
      'already exists; attached to <code>web</code> <code>api</code>, reopened, updated ref and url; confirmed',
    ],
  ])('says what was found and done: %j', (change, words) => {
    expect(rows({ release: { ensured: { ...ENSURED, ...change }, url: PAGE } })).toContain(`Status: ${words}`)
  })

  it('says of a step that ended early what is there and what is not', () => {
    const early: Report = { finalize: true, environment: 'production' }
    expect(rows(early)).toEqual([
      'Release: <code>1.0</code>',
      'Status: not known: the step ended before Sentry reported the release',
      `Commit: <code>${HEAD}</code>`,
      'Commits: not associated: the step ended before this part',
      'Release date: not set: the step ended before this part',
      'Deploy: <code>production</code>, not recorded: the step ended before this part',
    ])
    expect(rows({ ...early, unconfirmed: { created: true, url: PAGE } }).slice(0, 2)).toEqual([
      `Release: <a href="${PAGE}"><code>1.0</code></a>`,
      'Status: created, not confirmed: the step ended before Sentry listed the release',
    ])
    expect(rows({ ...early, unconfirmed: { created: false, url: PAGE } })[1]).toBe(
      'Status: exists, not confirmed: the step ended before Sentry listed the release',
    )
    const release = { version: '1.0', commitCount: 4, dateReleased: '2026-01-31T12:00:59.999999Z' }
    expect(rows({ ...early, release: { ensured: { ...ENSURED, release }, url: PAGE } }).slice(3, 5)).toEqual([
      'Commits: 4, associated before',
      'Release date: 2026-01-31 12:00:59 UTC',
    ])
  })

  it.each<[Report, string]>([
    [{ finalized: '2026-01-31T12:00:59.9Z', finalize: true }, '2026-01-31 12:00:59 UTC'],
    [{ finalize: false }, 'not set: finalize is false'],
    [{ finalize: false, heldBack: 'the builds failed' }, 'not set: finalize is false'],
    [{ finalize: true, heldBack: 'the builds failed' }, 'not set: the builds failed'],
  ])('has the release date or the reason why there is none: %j', (more, words) => {
    expect(rows(more)).toContain(`Release date: ${words}`)
  })

  it.each<[Report['deploy'], string]>([
    [{ id: '5', created: true, url: undefined }, '<code>production</code>, recorded as <code>5</code>'],
    [
      { id: '5', created: false, url: 'https://a.example/' },
      '<a href="https://a.example/"><code>production</code></a>, already recorded as <code>5</code>',
    ],
  ])('has the deploy: %j', (deploy, words) => {
    expect(rows({ environment: 'production', ...(deploy ? { deploy } : {}) })).toContain(`Deploy: ${words}`)
  })

  it('has fifty projects, and counts the rest', () => {
    const projects = Array.from({ length: 52 }, (_, index) => `p${index}`)
    expect(rows({ projects }).at(3)).toMatch(/^Projects: <code>p0<\/code> .*<code>p49<\/code> and 2 more$/)
    expect(rows({ projects: projects.slice(0, 50) }).at(3)).not.toContain('more')
  })
})

describe('the list of commits', () => {
  it('shows ten, and the rest collapsed under its count', () => {
    const markdown = renderSummary({ version: '1.0', commits: sent(12) })
    expect(markdown.split('\n').slice(9)).toEqual([
      '<ul>',
      ...Array.from({ length: 10 }, (_, index) => `<li><code>${SHORT}</code> Commit ${index}</li>`),
      '</ul>',
      '',
      '<details><summary>2 more commits</summary>',
      '<ul>',
      `<li><code>${SHORT}</code> Commit 10</li>`,
      `<li><code>${SHORT}</code> Commit 11</li>`,
      '</ul>',
      '</details>',
      '',
    ])
    expect(renderSummary({ version: '1.0', commits: sent(10) })).not.toContain('<details>')
  })
})

it('the result is one line of the log', () => {
  expect(formatResult({})).toBe('')
  expect(formatResult({ release: { ensured: ENSURED, url: PAGE } })).toBe(
    `Sentry release 1.0 already exists: ${PAGE}`,
  )
  expect(formatResult({ release: { ensured: { ...ENSURED, created: true }, url: PAGE } })).toBe(
    `Sentry release 1.0 was created: ${PAGE}`,
  )
})
