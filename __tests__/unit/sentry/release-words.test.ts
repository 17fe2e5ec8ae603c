import { describe, expect, it } from 'vitest'
import type { Wanted } from '../../../src/sentry/plan.ts'
import type { ReleaseApi } from '../../../src/sentry/api.ts'
import { ensureRelease } from '../../../src/sentry/release.ts'
import type { Release } from '../../../src/sentry/schema.ts'
import { failureOf, ManualClock, MemorySentry, projectOf, RecordingLogger } from '../doubles.ts'
import { CONFLICT, sessionWith } from './doubles.ts'

const WANTED: Wanted = {
  version: '1.0',
  projects: ['web'],
  ref: { value: 'main', explicit: true },
  url: { value: 'https://a.example/', explicit: true },
  restoreArchived: true,
}
const AS_WANTED: Partial<Release> = { ref: 'main', url: 'https://a.example/' }

/** One run against a server that may hold the release, and of which some calls may be replaced. */
function prepare(release?: Partial<Release>, replaced: Partial<ReleaseApi> = {}) {
  const server = new MemorySentry()
  if (release) server.add({ version: '1.0', ...AS_WANTED, ...release })
  const logger = new RecordingLogger()
  const clock = new ManualClock()
  const begun = clock.now()
  const told: boolean[] = []
  const ensure = (more: Partial<Wanted> = {}) =>
    ensureRelease(
      { ...WANTED, ...more },
      (_, created) => {
        told.push(created)
      },
      sessionWith({ ...server.as('us'), ...replaced }, { clock, logger, userAgent: 'us' }),
    )
  return { ensure, logger, server, told, clock, seconds: () => (clock.now() - begun) / 1000 }
}

describe('the log tells', () => {
  it('of a release that is there', async () => {
    const { ensure, logger } = prepare({})
    await ensure()
    expect(logger.said('info')).toEqual(['Version 1.0: the release exists.'])
  })

  it('of one that was created, and how that was confirmed', async () => {
    const { ensure, logger } = prepare()
    await ensure()
    expect(logger.said('info')).toEqual([
      'Version 1.0: the release does not exist yet.',
      'Created the release.',
      'Confirmed: the list of releases has version 1.0.',
    ])
  })

  it('of one that was attached to projects and reopened', async () => {
    const { ensure, logger } = prepare({ status: 'archived', projects: [] })
    await ensure({ projects: ['web', 'api'] })
    expect(logger.said('info').slice(0, 2)).toEqual([
      'Version 1.0: the release exists, archived.',
      'Attached to project web, api. Reopened the archived release.',
    ])
  })

  it('of one that was only reopened, or only attached', async () => {
    const reopened = prepare({ status: 'archived' })
    await reopened.ensure()
    expect(reopened.logger.said('info')[1]).toBe('Reopened the archived release.')
    const attached = prepare({ projects: [] })
    await attached.ensure()
    expect(attached.logger.said('info')[1]).toBe('Attached to project web.')
  })

  it('of one that was updated, and tells the run what it came to', async () => {
    const { ensure, logger, told } = prepare({ ref: 'old', url: null })
    expect(await ensure()).toMatchObject({ updated: ['ref', 'url'], created: false })
    expect(logger.said('info')[1]).toBe('Updated ref and url of the release.')
    expect(logger.said('info').join('\n')).not.toContain('404')
    expect(told).not.toContain(true)
  })

  it('of one that stays archived', async () => {
    const { ensure, logger } = prepare({ status: 'archived' })
    await ensure({ restoreArchived: false })
    expect(logger.said('warning')).toEqual([
      'The release is archived, so Sentry hides it from its lists. The step continues with it; set restore-archived: true to reopen it.',
    ])
    expect(logger.titles).toEqual(['Archived release'])
  })

  it('of another job that was faster', async () => {
    const server = new MemorySentry()
    const [ours, theirs] = [server.as('us'), server.as('them')]
    const find: ReleaseApi['find'] = async (version) => {
      const found = await ours.find(version)
      await theirs.create({ version, projects: ['web'], ref: 'main', url: 'https://a.example/' })
      return found
    }
    const { ensure, logger } = prepare(undefined, { ...ours, find })
    expect(await ensure()).toMatchObject({ created: false })
    expect(logger.said('info')).toContain(
      'Another job created the release at the same time; the projects are attached.',
    )
  })

  it('of a lock that was met, and of a list that cannot tell', async () => {
    const server = new MemorySentry()
    const api = server.as('us')
    let locked = true
    const { ensure, logger } = prepare(undefined, {
      ...api,
      list: async () => undefined,
      create: async (wanted) => {
        if (!locked) return api.create(wanted)
        locked = false
        return CONFLICT
      },
    })
    expect(await ensure()).toMatchObject({ created: true })
    expect(logger.said('info').slice(1)).toEqual([
      'Another job is writing this release (409). Checking again shortly.',
      'Created the release.',
      'Confirmed: the list of releases does not show it, but Sentry returns version 1.0.',
    ])
  })

  it('of a release that Sentry hides, once', async () => {
    const server = new MemorySentry()
    const api = server.as('us')
    let hidden = 3
    const { ensure, logger } = prepare(undefined, {
      ...api,
      create: (wanted) => api.create({ ...wanted, ref: 'old' }),
      update: async (...change) => {
        hidden -= 1
        return hidden < 0 ? api.update(...change) : undefined
      },
    })
    await ensure()
    const said = logger.said('info').filter((line) => line.includes('404'))
    expect(said).toEqual(['Sentry does not show the release yet (404). This can take a minute; retrying.'])
  })
})

it('what was created is told before anything else can fail', async () => {
  const server = new MemorySentry()
  const api = server.as('us')
  const { ensure, told } = prepare(undefined, {
    ...api,
    create: (wanted) => api.create({ ...wanted, ref: 'old' }),
    update: async () => {
      throw new Error('no answer')
    },
  })
  expect(await failureOf(ensure())).toEqual(new Error('no answer'))
  expect(told).toEqual([true])
})

it('a release that is shown at once is not called hidden', async () => {
  const server = new MemorySentry()
  const api = server.as('us')
  const { ensure, logger } = prepare(undefined, {
    ...api,
    create: (wanted) => api.create({ ...wanted, ref: 'old' }),
  })
  expect(await ensure()).toMatchObject({ created: true, updated: ['ref'] })
  expect(logger.said('info').join('\n')).not.toContain('404')
})

it('a hidden release is not called hidden when the time to wait is over', async () => {
  const server = new MemorySentry()
  const api = server.as('us')
  const { ensure, logger, clock } = prepare(undefined, {
    ...api,
    create: (wanted) => api.create({ ...wanted, ref: 'old' }),
    update: async () => {
      clock.advance(70_000)
      return undefined
    },
  })
  await failureOf(ensure())
  expect(logger.said('info').join('\n')).not.toContain('404')
})

describe('an error says what was asked for, and what to do', () => {
  const OPEN = 'Open the release in Sentry to see its state, then re-run the job.'

  it.each([
    [{ projects: [] }, 'attach project web, api', { projects: ['web', 'api'] }],
    [{ status: 'archived' }, 'reopen the archived release', {}],
  ])('of a server that takes a request and does not do it: %j', async (release, what, more) => {
    const row = { version: '1.0', ...AS_WANTED, projects: [projectOf('web')], ...release }
    const { ensure } = prepare(release, {
      create: async () => ({ kind: 'ok', release: row, status: 208 }),
    })
    expect(await failureOf(ensure(more))).toMatchObject({
      message: `Sentry accepted the request to ${what}, but its response does not show the change.`,
      advice: OPEN,
    })
  })

  it('of a server that takes an update and does not do it', async () => {
    const row = { version: '1.0', ref: 'old', url: 'old', projects: [projectOf('web')] }
    const { ensure } = prepare(row, { update: async () => row })
    expect(await failureOf(ensure())).toMatchObject({
      message: 'Sentry accepted the request to set ref and url, but its response does not show the change.',
      advice: OPEN,
    })
  })

  it('of a lock that stays', async () => {
    const { ensure, seconds } = prepare(undefined, { create: async () => CONFLICT })
    expect(await failureOf(ensure())).toBe(CONFLICT.kind === 'conflict' && CONFLICT.error)
    expect(seconds()).toBe(60)
  })

  it('of an update that Sentry does not allow', async () => {
    const { ensure, seconds } = prepare({ ref: 'old', url: 'old' }, { update: async () => undefined })
    expect(await failureOf(ensure())).toMatchObject({
      message: 'Could not update ref and url of release "1.0": Sentry responded with 404.',
      advice:
        'Changing a release needs access to all of its projects, also those that this step does not name. Give the token that access, or leave out the input ref and url.',
    })
    expect(seconds()).toBe(0)
  })

  it.each([
    [
      'without the release',
      undefined,
      'Sentry accepted release "1.0" but does not show it 1 min 10 s later.',
    ],
    ['without a project', [], 'Sentry shows release "1.0" without project web, api.'],
  ])('of a list that stays %s', async (_, projects, message) => {
    const rows = projects === undefined ? [] : [{ version: '1.0', projects }]
    const { ensure, seconds } = prepare(undefined, { find: async () => undefined, list: async () => rows })
    expect(await failureOf(ensure({ projects: ['web', 'api'] }))).toMatchObject({
      message,
      advice:
        'Open the release in Sentry. If it is there, the token may create releases but not read them: give it project:read, or use an organization token.',
    })
    expect(seconds()).toBe(70)
  })
})
