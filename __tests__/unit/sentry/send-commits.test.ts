import { describe, expect, it } from 'vitest'
import { HttpError } from '../../../src/http/failure.ts'
import type { SentryCommit } from '../../../src/sentry/commit-list.ts'
import type { Associated, Association } from '../../../src/sentry/commits-api.ts'
import type { Release } from '../../../src/sentry/schema.ts'
import { send, sendFitting, type CommitTarget, tooLarge } from '../../../src/sentry/send-commits.ts'
import { failureOf, ManualClock, RecordingLogger } from '../doubles.ts'
import { lost, sessionWith } from './doubles.ts'

const RELEASE: Release = { version: '1.0', commitCount: 1 }
const OK: Associated = { kind: 'ok', release: RELEASE }
const BUSY: Associated = { kind: 'busy', error: lost() }
const REFS: Association = { refs: [{ repository: 'acme/app', commit: 'abc' }] }
const TARGET: CommitTarget = { version: '1.0', dateReleased: '2026-01-01T00:00:00.000Z', hiddenUntil: 0 }

/** Sends against a server that gives prepared answers, the last one again and again. */
function prepare(answers: readonly (Associated | HttpError)[], found?: Release) {
  const clock = new ManualClock()
  const begun = clock.now()
  const logger = new RecordingLogger()
  const calls: string[] = []
  const sent: Association[] = []
  const deps = sessionWith(
    {
      find: async (version) => {
        calls.push(`find ${version}`)
        return found
      },
      associate: async (version, body, date) => {
        calls.push(`put ${version} ${date}`)
        const answer = answers[Math.min(sent.length, answers.length - 1)]
        sent.push(body)
        if (answer instanceof HttpError) throw answer
        return answer ?? OK
      },
    },
    { clock, logger, retries: 2 },
  )
  return { deps, calls, sent, logger, clock, seconds: () => (clock.now() - begun) / 1000 }
}

const PUT = `put 1.0 ${TARGET.dateReleased}`

describe('send', () => {
  it('is done with one request, which carries the release date', async () => {
    const { deps, calls, sent } = prepare([OK])
    expect(await send(REFS, TARGET, deps)).toBe(RELEASE)
    expect([calls, sent]).toEqual([[PUT], [REFS]])
  })

  it('looks first before it sends again what met a lock (409)', async () => {
    const { deps, calls, logger } = prepare([BUSY, OK], { version: '1.0', commitCount: 0 })
    expect(await send(REFS, TARGET, deps)).toBe(RELEASE)
    expect(calls).toEqual([PUT, 'find 1.0', PUT])
    expect(logger.said('info')).toEqual([
      'Another job holds the commits of this release (409). Checking again shortly.',
    ])
  })

  it.each([BUSY, { kind: 'lost', error: lost() } as const])(
    'sends nothing again when the release has commits by then ($kind)',
    async (first) => {
      const theirs = { version: '1.0', commitCount: 3 }
      const { deps, calls } = prepare([first], theirs)
      expect(await send(REFS, TARGET, deps)).toBe(theirs)
      expect(calls).toEqual([PUT, 'find 1.0'])
    },
  )

  it('gives up on a lost response after the retries, with what was lost', async () => {
    const error = lost()
    const { deps, calls, logger } = prepare([{ kind: 'lost', error }])
    expect(await failureOf(send(REFS, TARGET, deps))).toBe(error)
    expect(calls).toEqual([PUT, 'find 1.0', PUT, 'find 1.0', PUT])
    expect(logger.said('info')).toEqual(
      Array.from(
        { length: 2 },
        () => 'the answer was lost (reset). Checking whether the commits were stored anyway.',
      ),
    )
  })

  it('gives up on a lock after 60 s, with what the server said', async () => {
    const { deps, seconds } = prepare([BUSY])
    expect(await failureOf(send(REFS, TARGET, deps))).toBe('error' in BUSY && BUSY.error)
    expect(seconds()).toBe(60)
  })

  it('counts the 60 s of a lock from the first 409', async () => {
    const { deps, clock, seconds } = prepare([{ kind: 'hidden' }, { kind: 'hidden' }, BUSY])
    await failureOf(send(REFS, { ...TARGET, hiddenUntil: clock.now() + 9_000 }, deps))
    expect(seconds()).toBeGreaterThan(60)
    expect(seconds()).toBeLessThan(70)
  })

  it('waits for a release that Sentry still hides, without looking', async () => {
    const { deps, calls, clock, logger } = prepare([{ kind: 'hidden' }, OK])
    expect(await send(REFS, { ...TARGET, hiddenUntil: clock.now() + 1 }, deps)).toBe(RELEASE)
    expect(calls).toEqual([PUT, PUT])
    expect(logger.said('info')).toEqual([
      'Sentry does not show the release yet (404). This can take a minute; retrying.',
    ])
  })

  it.each([0, 3_600_000])('takes 404 for a lack of access when hiding ends in %i ms', async (ms) => {
    const { deps, clock, seconds } = prepare([{ kind: 'hidden' }])
    const target = { ...TARGET, hiddenUntil: clock.now() + ms }
    expect(await failureOf(send(REFS, target, deps))).toMatchObject({
      message: 'Could not associate the commits: Sentry reports that the release does not exist (404).',
      advice:
        'Changing a release needs access to all of its projects, also those that this step does not name.',
    })
    expect(seconds()).toBe(ms === 0 ? 0 : 70)
  })

  it('says by undefined that the request is too large', async () => {
    const { deps, calls } = prepare([{ kind: 'too-large' }])
    expect(await send(REFS, TARGET, deps)).toBeUndefined()
    expect(calls).toEqual([PUT])
  })
})

describe('sendFitting', () => {
  const bare = (id: string): SentryCommit => ({ id, message: 'm', timestamp: 't' })
  const full = (id: string): SentryCommit => ({
    ...bare(id),
    patch_set: [{ path: 'a'.repeat(200), type: 'M' }],
  })
  const LARGE: Associated = { kind: 'too-large' }

  it('sends all that fits, without a word', async () => {
    const { deps, sent, logger } = prepare([OK])
    const commits = [full('1'), bare('2')]
    expect(await sendFitting(commits, TARGET, deps)).toEqual({ release: RELEASE, sent: commits })
    expect([sent, logger.lines]).toEqual([[{ commits }], []])
  })

  it('sends half as much after a 413, never the same again', async () => {
    const { deps, sent, logger } = prepare([LARGE, LARGE, OK])
    const commits = ['1', '2', '3', '4'].map(full)
    const { sent: last } = await sendFitting(commits, TARGET, deps)
    const sizes = sent.map((body) => JSON.stringify(body).length)
    expect(sizes.every((size, index) => index === 0 || size < (sizes[index - 1] ?? 0) * 0.6)).toBe(true)
    expect(sent.at(-1)).toEqual({ commits: last })
    expect(logger.said('notice')[0]).toBe(
      'The commits do not fit into one request: 3 go without their files, the oldest 0 are left out.',
    )
  })

  it('says how many are left out when only that helps', async () => {
    const { deps, sent, logger } = prepare([LARGE, OK])
    await sendFitting(['1', '2', '3'].map(bare), TARGET, deps)
    expect(sent[1]).toEqual({ commits: [bare('1')] })
    expect(logger.said('notice')).toEqual([
      'The commits do not fit into one request: 0 go without their files, the oldest 2 are left out.',
    ])
  })

  it('is an error when even one bare commit is too much', async () => {
    const { deps, sent } = prepare([LARGE])
    expect(await failureOf(sendFitting([full('1')], TARGET, deps))).toEqual(tooLarge())
    expect(sent).toEqual([{ commits: [full('1')] }, { commits: [bare('1')] }])
    expect(tooLarge()).toMatchObject({
      message:
        'Could not associate the commits: even the smallest request is too large for the server (413).',
      advice: 'Raise the limit for request bodies of the proxy in front of Sentry.',
    })
  })

  it('sends the commits without authors and files when Sentry refuses them (400), once', async () => {
    const refused = new HttpError({
      kind: 'status',
      status: 400,
      message: 'refused',
      serverMessage: 'commits: author_email: too long',
      method: 'PUT',
      url: 'https://x.example/',
    })
    const { deps, sent, logger } = prepare([refused, OK])
    const commit = { ...full('1'), repository: 'acme/app', author_email: 'a' }
    const bareOne = { id: '1', repository: 'acme/app', message: 'm', timestamp: 't' }
    expect(await sendFitting([commit, full('2')], TARGET, deps)).toMatchObject({ sent: [bareOne, bare('2')] })
    expect(sent[1]).toEqual({ commits: [bareOne, bare('2')] })
    expect(logger.said('notice')).toEqual([
      'Sentry refused the list of commits (commits: author_email: too long). It is sent again without authors and files.',
    ])
    const always = prepare([refused])
    expect(await failureOf(sendFitting([commit], TARGET, always.deps))).toBe(refused)
    expect(always.sent).toHaveLength(2)
  })

  it('never sends an empty list, which would delete what Sentry has', async () => {
    const { deps, calls } = prepare([OK])
    expect(String(await failureOf(sendFitting([], TARGET, deps)))).toContain('There is no commit to send.')
    expect(calls).toEqual([])
  })
})
