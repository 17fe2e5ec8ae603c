import { describe, expect, it } from 'vitest'
import { ActionError, CancelledError } from '../../../src/errors.ts'
import type { CommitRange } from '../../../src/sentry/commit-source.ts'
import { associateCommits, type CommitsWanted, type SourceLoader } from '../../../src/sentry/commits.ts'
import type { Previous } from '../../../src/sentry/commits-api.ts'
import type { Release } from '../../../src/sentry/schema.ts'
import { failureOf, ManualClock, RecordingLogger } from '../doubles.ts'
import { lost, sessionWith } from './doubles.ts'

const HEAD = 'abcdef0123456789'.repeat(2).padEnd(40, '0')
const RELEASE: Release = { version: '1.0', commitCount: 0 }
const AFTER: Release = { version: '1.0', commitCount: 2 }
const FORBIDDEN = lost()
const NO_RIGHT = new ActionError('No right to look.', { advice: 'Grant it.' })
const RANGE: CommitRange = {
  commits: [
    { sha: HEAD, message: 'Mend it', authorName: undefined, authorEmail: undefined, date: undefined },
  ],
  total: 5,
  base: 'found',
}

/** What the servers know. */
interface World {
  readonly integrated?: string | Error
  readonly previous?: Previous
  readonly range?: Partial<CommitRange> | Error
  /** With the prefix, newest first; undefined: the list fails. */
  readonly rows?: readonly Release[]
  readonly found?: Release
  readonly refuses?: Error
  readonly tooLarge?: boolean
  readonly noToken?: boolean
}

function prepare(world: World = {}) {
  const logger = new RecordingLogger()
  const calls: unknown[] = []
  const orThrow = <T>(value: T | Error): T => {
    if (value instanceof Error) throw value
    return value
  }
  const source: SourceLoader = world.noToken
    ? undefined
    : async () => ({
        read: async (head, base) => {
          calls.push(['read', head, base])
          return { ...RANGE, ...orThrow(world.range ?? {}) }
        },
      })
  const session = sessionWith(
    {
      find: async () => world.found,
      integratedRepository: async (name) => {
        calls.push(['repository', name])
        const known = orThrow(world.integrated)
        if (known === 'forbidden') return { kind: 'forbidden', error: FORBIDDEN }
        return known === undefined ? { kind: 'none' } : { kind: 'found', name: known }
      },
      previousCommit: async () => {
        calls.push(['previous'])
        return world.previous ?? { kind: 'none' }
      },
      withPrefix: async (prefix) => {
        calls.push(['prefix', prefix])
        return world.rows
      },
      associate: async (version, body, date) => {
        calls.push(['put', version, body, date])
        orThrow(world.refuses)
        return world.tooLarge ? { kind: 'too-large' } : { kind: 'ok', release: AFTER }
      },
    },
    { logger, clock: new ManualClock(), retries: 0 },
  )
  const wanted = (more: Partial<CommitsWanted> = {}): CommitsWanted => ({
    version: '1.0',
    mode: 'auto',
    commit: HEAD,
    previousCommit: undefined,
    versionPrefix: undefined,
    projects: ['web'],
    repository: 'acme/app',
    dateReleased: undefined,
    hiddenUntil: 0,
    ...more,
  })
  const run = (more: Partial<CommitsWanted> = {}, release = RELEASE) =>
    associateCommits(release, wanted(more), source, session)
  return { run, calls, logger }
}

describe('commits', () => {
  it('are left alone when that is asked for, or when the release has some', async () => {
    const { run, calls, logger } = prepare()
    expect(await run({ mode: 'skip' })).toEqual({ kind: 'skipped' })
    expect(await run({}, AFTER)).toEqual({ kind: 'present', release: AFTER })
    expect(calls).toEqual([])
    expect(logger.said('info')).toEqual([
      'set-commits is skip: no commits are associated.',
      'The release already has commits (2); they are not changed.',
    ])
  })

  it('are fetched by Sentry when it has the repository, under its own spelling', async () => {
    const { run, calls, logger } = prepare({ integrated: 'Acme/App' })
    expect(await run({ previousCommit: 'before' })).toEqual({
      kind: 'refs',
      release: AFTER,
      previousCommit: 'before',
    })
    const ref = { repository: 'Acme/App', commit: HEAD, previousCommit: 'before' }
    expect(calls).toEqual([
      ['repository', 'acme/app'],
      ['put', '1.0', { refs: [ref] }, undefined],
    ])
    expect(logger.said('info')).toEqual([
      `Sent commit ${HEAD.slice(0, 12)} of Acme/App to Sentry; Sentry will fetch the commit list.`,
    ])
  })

  it('are asked for without a previous one when none was given', async () => {
    const { run, calls } = prepare({ integrated: 'acme/app' })
    await run({ mode: 'refs', dateReleased: 'now' })
    expect(calls[1]).toEqual(['put', '1.0', { refs: [{ repository: 'acme/app', commit: HEAD }] }, 'now'])
  })

  it('are an error in mode refs without an integration, and when the request is too large', async () => {
    expect(await failureOf(prepare().run({ mode: 'refs' }))).toMatchObject({
      message: 'Sentry has no integration with the repository acme/app.',
      advice: expect.stringContaining('set-commits: auto or commits') as string,
    })
    const large = prepare({ integrated: 'acme/app', tooLarge: true })
    expect(String(await failureOf(large.run({ mode: 'refs' })))).toContain('(413)')
  })

  it('are read from GitHub, from the previous commit that Sentry knows', async () => {
    const { run, calls, logger } = prepare({ previous: { kind: 'previous', commit: 'before' } })
    const sent = [
      { id: HEAD, repository: 'acme/app', message: 'Mend it', timestamp: '2026-01-01T00:00:00.000Z' },
    ]
    expect(await run()).toEqual({ kind: 'sent', release: AFTER, commits: sent, previousCommit: 'before' })
    expect(calls).toEqual([
      ['repository', 'acme/app'],
      ['previous'],
      ['read', HEAD, 'before'],
      ['put', '1.0', { commits: sent }, undefined],
    ])
    expect(logger.lines).toEqual([{ level: 'info', message: 'Associated 1 of 5 commits, read from GitHub.' }])
  })

  it('are read without asking Sentry when all is given', async () => {
    const { run, calls } = prepare({ range: { base: 'none' } })
    expect(await run({ mode: 'commits', previousCommit: 'given' })).toMatchObject({
      kind: 'sent',
      previousCommit: undefined,
    })
    expect(calls.map((call) => (call as unknown[])[0])).toEqual(['read', 'put'])
    expect(calls[0]).toEqual(['read', HEAD, 'given'])
  })

  const OLD = 'f0'.repeat(20)
  const row = (version: string, more: Partial<Release> = {}): Release => ({
    version,
    projects: [{ id: 11, slug: 'web' }],
    lastCommit: { id: `last of ${version}` },
    ...more,
  })
  it.each([
    ['the newest other release', [row(`web-${HEAD}`), row('web-2'), row('web-1')], 'last of web-2'],
    ['a release without commits by its version', [row(`web-${OLD}`, { lastCommit: null })], OLD],
    ['none that only begins alike', [row(`web-admin-${OLD}`), row('web-1')], 'last of web-1'],
    [
      'none of another project',
      [row('web-2', { projects: [{ id: 12, slug: 'api' }] }), row('web-1')],
      'last of web-1',
    ],
    ['none that is newer than this one', [row('web-3'), row(`web-${HEAD}`), row('web-2')], 'last of web-2'],
    ['none without any commit', [row('web-3', { lastCommit: null })], undefined],
    ['none when the list fails', undefined, undefined],
  ])('with a prefix begin after %s', async (_, rows, expected) => {
    const more = { versionPrefix: 'web-', version: `web-${HEAD}` }
    const listed = prepare(rows ? { rows } : {})
    await listed.run(more)
    expect(listed.calls).toContainEqual(['read', HEAD, expected])
    const fetched = prepare({ integrated: 'acme/app', ...(rows ? { rows } : {}) })
    expect(await fetched.run(more)).toMatchObject({ kind: 'refs', previousCommit: expected })
    expect(fetched.calls).not.toContainEqual(['previous'])
  })

  it('are sent for a repository that an organization token may not look up, in mode refs only', async () => {
    const { run, logger } = prepare({ integrated: 'forbidden' })
    expect(await run({ mode: 'refs' })).toMatchObject({ kind: 'refs' })
    expect(logger.said('notice')[0]).toContain('since version 23.8')
    const auto = prepare({ integrated: 'forbidden' })
    expect(await auto.run()).toMatchObject({ kind: 'sent' })
    expect(auto.logger.said('info')[0]).toContain('repositories of Sentry could not be listed')
  })

  it('are not sent when there are none', async () => {
    const { run, calls, logger } = prepare({ range: { commits: [] } })
    expect(await run()).toEqual({
      kind: 'none',
      reason: 'no commits since the previous release',
      tried: false,
    })
    expect(calls.at(-1)).toEqual(['read', HEAD, undefined])
    expect(logger.said('info')).toEqual(['There are no commits since the previous release.'])
  })

  it.each([
    [AFTER, { kind: 'present', release: AFTER }],
    [undefined, { kind: 'none', reason: 'another job associated them', tried: true }],
  ])('that another job has stored meanwhile are left alone', async (found, result) => {
    const { run, logger } = prepare({ previous: { kind: 'own' }, ...(found ? { found } : {}) })
    expect(await run()).toEqual(result)
    expect(logger.said('info')).toEqual(['Another job associated the commits at the same time.'])
  })

  it.each([
    [
      'diverged',
      `The previous commit before is not an ancestor of ${HEAD}. The 1 commits since their merge base are used.`,
    ],
    [
      'unknown',
      'GitHub does not know the previous commit before in this repository. The last 1 commits are used.',
    ],
    [
      'failed',
      `GitHub could not compare the previous commit before with ${HEAD} (). The last 1 commits are used.`,
    ],
  ] as const)('from a previous one that is %s come with a notice', async (base, said) => {
    const { run, logger } = prepare({ range: { base } })
    await run({ previousCommit: 'before' })
    expect(logger.said('notice')).toEqual([said])
  })

  it('that go without their files say why', async () => {
    const { run, logger } = prepare({ range: { filesMissing: 'too many' } })
    await run()
    expect(logger.said('info')).toContain('Some commits go without their files: too many.')
  })
})

describe('a failure', () => {
  it('is a notice in mode auto, and tells whether the release may have changed', async () => {
    const unread = prepare({ range: NO_RIGHT })
    expect(await unread.run()).toEqual({ kind: 'none', reason: 'No right to look.', tried: false })
    expect(unread.logger.said('notice')).toEqual(['No right to look.\nGrant it.'])
    expect(unread.logger.titles).toEqual(['No commits associated'])
    const refused = prepare({ refuses: new ActionError('Refused.') })
    expect(await refused.run()).toEqual({ kind: 'none', reason: 'Refused.', tried: true })
    expect(refused.logger.said('notice')).toEqual(['Refused.'])
  })

  it('is one in every other mode', async () => {
    expect(await failureOf(prepare({ range: NO_RIGHT }).run({ mode: 'commits' }))).toBe(NO_RIGHT)
    expect(await failureOf(prepare({ integrated: NO_RIGHT }).run({ mode: 'refs' }))).toBe(NO_RIGHT)
  })

  it.each([new CancelledError('SIGINT'), new Error('a fault')])(
    'is one in mode auto too: %s',
    async (error) => {
      expect(await failureOf(prepare({ range: error }).run())).toBe(error)
      expect(await failureOf(prepare({ integrated: error }).run())).toBe(error)
    },
  )

  it('to look for the repository leads to GitHub in mode auto', async () => {
    const { run, logger } = prepare({ integrated: NO_RIGHT })
    expect(await run()).toMatchObject({ kind: 'sent' })
    expect(logger.said('info')[0]).toBe(
      'The commits are read from GitHub, because the repositories of Sentry could not be listed: No right to look.',
    )
  })

  it('for want of a token or a repository says so', async () => {
    expect(await failureOf(prepare({ noToken: true }).run({ mode: 'commits' }))).toMatchObject({
      message: 'There is no github-token to read the commits with.',
      advice: 'Leave out the input github-token to use the token of the job, or set set-commits: skip.',
    })
    expect(await prepare().run({ repository: undefined })).toMatchObject({
      reason: 'GITHUB_REPOSITORY is not set, so there are no commits to read.',
    })
  })
})
